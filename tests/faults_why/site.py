# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Half a world: a vCenter, one management cluster with the real providers, and one cluster in which things break."""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import time
import types
import typing as t

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import cluster_why
from ansible_collections.eks.anywhere.tests.faults_why.inside import Inside
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, Cluster, Guests, Obj
from ansible_collections.eks.anywhere.tests.simulation.configs import TEMPLATES
from ansible_collections.eks.anywhere.tests.simulation.providers import Providers
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer, lab_program
from ansible_collections.eks.anywhere.tests.simulation.vcenter import (
    PASSWORDS,
    READER,
    Simulator,
    own_address,
    simulator,
)
from ansible_collections.eks.anywhere.tests.simulation.world import CORE, Management

NAME = "w1"
GROUP = f"{NAME}-md-0"
MADE_OF = ("KubeadmConfigTemplate", "VSphereMachineTemplate", "MachineDeployment")
BOOTSTRAP = "bootstrap.cluster.x-k8s.io/v1beta2"
KEPT_UNTIL = "2036-09-01T11:00:00Z"
EXPIRY = "machine.cluster.x-k8s.io/certificates-expiry"
ETCD = {
    "endpoints": ["https://10.4.0.1:2379"],
    "caFile": "/etc/kubernetes/pki/etcd/ca.crt",
    "certFile": "/etc/kubernetes/pki/apiserver-etcd-client.crt",
    "keyFile": "/etc/kubernetes/pki/apiserver-etcd-client.key",
}
READY_SECONDS = 240.0
PAUSE_SECONDS = 0.5


@dataclasses.dataclass(frozen=True)
class Site:
    """All of it, running. ``kube`` is an administrator's client of the management cluster."""

    vcenter: Simulator
    management: Management
    cluster: Cluster
    guests: Guests
    inside: Inside
    kube: KubeClient

    def fitted(self, objects: list[Obj]) -> list[Obj]:
        """Rendered objects with what is different here: the port of the API server, and an etcd that nobody manages.

        KCP asks a member of a stacked one through its kubelet, which does not run.
        """
        for obj in objects:
            if obj["kind"] == "VSphereCluster":
                obj["spec"]["controlPlaneEndpoint"]["port"] = self.cluster.port
            if obj["kind"] == "KubeadmControlPlane":
                obj["spec"]["kubeadmConfigSpec"]["clusterConfiguration"]["etcd"] = {"external": ETCD}
        return objects

    def objects(self) -> list[Obj]:
        """What a management cluster holds of the cluster."""
        found = self.fitted(self.cluster.objects(self.vcenter))
        authority = next(obj for obj in found if obj["metadata"]["name"] == f"{NAME}-ca")
        copies = [
            {**authority, "metadata": {**authority["metadata"], "name": f"{NAME}-{role}"}}
            for role in ("etcd", "apiserver-etcd-client")
        ]
        return [*copies, *found]

    def why(self, name: str = NAME, **params: t.Any) -> t.Mapping[str, t.Any]:
        """What the module answers to a user of vCenter who may only read."""
        given = {
            "kubeconfig": self.management.api.kubeconfig,
            "name": name,
            "vsphere_username": READER,
            "vsphere_password": PASSWORDS[READER],
        }
        return call(cluster_why, {**given, **params})

    def sessions(self) -> int:
        """How many sessions that user has in vCenter."""
        with self.vcenter.connect() as content:
            return sum(session.userName == READER for session in content.sessionManager.sessionList)

    def group(self, name: str, *, copied_from: str = "", **machine: t.Any) -> None:
        """A further group of one worker, whose machine template has these fields different.

        ``copied_from`` is another name of the machine template.
        """
        found = self.objects()
        group = [obj for obj in found if obj["kind"] in MADE_OF and obj["metadata"]["name"].startswith(GROUP)]
        for obj in group:
            obj["metadata"]["name"] = obj["metadata"]["name"].replace(GROUP, f"{NAME}-md-{name}")
            if obj["kind"] == "VSphereMachineTemplate":
                obj["spec"]["template"]["spec"].update(machine)
            if obj["kind"] == "MachineDeployment":
                inner = obj["spec"]["template"]["spec"]
                inner["bootstrap"]["configRef"]["name"] = f"{NAME}-md-{name}-1"
                inner["infrastructureRef"]["name"] = copied_from or f"{NAME}-md-{name}-1"
        self.management.apply(sorted(group, key=lambda obj: MADE_OF.index(obj["kind"])))

    def end_group(self, name: str) -> None:
        """Take it away again, and wait until its machines are gone."""
        self.delete_group(name)
        self.wait(lambda: not any(f"-md-{name}-" in one["metadata"]["name"] for one in self.machines()))

    def delete_group(self, name: str) -> None:
        """Take it away again."""
        deployment = f"{NAME}-md-{name}"
        self.kube.delete(api_version=CORE, kind="MachineDeployment", name=deployment, namespace=NAMESPACE)

    def machines(self) -> list[Obj]:
        """All Machines."""
        return self.kube.list(api_version=CORE, kind="Machine", namespace=NAMESPACE)

    def cluster_named(self, name: str) -> Obj | None:
        """A Cluster, if it is there."""
        return self.kube.get(api_version=CORE, kind="Cluster", name=name, namespace=NAMESPACE)

    def date_certificates(self, date: str) -> None:
        """What KCP notes of the certificates on a control plane machine. It reads them through the kubelet.

        Without it KCP asks again and again, and never gets to the health of its machines.
        """
        for machine in self.machines():
            name = machine["spec"]["bootstrap"]["configRef"]["name"]
            if "-md-" not in name:
                self.patch("KubeadmConfig", name, {"metadata": {"annotations": {EXPIRY: date}}}, api_version=BOOTSTRAP)

    def patch(self, kind: str, name: str, patch: Obj, *, api_version: str = CORE) -> None:
        """Change an object of the management cluster."""
        self.kube.merge(api_version=api_version, kind=kind, name=name, namespace=NAMESPACE, patch=patch)

    def finish(self, task: t.Any) -> None:
        """Wait for the end of a task of vCenter."""
        self.wait(lambda: str(task.info.state) == "success")

    def wait(self, condition: t.Callable[[], bool], *, seconds: float = READY_SECONDS) -> None:
        """Until it holds."""
        until = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < until, f"not so after {seconds:.0f} s"
            time.sleep(PAUSE_SECONDS)


def call(module: types.ModuleType, params: t.Mapping[str, t.Any]) -> t.Mapping[str, t.Any]:
    """One run of a module's operation with its public options."""
    checked = ArgumentSpecValidator(module.SPEC.options).validate(dict(params))
    assert not checked.error_messages, checked.error_messages
    context = Context(check_mode=False, report=Lines())
    answer: t.Mapping[str, t.Any] = module.operate(checked.validated_parameters, context).as_dict(diff=False)
    return answer


@contextlib.contextmanager
def site(home: pathlib.Path, *, templates: str = TEMPLATES) -> t.Iterator[Site]:
    """Start everything; the cluster has one control plane machine and one worker, both with their nodes.

    ``templates`` are those of vCenter.
    """
    with contextlib.ExitStack() as stack:
        vcenter = stack.enter_context(simulator(lab_program("vcsim"), templates=templates, listen=own_address()))
        api, own = (_server(stack, home, name, trusts_clients=name == NAME) for name in ("management", NAME))
        for server in (api, own):
            server.launch()
        for server in (api, own):
            server.start()
        management = Management(api, Providers(api, home=_folder(home, "providers")))
        stack.callback(management.providers.stop)
        management.providers.start()
        cluster = Cluster(NAME, own)
        guests = Guests(vcenter, [cluster])
        guests.start()
        stack.callback(guests.stop)
        found = Site(vcenter, management, cluster, guests, Inside(own), management.kube)
        _fill(found)
        yield found


def _fill(found: Site) -> None:
    namespace = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}}
    found.cluster.prepare()
    found.management.apply([namespace, *found.objects()])
    found.wait(lambda: [bool(one.get("status", {}).get("nodeRef")) for one in found.machines()] == [True, True])
    found.inside.show_static_pods()
    found.date_certificates(KEPT_UNTIL)


def _server(stack: contextlib.ExitStack, home: pathlib.Path, name: str, *, trusts_clients: bool) -> ApiServer:
    server = ApiServer(name=name, home=_folder(home, name), trusts_clients=trusts_clients)
    stack.callback(server.stop)
    return server


def _folder(home: pathlib.Path, name: str) -> pathlib.Path:
    folder = home / name
    folder.mkdir(mode=0o700)
    return folder


__all__ = ("KEPT_UNTIL", "NAME", "PAUSE_SECONDS", "Site", "call", "site")
