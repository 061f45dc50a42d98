# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Credentials replaced: everywhere or nowhere, asked of vCenter once, cut anywhere and ended by the next run."""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import credentials
from ansible_collections.eks.anywhere.plugins.module_utils._ops.credentials_proof import READ_FROM, TAKEN_BACK
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials import MARK
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials_places import LAST_APPLIED, Pair
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import (
    FakeClock,
    FakeKube,
    FakeReporter,
    FakeVSphere,
    Fuse,
    Killed,
)

SERVER = "vc.example.com"
OLD, NEW = Pair("eksa@vsphere.local", "old secret"), Pair("eksa-2@vsphere.local", 'new "secret" \\ ü')
INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
CSI = f'[Global]\ncluster-id = "c1"\n[VirtualCenter "{SERVER}"]\nuser = "{OLD.username}"\npassword = "{OLD.password}"\nport = "443"\n'


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def plain(text: str) -> str:
    return base64.b64decode(text).decode()


def secret(name: str, texts: t.Mapping[str, str], *, namespace: str = "eksa-system", **more: t.Any) -> Obj:
    metadata = {"name": name, "namespace": namespace, **more.pop("metadata", {})}
    data = {key: b64(text) for key, text in texts.items()}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": data, **more}


def fields(pair: Pair) -> dict[str, str]:
    return {"username": pair.username, "password": pair.password}


def keyed(pair: Pair) -> dict[str, str]:
    return {f"{SERVER}.username": pair.username, f"{SERVER}.password": pair.password}


@dataclasses.dataclass
class World:
    """A management cluster that manages itself and ``c1``; a provider that logs in with what it finds."""

    fuse: Fuse = dataclasses.field(default_factory=Fuse)
    accepted: set[Pair] = dataclasses.field(default_factory=lambda: {OLD, NEW})
    provider_runs: bool = True
    tried: list[Pair] = dataclasses.field(default_factory=list)

    def __post_init__(self) -> None:
        self.management = FakeKube("mgmt", fuse=self.fuse)
        self.workload = FakeKube("c1", fuse=self.fuse)
        self.report = FakeReporter()
        self.clock = FakeClock(on_sleep=self.tend)
        for obj in self._management():
            self.management.seed(obj)
        for kube in (self.management, self.workload):
            for obj in self._inside():
                kube.seed(obj)

    def _management(self) -> t.Iterator[Obj]:
        shared = {**fields(OLD), "usernameCP": OLD.username, "passwordCP": OLD.password}
        data = {"data": {"password": b64(OLD.password), "username": b64(OLD.username)}}
        remembered = json.dumps({"kind": "Secret", **data})
        yield secret("vsphere-credentials", shared, metadata={"annotations": {LAST_APPLIED: remembered}})
        yield secret("git", fields(OLD))
        yield secret(
            "manager-bootstrap-credentials", {"credentials.yaml": yaml.safe_dump(fields(OLD))}, namespace="capv-system"
        )
        for name in ("mgmt", "c1"):
            yield secret(f"{name}-kubeconfig", {"value": f"kubeconfig of {name}"})
            yield secret(f"{name}-vsphere-credentials", fields(OLD))
            inner = secret("cloud-provider-vsphere-credentials", keyed(OLD), namespace="kube-system")
            kind = "addons.cluster.x-k8s.io/resource-set"
            yield secret(f"{name}-cloud-provider-vsphere-credentials", {"data": yaml.safe_dump(inner)}, type=kind)
            identity = {"kind": "Secret", "name": f"{name}-vsphere-credentials"}
            yield {
                "apiVersion": INFRASTRUCTURE,
                "kind": "VSphereCluster",
                "metadata": {"name": name, "namespace": "eksa-system"},
                "spec": {"server": SERVER, "thumbprint": "", "identityRef": identity},
                "status": {
                    "conditions": [{"type": "VCenterAvailable", "status": "True"}, {"type": "Ready", "status": "True"}]
                },
            }

    def _inside(self) -> t.Iterator[Obj]:
        yield secret("cloud-provider-vsphere-credentials", keyed(OLD), namespace="kube-system")
        yield secret("csi-vsphere-config", {"csi-vsphere.conf": CSI}, namespace="kube-system")
        yield workload("DaemonSet", "vsphere-cloud-controller-manager", {})
        yield workload("Deployment", "vsphere-csi-controller", {"secret": {"secretName": "csi-vsphere-config"}})
        yield workload("Deployment", "coredns", {})

    def tend(self) -> None:
        """What the provider does: it looks at each VSphereCluster whose condition was taken back."""
        for obj in [obj for obj in self.management.objects.values() if obj["kind"] == "VSphereCluster"]:
            conditions = obj["status"]["conditions"]
            if self.provider_runs and conditions[0].get("reason") == TAKEN_BACK:
                pair = self.identity(obj["metadata"]["name"])
                refusal = {
                    "status": "False",
                    "message": "Cannot complete login due to an incorrect user name or password",
                }
                conditions[0] = {
                    "type": "VCenterAvailable",
                    **({"status": "True"} if pair in self.accepted else refusal),
                }

    def identity(self, name: str) -> Pair:
        data = self.data(self.management, f"{name}-vsphere-credentials")
        return Pair(data["username"], data["password"])

    def data(self, kube: FakeKube, name: str, namespace: str = "eksa-system") -> dict[str, str]:
        found = kube.objects["", "Secret", namespace, name]["data"]
        return {key: plain(value) for key, value in found.items()}

    def connect(self, text: str) -> FakeKube:
        return self.management if text.endswith("mgmt") else self.workload

    @contextlib.contextmanager
    def vcenter(self, server: str, pair: Pair) -> t.Iterator[FakeVSphere]:
        assert server == SERVER
        self.tried.append(pair)
        refused = None if pair in self.accepted else EksaError("refused", code="vsphere.login_refused")
        yield FakeVSphere(refused=refused)

    def rotate(self, pair: Pair = NEW, *, check_mode: bool = False, **asked: t.Any) -> Result:
        waiting = Waiting(clock=self.clock, report=self.report, timeout_seconds=120)
        ports = credentials.Ports(self.management, self.connect, self.vcenter, waiting)
        return credentials.rotate(credentials.Asked(pair, **asked), ports=ports, check_mode=check_mode)

    def texts(self) -> str:
        """Everything on both servers, Secrets decoded twice deep, in one text."""
        return "\n".join(
            part
            for kube in (self.management, self.workload)
            for obj in kube.objects.values()
            if obj["metadata"]["name"] != "git"
            for part in _decoded(json.dumps(obj))
        )


def _decoded(text: str) -> t.Iterator[str]:
    yield text
    for word in {word for word in text.replace("\\n", " ").replace('"', " ").split() if len(word) > 7}:
        with contextlib.suppress(ValueError):
            yield from _decoded(base64.b64decode(word, validate=True).decode())


def workload(kind: str, name: str, volume: Obj) -> Obj:
    ready = {"desiredNumberScheduled": 1, "updatedNumberScheduled": 1, "numberReady": 1, "updatedReplicas": 1}
    spec = {"selector": {"matchLabels": {"app": name}}, "template": {"metadata": {}, "spec": {"volumes": [volume]}}}
    status = {**ready, "conditions": [{"type": "Available", "status": "True"}]}
    metadata = {"name": name, "namespace": "kube-system"}
    return {"apiVersion": "apps/v1", "kind": kind, "metadata": metadata, "spec": spec, "status": status}


def restarted(kube: FakeKube, kind: str, name: str) -> str | None:
    template = kube.objects["apps", kind, "kube-system", name]["spec"]["template"]
    return t.cast("str | None", template["metadata"].get("annotations", {}).get(READ_FROM))


def test_everybody_gets_the_new_credentials_and_is_seen_to_use_them() -> None:
    world = World()
    result = world.rotate()
    assert world.tried == [NEW]
    assert world.identity("mgmt") == world.identity("c1") == NEW
    for kube in (world.management, world.workload):
        assert world.data(kube, "cloud-provider-vsphere-credentials", "kube-system") == keyed(NEW)
        assert restarted(kube, "DaemonSet", "vsphere-cloud-controller-manager")
        assert restarted(kube, "Deployment", "vsphere-csi-controller")
        assert restarted(kube, "Deployment", "coredns") is None
    assert OLD.password not in world.texts()
    assert MARK not in world.texts()
    assert world.data(world.management, "git") == fields(OLD), "the same words, but no holder"
    assert {(proof["site"], proof["reader"]) for proof in result.data["proofs"]} == {
        (site, reader)
        for site in ("mgmt", "c1")
        for reader in (
            f"VSphereCluster {site}",
            "DaemonSet vsphere-cloud-controller-manager",
            "Deployment vsphere-csi-controller",
        )
    }


def test_notations_are_kept() -> None:
    world = World()
    world.rotate()
    conf = world.data(world.workload, "csi-vsphere-config", "kube-system")["csi-vsphere.conf"]
    assert conf.splitlines()[3:] == [f'user = "{NEW.username}"', r'password = "new \"secret\" \\ ü"', 'port = "443"']
    bootstrap = world.data(world.management, "manager-bootstrap-credentials", "capv-system")["credentials.yaml"]
    assert yaml.safe_load(bootstrap) == fields(NEW)
    nested = yaml.safe_load(world.data(world.management, "c1-cloud-provider-vsphere-credentials")["data"])
    assert {key: plain(value) for key, value in nested["data"].items()} == keyed(NEW)
    shared = world.management.objects["", "Secret", "eksa-system", "vsphere-credentials"]["metadata"]["annotations"]
    assert plain(json.loads(shared[LAST_APPLIED])["data"]["password"]) == NEW.password
    assert world.data(world.management, "vsphere-credentials")["passwordCP"] == NEW.password


def test_second_run_writes_nothing_and_asks_nobody() -> None:
    world = World()
    world.rotate()
    writes, world.tried = world.fuse.writes, []
    assert not world.rotate().changed
    assert (world.fuse.writes, world.tried) == (writes, [])


def test_plan_shows_no_password_and_sends_nothing() -> None:
    world = World()
    result = world.rotate(check_mode=True)
    assert (world.fuse.writes, world.tried) == (0, [])
    assert len(result.actions) == 10
    assert result.actions[0].endswith("eksa-system/vsphere-credentials of mgmt"), "who is copied from goes first"
    shown = json.dumps(result.as_dict(diff=True), ensure_ascii=False)
    assert NEW.username in shown
    assert not [word for word in (OLD.password, NEW.password, b64(NEW.password)) if word in shown]


def test_refused_password_is_sent_once_and_nothing_is_written() -> None:
    world = World(accepted={OLD})
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.code == "vsphere.login_refused"
    assert (world.tried, world.fuse.writes) == ([NEW], 0)


def test_reader_that_does_not_log_in_takes_everything_back() -> None:
    world = World(provider_runs=False)
    before = world.texts()
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.code == "credentials.not_in_use"
    assert caught.value.details["rolled_back"] is True
    assert world.tried == [NEW, OLD]
    assert NEW.password not in world.texts()
    assert world.identity("c1") == OLD
    assert world.texts().count(OLD.password) == before.count(OLD.password)
    world.provider_runs = True
    world.tend()
    assert world.rotate().changed
    assert OLD.password not in world.texts()


def test_former_password_that_is_dead_is_not_brought_back() -> None:
    """The common case: the password of the same user was changed in vCenter, and the controllers wait for it."""
    new = Pair(OLD.username, "changed")
    world = World(accepted={new}, provider_runs=False)
    with pytest.raises(EksaError) as caught:
        world.rotate(new)
    assert caught.value.details["rolled_back"] is False
    assert "does not accept the former ones" in caught.value.message
    assert world.tried == [new, OLD]
    assert world.identity("c1") == new
    world.provider_runs, world.tried = True, []
    assert world.rotate(new).changed, "it was not seen yet that everybody uses it"
    assert not world.rotate(new).changed


def test_refusal_of_one_reader_ends_the_wait_at_once() -> None:
    world = World()
    world.provider_runs = False

    def refuse() -> None:
        for obj in [obj for obj in world.management.objects.values() if obj["kind"] == "VSphereCluster"]:
            obj["status"]["conditions"][0] = {
                "type": "VCenterAvailable",
                "status": "False",
                "message": "failed to login: ServerFaultCode: Cannot complete login due to an incorrect user name",
            }

    world.clock.on_sleep = refuse
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.details["cause"] == "credentials.refused"
    assert world.clock.time < 10, "each further try counts towards a locked account"
    assert world.identity("mgmt") == OLD


def _total_writes() -> int:
    world = World()
    world.rotate()
    return world.fuse.writes


@pytest.mark.parametrize("number", range(1, _total_writes() + 1))
def test_run_that_is_killed_at_any_write_is_ended_by_the_next(number: int) -> None:
    world = World(fuse=Fuse(kill_at=number))
    with pytest.raises(Killed):
        world.rotate()
    world.fuse.kill_at, world.tried = None, []
    assert world.rotate().changed
    assert world.tried == [NEW]
    assert OLD.password not in world.texts()
    assert MARK not in world.texts()
    assert not world.rotate().changed


@pytest.mark.parametrize("number", [3, 6, 10])
def test_what_a_killed_run_wrote_is_taken_back_too(number: int) -> None:
    world = World(fuse=Fuse(kill_at=number))
    with pytest.raises(Killed):
        world.rotate()
    world.fuse.kill_at, world.provider_runs = None, False
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.details["rolled_back"] is True
    assert NEW.password not in world.texts()


def test_write_that_fails_takes_everything_back() -> None:
    world = World()
    merge = world.workload.merge

    def failing(**where: t.Any) -> Obj:
        if where["name"] == "csi-vsphere-config" and NEW.username in plain(where["patch"]["data"]["csi-vsphere.conf"]):
            raise EksaError("forbidden", code="kube.forbidden")
        return merge(**where)

    world.workload.merge = failing  # type: ignore[method-assign]
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.code == "credentials.not_written"
    assert NEW.password not in world.texts()


def test_other_accounts_stay() -> None:
    world = World()
    other = Pair("cpi@vsphere.local", "of its own")
    world.workload.seed(secret("cloud-provider-vsphere-credentials", keyed(other), namespace="kube-system"))
    world.rotate()
    assert world.data(world.workload, "cloud-provider-vsphere-credentials", "kube-system") == keyed(other)
    world.accepted.add(Pair("cpi-2@vsphere.local", "next"))
    world.rotate(Pair("cpi-2@vsphere.local", "next"), replaces=other.username)
    found = world.data(world.workload, "cloud-provider-vsphere-credentials", "kube-system")
    assert found == keyed(Pair("cpi-2@vsphere.local", "next"))
    assert world.identity("c1") == NEW


def test_cluster_with_an_account_of_its_own_is_left_alone() -> None:
    world = World()
    world.management.seed(secret("c1-vsphere-credentials", fields(Pair("own@vsphere.local", "own"))))
    found = world.rotate()
    assert "VSphereCluster c1" not in {proof["reader"] for proof in found.data["proofs"]}
    assert world.identity("c1").username == "own@vsphere.local"


def test_identity_that_clusters_share_is_found_in_the_namespace_of_the_provider() -> None:
    world = World()
    for name in ("mgmt", "c1"):
        obj = world.management.objects[INFRASTRUCTURE.split("/", maxsplit=1)[0], "VSphereCluster", "eksa-system", name]
        obj["spec"]["identityRef"] = {"kind": "VSphereClusterIdentity", "name": "shared"}
        del world.management.objects["", "Secret", "eksa-system", f"{name}-vsphere-credentials"]
    world.management.seed(
        {
            "apiVersion": INFRASTRUCTURE,
            "kind": "VSphereClusterIdentity",
            "metadata": {"name": "shared"},
            "spec": {"secretName": "shared-account"},
        }
    )
    world.management.seed(secret("shared-account", fields(OLD), namespace="capv-system"))
    world.provider_runs = False
    world.clock.on_sleep = lambda: _say_available(world)
    world.rotate()
    assert world.data(world.management, "shared-account", "capv-system") == fields(NEW)


def _say_available(world: World) -> None:
    for obj in [obj for obj in world.management.objects.values() if obj["kind"] == "VSphereCluster"]:
        obj["status"]["conditions"][0] = {"type": "VCenterAvailable", "status": "True"}


def test_two_vcenters_are_told_apart() -> None:
    world = World()
    far = dict(
        world.management.objects[INFRASTRUCTURE.split("/", maxsplit=1)[0], "VSphereCluster", "eksa-system", "c1"]
    )
    far["spec"] = {**far["spec"], "server": "vc2.example.com"}
    world.management.seed(far)
    world.management.seed(secret("c1-vsphere-credentials", fields(Pair(OLD.username, "of the other vCenter"))))
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.code == "credentials.server_unknown"
    world.rotate(server=SERVER)
    assert world.identity("mgmt") == NEW
    assert world.identity("c1") == Pair(OLD.username, "of the other vCenter")


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (
            lambda world: world.management.objects.pop(("", "Secret", "eksa-system", "c1-kubeconfig")),
            "cluster_unreachable",
        ),
        (
            lambda world: world.management.seed(
                {
                    "apiVersion": "cluster.x-k8s.io/v1beta2",
                    "kind": "Cluster",
                    "metadata": {"name": "c1", "namespace": "eksa-system"},
                    "spec": {"paused": True},
                }
            ),
            "cluster_paused",
        ),
        (
            lambda world: world.management.seed(secret("c1-vsphere-credentials", fields(OLD), immutable=True)),
            "immutable",
        ),
    ],
)
def test_what_could_not_be_finished_is_not_begun(spoil: t.Callable[[World], None], code: str) -> None:
    world = World()
    spoil(world)
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert caught.value.code == f"credentials.{code}"
    assert (world.tried, world.fuse.writes) == ([], 0)


def test_cluster_that_does_not_answer_may_be_left_for_later() -> None:
    world = World()
    kubeconfig = world.management.objects.pop(("", "Secret", "eksa-system", "c1-kubeconfig"))
    assert world.rotate(ignore_unreachable=True).data["clusters_ignored"] == ["c1"]
    assert world.identity("c1") == NEW
    world.management.seed(kubeconfig)
    assert {holder["cluster"] for holder in world.rotate().data["holders"] if holder["changed"]} == {"c1"}


@pytest.mark.parametrize(
    ("log", "evidence"),
    [
        ("Found node w01 as vm=VirtualMachine:vm-7 in vc=vc", "their log tells of machines"),
        ("err: Cannot complete login due to an incorrect user name or password.", "none logs a refusal"),
    ],
)
def test_log_of_the_cloud_provider_is_heard(log: str, evidence: str) -> None:
    world = World()
    _pod(world, log)
    proofs = {(proof["site"], proof["reader"]): proof["evidence"] for proof in world.rotate().data["proofs"]}
    assert evidence in proofs["c1", "DaemonSet vsphere-cloud-controller-manager"]


def test_cloud_provider_that_is_refused_again_and_again_takes_everything_back() -> None:
    world = World()
    _pod(world, "err: Cannot complete login due to an incorrect user name or password.\n" * 3)
    with pytest.raises(EksaError) as caught:
        world.rotate()
    assert "vCenter refuses it" in caught.value.message
    assert world.identity("c1") == OLD


def _pod(world: World, log: str) -> None:
    labels = {"app": "vsphere-cloud-controller-manager"}
    metadata = {"name": "cpi-x", "namespace": "kube-system", "labels": labels}
    world.workload.seed({"apiVersion": "v1", "kind": "Pod", "metadata": metadata})
    world.workload.pod_logs["cpi-x"] = log


def test_nobody_to_write_to() -> None:
    world = World()
    with pytest.raises(EksaError) as caught:
        world.rotate(replaces="somebody@vsphere.local")
    assert caught.value.code == "credentials.nobody"
    with pytest.raises(EksaError) as caught:
        world.rotate(Pair("eksa", ""))
    assert caught.value.code == "vsphere.credentials_missing"
