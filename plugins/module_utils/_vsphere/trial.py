# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Makes the smallest virtual machine there is where a cluster's machines are to be, and destroys it."""

from __future__ import annotations

import posixpath
import secrets
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import TrialPlace
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import faults, signals
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.paced import SurveyedVCenter
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tasks import finish

try:
    from pyVmomi import vim
except ImportError:  # the session says so when it is opened
    vim = None

PREFIX = "eksa-probe-"
"""Of the name of such a machine, which nobody else gives to one."""
MEMORY_MIB = 4


class TriedVCenter(SurveyedVCenter):
    """The TriedVSphere port over pyVmomi."""

    def try_place(self, place: TrialPlace) -> None:
        """Make a machine without disks and networks, never switched on, and destroy it whatever happens meanwhile."""
        if self._content is None:
            raise EksaError("A place was to be tried before the login.", code="vsphere.not_logged_in")
        name = f"{PREFIX}{secrets.token_hex(4)}"
        # Nobody ends this between the two: the machine would be left over.
        with signals.deferred():
            self._make(name, place)
            self._destroy(name, place)

    def _make(self, name: str, place: TrialPlace) -> None:
        doing = f"making virtual machine {name} in {place.folder.path}"
        with faults.translated(self._server, doing):
            folder, pool = self._object("Folder", place.folder), self._object("ResourcePool", place.pool)
            self._finish(folder.CreateVM_Task(_smallest(name, place), pool), doing)

    def _destroy(self, name: str, place: TrialPlace) -> None:
        doing = f"destroying {place.folder.path}/{name}, which can be deleted"
        with faults.translated(self._server, doing):
            machine = self._content.searchIndex.FindChild(self._object("Folder", place.folder), name)
            if machine is not None:
                self._finish(machine.Destroy_Task(), doing)

    def _finish(self, task: t.Any, doing: str) -> None:
        finish(Collector(self._content.propertyCollector), task, doing=doing, code="vsphere.probe_failed")

    def _object(self, kind: str, item: t.Any) -> t.Any:
        return getattr(vim, kind)(item.ref, self._stub)


def _smallest(name: str, place: TrialPlace) -> t.Any:
    datastore = posixpath.basename(place.datastore.path)
    return vim.vm.ConfigSpec(
        name=name,
        annotation="Made by eks.anywhere to see whether it can be made; it can be deleted.",
        numCPUs=1,
        memoryMB=MEMORY_MIB,
        guestId="otherGuest",
        files=vim.vm.FileInfo(vmPathName=f"[{datastore}]"),
    )


__all__ = ("PREFIX", "TriedVCenter")
