# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Waiting that explains itself: conditions, reasons, and the loop that says them."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import Probe, Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.explain import explain
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight

__all__ = ("Probe", "Reason", "Tick", "Weight", "explain", "until")
