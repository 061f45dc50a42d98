# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that waits for packages; the same block as SETTLING of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Waiting for packages."""

    DOCUMENTATION = r"""
options:
  wait:
    description:
      - Wait until each package is settled, or removed with its helm release.
    type: bool
    default: true
  patience_seconds:
    description:
      - How long a package may go on failing before it is given up. The package controller tries again each minute.
    type: int
    default: 150
  timeout_seconds:
    description:
      - How long to wait for all packages together before giving up on those that are left.
    type: int
    default: 900
"""
