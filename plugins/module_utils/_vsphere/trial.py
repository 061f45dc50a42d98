# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Proves that writing works: an empty folder is made in a folder of machines, and removed again."""

from __future__ import annotations

import contextlib
import re
import secrets
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import signals, tasks
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import CHILDREN, Collector

try:
    from pyVmomi import vim, vmodl
except ImportError:  # the session says so when it is opened
    vim = vmodl = None

PREFIX = "eksa-probe-"
NAME = re.compile(PREFIX + "[0-9a-f]{12}")
REMOVAL_SECONDS = 30.0


def folder(parent: InventoryItem, *, content: t.Any) -> None:
    """Make one and remove it. One that a killed run left there is removed, too, as long as it is empty."""
    collector = Collector(content.propertyCollector)
    home = vim.Folder(parent.ref, content.propertyCollector._stub)
    name = PREFIX + secrets.token_hex(6)
    with signals.deferred():  # until its answer is there, nobody knows what there is to be removed
        try:
            made = home.CreateFolder(name)
        except OSError:
            _sweep(collector, home)  # it may have been made, and only the answer was lost
            raise
        _remove(collector, made, f"{parent.path}/{name}")
    _sweep(collector, home)


def _sweep(collector: Collector, home: t.Any) -> None:
    """What another run has in hand at this moment may be removed for it: it is not missed."""
    rows = collector.traverse(home, CHILDREN, {"Folder": ("name", "childEntity")})
    for row in rows:
        name = str(row.values.get("name", ""))
        if NAME.fullmatch(name) and not row.values.get("childEntity"):
            _remove(collector, row.ref, name)


def _remove(collector: Collector, ref: t.Any, path: str) -> None:
    try:
        with contextlib.suppress(vmodl.fault.ManagedObjectNotFound):
            if tasks.ended(collector, ref.Destroy_Task(), seconds=REMOVAL_SECONDS):
                return
            raise _stays(path, f"vCenter did not finish within {REMOVAL_SECONDS:.0f} s")
    except vim.fault.NoPermission as exc:
        raise _stays(path, f"the user lacks the privilege {exc.privilegeId or 'Folder.Delete'}") from exc


def _stays(path: str, why: str) -> EksaError:
    return EksaError(f"The folder {path} was made and could not be removed: {why}.", code="vsphere.probe_failed")


__all__ = ("folder",)
