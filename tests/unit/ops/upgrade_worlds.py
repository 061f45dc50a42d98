# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster that was created from the stacked config, and the same cluster asked to become something else."""

from __future__ import annotations

import dataclasses
import typing as t
import uuid

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster, keys
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._ops import files, upgrade_info, upgrade_info_wanted
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import CERT_MANAGER_VERSION_ANNOTATION
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import encoded as encode
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.fakes import (
    FakeArtifacts,
    FakeClock,
    FakeFiles,
    FakeKube,
    FakeReporter,
    FakeRunner,
)
from ansible_collections.eks.anywhere.tests.unit.plan.worlds import living
from ansible_collections.eks.anywhere.tests.unit.render.test_cluster import KEY, TEXTS

Obj = dict[str, t.Any]
NAME = "w01"
KUBECONFIG = f"/state/{NAME}/{NAME}-eks-a-cluster.kubeconfig"
MANAGER = "/state/mgmt/mgmt-eks-a-cluster.kubeconfig"
MANAGED = samples.edited(samples.assign("managementCluster", {"name": "mgmt"}), samples.STACKED)
NAMESPACE = "eksa-system"
LOGIN = Credentials(username="operator", password="not-a-secret", ssh_authorized_key=KEY)

CHART = """
apiVersion: apps/v1
kind: DaemonSet
metadata: {{name: cilium, namespace: kube-system}}
spec: {{template: {{spec: {{containers: [{{name: cilium-agent, image: "x/cilium:{version}@sha256:0"}}]}}}}}}
---
apiVersion: v1
kind: ConfigMap
metadata: {{name: cilium-config, namespace: kube-system}}
data: {{routing-mode: tunnel}}
---
apiVersion: v1
kind: Secret
metadata: {{name: cilium-ca, namespace: kube-system}}
data: {{ca.crt: bmV3IGVhY2ggdGltZQ==}}
"""
COMPONENTS = """
apiVersion: apps/v1
kind: Deployment
metadata: {{name: eksa-controller-manager, namespace: eksa-system}}
spec: {{template: {{spec: {{containers: [{{name: manager, image: "x/eksa:{version}"}}]}}}}}}
"""


@dataclasses.dataclass
class Release:
    """A Bundles manifest and the artifacts it names."""

    bundles: str = TEXTS["bundles.yaml"]
    eksd: str = TEXTS["kubernetes-1-34-eks-9.yaml"]
    cilium: str = "v1.19.4-1"
    eksa: str = "v0.26.0"

    @property
    def artifacts(self) -> FakeArtifacts:
        """By URI."""
        return FakeArtifacts(
            {
                "releases/kubernetes-1-34-eks-9.yaml": self.eksd,
                "releases/eksd-crds.yaml": "",
                "manifests/eksa-components.yaml": COMPONENTS.format(version=self.eksa),
            }
        )

    def newer(self, before: str, after: str) -> Release:
        """The same with another version somewhere."""
        return dataclasses.replace(self, bundles=self.bundles.replace(before, after))


@dataclasses.dataclass
class World:
    """One API server that holds the cluster and what manages it."""

    text: str = samples.STACKED
    release: Release = dataclasses.field(default_factory=Release)
    kube: FakeKube = dataclasses.field(default_factory=lambda: FakeKube("own"))
    files: FakeFiles = dataclasses.field(default_factory=lambda: FakeFiles({KUBECONFIG: "kubeconfig"}))
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    counts: t.Mapping[str, int] = dataclasses.field(default_factory=lambda: {"control_plane": 3, "workers/md-0": 2})
    environ: t.Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Create it."""
        subject, ports = self.subject(), self.ports()
        wanted = upgrade_info_wanted.wanted(subject, ports=ports, kube=self.kube)
        for obj in (*wanted.cluster, *wanted.network, *wanted.definitions):
            self.seed(obj)
        for obj in wanted.described:
            # The vendor's definitions keep what is empty.
            self.kube.seed({**obj, "metadata": {**obj["metadata"], "generation": 1}})
        for plan in wanted.providers:
            self.provider(plan.label, plan.version)
        self.seed(
            {
                "apiVersion": "apps/v1",
                "kind": "Deployment",
                "metadata": {
                    "name": "cert-manager",
                    "namespace": "cert-manager",
                    "labels": {"clusterctl.cluster.x-k8s.io/core": "cert-manager"},
                    "annotations": {CERT_MANAGER_VERSION_ANNOTATION: wanted.cert_manager},
                },
            }
        )
        files.converge(subject.config, state_dir="/state", state="present", files=self.files, check_mode=False)
        for part, count in self.counts.items():
            for number in range(count):
                self.machine(part, number)

    def subject(self, text: str = "", release: Release | None = None, **more: t.Any) -> upgrade_info.Subject:
        """What is asked for."""
        return upgrade_info.Subject(
            config=keys.completed(cluster.load(text or self.text, environ=self.environ), KEY),
            bundles=load_bundles((release or self.release).bundles),
            state_dir="/state",
            environ=self.environ,
            **{"credentials": LOGIN, **more},
        )

    def ports(self, release: Release | None = None) -> upgrade_info.Ports:
        """The outside world."""
        chart = CHART.format(version=(release or self.release).cilium)
        return upgrade_info.Ports(
            files=self.files,
            artifacts=(release or self.release).artifacts,
            runner=FakeRunner({"helm template": Completed(argv=(), rc=0, stdout=chart, stderr="")}),
            clock=FakeClock(),
            report=self.report,
            open_file=lambda path: {KUBECONFIG: self.kube}[path],
        )

    def info(
        self,
        edits: t.Mapping[str, t.Any] | None = None,
        *,
        release: Release | None = None,
        check_mode: bool = False,
        **more: t.Any,
    ) -> Result:
        """Run the operation for the config with some fields assigned."""

        def edit(found: samples.Documents) -> None:
            for path, value in (edits or {}).items():
                samples.assign(path, value)(found)

        text = samples.edited(edit, self.text) if edits else self.text
        subject = self.subject(text, release, **more)
        return upgrade_info.info(subject, ports=self.ports(release), check_mode=check_mode)

    def seed(self, obj: Obj) -> None:
        """An object as a server holds it, seen by its controller."""
        (stored,) = living([obj])
        if "stringData" in stored:
            encoded = {name: encode(text) for name, text in stored.pop("stringData").items()}
            stored["data"] = {**stored.get("data", {}), **encoded}
        stored["status"] = {"observedGeneration": 3}
        self.kube.seed(stored)

    def provider(self, label: str, version: str) -> None:
        """An entry of clusterctl's inventory."""
        api = "clusterctl.cluster.x-k8s.io/v1alpha3"
        metadata = {"name": label, "namespace": f"{label}-system"}
        self.kube.seed({"apiVersion": api, "kind": "Provider", "metadata": metadata, "version": version})

    def machine(self, part: str, number: int, **status: t.Any) -> str:
        """A machine with its VM; returns its name."""
        prefix, labels = _held(part)
        name = f"{prefix}-{number}"
        identity = str(uuid.uuid5(uuid.NAMESPACE_DNS, name))
        metadata = {"namespace": NAMESPACE, "labels": {"cluster.x-k8s.io/cluster-name": NAME, **labels}}
        machine = {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Machine",
            "metadata": {**metadata, "name": name},
            "spec": {
                "infrastructureRef": {"kind": "VSphereMachine", "name": f"{name}-infra"},
                "providerID": f"vsphere://{identity}",
            },
            "status": {
                "nodeRef": {"name": name},
                "phase": "Running",
                "conditions": [{"type": "Ready", "status": "True"}, {"type": "UpToDate", "status": "True"}],
                **status,
            },
        }
        owner = {"apiVersion": "infrastructure.cluster.x-k8s.io/v1beta1", "kind": "VSphereMachine"}
        vm = {
            "apiVersion": "infrastructure.cluster.x-k8s.io/v1beta1",
            "kind": "VSphereVM",
            "metadata": {
                **metadata,
                "name": f"{name}-vm",
                "ownerReferences": [{**owner, "name": f"{name}-infra", "uid": "u"}],
            },
            "spec": {"biosUUID": identity},
        }
        self.kube.seed(machine)
        self.kube.seed(vm)
        return name


def _held(part: str) -> tuple[str, dict[str, str]]:
    """How the machines of a part are called and labelled."""
    if part == "control_plane":
        return f"{NAME}-cp", {"cluster.x-k8s.io/control-plane": ""}
    name = f"{NAME}-{part.partition('/')[2]}"
    return name, {"cluster.x-k8s.io/deployment-name": name}


@dataclasses.dataclass
class ManagedWorld(World):
    """A cluster that another one manages: ``kube`` is the management cluster, ``own`` the cluster itself."""

    text: str = MANAGED
    own: FakeKube = dataclasses.field(default_factory=lambda: FakeKube("inside"))
    files: FakeFiles = dataclasses.field(default_factory=lambda: FakeFiles({KUBECONFIG: "own", MANAGER: "manager"}))

    def __post_init__(self) -> None:
        """What is in the cluster is not in the one that manages it."""
        super().__post_init__()
        for key in [key for key in self.kube.objects if key[2] == "kube-system"]:
            self.own.objects[key] = self.kube.objects.pop(key)
        self.manager("v0.26.0")

    def manager(self, release: str) -> None:
        """What the management cluster says of itself."""
        api = "anywhere.eks.amazonaws.com/v1alpha1"
        metadata = {"name": "mgmt", "namespace": "default"}
        self.kube.seed({"apiVersion": api, "kind": "Cluster", "metadata": metadata, "spec": {"eksaVersion": release}})

    def ports(self, release: Release | None = None) -> upgrade_info.Ports:
        """The outside world."""
        clients = {KUBECONFIG: self.own, MANAGER: self.kube}
        return dataclasses.replace(super().ports(release), open_file=clients.__getitem__)


def uuid_of(machine: str) -> str:
    """BIOS UUID of the VM of a machine of this world."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, machine))
