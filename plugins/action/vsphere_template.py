# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""In-process twin of the module ``vsphere_template``."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.modules import vsphere_template
from ansible_collections.eks.anywhere.plugins.plugin_utils._controller import ControllerAction


class ActionModule(ControllerAction):
    """See the module of the same name."""

    MODULE = vsphere_template
