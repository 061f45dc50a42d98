# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that waits; the same block as WAIT of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Waiting."""

    DOCUMENTATION = r"""
options:
  timeout_seconds:
    description:
      - How long to wait before giving up.
      - The error then says what was still missing and why.
    type: int
    default: 1800
"""
