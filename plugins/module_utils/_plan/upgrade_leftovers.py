# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a cluster leaves behind when its config changes: worker groups that are gone, templates that nobody names."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import REFERENCES, dig, key, references
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

TEMPLATES = frozenset({"KubeadmConfigTemplate", "VSphereMachineTemplate"})
CLUSTER_LABEL = "cluster.x-k8s.io/cluster-name"
CLONED_FROM = "cluster.x-k8s.io/cloned-from-name"
CLONED_KIND = "cluster.x-k8s.io/cloned-from-groupkind"

_DEPLOYMENT_LABEL = "cluster.x-k8s.io/deployment-name"
_NUMBERED = re.compile(r"(.+)-\d+", re.DOTALL)


def leftovers(live: t.Sequence[Obj], wanted: t.Sequence[Obj], *, cluster: str) -> tuple[Obj, ...]:
    """Live objects of this cluster that ``wanted``, settled, does not have: groups first, then templates.

    Machines may still stand on such a template: see ``still_used`` before it is removed.
    """
    kept = {key(obj) for obj in wanted}
    bases = {_base(reference.template[2]) for obj in (*live, *wanted) for reference in references(obj)}
    groups = [obj for obj in live if _is_group(obj, cluster) and key(obj) not in kept]
    templates = [
        obj for obj in live if obj["kind"] in TEMPLATES and key(obj) not in kept and _is_ours(obj, cluster, bases)
    ]
    return (*sorted(groups, key=key), *sorted(templates, key=key))


def still_used(template: Obj, live: t.Iterable[Obj]) -> Obj | None:
    """Who needs a template: a holder, a MachineSet with machines, or a machine that was cloned from it."""
    return next((obj for obj in live if _refers(obj, template)), None)


def is_leaving(obj: Obj) -> bool:
    """Whether it is on its way out: a machine and its parts that are deleted, a MachineSet that is to have none."""
    return "deletionTimestamp" in obj["metadata"] or (
        obj["kind"] == "MachineSet" and not (obj.get("spec") or {}).get("replicas")
    )


def _refers(obj: Obj, template: Obj) -> bool:
    if obj["kind"] in REFERENCES:
        return any(reference.template == key(template) for reference in references(obj))
    if obj["kind"] == "MachineSet":
        places = (("bootstrap", "configRef"), ("infrastructureRef",))
        named = [dig(obj, ("spec", "template", "spec", *place)) or {} for place in places]
        inhabited = (obj.get("status") or {}).get("replicas") or (obj.get("spec") or {}).get("replicas")
        return bool(inhabited) and any(_is(reference, template) for reference in named)
    annotations = obj["metadata"].get("annotations") or {}
    kind = str(annotations.get(CLONED_KIND, "")).partition(".")[0]
    return bool(kind == template["kind"] and annotations.get(CLONED_FROM) == template["metadata"]["name"])


def _is(reference: t.Mapping[str, t.Any], template: Obj) -> bool:
    return (reference.get("kind"), reference.get("name")) == (template["kind"], template["metadata"]["name"])


def _is_group(obj: Obj, cluster: str) -> bool:
    """A group of workers of this cluster, or the check that goes with one; checks that users made are theirs."""
    if obj["kind"] not in {"MachineDeployment", "MachineHealthCheck"} or dig(obj, ("spec", "clusterName")) != cluster:
        return False
    watched = (dig(obj, ("spec", "selector", "matchLabels")) or {}).get(_DEPLOYMENT_LABEL)
    return bool(obj["kind"] == "MachineDeployment" or obj["metadata"]["name"] == f"{watched}-worker-unhealthy")


def _is_ours(template: Obj, cluster: str, bases: t.Collection[str]) -> bool:
    """By the owner that Cluster API writes, else by label, else by a name that a part of this cluster counts up."""
    metadata = template["metadata"]
    owners = [owner.get("name") for owner in metadata.get("ownerReferences") or () if owner.get("kind") == "Cluster"]
    label = (metadata.get("labels") or {}).get(CLUSTER_LABEL)
    if owners or label:
        return cluster in owners or label == cluster
    return _base(metadata["name"]) in bases


def _base(name: str) -> str:
    found = _NUMBERED.fullmatch(name)
    return found[1] if found else name


__all__ = ("CLONED_FROM", "CLONED_KIND", "TEMPLATES", "is_leaving", "leftovers", "still_used")
