# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The explainer among real controllers: it names the cause, no other one before it, and is content after the repair."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.tests.faults_why.catalog import FAULTS
from ansible_collections.eks.anywhere.tests.faults_why.fault import Account, Fault, find, settle
from ansible_collections.eks.anywhere.tests.faults_why.site import Site


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.name)
def test_names_the_cause(well_site: Site, account: Account, fault: Fault) -> None:
    try:
        found = find(well_site, fault)
    finally:
        fault.heal(well_site)
    account.add(found)
    assert not found.misled
    settle(well_site)
