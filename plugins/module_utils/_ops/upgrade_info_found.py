# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""From both sides to the plan: what servers would change, which machines that costs, what stands in the way."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge, files
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_look import Look, Surroundings
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_picture import Picture
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_subject import NAMESPACE, Ports
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_wanted import PATIENCE_SECONDS
from ansible_collections.eks.anywhere.plugins.module_utils._plan import (
    upgrade,
    upgrade_drains,
    upgrade_parts,
    upgrade_peak,
    upgrade_times,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import Name, key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade import Observed
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_compare import suspects
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_leftovers import leftovers
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import Affected, owned_vms
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_shown import Plan
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj


class Findings:
    """The answer. Servers are asked what they would change, and what runs on the nodes, only as far as it matters."""

    def __init__(self, picture: Picture, *, look: Look, manager: Kube, own: Kube, ports: Ports, backup: str) -> None:
        self._picture = picture
        self._waiting = Waiting(clock=ports.clock, report=ports.report, timeout_seconds=PATIENCE_SECONDS)
        subject, wanted, live = picture.subject, picture.wanted, picture.live
        self._leftovers = leftovers(tuple(live.cluster.values()), picture.settled, cluster=subject.config.name)
        compared = {
            "cluster": self._changed(manager, live.cluster, picture.settled),
            "network": self._changed(own, live.cluster, wanted.network),
            "definitions": self._changed(manager, live.cluster, wanted.definitions),
            "described": self._changed(manager, live.described, wanted.described),
        }
        self.before = "---\n".join(found.before for found in compared.values() if found.before)
        self.after = "---\n".join(found.after for found in compared.values() if found.after)
        self._changing = [obj for found in compared.values() for obj in found.objects]
        changing = {key(obj) for obj in compared["cluster"].objects}
        written = files.converge(
            subject.config, state_dir=subject.state_dir, state="present", files=ports.files, check_mode=True
        )
        self.observed = Observed(
            components=picture.components,
            network=_names(compared["network"].objects),
            parts=upgrade_parts.states(picture.sides, changing, today=ports.clock.today()),
            rest=upgrade_parts.rest(picture.sides, changing),
            leftovers=_names(self._leftovers),
            definitions=_names(compared["definitions"].objects),
            described=_names(compared["described"].objects),
            config_file=", ".join(written.actions),
            backup=backup,
        )
        self._around = self._surroundings(look)
        vms = owned_vms(self._around.vms)
        self.replaced = upgrade_parts.replaced(picture.sides, vms=vms, sets=self._around.sets)
        self.removed = upgrade_parts.removed(picture.sides, vms=vms)
        self.fingerprint = picture.fingerprint()
        self._times = upgrade_times.recorded(ports.files.read(subject.folder.upgrade_times))

    def _changed(self, kube: Kube, live: t.Mapping[Name, Obj], wanted: t.Sequence[Obj]) -> converge.Difference:
        """What an apply would change: compared first, and then only those that seem to differ by a dry run."""
        return converge.difference(kube, suspects(live, wanted), waiting=self._waiting)

    def _surroundings(self, look: Look) -> Surroundings:
        at_rest = all(state.done for state in self.observed.parts.values())
        return Surroundings() if at_rest and not self._picture.sides.rolls.removed else look.surroundings()

    def plan(self) -> Plan:
        """For people."""
        left = tuple(phase for phase in upgrade.phases(self.observed) if not phase.done)
        picture, around = self._picture, self._around
        going = (*self.replaced, *self.removed)
        nodes = {one.node for one in going if one.node}
        return Plan(
            name=picture.subject.config.name,
            left=left,
            versions=picture.versions,
            components=(*picture.components, *picture.cilium),
            parts=self.observed.parts,
            replaced=self.replaced,
            removed=self.removed,
            kept=len(picture.live.machines) - len(going),
            peak=upgrade_peak.peak(upgrade_parts.steps(picture.sides, {one.part for one in self.replaced})),
            blockers=upgrade_drains.blockers(around.pods, around.budgets, nodes=nodes),
            leftovers=self.observed.leftovers,
            no_return=upgrade.no_return(self.observed, {phase.name for phase in left}),
            notes=tuple(
                f"{template} was not looked at in vCenter: clone mode and disk size may differ"
                for template in picture.templates_unseen
            ),
            expected_seconds=upgrade_times.expected(
                self._times, remaining=[phase.name for phase in left], parts=[one.part for one in self.replaced]
            ),
        )

    def data(self, plan: Plan) -> dict[str, t.Any]:
        """For machines."""
        rolls_ = self._picture.sides.rolls
        remaining = [phase.name for phase in plan.left]
        going = {one.machine for one in (*self.replaced, *self.removed)}
        return {
            "phases": [
                {"name": one.name, "done": one.done, "detail": one.detail} for one in upgrade.phases(self.observed)
            ],
            "remaining": remaining,
            "finished": not remaining,
            "components": [one.as_dict() for one in (*plan.versions, *plan.components)],
            "objects_changed": [label(obj) for obj in self._changing],
            "machines_replaced": _dicts(self.replaced),
            "machines_removed": _dicts(self.removed),
            "machines_kept": sorted(
                machine["metadata"]["name"]
                for machine in self._picture.live.machines
                if machine["metadata"]["name"] not in going
            ),
            "newest_machine": _newest(self._picture.live.machines),
            "groups": [name.partition("/")[2] for name, state in self.observed.workers.items() if not state.done],
            "groups_created": list(rolls_.created),
            "groups_removed": list(rolls_.removed),
            "scaled": [
                {"part": name, "from": state.part.scaled[0], "to": state.part.scaled[1]}
                for name, state in self.observed.parts.items()
                if state.part.scaled
            ],
            "peak": plan.peak.total.as_dict(),
            "surge": plan.peak.extra.as_dict(),
            "blockers": [one.as_dict() for one in plan.blockers],
            "leftovers": [_reference(obj) for obj in self._leftovers],
            "templates_unseen": self._picture.templates_unseen,
            "no_return": plan.no_return,
            "expected_seconds": plan.expected_seconds,
            "fingerprint": self.fingerprint.text,
        }


def _names(objects: t.Iterable[Obj]) -> tuple[str, ...]:
    return tuple(f"{obj['kind']} {obj['metadata']['name']}" for obj in objects)


def _dicts(machines: t.Iterable[Affected]) -> list[dict[str, t.Any]]:
    return [one.as_dict() for one in machines]


def _newest(machines: t.Iterable[Obj]) -> str:
    """Times of an API server are in the order of their texts."""
    return max((machine["metadata"].get("creationTimestamp") or "" for machine in machines), default="")


def _reference(obj: Obj) -> dict[str, str]:
    metadata = obj["metadata"]
    namespace = metadata.get("namespace") or NAMESPACE
    return {"api_version": obj["apiVersion"], "kind": obj["kind"], "namespace": namespace, "name": metadata["name"]}


__all__ = ("Findings",)
