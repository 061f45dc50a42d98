# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a check sees: the defaulted documents, and how to say where something is wrong."""

from __future__ import annotations

import dataclasses
import functools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import ERROR, WARNING, Finding, shown
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

Data = dict[str, t.Any]
Findings = t.Iterator[Finding]

CONTROL_PLANE = "spec.controlPlaneConfiguration"
WORKERS = "spec.workerNodeGroupConfigurations"
ETCD = "spec.externalEtcdConfiguration"
NETWORK = "spec.clusterNetwork"


def dig(data: t.Mapping[str, t.Any], path: str) -> t.Any:
    """The value at ``a.b.c``, or None."""
    found: t.Any = data
    for key in path.split("."):
        if not isinstance(found, dict):
            return None
        found = found.get(key)
    return found


@dataclasses.dataclass(frozen=True)
class Scope:
    """The documents of one config. ``sources`` keeps those that the Cluster does not reference, too."""

    cluster: Source
    sources: t.Sequence[Source]
    environ: t.Mapping[str, str]

    @property
    def spec(self) -> Data:
        """The Cluster's spec."""
        return self.cluster.spec

    @property
    def datacenter_kind(self) -> str:
        """Kind of the datacenter object, which names the provider."""
        return str(dig(self.spec, "datacenterRef.kind") or "")

    @property
    def provider(self) -> str:
        """``vsphere``, ``docker``, ...; empty when unknown."""
        return schema.PROVIDERS.get(self.datacenter_kind, "")

    @property
    def self_managed(self) -> bool:
        """Whether the cluster manages itself."""
        return bool(dig(self.spec, "managementCluster.name") == self.cluster.name)

    @property
    def control_plane(self) -> Data:
        """The control plane section."""
        return dig(self.spec, "controlPlaneConfiguration") or {}

    @property
    def etcd(self) -> Data | None:
        """The external etcd section."""
        found: Data | None = self.spec.get("externalEtcdConfiguration")
        return found

    def groups(self) -> t.Iterator[tuple[str, Data]]:
        """Path and content of each worker group."""
        for index, group in enumerate(self.spec.get("workerNodeGroupConfigurations", ())):
            yield f"{WORKERS}[{index}]", group

    def feature(self, variable: str) -> bool:
        """Whether the environment switches a feature on."""
        return self.environ.get(variable) == "true"

    def find(self, kind: str, name: str) -> Source | None:
        """A document by kind and name, of the same API version as the Cluster."""
        return self._by_name.get((kind, name))

    def datacenter(self, kind: str) -> Source | None:
        """The datacenter object, when it is of this kind."""
        return self.find(kind, dig(self.spec, "datacenterRef.name") or "") if self.datacenter_kind == kind else None

    def machines(self, kind: str) -> list[Source]:
        """Machine configs of this kind that the Cluster references, each once."""
        sections = (self.control_plane, self.etcd or {}, *(group for _path, group in self.groups()))
        found = (self.machine(kind, section) for section in sections)
        return list({source.name: source for source in found if source is not None}.values())

    def machine(self, kind: str, section: Data | None) -> Source | None:
        """The machine config of this kind that a section of the Cluster (control plane, etcd, group) references."""
        ref = (section or {}).get("machineGroupRef", {})
        return self.find(kind, ref.get("name", "")) if ref.get("kind") == kind else None

    def versions(self, kind: str) -> t.Iterator[tuple[Source, str]]:
        """Machine configs of this kind, each with every version of Kubernetes that its machines run."""
        wide = self.spec.get("kubernetesVersion", "")
        wanted = [(self.control_plane, wide), (self.etcd, wide)]
        wanted += [(group, group.get("kubernetesVersion") or wide) for _path, group in self.groups()]
        found = ((self.machine(kind, section), version) for section, version in wanted)
        yield from {
            (source.name, version): (source, version) for source, version in found if source is not None
        }.values()

    def error(self, path: str, message: str, *, source: Source | None = None) -> Finding:
        """An error finding about a field of the Cluster or of ``source``."""
        return self._finding(path, message, ERROR, source or self.cluster)

    def warning(self, path: str, message: str, *, source: Source | None = None) -> Finding:
        """A warning about a field of the Cluster or of ``source``."""
        return self._finding(path, message, WARNING, source or self.cluster)

    def obstacle(self, path: str, message: str, *, source: Source | None = None) -> Finding:
        """A warning that becomes an error when the cluster is made."""
        found = self.warning(path, f"{message} (refused when a cluster is created)", source=source)
        return dataclasses.replace(found, on_create=True)

    def _finding(self, path: str, message: str, severity: str, source: Source) -> Finding:
        value = dig(source.data, path)
        quoted = shown(value) if not isinstance(value, (dict, list)) else ""
        return Finding(source.path(path), message, severity, source.line(path), quoted)

    @functools.cached_property
    def _by_name(self) -> dict[tuple[str, str], Source]:
        return {
            (source.kind, source.name): source
            for source in self.sources
            if source.api_version == self.cluster.api_version
        }


Check = t.Callable[[Scope], Findings]

__all__ = ("CONTROL_PLANE", "ETCD", "NETWORK", "WORKERS", "Check", "Data", "Findings", "Scope", "dig")
