# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One site for all faults: each is mended before the next."""

from __future__ import annotations

import pathlib
import shutil
import tempfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.tests.faults_why.catalog import FAULTS
from ansible_collections.eks.anywhere.tests.faults_why.fault import Account, settle
from ansible_collections.eks.anywhere.tests.faults_why.site import Site, site


@pytest.fixture(scope="session")
def running_site() -> t.Iterator[Site]:
    """A vCenter, a management cluster, a cluster that is ready."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-why-"))
    try:
        with site(home) as found:
            yield found
    finally:
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def well_site(running_site: Site) -> Site:
    """The same, with nothing wrong."""
    settle(running_site)
    return running_site


@pytest.fixture(scope="session")
def account() -> t.Iterator[Account]:
    """All that was found, printed and recorded in the end."""
    found = Account()
    yield found
    found.record(whole=len(FAULTS))
