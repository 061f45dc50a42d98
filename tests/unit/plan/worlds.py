# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Objects of the golden configs, edited, and the same as a management cluster would hold them."""

from __future__ import annotations

import copy
import typing as t

from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.render.test_cluster import rendered

Obj = dict[str, t.Any]
Edits = t.Mapping[str, t.Any]

ENDPOINTS = ["https://198.18.0.11:2379", "https://198.18.0.12:2379", "https://198.18.0.13:2379"]
_DEFAULTED: t.Mapping[str, Obj] = {
    "VSphereMachineTemplate": {"powerOffMode": "hard", "os": "Linux"},
    "KubeadmConfigTemplate": {"verbosity": 0, "diskSetup": {"filesystems": []}},
}


def objects(edits: Edits | None = None, *, text: str = samples.FULL) -> list[Obj]:
    """What is rendered for a config with some fields assigned (see ``samples.assign``)."""

    def edit(found: samples.Documents) -> None:
        for path, value in (edits or {}).items():
            samples.assign(path, value)(found)

    return copy.deepcopy(list(rendered(samples.edited(edit, text)).objects))


def living(rendered_objects: t.Iterable[Obj]) -> list[Obj]:
    """The same as the server holds it: what is empty or false left out, defaults, statuses and real endpoints added."""
    return [_stored(obj) for obj in copy.deepcopy(list(rendered_objects))]


def _stored(obj: Obj) -> Obj:
    kept: Obj = _without_zeros(obj)
    kept["metadata"] |= {"uid": f"uid-{obj['metadata']['name']}", "generation": 3, "managedFields": []}
    kept["status"] = {"conditions": []}
    if obj["kind"] in _DEFAULTED:
        kept["spec"]["template"]["spec"] |= _DEFAULTED[obj["kind"]]
    if obj["kind"] == "EtcdadmCluster":
        kept["spec"]["infrastructureTemplate"]["namespace"] = "eksa-system"
    if obj["kind"] == "KubeadmControlPlane":
        kubeadm = kept["spec"]["kubeadmConfigSpec"]
        kubeadm["joinConfiguration"]["nodeRegistration"]["imagePullPolicy"] = "IfNotPresent"
        if "external" in kubeadm["clusterConfiguration"]["etcd"]:
            kubeadm["clusterConfiguration"]["etcd"]["external"]["endpoints"] = list(ENDPOINTS)
    if obj["kind"] == "MachineDeployment":
        kept["spec"].setdefault("rollout", {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1}}})
    return kept


def _without_zeros(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {key: _without_zeros(item) for key, item in value.items() if item or item is True}
    return [_without_zeros(item) for item in value] if isinstance(value, list) else value


def pick(found: t.Iterable[Obj], kind: str, name: str) -> Obj:
    """One object."""
    return next(obj for obj in found if (obj["kind"], obj["metadata"]["name"]) == (kind, name))


def names(found: t.Iterable[Obj]) -> set[tuple[str, str]]:
    """Kind and name of the templates."""
    return {(obj["kind"], obj["metadata"]["name"]) for obj in found if "Template" in obj["kind"]}
