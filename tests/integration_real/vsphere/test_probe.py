# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of ``vsphere_validate`` against a real simulator: it writes once, and leaves nothing."""

from __future__ import annotations

import typing as t

import pytest
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import tasks, trial
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import Cluster
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, READER, Simulator

WRITTEN = "✅ Folder /DC0/vm/eksa can be written to"
LEFT = "eksa-probe-0123456789ab"
USED = "eksa-probe-ba9876543210"
OTHER = "eksa-probe-of-mine"


def validate(cluster: Cluster, bundles_file: str, *, user: str = ADMIN, check_mode: bool = False) -> list[str]:
    """Lines of the module's operation with the probe."""
    params = {
        "config": cluster.text(),
        "config_file": None,
        "bundles_file": bundles_file,
        "vsphere_username": user,
        "vsphere_password": PASSWORDS[user],
        "skip_ip_check": True,
        "probe": True,
    }
    lines = Lines()
    assert not vsphere_validate.operate(params, Context(check_mode=check_mode, report=lines)).changed
    return lines.lines


def writes(vcsim: Simulator) -> int:
    """Tasks that removed something, as vCenter remembers."""
    with vcsim.connect() as content:
        return sum(task.info.descriptionId == "Folder.destroy" for task in content.taskManager.recentTask)


def folders(vcsim: Simulator) -> set[str]:
    """Names in the folder of the machines."""
    with vcsim.connect() as content:
        return {child.name for child in content.searchIndex.FindByInventoryPath("DC0/vm/eksa").childEntity}


def test_it_writes_once_and_leaves_nothing(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    before = writes(vcsim)
    assert validate(cluster, bundles_file).count(WRITTEN) == 1
    assert writes(vcsim) == before + 1
    assert folders(vcsim) == set()


def test_nothing_is_tried_in_check_mode(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    before = writes(vcsim)
    assert WRITTEN not in validate(cluster, bundles_file, check_mode=True)
    assert writes(vcsim) == before


def test_who_may_only_read_is_told(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    """The simulator says that he holds all privileges, so the probe alone can know."""
    with pytest.raises(EksaError) as caught:
        validate(cluster, bundles_file, user=READER)
    assert caught.value.code == "vsphere.probe_failed"
    assert "folder /DC0/vm/eksa: The user may not do this" in caught.value.message


def test_what_a_killed_run_left_is_removed_if_it_is_empty(
    vcsim: Simulator, cluster: Cluster, bundles_file: str
) -> None:
    with vcsim.connect() as content:
        home = content.searchIndex.FindByInventoryPath("DC0/vm/eksa")
        home.CreateFolder(LEFT)
        home.CreateFolder(OTHER)
        home.CreateFolder(USED).CreateFolder("somebody's")
    validate(cluster, bundles_file)
    assert folders(vcsim) == {OTHER, USED}
    with vcsim.connect() as content:
        for name in (OTHER, USED):
            content.searchIndex.FindByInventoryPath(f"DC0/vm/eksa/{name}").Destroy_Task()


@pytest.mark.parametrize("failure", [vim.fault.NoPermission(privilegeId="Folder.Delete"), None])
def test_what_cannot_be_removed_is_named(
    vcsim: Simulator, cluster: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch, failure: Exception | None
) -> None:
    def ended(*_args: t.Any, **_named: t.Any) -> bool:
        if failure:
            raise failure
        return False

    monkeypatch.setattr(tasks, "ended", ended)
    with pytest.raises(EksaError) as caught:
        validate(cluster, bundles_file)
    assert trial.PREFIX in caught.value.message
    assert ("the privilege Folder.Delete" if failure else "did not finish within 30 s") in caught.value.message


def test_a_lost_answer_leaves_nothing(
    vcsim: Simulator, cluster: Cluster, bundles_file: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The folder is made, and nobody is told."""
    make = vim.Folder.CreateFolder

    def lost(self: t.Any, name: str) -> t.NoReturn:
        make(self, name)
        raise TimeoutError

    monkeypatch.setattr(vim.Folder, "CreateFolder", lost)
    with pytest.raises(EksaError) as caught:
        validate(cluster, bundles_file)
    assert caught.value.code == "vsphere.probe_failed"
    assert folders(vcsim) == set()
