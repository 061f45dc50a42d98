# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which run a module belongs to, and how it judges others: for the modules that hold or ask for leases."""

from __future__ import annotations

import os

from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Here, Holder
from ansible_collections.eks.anywhere.plugins.module_utils._run import processes


def here() -> Here:
    """This machine, as far as processes of other runs can be seen on it."""
    return Here(realm=processes.realm(), started=processes.started)


def this_run() -> Holder:
    """The run that this process belongs to."""
    return Holder.parsed(processes.run_here(os.environ))


__all__ = ("here", "this_run")
