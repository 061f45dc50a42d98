# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the modules of a run over a fleet work with."""

from __future__ import annotations

import zoneinfo

from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.journal import LocalJournal
from ansible_collections.eks.anywhere.plugins.module_utils._shell_run import here, this_run


def fleet_ports(report: Reporter) -> fleet.Ports:
    """The journal on this machine, its clock and its time zones."""
    return fleet.Ports(
        journal=LocalJournal(),
        clock=SystemClock(),
        report=report,
        zones=zoneinfo.ZoneInfo,
        here=here(),
        me=this_run(),
    )


__all__ = ("fleet_ports",)
