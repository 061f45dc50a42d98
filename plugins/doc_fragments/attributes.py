# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What each of our modules says about check mode, diff, idempotence and how it runs."""

from __future__ import annotations


class ModuleDocFragment:
    """Attributes; a module adds ``support`` to the first three."""

    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and predict what would be done without doing it.
  diff_mode:
    description: Returns details on what has changed (or would change in C(check_mode)) when run with C(--diff).
  idempotent:
    description: A second run with the same options and an unchanged world does nothing and reports no change.
  action_group:
    description: Use C(group/eks.anywhere.eksa) in C(module_defaults) to set defaults for this module.
    support: full
    membership:
      - eks.anywhere.eksa
  async:
    description: Supports being run with C(async).
    support: none
    details:
      - On a local connection the operation runs inside the controller process; its waits show progress while they run.
  platform:
    description: Systems on which the operation runs.
    support: full
    platforms: linux
"""
