# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How single virtual machines are doing: power, guest, the task under way, the last warnings and errors."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import MachineFacts, MachineQuery
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import Collector, Row

try:
    from pyVmomi import vim, vmodl
except ImportError:  # the session says so when it is opened
    vim = vmodl = None

STATE = (
    "guest.ipAddress",
    "guest.net",
    "guest.toolsRunningStatus",
    "recentTask",
    "runtime.connectionState",
    "runtime.powerState",
)
EVENTS = 3


def read(queries: t.Sequence[MachineQuery], *, content: t.Any) -> dict[str, MachineFacts]:
    """Facts by the name in the query: two requests for each machine asked about, and one for its events."""
    collector = Collector(content.propertyCollector)
    return {query.name: _one(query, content=content, collector=collector) for query in queries}


def _one(query: MachineQuery, *, content: t.Any, collector: Collector) -> MachineFacts:
    stub = content.propertyCollector._stub
    row = collector.read_one(vim.VirtualMachine(query.ref, stub), STATE) if query.ref else None
    tasks = [vim.Task(query.task, stub)] if query.task else []
    tasks += list(row.values.get("recentTask") or ()) if row else []
    facts = _tasks(MachineFacts(), [info for task in tasks if (info := _info(collector, task)) is not None])
    if row is None:
        return facts
    return dataclasses.replace(
        facts,
        there=True,
        power=str(row.values.get("runtime.powerState", "")),
        connection=str(row.values.get("runtime.connectionState", "")),
        tools=str(row.values.get("guest.toolsRunningStatus", "")),
        addresses=_addresses(row),
        events=_events(content, row.ref),
    )


def _info(collector: Collector, task: t.Any) -> t.Any:
    row = collector.read_one(task, ("info",))
    return row.values.get("info") if row else None


def _tasks(facts: MachineFacts, infos: t.Sequence[t.Any]) -> MachineFacts:
    """The first task that failed, in vCenter's words, and the first one under way."""
    failed = next((_failure(info) for info in infos if info.state == "error"), "")
    running = next((_progress(info) for info in infos if info.state in ("queued", "running")), "")
    return dataclasses.replace(facts, failed_task=failed, running_task=running)


def _failure(info: t.Any) -> str:
    words = getattr(info.error, "msg", "") or type(info.error).__name__.rpartition(".")[2]
    return f"{info.descriptionId}: {words}"


def _progress(info: t.Any) -> str:
    return f"{info.descriptionId}: {info.state}" + (f", {info.progress} %" if info.progress else "")


def _addresses(row: Row) -> tuple[str, ...]:
    nets = row.values.get("guest.net") or ()
    found = [address for net in nets for address in net.ipAddress or ()]
    first = row.values.get("guest.ipAddress")
    return tuple(dict.fromkeys([*([first] if first else []), *found]))


def _events(content: t.Any, machine: t.Any) -> tuple[str, ...]:
    """The last warnings and errors of a machine; a user who may not read events does without."""
    spec = vim.event.EventFilterSpec
    wanted = spec(
        entity=spec.ByEntity(entity=machine, recursion="self"),
        category=["error", "warning"],
    )
    with contextlib.suppress(vmodl.MethodFault):
        events = sorted(content.eventManager.QueryEvents(wanted) or (), key=lambda event: event.createdTime)
        return tuple(str(event.fullFormattedMessage) for event in events[-EVENTS:] if event.fullFormattedMessage)
    return ()


__all__ = ("read",)
