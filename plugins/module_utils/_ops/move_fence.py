# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Raising and lowering the fence: the provider controllers of the source stop while objects are copied.

Their pods serve the admission and conversion webhooks of the providers, which fail closed. While the fence is up no
object of theirs can be written to the source, and what is read there has to be stored in the version that is asked for.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_observe import Server
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_settings import Ports
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_wait import wait_out
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move_write import merge
from ansible_collections.eks.anywhere.plugins.module_utils._plan import move_fence as fencing
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_fence import Controller
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Node
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason
from ansible_collections.eks.anywhere.plugins.module_utils._wait.driver import PASSING

DEPLOYMENT = {"api_version": "apps/v1", "kind": "Deployment"}


class Fence:
    """The source's provider controllers, as often looked at as needed."""

    def __init__(self, ports: Ports, *, server: Server, timeout_seconds: float) -> None:
        self._ports = ports
        self._kube = ports.source
        self._server = server
        self._timeout_seconds = timeout_seconds
        self._answered: set[tuple[str, str]] = set()
        self.found: tuple[Controller, ...] = ()
        self.stopped: tuple[str, ...] = ()
        self.seconds = 0.0

    def look(self) -> None:
        """See which controllers there are and how they are doing."""
        listed = self._kube.list(**DEPLOYMENT, labels=fencing.PROVIDER_LABEL)
        self.found = fencing.controllers(listed, providers=self._server.providers)

    @property
    def is_up(self) -> bool:
        """Whether a fence, ours or that of a dead run, holds some of them."""
        return bool(fencing.to_start(self.found))

    @property
    def cannot(self) -> tuple[str, ...]:
        """Kinds that could not be read behind a fence."""
        return fencing.needing_webhooks(self._server.definitions)

    def raise_(self) -> bool:
        """Stop them and wait until none of their pods works. False when there are none."""
        stopping = fencing.to_stop(self.found)
        for controller in stopping:
            self._patch(controller, fencing.stop_patch(controller))
        if not stopping and not self.is_up:
            return False
        self._answered.clear()
        self.stopped = tuple(sorted({*self.stopped, *(controller.label for controller in stopping)}))
        self._wait(self._still_running, what="controllers of the source stopped")
        return True

    def lower(self, nodes: t.Iterable[Node]) -> None:
        """Start them again, and wait until the webhooks for these objects answer: they are to be written next."""
        starting = fencing.to_start(self.found)
        for controller in starting:
            self._patch(controller, fencing.start_patch(controller))
        before = {controller.label: controller.before for controller in starting if controller.before}
        probes = {(node.kind.api_version, node.kind.kind): node for node in nodes if node.kind.group}
        if self.found:
            self._wait(lambda: self._not_back(before, probes), what="controllers of the source started")

    def drop(self) -> None:
        """Start them again without waiting, for a run that ends in an error: its user needs the webhooks to mend it."""
        try:
            self.look()
            for controller in fencing.to_start(self.found):
                self._patch(controller, fencing.start_patch(controller))
        except EksaError as exc:
            self._ports.report.line(f"  the source's controllers could not be started again: {exc.message}")

    def _still_running(self) -> list[Reason]:
        self.look()
        ours = fencing.to_start(self.found)
        pods = {
            namespace: self._kube.list(api_version="v1", kind="Pod", namespace=namespace)
            for namespace in sorted({controller.namespace for controller in ours})
        }
        told = ((each, fencing.still_running(each, pods[each.namespace])) for each in ours)
        return [Reason("Deployment", each.label, why) for each, why in told if why]

    def _not_back(
        self, before: t.Mapping[str, tuple[int, int]], probes: t.Mapping[tuple[str, str], Node]
    ) -> list[Reason]:
        self.look()
        told = (
            (each, fencing.not_back(each, before=before[each.label])) for each in self.found if each.label in before
        )
        reasons = [Reason("Deployment", each.label, why) for each, why in told if why]
        return reasons or [reason for node in probes.values() if (reason := self._unanswered(node))]

    def _unanswered(self, node: Node) -> Reason | None:
        """Whether a change that changes nothing gets through: the server asks the webhooks about it all the same."""
        kind = (node.kind.api_version, node.kind.kind)
        if kind in self._answered:
            return None
        try:
            merge(self._kube, node.key, node.kind, {}, uid=node.uid)
        except EksaError as exc:
            if exc.code in PASSING:
                return Reason(node.key.kind, node.key.name, exc.message.rstrip("."))
        self._answered.add(kind)
        return None

    def _patch(self, controller: Controller, patch: dict[str, t.Any]) -> None:
        self._kube.merge(**DEPLOYMENT, name=controller.name, namespace=controller.namespace, patch=patch)

    def _wait(self, look: t.Callable[[], list[Reason]], *, what: str) -> None:
        """Wait for no reason to be left; the seconds count as the price of the fence."""
        self.seconds += wait_out(look, ports=self._ports, timeout_seconds=self._timeout_seconds, what=what)


__all__ = ("Fence",)
