# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The objects that hold machines, and the templates that they refer to."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._plan.content import Difference, differences
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

Keys = tuple[str, ...]
Name = tuple[str, str, str]
"""Kind, namespace, name."""

REFERENCES: t.Mapping[str, tuple[Keys, ...]] = {
    "EtcdadmCluster": (("spec", "infrastructureTemplate"),),
    "KubeadmControlPlane": (("spec", "machineTemplate", "spec", "infrastructureRef"),),
    "MachineDeployment": (
        ("spec", "template", "spec", "bootstrap", "configRef"),
        ("spec", "template", "spec", "infrastructureRef"),
    ),
}
"""Kind of a holder -> where it names its templates."""

_BOTTLEROCKET = (
    "bottlerocket",
    "bottlerocketBootstrap",
    "bottlerocketCustomBootstrapContainers",
    "certBundles",
    "pause",
    "proxy",
    "registryMirror",
)
_KUBEADM = (
    "files",
    "ntp",
    "preKubeadmCommands",
    "users",
    "joinConfiguration.patches",
    "joinConfiguration.nodeRegistration.kubeletExtraArgs",
    "joinConfiguration.nodeRegistration.taints",
    *(f"clusterConfiguration.{field}" for field in _BOTTLEROCKET),
    *(f"joinConfiguration.{field}" for field in _BOTTLEROCKET),
)
OPTIONAL: t.Mapping[str, tuple[str, ...]] = {
    "DockerMachineTemplate": ("customImage", "extraMounts"),
    "EtcdadmCluster": ("certBundles", "cloudInitConfig.etcdReleaseURL", "ntp", "proxy", "registryMirror"),
    "KubeadmConfigTemplate": _KUBEADM,
    "KubeadmControlPlane": (
        *_KUBEADM,
        "clusterConfiguration.apiServer.certSANs",
        "clusterConfiguration.apiServer.extraEnvs",
        "clusterConfiguration.apiServer.extraVolumes",
        "clusterConfiguration.controllerManager.extraVolumes",
        "clusterConfiguration.featureGates",
        "clusterConfiguration.scheduler.extraVolumes",
    ),
    "MachineDeployment": ("failureDomain",),
    "VSphereMachineTemplate": ("storagePolicyName", "tagIDs"),
}
"""Kind -> fields that the renderer writes only sometimes: where it leaves one out, the live one was taken away.

Upstream does not see that of ``storagePolicyName`` and ``tagIDs``: it keeps the name, and the server refuses.
"""

CONTENT: t.Mapping[str, Keys] = {
    "EtcdadmCluster": ("spec", "etcdadmConfigSpec"),
    "KubeadmControlPlane": ("spec", "kubeadmConfigSpec"),
}
TEMPLATE: Keys = ("spec", "template", "spec")


def key(obj: Obj) -> Name:
    """What tells an object apart from others."""
    metadata = obj["metadata"]
    return obj["kind"], metadata.get("namespace") or "", metadata["name"]


def by_name(objects: t.Iterable[Obj]) -> dict[Name, Obj]:
    """Objects by kind, namespace and name."""
    return {key(obj): obj for obj in objects}


def dig(obj: t.Any, keys: Keys) -> t.Any:
    """The value at a place, or None."""
    for name in keys:
        if not isinstance(obj, dict):
            return None
        obj = obj.get(name)
    return obj


def replaced(obj: Obj, keys: Keys, value: t.Any) -> Obj:
    """A copy with another value at a place."""
    name, *rest = keys
    inner = replaced(obj.get(name) or {}, tuple(rest), value) if rest else value
    return {**obj, name: inner}


@dataclasses.dataclass(frozen=True)
class Reference:
    """A holder's word about one of its templates."""

    holder: Obj = dataclasses.field(repr=False)
    keys: Keys

    @property
    def template(self) -> Name:
        """The template."""
        found = dig(self.holder, self.keys) or {}
        return str(found.get("kind", "")), self.holder["metadata"].get("namespace") or "", str(found.get("name", ""))


def references(holder: Obj) -> tuple[Reference, ...]:
    """The templates that an object names; none for an object that holds no machines."""
    return tuple(Reference(holder, keys) for keys in REFERENCES.get(holder["kind"], ()))


def changes(live: Obj, wanted: Obj, *, ignored: t.Collection[str] = ()) -> tuple[Difference, ...]:
    """How the content of machines differs between two states of one object."""
    kind = wanted["kind"]
    place = CONTENT.get(kind, TEMPLATE)
    # The place of a template's content says nothing that its kind does not.
    path = f"{kind}.spec" if place == TEMPLATE else f"{kind}.{'.'.join(place)}"
    optional = OPTIONAL.get(kind, ())
    return differences(dig(live, place), dig(wanted, place), path=path, optional=optional, ignored=ignored)


__all__ = (
    "CONTENT",
    "OPTIONAL",
    "REFERENCES",
    "TEMPLATE",
    "Name",
    "Reference",
    "by_name",
    "changes",
    "dig",
    "key",
    "references",
    "replaced",
)
