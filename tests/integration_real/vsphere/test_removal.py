# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding and destroying machines in a real simulator, and the report of what is left of a cluster."""

from __future__ import annotations

import base64
import pathlib
import time
import typing as t

import pytest
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import MachineItem, MachineSearch
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import removal
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter
from ansible_collections.eks.anywhere.plugins.modules import cluster_leftovers
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import Cluster
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, READER, Simulator

FOLDER = "/DC0/vm/eksa"
ENDPOINT = "100::7"
INSTANCE = "5021c9b8-0000-4000-8000-00000000abcd"


def clone(vcsim: Simulator, name: str, user_data: str = "", *, instance: str = "", on: bool = True) -> None:
    """Make a machine as the vSphere provider does."""
    boot = {
        "guestinfo.userdata": user_data,
        "guestinfo.metadata": f'instance-id: "{name}"\nlocal-hostname: "{name}"\n' if user_data else "",
    }
    options = [
        vim.option.OptionValue(key=key, value=base64.b64encode(text.encode()).decode())
        for key, text in boot.items()
        if text
    ]
    with vcsim.connect() as content:
        index = content.searchIndex
        folder = index.FindByInventoryPath(FOLDER.strip("/"))
        place = vim.vm.RelocateSpec(pool=index.FindByInventoryPath("DC0/host/DC0_C0/Resources"), folder=folder)
        config = vim.vm.ConfigSpec(extraConfig=options, **({"instanceUuid": instance} if instance else {}))
        template = index.FindByInventoryPath("DC0/vm/Templates/ubuntu-1-34")
        spec = vim.vm.CloneSpec(location=place, powerOn=on, config=config)
        task = template.CloneVM_Task(folder=folder, name=name, spec=spec)
        until = time.monotonic() + 30
        while task.info.state not in ("success", "error"):
            assert time.monotonic() < until
            time.sleep(0.05)
        assert task.info.state == "success", task.info.error


@pytest.fixture
def machines(vcsim: Simulator) -> t.Iterator[None]:
    """Two of ours, one of a cluster with a similar name, one that somebody made by hand; gone afterwards."""
    clone(vcsim, "prod-x2x9l", f"kubeadm init\ncontrolPlaneEndpoint: '[{ENDPOINT}]:6443'", instance=INSTANCE)
    clone(vcsim, "prod-md-0-4bcdf-bbbbb", f"kubeadm join [{ENDPOINT}]:6443", on=False)
    clone(vcsim, "prod-db-x2x9l", "kubeadm join 192.0.2.77:6443")
    clone(vcsim, "prod-zzzzz")
    yield
    with opened(vcsim) as session:
        for machine in found(session):
            session.destroy(machine)


def opened(vcsim: Simulator, user: str = ADMIN) -> VCenter:
    """A session, to be left by ``with``."""
    session = VCenter(server=vcsim.server, username=user, password=PASSWORDS[user])
    session.__enter__()
    session.login(session.certificate())
    return session


def found(session: VCenter, **query: t.Any) -> list[MachineItem]:
    """By default all that begin as ours do."""
    answer = session.search(MachineSearch(**(query or {"folders": (FOLDER,), "prefix": "prod-", "marks": (ENDPOINT,)})))
    return sorted(answer.items, key=lambda item: item.name)


def names(vcsim: Simulator) -> list[str]:
    with opened(vcsim) as session:
        return [item.name for item in found(session)]


def test_machines_are_found_by_what_they_are(vcsim: Simulator, machines: None) -> None:
    with opened(vcsim) as session:
        items = {item.name: item for item in found(session)}
        ours = items["prod-x2x9l"]
        assert ours.path == f"{FOLDER}/prod-x2x9l"
        assert (ours.power, ours.hostname, ours.instance_uuid) == ("poweredOn", "prod-x2x9l", INSTANCE)
        assert {name for name, item in items.items() if item.marks} == {"prod-x2x9l", "prod-md-0-4bcdf-bbbbb"}
        assert [item.name for item in found(session, uuids=(ours.uuid,))] == ["prod-x2x9l"]
        assert [item.name for item in found(session, instance_uuids=(INSTANCE,))] == ["prod-x2x9l"]
        assert found(session, uuids=("423f0000-0000-4000-8000-000000000000",)) == []
        unseen = session.search(MachineSearch(folders=("/DC0/vm/none", "/DC0/datastore/LocalDS_0"))).unseen
        assert unseen == ("/DC0/vm/none", "/DC0/datastore/LocalDS_0")


def test_templates_are_told_apart(vcsim: Simulator) -> None:
    with opened(vcsim) as session:
        (template,) = found(session, folders=("/DC0/vm/Templates",), prefix="ubuntu-1-34")
        assert template.is_template
        with pytest.raises(EksaError) as caught:
            session.destroy(template)
        assert caught.value.code == "delete.machine_changed"


def test_a_machine_is_destroyed_on_or_off_and_once(vcsim: Simulator, machines: None) -> None:
    with opened(vcsim) as session:
        for item in found(session):
            if item.marks:
                session.destroy(item)
                session.destroy(item)
        assert [item.name for item in found(session)] == ["prod-db-x2x9l", "prod-zzzzz"]


def test_a_machine_that_was_switched_on_again_is_switched_off_again(
    vcsim: Simulator, machines: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Destroyed at that moment it is refused."""
    switch_off = removal._switch_off
    looks: list[str] = []

    def late(*args: t.Any) -> None:
        looks.append("looked")
        if len(looks) > 1:
            switch_off(*args)

    monkeypatch.setattr(removal, "_switch_off", late)
    with opened(vcsim) as session:
        session.destroy(next(item for item in found(session) if item.name == "prod-x2x9l"))
    assert len(looks) == 2
    assert "prod-x2x9l" not in names(vcsim)


def test_another_machine_under_the_same_reference_is_left_alone(vcsim: Simulator, machines: None) -> None:
    with opened(vcsim) as session:
        first, second = found(session)[:2]
        mixed = MachineItem(**{**vars(first), "name": second.name, "uuid": second.uuid})
        with pytest.raises(EksaError) as caught:
            session.destroy(mixed)
        assert caught.value.code == "delete.machine_changed"
        assert len(found(session)) == 4


def test_who_may_only_read_destroys_nothing(vcsim: Simulator, machines: None) -> None:
    with opened(vcsim, READER) as session:
        (item,) = found(session, instance_uuids=(INSTANCE,))
        with pytest.raises(EksaError) as caught:
            session.destroy(item)
        assert caught.value.code == "vsphere.no_permission"
    assert "prod-x2x9l" in names(vcsim)


def report(vcsim: Simulator, cluster: Cluster, state_dir: pathlib.Path, **options: t.Any) -> Result:
    """The module's own operation."""
    params = {
        "config": cluster.text(),
        "config_file": None,
        "state_dir": str(state_dir),
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
        "purge": False,
        "remove_files": False,
        "fail": False,
        **options,
    }
    return cluster_leftovers.operate(params, Context(check_mode=False, report=Lines()))


def test_the_report_and_the_purge(vcsim: Simulator, cluster: Cluster, machines: None, tmp_path: pathlib.Path) -> None:
    seen = report(vcsim, cluster, tmp_path).data["leftovers"]
    assert [(one["name"].rpartition("/")[2], "boot data for the endpoint" in one["why"]) for one in seen] == [
        ("prod-md-0-4bcdf-bbbbb", True),
        ("prod-x2x9l", True),
        ("prod-zzzzz", False),
    ]
    purged = report(vcsim, cluster, tmp_path, purge=True)
    assert [one["name"] for one in purged.data["destroyed"]] == ["prod-md-0-4bcdf-bbbbb", "prod-x2x9l"]
    assert names(vcsim) == ["prod-db-x2x9l", "prod-zzzzz"]
    again = report(vcsim, cluster, tmp_path, purge=True)
    assert not again.changed
