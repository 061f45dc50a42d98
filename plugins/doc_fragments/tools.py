# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that runs command line tools; the same block as TOOLS of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Command line tools."""

    DOCUMENTATION = r"""
options:
  tools_dir:
    description:
      - Folder that holds C(kind), C(clusterctl), C(helm) and C(kubectl); searched before E(PATH).
    type: path
"""
