# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading for a diagnosis: what is asked of whom, what is left alone, and what comes out."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ops import why
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    Inventory,
    InventoryItem,
    Kube,
    Lookup,
    MachineFacts,
    Obj,
)
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeKube, FakeProbe, FakeReporter, FakeVSphere
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait import world as w

TARGET = Target("w01", "eksa-system")
AWAY = EksaError("https://10.1.0.5:6443 does not answer: no route to host.", code="kube.unreachable")
KUBECONFIG = base64.b64encode(b"kubeconfig of w01").decode()


@dataclasses.dataclass
class World:
    """Two API servers and a vCenter, and who was asked."""

    management: FakeKube
    workload: FakeKube
    vsphere: FakeVSphere = dataclasses.field(default_factory=FakeVSphere)
    probe: FakeProbe = dataclasses.field(default_factory=FakeProbe)
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    opened: list[str] = dataclasses.field(default_factory=list)
    connect: t.Callable[[str], Kube] | None = None
    credentials: bool = True

    def explain(self) -> dict[str, t.Any]:
        """The module's return values."""
        ports = why.Ports(
            kube=self.management,
            connect=self.connect or (lambda _text: self.workload),
            probe=self.probe,
            clock=FakeClock(),
            report=self.report,
            vcenter=self._vcenter if self.credentials else None,
        )
        return dict(why.explain(TARGET, ports=ports).data)

    @contextlib.contextmanager
    def _vcenter(self, server: str) -> t.Iterator[FakeVSphere]:
        self.opened.append(server)
        try:
            yield self.vsphere
        finally:
            self.vsphere.close()


def world(*objects: Obj, inside: t.Sequence[Obj] = (), **more: t.Any) -> World:
    """A broken cluster on two servers."""
    seen = w.broken(*objects, inside=inside)
    management, workload = FakeKube("management"), FakeKube("workload")
    for obj in seen.management:
        management.seed(obj)
    for obj in seen.workload or ():
        workload.seed(obj)
    management.seed(
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": "w01-kubeconfig", "namespace": "eksa-system"},
            "data": {"value": KUBECONFIG},
        }
    )
    return World(management, workload, **more)


def silent(_text: str) -> Kube:
    """The cluster's API does not answer."""
    raise AWAY


def test_a_fault_comes_with_everything_a_person_needs() -> None:
    there = world(*f.stuck_vm("NotProvisioned", f.NO_TEMPLATE), credentials=False)
    found = there.explain()
    assert (found["ready"], found["code"]) == (False, "why.template_missing")
    assert found["cause"].endswith("does not exist in vCenter vcenter.local.")
    assert found["evidence"][0]["object"] == "VSphereVM w01-abc12"
    assert found["fix"].startswith("Make the template")
    assert "\n".join(there.report.lines) == found["msg"]
    assert found["msg"].startswith("Cluster w01 is not ready: The template")


def test_a_ready_cluster_is_called_so_and_costs_few_requests() -> None:
    there = world(s.cluster())
    found = there.explain()
    assert (found["ready"], found["code"], found["fix"], found["also"]) == (True, "why.ready", "", [])
    assert there.management.calls + there.workload.calls <= 20
    assert not there.opened, "a vCenter whose machines are well is left alone"
    assert not there.probe.asked
    assert not there.management.log, "nothing is written"


def test_pods_are_read_where_a_deployment_lacks_some() -> None:
    short = w.deployment("capv-controller-manager", "capv-system", available=0)
    there = world(short, f.crashing(), f.crashing("other", "cert-manager"))
    found = there.explain()
    assert found["code"] == "why.provider_crash_loop"
    assert "capv-system" in found["cause"]


def test_a_management_cluster_that_is_away_is_an_answer() -> None:
    there = world()

    def get(**_where: t.Any) -> Obj | None:
        raise AWAY

    there.management.get = get  # type: ignore[method-assign,assignment]
    found = there.explain()
    assert found["code"] == "why.management_unreachable"
    assert "no route to host" in found["cause"]


def test_a_missing_library_is_an_error() -> None:
    there = world()

    def get(**_where: t.Any) -> Obj | None:
        raise MissingLibrary("The Python package kubernetes is not importable.", code="library.missing")

    there.management.get = get  # type: ignore[method-assign,assignment]
    with pytest.raises(MissingLibrary):
        there.explain()


def test_other_clusters_are_named_where_this_one_is_missing() -> None:
    there = World(FakeKube("management"), FakeKube("workload"))
    there.management.seed(w.made(s.cluster(), metadata={"name": "other"}))
    found = there.explain()
    assert found["code"] == "why.cluster_missing"
    assert [seen["object"] for seen in found["evidence"]] == ["Cluster other"]


def test_a_cluster_that_refuses_its_kubeconfig_is_not_called_silent() -> None:
    def refuse(_text: str) -> Kube:
        raise EksaError("list of Node: HTTP 401 Unauthorized: Unauthorized.", code="kube.unauthorized")

    found = world(f.probe_failed(), connect=refuse, credentials=False).explain()
    assert found["code"] == "why.workload_refused"
    assert "why.endpoint_not_answering" not in {other["code"] for other in found["also"]}
    assert "HTTP 401" in found["msg"]


def test_a_silent_cluster_has_its_endpoint_tried() -> None:
    there = world(f.probe_failed(), connect=silent, credentials=False)
    found = there.explain()
    assert found["code"] == "why.endpoint_not_answering"
    assert there.probe.asked == [w.ENDPOINT]
    assert "no route to host" in found["msg"]


def test_a_cluster_that_was_never_up_is_not_connected_to() -> None:
    cluster = w.made(s.cluster(available=False, initialized=False), spec={"controlPlaneEndpoint": {"host": w.ENDPOINT}})
    there = world(
        cluster,
        *f.stuck_vm("PoweringOn", since=s.JUST_NOW),
        connect=silent,
        probe=FakeProbe(port=80),
        credentials=False,
    )
    assert there.explain()["code"] == "why.endpoint_in_use"


def test_external_etcd_is_read() -> None:
    cluster = w.made(
        s.cluster(available=False), spec={"managedExternalEtcdRef": {"kind": "EtcdadmCluster", "name": "w01-etcd"}}
    )
    waiting = s.condition("EtcdEndpointsAvailable", "False", "WaitingForEtcdadmEndpointsToPassHealthcheck")
    assert world(cluster, w.etcdadm(waiting), w.etcd_machine()).explain()["code"] == "why.etcd_member_unhealthy"


def test_budgets_are_read_while_a_machine_is_emptied() -> None:
    found = world(f.draining(), inside=(w.budget(),)).explain()
    assert found["code"] == "why.drain_blocked"
    assert "PodDisruptionBudget shop/web" in {seen["object"] for seen in found["evidence"]}


def test_vcenter_is_asked_where_the_chain_ends_there() -> None:
    facts = {
        f.CP: MachineFacts(there=True, connection="connected", power="poweredOff", events=("bob switched it off",))
    }
    there = world(inside=(f.lost_node(),), vsphere=FakeVSphere(machines=facts))
    found = there.explain()
    assert found["code"] == "why.vm_powered_off"
    assert (there.opened, there.vsphere.logins, there.vsphere.closed) == (["vcenter.local"], 1, 1)
    assert not there.vsphere.queries, "a machine that was made needs nothing looked up"


def test_what_a_machine_is_made_of_is_looked_up_as_it_is_written() -> None:
    machine, vm = f.stuck_vm("WaitingForClone")
    vm["spec"]["datastore"] = "LocalDS_0"
    found = Lookup(items=(InventoryItem("/x", "x", "x-1"),))
    inventory = Inventory(
        datacenter=found,
        templates={w.TEMPLATE: found},
        datastores={"/DC0/datastore/LocalDS_0": Lookup(near=("/DC0/datastore/LocalDS_1",))},
        folders={w.FOLDER: found},
        resource_pools={w.POOL: found},
        networks={"/DC0/network/VM Network": found},
    )
    there = world(machine, vm, vsphere=FakeVSphere(inventory=inventory))
    told = there.explain()
    assert told["code"] == "why.datastore_missing"
    assert "The datastore LocalDS_0" in told["cause"]
    assert there.vsphere.queries[0].datastores == ("/DC0/datastore/LocalDS_0",)


@pytest.mark.parametrize(
    ("thumbprint", "problem", "logins"),
    [
        ("AB:CD", "self-signed", 1),
        ("ab:cd", "self-signed", 1),
        ("", "self-signed", 1),
        ("99:99", "", 1),
        ("99:99", "self-signed", 0),
    ],
)
def test_the_password_goes_to_the_vcenter_that_is_meant(thumbprint: str, problem: str, logins: int) -> None:
    place = w.made(w.vsphere_cluster(), spec={"thumbprint": thumbprint})
    shown = Certificate(sha1="AB:CD", sha256="EF:01", problem=problem)
    there = world(place, *f.stuck_vm("WaitingForClone"), vsphere=FakeVSphere(shown=shown))
    found = there.explain()
    assert there.vsphere.logins == logins
    assert ("expects 99:99" in str(found["evidence"])) is not bool(logins)


def test_a_vcenter_that_refuses_us_changes_nothing_but_the_evidence() -> None:
    refused = EksaError("vCenter vcenter.local refused the password of bob.", code="vsphere.login_refused")
    there = world(*f.stuck_vm("NotProvisioned", f.NO_TEMPLATE), vsphere=FakeVSphere(refused=refused))
    found = there.explain()
    assert found["code"] == "why.template_missing"
    assert any("refused the password of bob" in seen["seen"] for seen in found["evidence"])
    assert there.vsphere.closed == 1
