# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that name the cluster of packages; the same block as PACKAGES of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Cluster of packages."""

    DOCUMENTATION = r"""
options:
  kubeconfig:
    description:
      - Kubeconfig of the cluster that manages O(cluster), which may be itself.
    type: path
    required: true
  cluster:
    description:
      - Name of the cluster that has the packages.
    type: str
    required: true
"""
