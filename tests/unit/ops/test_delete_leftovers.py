# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is left of a cluster: named with the next step, and removed only when it is proven and wanted."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_leftovers import Ports, Wanted, leftovers
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Container
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeFiles, FakeHost, FakeReporter, Killed
from ansible_collections.eks.anywhere.tests.unit.ops import delete_worlds as w

FOLDER = "/state/prod"
MADE = (
    f"{FOLDER}/generated/prod.kind.kubeconfig",
    f"{FOLDER}/prod-eks-a-cluster.yaml",
    f"{FOLDER}/eks-a-id_rsa",
    f"{FOLDER}/eks-a-id_rsa.pub",
    f"{FOLDER}/prod-eks-a-cluster.kubeconfig",
)
LABEL = "io.x-k8s.kind.cluster=prod-eks-a-cluster"


@dataclasses.dataclass
class World:
    """What may be left."""

    vcenter: w.FakeVCenter = dataclasses.field(default_factory=w.FakeVCenter)
    files: FakeFiles = dataclasses.field(default_factory=FakeFiles)
    host: FakeHost = dataclasses.field(default_factory=FakeHost)
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)
    config: ClusterConfig = dataclasses.field(default_factory=w.config)

    def look(self, *, check_mode: bool = False, fail: bool = True, **options: t.Any) -> Result:
        """Run the operation."""
        ports = Ports(
            files=self.files,
            containers=self.host,
            datacenter=Datacenter(self.config, vcenter=lambda _server: self.vcenter),
            report=self.report,
        )
        wanted = Wanted(config=self.config, state_dir="/state", **options)
        result = leftovers(wanted, ports=ports, check_mode=check_mode, fail=fail)
        assert self.vcenter.sessions == 0
        return result


def full() -> World:
    """Machines of ours and of others, a container, files."""
    scene = World()
    for name in ("prod-x2x9l", "prod-md-0-4bcdf-bbbbb"):
        scene.vcenter.add(name)
    scene.vcenter.add("prod-zzzzz", "kubeadm")
    scene.vcenter.add("prod-db-x2x9l", "kubeadm")
    scene.files.files = dict.fromkeys(MADE, "text")
    return scene


def test_nothing_is_left_of_nothing() -> None:
    result = World().look(files=True, purge=True)
    assert not result.changed
    assert result.data == {"leftovers": [], "destroyed": [], "removed": [], "kept": []}


def test_each_leftover_is_named_with_the_next_step() -> None:
    scene = full()
    scene.host.running[LABEL] = Container(name="prod-eks-a-cluster-control-plane", running=True)
    with pytest.raises(EksaError) as caught:
        scene.look()
    assert caught.value.code == "delete.leftovers"
    left = caught.value.details["leftovers"]
    assert [(one["kind"], one["name"]) for one in left] == [
        ("virtual machine", "/DC0/vm/eksa/prod-md-0-4bcdf-bbbbb"),
        ("virtual machine", "/DC0/vm/eksa/prod-x2x9l"),
        ("virtual machine", "/DC0/vm/eksa/prod-zzzzz"),
        ("container", "prod-eks-a-cluster-control-plane"),
        ("file", FOLDER),
    ]
    assert all(one["why"] and one["fix"] for one in left)
    assert all(one["name"] in caught.value.message for one in left)
    assert len(scene.vcenter.items) == 4


def test_without_failing_it_is_a_report() -> None:
    scene = full()
    result = scene.look(fail=False)
    assert not result.changed
    assert len(result.data["leftovers"]) == 4
    assert len(scene.report.lines) == 4
    clean = World()
    clean.look(fail=False)
    assert clean.report.lines == ["Nothing is left of cluster prod"]


def test_purge_destroys_what_is_proven_and_nothing_else() -> None:
    scene = full()
    result = scene.look(purge=True, fail=False)
    assert sorted(scene.vcenter.items) == ["prod-db-x2x9l", "prod-zzzzz"]
    assert [one["path"] for one in result.data["destroyed"]] == [
        "/DC0/vm/eksa/prod-md-0-4bcdf-bbbbb",
        "/DC0/vm/eksa/prod-x2x9l",
    ]
    assert "Destroy /DC0/vm/eksa/prod-x2x9l" in result.actions
    assert scene.report.lines[0].startswith("Destroying /DC0/vm/eksa/prod-md-0-4bcdf-bbbbb: its name, its folder")


def test_check_mode_of_purge_destroys_nothing_and_says_the_same() -> None:
    scene = full()
    del scene.vcenter.items["prod-zzzzz"]
    planned = scene.look(purge=True, files=True, check_mode=True)
    assert len(scene.vcenter.items) == 3
    assert set(scene.files.files) == set(MADE)
    done = scene.look(purge=True, files=True)
    assert (planned.actions, planned.before) == (done.actions, done.before)
    assert scene.files.files == {}


def test_files_stay_while_something_else_is_left() -> None:
    scene = full()
    with pytest.raises(EksaError):
        scene.look(purge=True, files=True)
    assert set(scene.files.files) == set(MADE), "the kubeconfig is the way to what is left"


def test_what_the_user_put_there_stays() -> None:
    scene = World()
    scene.files.files = dict.fromkeys((*MADE, f"{FOLDER}/notes.txt"), "text")
    given = f"{FOLDER}/prod-eks-a-cluster.yaml"
    result = scene.look(files=True, config_file=given)
    assert set(scene.files.files) == {f"{FOLDER}/notes.txt", given}
    assert result.data["kept"] == [f"{FOLDER}/notes.txt", given]
    assert not scene.look(files=True, config_file=given).changed


def test_an_empty_folder_goes_as_well() -> None:
    scene = World()
    scene.files.files = dict.fromkeys(MADE, "text")
    result = scene.look(files=True)
    assert scene.files.files == {}
    assert result.data["removed"][-2:] == [f"{FOLDER}/prod-eks-a-cluster.kubeconfig", FOLDER]


@pytest.mark.parametrize("kill_at", [1, 2])
def test_killed_while_destroying_the_next_run_finishes(kill_at: int) -> None:
    scene = full()
    del scene.vcenter.items["prod-zzzzz"]
    scene.vcenter.fuse.kill_at = kill_at
    with pytest.raises(Killed):
        scene.look(purge=True, files=True)
    assert scene.vcenter.sessions == 0
    scene.look(purge=True, files=True)
    assert list(scene.vcenter.items) == ["prod-db-x2x9l"]
    assert scene.files.files == {}


def test_a_vcenter_that_cannot_be_asked_is_an_error_and_no_clean_report() -> None:
    scene = World()
    scene.files.files = dict.fromkeys(MADE, "text")
    scene.vcenter.refused.append(EksaError("vCenter refused the password.", code="vsphere.login_refused"))
    with pytest.raises(EksaError) as caught:
        scene.look(files=True)
    assert caught.value.code == "vsphere.login_refused"
    assert set(scene.files.files) == set(MADE)
