# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Option that names a run over a fleet; the same block as FLEET of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Run over a fleet."""

    DOCUMENTATION = r"""
options:
  folder:
    description:
      - Folder of the run, which M(eks.anywhere.fleet_note) has begun.
    type: path
    required: true
"""
