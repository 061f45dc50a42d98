# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A session in which templates are made."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import Order, Ova, Unfinished
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import faults, importing
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import CHILDREN, Collector
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.importing import Site
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter, _context
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tagging import TagWriter

try:
    from pyVmomi import vim
except ImportError:  # the session says so when it is opened
    vim = None

NAMES = ("name", "parent")
DETAILS = ("name", "config.createDate", "config.template")


class TemplateVCenter(VCenter):
    """The TemplateVSphere port over pyVmomi."""

    def make_folder(self, path: str) -> None:
        """A folder in one that exists."""
        above, _slash, name = path.strip("/").rpartition("/")
        with faults.translated(self._server, f"making folder {path}"):
            parent = self._site().content.searchIndex.FindByInventoryPath(above)
            try:
                parent.CreateFolder(name)
            except vim.fault.DuplicateName:
                return

    def unfinished(self, folder: str, prefix: str) -> tuple[Unfinished, ...]:
        """By names first, and details only of those that fit."""
        with faults.translated(self._server, f"looking into {folder}"):
            content = self._site().content
            home = content.searchIndex.FindByInventoryPath(folder.strip("/"))
            if home is None:
                return ()
            collector = Collector(content.propertyCollector)
            rows = collector.traverse(home, CHILDREN, {"VirtualMachine": NAMES})
            refs = [row.ref for row in rows if str(row.values.get("name", "")).startswith(prefix)]
            now = self._now() if refs else None
            found = (collector.read_one(ref, DETAILS) for ref in refs)
            return tuple(_unfinished(folder, row.moid, row.values, now) for row in found if row is not None)

    def discard(self, item: Unfinished) -> None:
        """Destroy it."""
        with faults.translated(self._server, f"removing {item.path}"):
            machine = self._same(item)
            if machine is not None:
                importing.destroyed(machine, self._site())

    def publish(self, item: Unfinished, name: str) -> bool:
        """Give it its name."""
        with faults.translated(self._server, f"renaming {item.path}"):
            machine = self._same(item)
            return machine is not None and importing.renamed(machine, name, self._site())

    def import_template(self, order: Order, ova: Ova, *, report: Reporter) -> bool:
        """Make it whole or leave nothing."""
        with faults.translated(self._server, f"importing {order.folder}/{order.name}"):
            return importing.bring(order, ova, site=self._site(), report=report)

    def _same(self, item: Unfinished) -> t.Any:
        """The virtual machine, unless it is gone or has another name by now."""
        site = self._site()
        ref = vim.VirtualMachine(item.ref, site.content.propertyCollector._stub)
        row = site.collector.read_one(ref, DETAILS)
        return ref if row is not None and row.values.get("name") == item.name else None

    def _now(self) -> t.Any:
        return vim.ServiceInstance("ServiceInstance", self._stub).CurrentTime()

    def _site(self) -> Site:
        if self._content is None or self._certificate is None:
            raise EksaError("A template was to be made before the login.", code="vsphere.not_logged_in")
        return Site(
            content=self._content, server=self._server, trusted=_context(self._certificate), attach=self._attach
        )

    def _attach(self, ref: str, tags: t.Sequence[str]) -> None:
        if self._certificate is None:
            raise AssertionError("a site has a session")
        writer = TagWriter(
            server=self._server,
            context=_context(self._certificate),
            credentials=(self._username, self._password),
            timeout_seconds=self._timeout,
        )
        if not writer.attach("VirtualMachine", ref, tags):
            raise faults.no_permission(self._server, "attaching tags", "InventoryService.Tagging.AttachTag")


def _unfinished(folder: str, ref: str, values: t.Mapping[str, t.Any], now: t.Any) -> Unfinished:
    name, made = str(values.get("name", "")), values.get("config.createDate")
    return Unfinished(
        path=f"{folder}/{name}",
        ref=ref,
        name=name,
        age_seconds=(now - made).total_seconds() if made else 0.0,
        is_template=bool(values.get("config.template")),
    )


__all__ = ("TemplateVCenter",)
