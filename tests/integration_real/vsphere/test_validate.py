# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``vsphere_validate`` against a real simulator: what it says, what it sends, and that it leaves no session."""

from __future__ import annotations

import contextlib
import json
import os
import pathlib
import signal
import socket
import subprocess
import sys
import threading
import time
import typing as t

import pytest
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryQuery, TemplateItem
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter
from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import TEMPLATES, Cluster, cluster_on
from ansible_collections.eks.anywhere.tests.simulation.configs import RELEASE
from ansible_collections.eks.anywhere.tests.simulation.vcenter import (
    ADMIN,
    NOBODY,
    PASSWORDS,
    READER,
    Simulator,
    simulator,
)

TEMPLATE = "/DC0/vm/Templates/ubuntu-1-34"
DOCUMENTED = [
    "✅ Connected to server",
    "✅ Authenticated to vSphere",
    "✅ Datacenter validated",
    "✅ Network validated",
    *["✅ Datastore validated", "✅ Folder validated", "✅ Resource pool validated"] * 2,
    "✅ Control plane and Workload templates validated",
    "✅ Vsphere Provider setup is valid",
]
UNSIGNED = "Warning: bundles-1 is not signed; expected the signature of the vendor, unless the manifest is your own."


def validate(
    cluster: Cluster,
    bundles_file: str,
    lines: Lines,
    *,
    user: str = ADMIN,
    password: str | None = None,
    skip_ip_check: bool = True,
) -> Result:
    """Run the module's operation."""
    params = {
        "config": cluster.text(),
        "config_file": None,
        "bundles_file": bundles_file,
        "vsphere_username": user,
        "vsphere_password": PASSWORDS[user] if password is None else password,
        "skip_ip_check": skip_ip_check,
        "try_places": False,
    }
    return vsphere_validate.operate(params, Context(check_mode=False, report=lines))


def failure(cluster: Cluster, bundles_file: str, **options: t.Any) -> EksaError:
    """The error it ends with, which holds no password."""
    with pytest.raises(EksaError) as caught:
        validate(cluster, bundles_file, Lines(), **options)
    shown = str(caught.value.as_fail())
    assert not [secret for secret in (*PASSWORDS.values(), options.get("password")) if secret and secret in shown]
    return caught.value


@pytest.mark.parametrize("user", [ADMIN, READER])
def test_a_good_config(vcsim: Simulator, cluster: Cluster, bundles_file: str, user: str) -> None:
    before = vcsim.sessions()
    lines = Lines()
    result = validate(cluster, bundles_file, lines, user=user, skip_ip_check=False)
    assert [line for line in lines.lines if line != UNSIGNED] == DOCUMENTED
    assert lines.lines.count(UNSIGNED) == 1  # the manifest of these tests is nobody's but theirs
    assert [finding["code"] for finding in result.data["findings"]] == ["bundles.signature_missing"]
    assert result.data["template_facts"] == {
        TEMPLATE: {
            "path": TEMPLATE,
            "disk_gib": 20,
            "has_snapshot": False,
            "tags": [f"eksdRelease:{RELEASE}", "os:ubuntu"],
        }
    }
    after = vcsim.sessions()
    assert after["logins"] - before["logins"] == 2  # one of each API
    assert after["refused"] == before["refused"]


def test_relative_names_are_found(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    cluster.datacenter["network"] = "VM Network"
    cluster.machine.update(
        datastore="LocalDS_0", folder="eksa", resourcePool="eksa-workers", template="Templates/ubuntu-1-34"
    )
    lines = Lines()
    facts = validate(cluster, bundles_file, lines).data["template_facts"]
    assert [line for line in lines.lines if line.startswith("✅")] == DOCUMENTED
    assert facts["Templates/ubuntu-1-34"]["path"] == "/DC0/vm/Templates/ubuntu-1-34"


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (("datacenter", "datacenter", "DC9"), ("vsphere.datacenter_not_found", "nearest: /DC0")),
        (
            ("datacenter", "network", "/DC0/network/VM Net"),
            ("vsphere.network_not_found", "nearest: /DC0/network/VM Network"),
        ),
        (("machine", "datastore", "LocalDS_7"), ("vsphere.datastore_not_found", "/DC0/datastore/LocalDS_0")),
        (("machine", "folder", "eks"), ("vsphere.folder_not_found", "nearest: /DC0/vm/eksa")),
        (("machine", "resourcePool", "eksa-worker"), ("vsphere.resource_pool_not_found", "Resources/eksa-workers")),
        (("machine", "resourcePool", "*/Resources"), ("vsphere.resource_pool_ambiguous", "/DC0/host/DC0_C0/Resources")),
        (("machine", "template", "/DC0/vm/Templates/ubuntu-1-35"), ("vsphere.template_not_found", TEMPLATE)),
        (("machine", "template", "ubuntu-1-35"), ("vsphere.template_not_found", TEMPLATE)),
        (
            ("machine", "template", "/DC0/vm/Template/ubuntu-1-34"),
            ("vsphere.template_not_found", f"nearest: {TEMPLATE}"),
        ),
        (("machine", "template", "/DC0/vm/DC0_C0_RP0_VM0"), ("vsphere.template_not_a_template", "virtual machine")),
        (
            ("machine", "template", "ubuntu-1-33"),
            ("vsphere.template_tag_missing", f"missing tag eksdRelease:{RELEASE}"),
        ),
        (("machine", "osFamily", "redhat"), ("vsphere.template_tag_missing", "missing tag os:redhat")),
        (("machine", "cloneMode", "linkedClone"), ("vsphere.linked_clone_without_snapshot", "no snapshots")),
        (("machine", "diskGiB", 90_000_000), ("vsphere.datastore_space", "90000020 GiB needed")),
    ],
)
def test_one_thing_wrong(
    vcsim: Simulator, cluster: Cluster, bundles_file: str, change: tuple[str, str, object], wanted: tuple[str, str]
) -> None:
    place, field, value = change
    code, words = wanted
    getattr(cluster, place)[field] = value
    error = failure(cluster, bundles_file)
    assert error.code == code, error.message
    assert words in error.message
    assert error.hint


def test_all_that_is_wrong_is_said_at_once(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    cluster.datacenter["network"] = "/DC0/network/none"
    cluster.machine.update(datastore="none", folder="none", resourcePool="none", template="none")
    cluster.endpoint["host"] = "127.0.0.1"  # a refusal is an answer
    error = failure(cluster, bundles_file, skip_ip_check=False)
    assert error.code == "vsphere.validation_failed"
    assert [finding["code"] for finding in error.details["findings"]] == [
        "bundles.signature_missing",
        "vsphere.network_not_found",
        "vsphere.datastore_not_found",
        "vsphere.folder_not_found",
        "vsphere.resource_pool_not_found",
        "vsphere.template_not_found",
        "vsphere.endpoint_in_use",
    ]


def test_endpoint_in_use(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    cluster.endpoint["host"] = "127.0.0.1"
    assert failure(cluster, bundles_file, skip_ip_check=False).code == "vsphere.endpoint_in_use"


def test_nothing_is_changed(lab_bin: t.Callable[[str], str], bundles_file: str) -> None:
    with simulator(lab_bin("vcsim"), "-vms", "2", templates=TEMPLATES) as fresh, fresh.connect() as content:
        before = _changes(content)
        validate(cluster_on(fresh), bundles_file, Lines())
        assert not _changes(content) - before  # the simulator forgets its oldest events
        assert before


def test_places_are_tried_when_told_to(lab_bin: t.Callable[[str], str], bundles_file: str) -> None:
    line = "✅ Virtual machine made and destroyed in each folder, resource pool and datastore"

    def says_so(fresh: Simulator, *, check_mode: bool) -> bool:
        params = {
            "config": cluster_on(fresh).text(),
            "bundles_file": bundles_file,
            "vsphere_username": ADMIN,
            "vsphere_password": PASSWORDS[ADMIN],
            "skip_ip_check": True,
            "try_places": True,
        }
        lines = Lines()
        vsphere_validate.operate({"config_file": None, **params}, Context(check_mode=check_mode, report=lines))
        return line in lines.lines

    with simulator(lab_bin("vcsim"), "-vms", "2", templates=TEMPLATES) as fresh, fresh.connect() as content:
        before = _changes(content)
        assert not says_so(fresh, check_mode=True)
        assert not _changes(content) - before
        machines = _machines(content)
        assert says_so(fresh, check_mode=False)
        assert _machines(content) == machines
        events = content.eventManager.QueryEvents(vim.event.EventFilterSpec())
        removed = [event.vm.name for event in events if isinstance(event, vim.event.VmRemovedEvent)]
        assert [name.startswith("eksa-probe-") for name in removed] == [True, True]


def _machines(content: t.Any) -> set[str]:
    """Names of all virtual machines."""
    view = content.viewManager.CreateContainerView(content.rootFolder, [vim.VirtualMachine], True)
    try:
        return {machine.name for machine in view.view}
    finally:
        view.Destroy()


def _changes(content: t.Any) -> set[int]:
    """Keys of all events that are not about sessions; every change makes one."""
    events = content.eventManager.QueryEvents(vim.event.EventFilterSpec())
    return {event.key for event in events if not isinstance(event, vim.event.SessionEvent)}


def test_wrong_password_is_sent_once(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    before = vcsim.sessions()
    error = failure(cluster, bundles_file, password="wrong one")
    after = vcsim.sessions()
    assert error.code == "vsphere.login_refused"
    assert (after["refused"] - before["refused"], after["logins"] - before["logins"]) == (1, 0)


def test_a_refused_password_is_not_tried_again_by_the_same_client(vcsim: Simulator) -> None:
    before = vcsim.sessions()["refused"]
    with VCenter(server=vcsim.server, username=ADMIN, password="wrong one") as vcenter:
        for _each in range(3):
            with pytest.raises(EksaError, match="refused the password"):
                vcenter.login(vcenter.certificate())
    assert vcsim.sessions()["refused"] - before == 1


def test_user_without_rights(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    error = failure(cluster, bundles_file, user=NOBODY)
    assert error.code == "vsphere.no_permission"
    assert "datacenter DC0: the user may not read it, for want of the privilege System." in error.message


def test_thumbprints(vcsim: Simulator, cluster: Cluster, bundles_file: str) -> None:
    before = vcsim.sessions()
    cluster.datacenter["thumbprint"] = "00:" * 19 + "00"
    error = failure(cluster, bundles_file)
    assert error.code == "vsphere.thumbprint_mismatch"
    assert vcsim.thumbprint in error.message
    cluster.datacenter["thumbprint"] = ""
    assert failure(cluster, bundles_file).code == "vsphere.thumbprint_required"
    assert vcsim.sessions() == before  # no password went to a server that may be another
    cluster.datacenter["insecure"] = True
    lines = Lines()
    validate(cluster, bundles_file, lines)
    assert lines.lines[-1] == DOCUMENTED[-1]


def test_a_certificate_that_changes_during_the_run_is_refused(vcsim: Simulator) -> None:
    with VCenter(server=vcsim.server, username=ADMIN, password=PASSWORDS[ADMIN]) as vcenter:
        shown = vcenter.certificate()
        other = type(shown)(sha1=shown.sha1, sha256="00" + shown.sha256[2:], problem=shown.problem)
        with pytest.raises(EksaError, match="certificate changed during the run"):
            vcenter.login(other)
    assert vcsim.sessions()["open"] == 0


@pytest.mark.parametrize(
    ("server", "code"),
    [
        ("vcenter.invalid", "vsphere.unknown_host"),
        ("127.0.0.1:1", "vsphere.connection_refused"),
    ],
)
def test_no_such_server(vcsim: Simulator, cluster: Cluster, bundles_file: str, server: str, code: str) -> None:
    cluster.datacenter["server"] = server
    assert failure(cluster, bundles_file).code == code


def test_a_server_that_accepts_and_stays_silent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        began = time.monotonic()
        vcenter = VCenter(
            server=f"127.0.0.1:{silent.getsockname()[1]}", username=ADMIN, password="x", timeout_seconds=0.3
        )
        with vcenter, pytest.raises(EksaError) as caught:
            vcenter.certificate()
    assert caught.value.code == "vsphere.unreachable"
    assert time.monotonic() - began < 3


def test_a_server_that_is_no_tls() -> None:
    with socket.create_server(("127.0.0.1", 0)) as plain:
        threading.Thread(target=_answer_in_clear, args=(plain,), daemon=True).start()
        vcenter = VCenter(server=f"127.0.0.1:{plain.getsockname()[1]}", username=ADMIN, password="x")
        with vcenter, pytest.raises(EksaError) as caught:
            vcenter.certificate()
    assert caught.value.code == "vsphere.not_tls"


def test_the_session_is_given_back_on_an_exception(vcsim: Simulator) -> None:
    def fail() -> None:
        with VCenter(server=vcsim.server, username=ADMIN, password=PASSWORDS[ADMIN]) as vcenter:
            vcenter.login(vcenter.certificate())
            assert vcsim.sessions()["open"] == 1
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert vcsim.sessions()["open"] == 0


HOLD = """
import os, sys, time
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter
with VCenter(server=sys.argv[1], username=sys.argv[2], password=os.environ["PASSWORD"]) as vcenter:
    vcenter.login(vcenter.certificate())
    print("logged in", flush=True)
    time.sleep(60)
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_session_is_given_back_on_a_signal(vcsim: Simulator, number: signal.Signals) -> None:
    environ = {**os.environ, "PASSWORD": PASSWORDS[ADMIN]}
    command = [sys.executable, "-c", HOLD, vcsim.server, ADMIN]
    with subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environ
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "logged in\n"
        assert vcsim.sessions()["open"] == 1
        process.send_signal(number)
        process.wait(timeout=20)
    assert process.returncode != 0
    assert vcsim.sessions()["open"] == 0


def test_the_session_is_given_back_at_any_moment_of_a_run(
    vcsim: Simulator, cluster: Cluster, bundles_file: str, tmp_path: pathlib.Path
) -> None:
    config = tmp_path / "cluster.yaml"
    config.write_text(cluster.text())
    program = (
        "import sys, json; from ansible_collections.eks.anywhere.plugins.modules import vsphere_validate as v\n"
        "from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines\n"
        "params = json.load(sys.stdin); print('go', flush=True)\n"
        "v.operate(params, Context(check_mode=False, report=Lines()))"
    )
    params: dict[str, t.Any] = {
        "config_file": str(config),
        "bundles_file": bundles_file,
        "vsphere_username": ADMIN,
        "vsphere_password": PASSWORDS[ADMIN],
        "skip_ip_check": True,
        "try_places": False,
    }
    for milliseconds in range(0, 100, 10):
        _killed_after(milliseconds / 1000, program, params)
    assert vcsim.sessions()["open"] == 0


def test_cost_follows_what_is_asked_for(vcsim: Simulator, lab_bin: t.Callable[[str], str]) -> None:
    with simulator(lab_bin("vcsim"), "-vms", "150", templates=TEMPLATES) as large:
        few, many = _requests(vcsim), _requests(large)
        assert large.sessions()["open"] == 0
    assert [name for name, _size in few] == [name for name, _size in many]
    assert sum(size for _name, size in many) < 1.1 * sum(size for _name, size in few)


def test_the_second_datacenter_is_told_from_the_first(lab_bin: t.Callable[[str], str]) -> None:
    query = InventoryQuery(datacenter="DC1", folders=("/DC1/vm/eksa",), templates=("Templates/ubuntu-1-34",))
    with simulator(lab_bin("vcsim"), "-datacenters", "2", templates=TEMPLATES) as two:
        with VCenter(server=two.server, username=READER, password=PASSWORDS[READER]) as vcenter:
            vcenter.login(vcenter.certificate())
            inventory = vcenter.observe(query)
        assert two.sessions()["open"] == 0
    template = inventory.templates["Templates/ubuntu-1-34"].items[0]
    assert isinstance(template, TemplateItem)
    assert template.path == "/DC1/vm/Templates/ubuntu-1-34"
    assert [item.path for lookup in inventory.folders.values() for item in lookup.items] == ["/DC1/vm/eksa"]


def _requests(running: Simulator) -> list[tuple[str, int]]:
    """Method and size of the answer of every SOAP request that one observation sends."""
    query = InventoryQuery(
        datacenter="DC0",
        networks=("/DC0/network/VM Network",),
        datastores=("/DC0/datastore/LocalDS_0",),
        folders=("/DC0/vm/eksa",),
        resource_pools=("eksa-workers",),
        templates=("ubuntu-1-34", "/DC0/vm/Templates/ubuntu-1-33"),
    )
    seen: list[tuple[str, int]] = []
    with VCenter(server=running.server, username=READER, password=PASSWORDS[READER]) as vcenter:
        vcenter.login(vcenter.certificate())
        ask = vcenter._stub.InvokeMethod

        def counted(mo: t.Any, info: t.Any, args: t.Any, **options: t.Any) -> t.Any:
            answer = ask(mo, info, args, **options)
            seen.append((info.wsdlName, len(str(answer))))
            return answer

        vcenter._stub.InvokeMethod = counted
        inventory = vcenter.observe(query)
    assert all(lookup.items for lookup in (*inventory.templates.values(), *inventory.resource_pools.values()))
    return seen


def _killed_after(seconds: float, program: str, params: dict[str, t.Any]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", program],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    json.dump(params, process.stdin)
    process.stdin.close()
    assert process.stdout.readline() == "go\n"
    time.sleep(seconds)
    process.terminate()
    process.wait(timeout=30)
    process.stdout.close()


def _answer_in_clear(server: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            connection, _peer = server.accept()
            connection.recv(1024)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            connection.close()
