# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which change replaces which machines, by the rules of the controllers that would replace them.

- KubeadmControlPlane: version, kubeadm configuration, machine template. CoreDNS and labels change in place; of the
  init configuration nothing counts that the join configuration does not say, too.
- MachineDeployment: version, bootstrap template, machine template, failure domain. The rest changes in place.
- EtcdadmCluster: any of its configuration, machine template. New members have new addresses, which the API servers
  must learn: the control plane follows.
"""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.content import Difference, differences
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import (
    Keys,
    Name,
    by_name,
    changes,
    dig,
    key,
    references,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import group_of
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

IN_PLACE = "InPlace"

_NOT_IN_CONTROL_PLANE_MACHINES = ("initConfiguration", "clusterConfiguration.dns")
_MACHINE_FIELDS = ("MachineDeployment.spec.version", "MachineDeployment.spec.failureDomain")
_CLUSTER: Keys = ("spec", "clusterName")
_STRATEGY: Keys = ("spec", "rollout", "strategy")
_COUNT: Keys = ("spec", "replicas")
_BOUNDS = tuple(f"cluster.x-k8s.io/cluster-api-autoscaler-node-group-{end}-size" for end in ("min", "max"))
_IN_PLACE: t.Mapping[str, tuple[Keys, ...]] = {
    "KubeadmControlPlane": (("spec", "machineTemplate", "metadata"), _STRATEGY),
    "MachineDeployment": (("spec", "template", "metadata"), _STRATEGY),
}
"""Kind -> what reaches machines without replacing them, or matters only when they are replaced."""


@dataclasses.dataclass(frozen=True)
class Part:
    """What happens to the machines of one part of a cluster.

    ``reasons`` say why they roll (``VSphereMachineTemplate.spec.numCPUs 2 -> 4``), ``in_place`` what changes without.
    ``scaled`` is (from, to). ``strategy`` ``InPlace``: the machines stay and are upgraded where they are.
    """

    reasons: tuple[str, ...] = ()
    in_place: tuple[str, ...] = ()
    scaled: tuple[int, int] | None = None
    strategy: str = "RollingUpdate"

    @property
    def rolls(self) -> bool:
        """Whether every machine of the part is brought up to date."""
        return bool(self.reasons)

    @property
    def replaces(self) -> bool:
        """Whether that is done with new machines."""
        return self.rolls and self.strategy != IN_PLACE

    @property
    def changes(self) -> bool:
        """Whether anything happens at all."""
        return bool(self.reasons or self.in_place or self.scaled)


@dataclasses.dataclass(frozen=True)
class Rolls:
    """``control_plane`` and ``etcd`` are None where there is none to compare; ``workers`` by name of the group."""

    control_plane: Part | None
    etcd: Part | None
    workers: t.Mapping[str, Part]
    created: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()

    @property
    def parts(self) -> dict[str, Part]:
        """All that is compared, in the order in which it happens."""
        first = {"etcd": self.etcd, "control_plane": self.control_plane}
        return {**{name: part for name, part in first.items() if part}, **self.workers}

    @property
    def any(self) -> bool:
        """Whether any machine comes, goes or is brought up to date."""
        return bool(self.created or self.removed or any(part.rolls or part.scaled for part in self.parts.values()))


def rolls(live: t.Sequence[Obj], wanted: t.Sequence[Obj]) -> Rolls:
    """What applying ``wanted``, fresh from the renderer or settled, does to the machines of that cluster."""
    sight = _Sight(by_name(live), by_name(settled(wanted, live)))
    etcd = sight.etcd()
    groups = sight.groups()
    return Rolls(
        control_plane=sight.control_plane(etcd),
        etcd=etcd,
        workers={name: sight.workers(group) for name, group in groups.items() if key(group) in sight.live},
        created=tuple(name for name, group in groups.items() if key(group) not in sight.live),
        removed=tuple(sight.removed()),
    )


@dataclasses.dataclass(frozen=True)
class _Sight:
    """Both states by name."""

    live: t.Mapping[Name, Obj]
    wanted: t.Mapping[Name, Obj]

    def of_kind(self, kind: str) -> list[Obj]:
        return [obj for obj in self.wanted.values() if obj["kind"] == kind]

    def pair(self, kind: str) -> tuple[Obj, Obj] | None:
        """The one object of a kind, live and wanted."""
        return next(((self.live[key(obj)], obj) for obj in self.of_kind(kind) if key(obj) in self.live), None)

    def etcd(self) -> Part | None:
        pair = self.pair("EtcdadmCluster")
        if pair is None:
            return None
        reasons = [*changes(*pair), *self.templates(*pair)]
        return _part(*pair, reasons=reasons)

    def control_plane(self, etcd: Part | None) -> Part | None:
        pair = self.pair("KubeadmControlPlane")
        if pair is None:
            return None
        live, wanted = pair
        reasons = [
            *differences(*(dig(obj, ("spec", "version")) for obj in pair), path="KubeadmControlPlane.spec.version"),
            *changes(live, wanted, ignored=_NOT_IN_CONTROL_PLANE_MACHINES),
            *self.templates(live, wanted),
        ]
        in_place = [one for one in changes(live, wanted) if ".clusterConfiguration.dns" in one.path]
        part = _part(live, wanted, reasons=reasons, in_place=in_place)
        if etcd and (etcd.replaces or etcd.scaled):
            return dataclasses.replace(part, reasons=(*part.reasons, "the external etcd has other members"))
        return part

    def groups(self) -> dict[str, Obj]:
        """MachineDeployments by name of the worker group."""
        return {group_of(obj): obj for obj in self.of_kind("MachineDeployment")}

    def removed(self) -> t.Iterator[str]:
        clusters = {obj["metadata"]["name"] for obj in self.of_kind("Cluster")}
        for name, obj in self.live.items():
            if name[0] == "MachineDeployment" and name not in self.wanted and dig(obj, _CLUSTER) in clusters:
                yield group_of(obj)

    def workers(self, wanted: Obj) -> Part:
        live = self.live[key(wanted)]
        own = [change for change in changes(live, wanted) if change.path in _MACHINE_FIELDS]
        return _part(live, wanted, reasons=[*own, *self.templates(live, wanted)])

    def templates(self, live: Obj, wanted: Obj) -> t.Iterator[Difference]:
        """Why the templates have other names than they had."""
        for before, after in zip(references(live), references(wanted), strict=True):
            if before.template == after.template:
                continue
            there, fresh = self.live.get(before.template), self.wanted.get(after.template)
            found = changes(there, fresh) if there and fresh else ()
            path = f"{wanted['kind']}.{'.'.join(after.keys)}.name"
            yield from found or (Difference(path, before.template[2], after.template[2]),)


def _part(live: Obj, wanted: Obj, *, reasons: t.Iterable[Difference], in_place: t.Iterable[Difference] = ()) -> Part:
    kind = wanted["kind"]
    beside = [
        change
        for place in _IN_PLACE.get(kind, ())
        if dig(wanted, place)
        for change in differences(dig(live, place), dig(wanted, place), path=f"{kind}.{'.'.join(place)}")
    ]
    return Part(
        reasons=tuple(map(str, reasons)),
        in_place=tuple(map(str, [*in_place, *beside])),
        scaled=_scaled(live, wanted),
        strategy=dig(wanted, (*_STRATEGY, "type")) or "RollingUpdate",
    )


def _scaled(live: Obj, wanted: Obj) -> tuple[int, int] | None:
    """None where the number stays, or is left to an autoscaler that has it already."""
    was, will = dig(live, _COUNT), dig(wanted, _COUNT)
    if will is None and was is not None:
        will = _handed_over(live, wanted, int(was))
    return (int(was), int(will)) if was is not None and will is not None and was != will else None


def _handed_over(live: Obj, wanted: Obj, count: int) -> int:
    """The number that an autoscaler begins with: Cluster API brings it within the bounds as it gives it out of hand."""
    before, after = (obj["metadata"].get("annotations") or {} for obj in (live, wanted))
    if any(bound in before for bound in _BOUNDS) or not all(bound in after for bound in _BOUNDS):
        return count
    least, most = (int(after[bound]) for bound in _BOUNDS)
    return max(least, min(most, count))


__all__ = ("IN_PLACE", "Part", "Rolls", "rolls")
