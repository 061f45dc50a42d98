# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Both sides of a cluster, brought together: what changes, and what keeps it from being changed. Nobody is asked."""

from __future__ import annotations

import datetime as dt
import functools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import examine
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import PAUSED, changes
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_look import Live
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_subject import Subject
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_wanted import Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._plan import (
    upgrade_file,
    upgrade_parts,
    upgrade_refusals,
    upgrade_templates,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.content import differences
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import dig, key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import rolls
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade import Component
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_file import Fingerprint
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_machines import by_part
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_parts import Sides
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

_AGENT = ("DaemonSet", "kube-system", "cilium")


class Picture:
    """Both sides of a cluster, brought together. Nothing is asked here."""

    def __init__(self, subject: Subject, wanted: Wanted, live: Live) -> None:
        self.subject = subject
        self.wanted = wanted
        self.live = live
        described = upgrade_templates.unchanged(subject.config, live.described.values())
        self.unchanged = described | upgrade_templates.alike(wanted.cluster, live.cluster)
        unseen = {
            part
            for part, machine in upgrade_templates.machine_configs(subject.config).items()
            if machine.template not in subject.template_facts
        }
        self.unseen = unseen - self.unchanged
        known = upgrade_templates.adopted(wanted.cluster, live.cluster, parts=unseen & self.unchanged)
        self.settled = upgrade_templates.kept(settled(known, live.cluster.values()), live.cluster, parts=self.unseen)
        self.sides = Sides(
            name=subject.config.name,
            live=live.cluster,
            wanted=self.settled,
            machines=by_part(live.machines, cluster=subject.config.name),
            rolls=rolls(tuple(live.cluster.values()), self.settled),
        )

    @property
    def templates_unseen(self) -> list[str]:
        """Templates of vCenter that were not looked at, though something about them changes."""
        machines = upgrade_templates.machine_configs(self.subject.config)
        return sorted({machine.template for part, machine in machines.items() if part in self.unseen})

    @functools.cached_property
    def components(self) -> tuple[Component, ...]:
        """What manages clusters, where its version differs."""
        plans = {plan.label: plan.version for plan in self.wanted.providers}
        versions = {**({"cert-manager": self.wanted.cert_manager} if self.wanted.cert_manager else {}), **plans}
        return _differing(self.live.installed, versions)

    @functools.cached_property
    def cilium(self) -> tuple[Component, ...]:
        """The network by the image of its agent."""
        before = self.live.cluster.get(_AGENT)
        after = next((obj for obj in self.wanted.network if key(obj) == _AGENT), None)
        return _differing({"cilium": _tag(before)}, {"cilium": _tag(after)}) if after else ()

    @property
    def versions(self) -> tuple[Component, ...]:
        """What people call the version of a cluster."""
        plane = self.sides.holders[CONTROL_PLANE]
        before = dig(self.live.cluster.get(key(plane)), ("spec", "version")) or ""
        after = dig(plane, ("spec", "version")) or ""
        return (
            *_differing({"Kubernetes": before}, {"Kubernetes": after}),
            *_differing({"EKS Anywhere": self.release}, {"EKS Anywhere": self.wanted.release}),
        )

    @property
    def release(self) -> str:
        """The release of EKS Anywhere that the cluster says it has."""
        config = self.subject.config
        cluster = self.live.described[("Cluster", config.namespace, config.name)]
        return str(dig(cluster, ("spec", "eksaVersion")) or "")

    def refuse(self, *, today: dt.datetime) -> None:
        """Raise everything that keeps the cluster from being upgraded, if there is something to upgrade."""
        before, after = self._documents()
        environ = self.subject.environ
        found = [
            *upgrade_refusals.of_change(changes(examine(before, environ)[0], examine(after, environ)[0])),
            *upgrade_refusals.of_release(self.release, self.wanted.release),
            *upgrade_refusals.of_manager(
                self.subject.config.management_name, self.live.manager_release, self.wanted.release
            ),
        ]
        if self.sides.rolls.any or self.components or self.cilium:
            found += upgrade_refusals.of_parts(upgrade_parts.unready(self.sides, today=today))
        error = upgrade_refusals.error(self.subject.config.name, found)
        if error:
            raise error

    def _documents(self) -> tuple[str, str]:
        """The vendor's documents as they are and as they shall be."""
        kinds = {document["kind"] for document in self.subject.config.documents}
        after = [obj for obj in self.wanted.described if obj["kind"] in kinds]
        before = [obj for obj in self.live.described.values() if obj["kind"] in kinds]
        if _same_specs(before, after):
            # A run that was cut while it wrote them has left them paused; nobody else would have written these.
            before = [_released(obj) for obj in before]
        return _text(before), _text(after)

    def fingerprint(self) -> Fingerprint:
        """Of all that the plan follows from."""
        kept = {name: obj for name, obj in self.live.described.items() if name in set(map(key, self.wanted.described))}
        facts: dict[str, t.Any] = {
            f"component {one.name}": one.as_dict() for one in (*self.components, *self.cilium, *self.versions)
        }
        facts |= {
            f"EKS Anywhere {label(obj)}": [dig(kept.get(key(obj)), ("spec",)), obj.get("spec")]
            for obj in self.wanted.described
        }
        return upgrade_file.fingerprint(self.live.cluster, self.settled, self.live.machines, facts)


def _differing(before: t.Mapping[str, str], after: t.Mapping[str, str]) -> tuple[Component, ...]:
    return tuple(
        Component(name, before.get(name, ""), version)
        for name, version in after.items()
        if before.get(name, "") != version
    )


def _tag(workload: Obj | None) -> str:
    """The tag of the image of a workload's first container, without its digest."""
    containers = dig(workload, ("spec", "template", "spec", "containers")) or [{}]
    image = str(containers[0].get("image") or "").partition("@")[0]
    return image.rpartition("/")[2].partition(":")[2]


def _same_specs(before: t.Sequence[Obj], after: t.Sequence[Obj]) -> bool:
    known = {key(obj): obj for obj in before}
    pairs = [(known.get(key(obj)) or {}, obj) for obj in after]
    return not any(differences(there.get("spec"), obj.get("spec"), path="spec") for there, obj in pairs)


def _released(obj: Obj) -> Obj:
    annotations = {name: value for name, value in (obj["metadata"].get("annotations") or {}).items() if name != PAUSED}
    return {**obj, "metadata": {**obj["metadata"], "annotations": annotations}}


def _text(documents: t.Iterable[Obj]) -> str:
    """Documents without what only a server writes."""
    kept = ("annotations", "labels", "name", "namespace")
    return "---\n".join(
        dumped(
            {
                "apiVersion": obj["apiVersion"],
                "kind": obj["kind"],
                "metadata": {name: obj["metadata"][name] for name in kept if obj["metadata"].get(name)},
                "spec": obj.get("spec") or {},
            }
        )
        for obj in documents
    )


__all__ = ("Picture",)
