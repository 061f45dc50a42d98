# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that talks to one Kubernetes API server; the same block as KUBE of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Kubernetes connection."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Path of the kubeconfig file of the cluster to work on; its current context is used.
    type: path
    required: true
requirements:
  - kubernetes >= 31.0.0
"""
