# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Looks behind the objects that a config names: hosts of pools, mounts, privileges, policies, clock and sessions."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import EsxHost, PoolFacts
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector, Hop, Row

try:
    from pyVmomi import VmomiSupport, pbm, vim, vmodl
except ImportError:  # the session says so when it is opened
    VmomiSupport = pbm = vim = vmodl = None

MIB = 1 << 20
BEHIND_POOLS = (
    Hop("up", "ResourcePool", "parent", ("up",)),
    Hop("owner", "ResourcePool", "owner", ("host",)),
    Hop("host", "ComputeResource", "host"),
)
POOL = ("config.memoryAllocation.limit", "owner", "parent", "runtime.memory.overallUsage")
HOST = (
    "name",
    "network",
    "parent",
    "runtime.connectionState",
    "runtime.inMaintenanceMode",
    "summary.hardware.memorySize",
    "summary.hardware.numCpuThreads",
)


class Surveyor:
    """One query's work on an open session."""

    def __init__(self, content: t.Any) -> None:
        self._content = content
        self._stub = content.propertyCollector._stub
        self._collector = Collector(content.propertyCollector)

    def pools(self, items: t.Sequence[InventoryItem]) -> dict[str, PoolFacts]:
        """Every pool with its hosts and the memory left to it, all in one request."""
        kinds = {"ResourcePool": POOL, "HostSystem": HOST}
        found = self._collector.traverse_all([self._ref(item) for item in items], BEHIND_POOLS, kinds)
        rows = {row.moid: row for row in found}
        hosts = [row for row in rows.values() if row.kind == "HostSystem"]
        facts: dict[str, PoolFacts] = {}
        for item in items:
            owner = _moid(rows[item.ref].values.get("owner")) if item.ref in rows else ""
            facts[item.path] = PoolFacts(
                hosts=tuple(_host(row) for row in hosts if _moid(row.values.get("parent")) == owner),
                memory_free_mib=_memory_free(rows, item.ref),
            )
        return facts

    def mounts(self, items: t.Sequence[InventoryItem]) -> dict[str, frozenset[str]]:
        """The hosts that have each datastore mounted and can reach it now."""
        rows = self._collector.read([self._ref(item) for item in items], {"Datastore": ("host",)})
        return {row.moid: frozenset(_mounting(row)) for row in rows}

    def privileges(self, user: str, items: t.Sequence[InventoryItem]) -> dict[str, frozenset[str]] | None:
        """What a user may do on each object, by its path; None when that may not be asked."""
        paths = {_moid(ref): item.path for item in items for ref in (self._ref(item),)}
        try:
            answers = self._content.authorizationManager.FetchUserPrivilegeOnEntities(
                [self._ref(item) for item in items], user
            )
        except vmodl.MethodFault:
            return None
        return {paths[_moid(one.entity)]: frozenset(one.privileges or ()) for one in answers}

    def policies(self, adapter: t.Callable[..., t.Any]) -> frozenset[str] | None:
        """Names of the storage policies; None when they may not be read. ``adapter`` connects to another path."""
        VmomiSupport.GetRequestContext()["vcSessionCookie"] = _session(self._stub.cookie)
        stub = adapter(path="/pbm", version="pbm.version.version2")
        try:
            manager = pbm.ServiceInstance("ServiceInstance", stub).RetrieveContent().profileManager
            ids = manager.PbmQueryProfile(
                resourceType=pbm.profile.ResourceType(resourceType="STORAGE"), profileCategory="REQUIREMENT"
            )
            return frozenset(str(profile.name) for profile in manager.PbmRetrieveContent(ids)) if ids else frozenset()
        except vmodl.MethodFault:
            return None
        finally:
            VmomiSupport.GetRequestContext().pop("vcSessionCookie", None)
            stub.DropConnections()

    def clock_skew_seconds(self) -> float:
        """How far the server's clock is ahead of this machine's; half of the journey is taken off."""
        before = dt.datetime.now(dt.UTC)
        shown = vim.ServiceInstance("ServiceInstance", self._stub).CurrentTime()
        after = dt.datetime.now(dt.UTC)
        return float((shown - (before + (after - before) / 2)).total_seconds())

    def own_sessions(self, user: str) -> int | None:
        """Open sessions of the user; None when the user may not see them."""
        try:
            row = self._collector.read_one(self._content.sessionManager, ("sessionList",))
        except vmodl.fault.SecurityError:
            return None
        if row is None or row.denied or "sessionList" not in row.values:
            return None
        return sum(1 for session in row.values["sessionList"] if _same_user(str(session.userName), user))

    def _ref(self, item: InventoryItem) -> t.Any:
        if not item.ref:
            return self._content.rootFolder
        room = vim.dvs if item.kind.startswith("DistributedVirtualPort") else vim
        return getattr(room, item.kind)(item.ref, self._stub)


def _host(row: Row) -> EsxHost:
    state = str(row.values.get("runtime.connectionState", ""))
    resting = row.values.get("runtime.inMaintenanceMode")
    return EsxHost(
        name=str(row.values.get("name", "")),
        ref=row.moid,
        away="in maintenance mode" if resting else "" if state == "connected" else state,
        cpus=int(row.values.get("summary.hardware.numCpuThreads") or 0),
        memory_mib=int(row.values.get("summary.hardware.memorySize") or 0) // MIB,
        networks=frozenset(_moid(ref) for ref in row.values.get("network") or ()),
    )


def _memory_free(rows: t.Mapping[str, Row], pool: str) -> int | None:
    """The least that the limits of a pool and of those above it leave.

    A pool that no pool is above has what its hosts have, which may be promised more than once: no limit that binds.
    """
    free: list[int] = []
    row = rows.get(pool)
    while row is not None and (above := rows.get(_moid(row.values.get("parent")))) is not None:
        limit = int(row.values.get("config.memoryAllocation.limit", -1))
        if limit >= 0:
            free.append(limit - int(row.values.get("runtime.memory.overallUsage") or 0) // MIB)
        row = above
    return min(free, default=None)


def _mounting(row: Row) -> t.Iterator[str]:
    for mount in row.values.get("host") or ():
        if mount.mountInfo.accessible is not False and mount.mountInfo.mounted is not False:
            yield _moid(mount.key)


def _moid(ref: t.Any) -> str:
    return str(ref._GetMoId()) if ref is not None else ""


def _session(cookie: str) -> str:
    """``vmware_soap_session="5 2f..."; Path=/`` -> ``5 2f...``."""
    return cookie.partition("=")[2].partition(";")[0].strip('"')


def _same_user(shown: str, user: str) -> bool:
    """vCenter shows ``DOMAIN\\name`` of one who logged in as ``name@domain``."""
    name, _at, domain = user.lower().partition("@")
    return shown.lower() in (user.lower(), f"{domain}\\{name}")


__all__ = ("Surveyor",)
