# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that needs a vCenter login; the same block as VSPHERE of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """vCenter credentials."""

    DOCUMENTATION = r"""
options:
  vsphere_username:
    description:
      - User name for the vCenter that the cluster config names.
      - Falls back to the environment variable E(EKSA_VSPHERE_USERNAME) of the controller.
    type: str
  vsphere_password:
    description:
      - Password of O(vsphere_username).
      - Falls back to the environment variable E(EKSA_VSPHERE_PASSWORD) of the controller.
    type: str
"""
