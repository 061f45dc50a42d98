# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option that names the cluster which manages another; the same block as MANAGEMENT of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Management cluster."""

    DOCUMENTATION = r"""
options:
  management_kubeconfig:
    description:
      - Kubeconfig of the cluster that manages this one, when it is not in the documented place.
      - Not used for a cluster that manages itself.
    type: path
"""
