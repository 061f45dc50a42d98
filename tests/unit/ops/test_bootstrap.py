# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bootstrap cluster: what is done from each state it can be found in."""

from __future__ import annotations

import dataclasses
import pathlib
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.bootstrap import Ports, Wanted, absent, present
from ansible_collections.eks.anywhere.plugins.module_utils._ops.bootstrap_host import check_host
from ansible_collections.eks.anywhere.plugins.module_utils._ops.kind_tool import KindTool
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed, Container, HostFacts
from ansible_collections.eks.anywhere.tests.unit.fakes import (
    FakeClock,
    FakeFiles,
    FakeHost,
    FakeKube,
    FakeReporter,
    FakeRunner,
)
from ansible_collections.eks.anywhere.tests.unit.ops import samples

NAME = "prod-eks-a-cluster"
FOLDER = "/state/prod/generated"
KUBECONFIG = f"{FOLDER}/prod.kind.kubeconfig"
LABEL = f"io.x-k8s.kind.cluster={NAME}"
ADMIN = "kubeconfig of kind"
STORAGE_CLASS = {"apiVersion": "storage.k8s.io/v1", "kind": "StorageClass", "metadata": {"name": "standard"}}
NAMESPACE = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "eksa-system"}}
OK = Completed((), 0, "", "")


class SilentKube(FakeKube):
    """An API server that does not answer."""

    def get(self, **_options: t.Any) -> t.Any:
        raise EksaError("no answer", code="kube.unreachable")

    def list(self, **_options: t.Any) -> t.Any:
        raise EksaError("no answer", code="kube.unreachable")


class World:
    """A machine with docker and kind; kind works as kind does unless ``answers`` say otherwise."""

    def __init__(self, **answers: Completed) -> None:
        self.kube: FakeKube = FakeKube("kind")
        self.host = FakeHost(images={f"{samples.REGISTRY}/capv/manager:v1.16.1"})
        self.files = FakeFiles()
        self.report = FakeReporter()
        self.clock = FakeClock()
        self.runner = FakeRunner(
            {
                "kind create cluster": answers.get("create") or self._create,
                "kind delete cluster": answers.get("delete") or self._delete,
                "kind get kubeconfig": lambda _argv: answers.get("kubeconfig") or self._kubeconfig(),
            }
        )

    def made(self, *, complete: bool = True, running: bool = True, on_disk: bool = True) -> World:
        """A bootstrap cluster from an earlier run."""
        self.host.running[LABEL] = Container(f"{NAME}-control-plane", running=running)
        if complete:
            self.kube.seed(STORAGE_CLASS)
            self.kube.seed(NAMESPACE)
        if on_disk:
            self.files.files[KUBECONFIG] = ADMIN
        return self

    @property
    def ports(self) -> Ports:
        return Ports(
            host=self.host,
            kind=KindTool(self.runner),
            files=self.files,
            clock=self.clock,
            report=self.report,
            connect=lambda _text: self.kube,
        )

    @property
    def verbs(self) -> list[str]:
        """kind's verbs in the order they were used."""
        return [argv[1] for argv in self.runner.runs]

    def _create(self, argv: tuple[str, ...]) -> Completed:
        self.host.running[LABEL] = Container(f"{NAME}-control-plane", running=True)
        self.kube = FakeKube("kind")
        self.kube.seed(STORAGE_CLASS)
        self.files.write(argv[argv.index("--kubeconfig") + 1], ADMIN)
        return OK

    def _delete(self, _argv: tuple[str, ...]) -> Completed:
        self.host.running.pop(LABEL, None)
        return OK

    def _kubeconfig(self) -> Completed:
        return dataclasses.replace(OK, stdout=ADMIN)


def wanted(**changes: t.Any) -> Wanted:
    """What the samples ask for."""
    found = Wanted(
        name=NAME,
        kubeconfig=KUBECONFIG,
        config=samples.config(),
        bundle=samples.bundle(),
        release=samples.eksd_release(),
        images=(f"{samples.REGISTRY}/capv/manager:v1.16.1", "not/on:host"),
    )
    return dataclasses.replace(found, **changes)


def test_creates_where_there_is_none() -> None:
    world = World()
    result = present(wanted(), ports=world.ports, check_mode=False)
    assert result.actions == (f"Create bootstrap cluster {NAME} with kind",)
    assert result.data == {"name": NAME, "kubeconfig": KUBECONFIG}
    assert world.report.lines == ["Creating new bootstrap cluster"]
    assert world.runner.runs == [
        (
            *("kind", "create", "cluster", "--name", NAME, "--kubeconfig", KUBECONFIG),
            *("--image", "public.ecr.aws/eks/kind/node:v1.34.2-eks-d-1-34-9", "--config", f"{FOLDER}/kind_tmp.yaml"),
        )
    ]
    assert world.files.modes[KUBECONFIG] == 0o600
    assert set(world.files.files) == {KUBECONFIG, f"{FOLDER}/kind_tmp.yaml", f"{FOLDER}/kubernetes/audit-policy.yaml"}
    assert world.kube.get(api_version="v1", kind="Namespace", name="eksa-system")


def test_only_images_that_docker_holds_are_side_loaded() -> None:
    world = World()
    present(wanted(), ports=world.ports, check_mode=False)
    assert [load.images for load in world.host.loads] == [(f"{samples.REGISTRY}/capv/manager:v1.16.1",)]
    assert not world.host.loads[0].cancelled


def test_keeps_one_that_works() -> None:
    world = World().made()
    writes = len(world.kube.log)
    result = present(wanted(), ports=world.ports, check_mode=False)
    assert not result.changed
    assert world.report.lines == []
    assert len(world.kube.log) == writes
    assert "create" not in world.verbs


def test_writes_a_lost_kubeconfig_again() -> None:
    world = World().made(on_disk=False)
    result = present(wanted(), ports=world.ports, check_mode=False)
    assert result.actions == (f"Write {KUBECONFIG}",)
    assert world.files.files[KUBECONFIG] == ADMIN
    assert world.files.modes[KUBECONFIG] == 0o600


def test_makes_a_half_made_one_again_and_says_so() -> None:
    world = World().made(complete=False, on_disk=False)
    result = present(wanted(), ports=world.ports, check_mode=False)
    assert result.actions == (
        f"Delete the half-made bootstrap cluster {NAME}",
        f"Create bootstrap cluster {NAME} with kind",
    )
    assert world.verbs == ["get", "delete", "create"]
    assert "half-made" in world.report.lines[0]
    assert world.report.lines[1] == "Creating new bootstrap cluster"


def test_one_whose_api_never_came_up_is_half_made() -> None:
    world = World(kubeconfig=dataclasses.replace(OK, rc=1, stderr="ERROR: could not find admin.conf"))
    world.made(complete=False, on_disk=False)
    world.kube = SilentKube("kind")
    present(wanted(), ports=world.ports, check_mode=False)
    assert world.verbs == ["get", "delete", "create"]


def test_one_that_worked_and_is_silent_is_never_deleted() -> None:
    world = World().made()
    world.kube = SilentKube("kind")
    with pytest.raises(EksaError) as caught:
        present(wanted(), ports=world.ports, check_mode=False)
    assert caught.value.code == "bootstrap.not_answering"
    assert set(world.verbs) == {"get"}
    assert world.clock.time >= 30


@pytest.mark.parametrize(("kind_was_cut", "verbs"), [(True, {"get", "delete", "create"}), (False, {"get"})])
def test_a_silent_one_without_its_folder_may_know_machines(kind_was_cut: bool, verbs: set[str]) -> None:
    """kind's configuration without a kubeconfig proves that kind was cut; an empty folder proves nothing."""
    world = World().made(complete=False, on_disk=False)
    world.kube = SilentKube("kind")
    if kind_was_cut:
        world.files.files[str(pathlib.PurePath(KUBECONFIG).with_name("kind_tmp.yaml"))] = "{}"
        present(wanted(), ports=world.ports, check_mode=False)
    else:
        with pytest.raises(EksaError, match="once worked"):
            present(wanted(), ports=world.ports, check_mode=False)
    assert set(world.verbs) == verbs


def test_starts_a_stopped_one() -> None:
    world = World().made(running=False)
    result = present(wanted(), ports=world.ports, check_mode=False)
    assert world.host.started == [f"{NAME}-control-plane"]
    assert result.actions == (f"Start the containers of bootstrap cluster {NAME}",)
    assert "create" not in world.verbs


@pytest.mark.parametrize("found", ["absent", "half-made", "stopped", "file lost"])
def test_check_mode_touches_nothing(found: str) -> None:
    world = World()
    if found != "absent":
        world.made(complete=found != "half-made", running=found != "stopped", on_disk=found == "stopped")
    before = (dict(world.files.files), dict(world.host.running), list(world.kube.log))
    result = present(wanted(), ports=world.ports, check_mode=True)
    assert result.changed
    assert (dict(world.files.files), dict(world.host.running), list(world.kube.log)) == before
    assert not set(world.verbs) - {"get"}
    assert world.report.lines == []


def test_namespace_is_tried_again_while_the_api_settles() -> None:
    world = World()
    failures = iter(range(2))

    class Settling(FakeKube):
        def apply(self, obj: dict[str, t.Any], *, dry_run: bool = False) -> dict[str, t.Any]:
            if next(failures, None) is not None:
                raise EksaError("not yet", code="kube.unreachable")
            return super().apply(obj, dry_run=dry_run)

    settling = Settling("kind")
    ports = dataclasses.replace(world.ports, connect=lambda _text: settling)
    present(wanted(), ports=ports, check_mode=False)
    assert settling.get(api_version="v1", kind="Namespace", name="eksa-system")
    assert world.clock.time == 10


@pytest.mark.parametrize(
    ("stderr", "code"),
    [
        (
            'ERROR: failed to create cluster: failed to pull image "x": command "docker pull x" failed',
            "bootstrap.image_unavailable",
        ),
        ("ERROR: failed to create cluster: write /var: no space left on device", "host.disk_full"),
        (
            "ERROR: failed to create cluster: Bind for 127.0.0.1:1 failed: port is already allocated",
            "bootstrap.port_in_use",
        ),
        ("ERROR: failed to create cluster: node(s) already exist for a cluster", "bootstrap.kind_failed"),
    ],
)
def test_kinds_failures_are_told_apart(stderr: str, code: str) -> None:
    said = f"Creating cluster ...\n • Preparing nodes 📦  ...\n{stderr}\n\nStack Trace: \nsigs.k8s.io/kind\n"
    world = World(create=Completed((), 1, "", said))
    with pytest.raises(EksaError) as caught:
        present(wanted(), ports=world.ports, check_mode=False)
    assert caught.value.code == code
    assert "Stack Trace" not in caught.value.message
    assert world.host.loads[0].cancelled


@pytest.mark.parametrize(
    ("facts", "code"),
    [
        (HostFacts("19.03.1", 16 << 30, "/d", 40 << 30), "host.docker_version"),
        (HostFacts("", 16 << 30, "/d", 40 << 30), "host.docker_version"),
        (HostFacts("27.1.1", 16 << 30, "/d", 1 << 30), "host.disk_full"),
    ],
)
def test_unfit_hosts_are_refused_before_anything_is_made(facts: HostFacts, code: str) -> None:
    world = World()
    world.host.shown = facts
    with pytest.raises(EksaError) as caught:
        present(wanted(), ports=world.ports, check_mode=False)
    assert caught.value.code == code
    assert world.runner.runs == []
    assert world.report.lines == []


def test_little_memory_is_a_warning_and_an_unseen_disk_is_fine() -> None:
    report = FakeReporter()
    check_host(FakeHost(facts=HostFacts("20.10.5+dfsg1", 4 << 30, "/d", None)), report)
    assert report.lines == ["Warning: docker has 4.0 GiB of memory; 5.8 GiB are recommended"]


def capi(kind: str, name: str, **status: t.Any) -> dict[str, t.Any]:
    """A Cluster API object."""
    metadata = {"name": name, "namespace": "eksa-system"}
    return {"apiVersion": "cluster.x-k8s.io/v1beta2", "kind": kind, "metadata": metadata, "status": status}


def test_absent_deletes_it_with_its_files() -> None:
    world = World().made()
    world.files.files[f"{FOLDER}/kind_tmp.yaml"] = "x"
    result = absent(NAME, KUBECONFIG, ports=world.ports, check_mode=False)
    assert result.actions == (f"Delete bootstrap cluster {NAME}", f"Remove {FOLDER}")
    assert world.report.lines == ["Deleting bootstrap cluster"]
    assert world.files.files == {}
    assert not absent(NAME, KUBECONFIG, ports=world.ports, check_mode=False).changed
    assert world.report.lines == ["Deleting bootstrap cluster"]


def test_absent_removes_only_the_kubeconfig_outside_a_generated_folder() -> None:
    world = World()
    world.files.files = {"/home/me/kind.kubeconfig": ADMIN, "/home/me/letter.txt": "dear"}
    absent(NAME, "/home/me/kind.kubeconfig", ports=world.ports, check_mode=False)
    assert set(world.files.files) == {"/home/me/letter.txt"}


@pytest.mark.parametrize("phase", ["Provisioning", "Provisioned"])
def test_absent_refuses_while_machines_are_in_it(phase: str) -> None:
    world = World().made()
    world.kube.seed(capi("Cluster", "prod", phase=phase))
    world.kube.seed(capi("Machine", "prod-abcde"))
    with pytest.raises(EksaError) as caught:
        absent(NAME, KUBECONFIG, ports=world.ports, check_mode=False)
    assert caught.value.code == "bootstrap.management_inside"
    assert f"prod ({phase}) with 1 machine" in caught.value.message
    assert "delete" not in world.verbs


def test_absent_deletes_one_whose_cluster_never_got_machines() -> None:
    world = World().made()
    world.kube.seed(capi("Cluster", "prod", phase="Provisioning"))
    assert absent(NAME, KUBECONFIG, ports=world.ports, check_mode=False).changed
    assert "delete" in world.verbs


def test_absent_asks_a_stopped_one_before_deleting_it() -> None:
    world = World().made(running=False)
    world.kube.seed(capi("Cluster", "prod", phase="Provisioned"))
    world.kube.seed(capi("Machine", "prod-abcde"))
    with pytest.raises(EksaError, match="still manages"):
        absent(NAME, KUBECONFIG, ports=world.ports, check_mode=False)
    assert world.host.started


def test_absent_in_check_mode_only_tells() -> None:
    world = World().made()
    result = absent(NAME, KUBECONFIG, ports=world.ports, check_mode=True)
    assert result.actions == (f"Delete bootstrap cluster {NAME}", f"Remove {FOLDER}")
    assert "delete" not in world.verbs
    assert world.files.files
