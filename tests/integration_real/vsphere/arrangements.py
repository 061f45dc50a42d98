# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""For every error code of a vCenter's checks, an arrangement of a real simulator that passes and one that fails.

Each arrangement changes a world of its own: a fresh simulator, a config that it satisfies, and the module's options.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import http.client
import pathlib
import socket
import ssl
import threading
import time
import types
import typing as t

import pytest
from pyVmomi import vim

from ansible_collections.eks.anywhere.plugins.module_utils._checks import site
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey, SurveyQuery
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import survey as survey_adapter
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.paced import SurveyedVCenter
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tags import TagReader, _call
from ansible_collections.eks.anywhere.tests.integration_real.vsphere.conftest import Cluster
from ansible_collections.eks.anywhere.tests.simulation.connect_proxy import connect_proxy
from ansible_collections.eks.anywhere.tests.simulation.tls import write_pair
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, NOBODY, PASSWORDS, READER, Simulator

TEMPLATE = "DC0/vm/Templates/ubuntu-1-34"
POOL = "DC0/host/DC0_C0/Resources/eksa-control-plane"
GIB = 1 << 30


@dataclasses.dataclass
class World:
    """What an arrangement may change. ``stack`` undoes what outlives the simulator.

    ``ended`` counts sessions that somebody else ended, which the simulator goes on counting as open.
    """

    vcsim: Simulator
    cluster: Cluster
    params: dict[str, t.Any]
    folder: pathlib.Path
    monkeypatch: pytest.MonkeyPatch
    stack: contextlib.ExitStack
    ended: int = 0

    @contextlib.contextmanager
    def inventory(self) -> t.Iterator[t.Callable[[str], t.Any]]:
        """Objects by inventory path, to an administrator."""
        with self.vcsim.connect() as content:
            yield content.searchIndex.FindByInventoryPath


Arrange = t.Callable[[World], None]


@dataclasses.dataclass(frozen=True)
class Row:
    """How a check fails, and how it passes but for the good config, with which all of them pass."""

    fails: Arrange
    passes: Arrange | None = None


def done(task: t.Any) -> t.Any:
    """Wait for a task of vCenter; its result."""
    until = time.monotonic() + 30
    while task.info.state not in ("success", "error"):
        assert time.monotonic() < until
        time.sleep(0.02)
    assert task.info.state == "success", task.info.error
    return task.info.result


def machine(**fields: t.Any) -> Arrange:
    """The control plane's machine config has these fields."""
    return lambda world: world.cluster.machine.update(fields)


def datacenter(**fields: t.Any) -> Arrange:
    """The datacenter config has these fields."""
    return lambda world: world.cluster.datacenter.update(fields)


def options(**values: t.Any) -> Arrange:
    """The task has these options."""
    return lambda world: world.params.update(values)


def both(*steps: Arrange) -> Arrange:
    """One after the other."""

    def arrange(world: World) -> None:
        for step in steps:
            step(world)

    return arrange


def endpoint(host: str) -> Arrange:
    """The control plane has this address, and it is looked whether somebody has it."""

    def arrange(world: World) -> None:
        world.cluster.endpoint["host"] = host
        world.params["skip_ip_check"] = False

    return arrange


def workers(count: int) -> Arrange:
    """So many workers."""

    def arrange(world: World) -> None:
        world.cluster.documents["cluster"]["spec"]["workerNodeGroupConfigurations"][0]["count"] = count

    return arrange


def pool_limit(mib: int) -> Arrange:
    """The control plane lives in a pool with a memory limit."""

    def arrange(world: World) -> None:
        with world.inventory() as find:
            unlimited = {"reservation": 0, "expandableReservation": True}
            shares = vim.SharesInfo(level="normal", shares=4000)
            spec = vim.ResourceConfigSpec(
                cpuAllocation=vim.ResourceAllocationInfo(limit=-1, shares=shares, **unlimited),
                memoryAllocation=vim.ResourceAllocationInfo(limit=mib, shares=shares, **unlimited),
            )
            find("DC0/host/DC0_C0/Resources").CreateResourcePool("limited", spec)
        world.cluster.machine["resourcePool"] = "/DC0/host/DC0_C0/Resources/limited"

    return arrange


def privileges(change: t.Callable[[set[str]], set[str]]) -> Arrange:
    """The role that the simulator takes everybody for holds these privileges."""

    def arrange(world: World) -> None:
        with world.vcsim.connect() as content:
            manager = content.authorizationManager
            (role,) = (role for role in manager.roleList if role.name == "Admin")
            manager.UpdateAuthorizationRole(role.roleId, role.name, sorted(change(set(role.privilege))))

    return arrange


def resting(world: World) -> None:
    """All hosts of the cluster are in maintenance mode."""
    with world.inventory() as find:
        for host in find("DC0/host/DC0_C0").host:
            done(host.EnterMaintenanceMode_Task(timeout=0))


def one_resting(world: World) -> None:
    """One host of the cluster is."""
    with world.inventory() as find:
        done(find("DC0/host/DC0_C0").host[0].EnterMaintenanceMode_Task(timeout=0))


def local_datastore(host: t.Callable[[t.Callable[[str], t.Any]], t.Any]) -> Arrange:
    """A datastore that one host alone has mounted."""

    def arrange(world: World) -> None:
        (world.folder / "local").mkdir()
        with world.inventory() as find:
            host(find).configManager.datastoreSystem.CreateLocalDatastore("local", str(world.folder / "local"))
        world.cluster.machine["datastore"] = "local"

    return arrange


def second_template(world: World) -> None:
    """Another machine of the template's name, in another folder."""
    bare_machine("ubuntu-1-34", folder="DC0/vm/eksa")(world)
    world.cluster.machine["template"] = "ubuntu-1-34"


def bare_machine(name: str, *, folder: str) -> Arrange:
    """A template without a disk."""

    def arrange(world: World) -> None:
        with world.inventory() as find:
            files = vim.vm.FileInfo(vmPathName="[LocalDS_0]")
            spec = vim.vm.ConfigSpec(name=name, guestId="otherGuest", numCPUs=1, memoryMB=64, files=files)
            made = done(find(folder).CreateVM_Task(spec, find(POOL)))
            made.MarkAsTemplate()
        world.cluster.machine["template"] = f"/{folder}/{name}"

    return arrange


def snapshot(world: World) -> None:
    """The template has one, as linked clones need."""
    with world.inventory() as find:
        template = find(TEMPLATE)
        template.MarkAsVirtualMachine(pool=find(POOL))
        done(template.CreateSnapshot_Task(name="root", memory=False, quiesce=False))
        template.MarkAsTemplate()


def disks(first: float, *, share: float) -> Arrange:
    """Disks that take together so much of what the datastore has free at first, with one control plane machine."""

    def arrange(world: World) -> None:
        with world.inventory() as find:
            free = find("DC0/datastore/LocalDS_0").summary.freeSpace // GIB
        world.cluster.machine["diskGiB"] = int(free * share / first)

    return arrange


def linked_workers(share: float) -> Arrange:
    """Linked clones whose disks take so much of what the datastore has free, once they are all written."""

    def arrange(world: World) -> None:
        both(snapshot, LINKED)(world)
        with world.inventory() as find:
            free = find("DC0/datastore/LocalDS_0").summary.freeSpace // GIB
        workers(max(1, int(free * share / LINKED_GIB)))(world)
        world.cluster.documents["prod-md"]["spec"].update(cloneMode="linkedClone", diskGiB=LINKED_GIB)

    return arrange


def full_workers(share: float) -> Arrange:
    """As many, each with a copy of the disk."""
    fields = {"cloneMode": "fullClone"}
    return both(linked_workers(share), lambda world: world.cluster.documents["prod-md"]["spec"].update(fields))


def tag_of_template(world: World) -> None:
    """The machines are to carry a tag that the template has."""
    reader = TagReader(
        server=world.vcsim.server,
        context=ssl._create_unverified_context(),
        credentials=(ADMIN, PASSWORDS[ADMIN]),
        timeout_seconds=10,
    )
    ids = reader._asked(lambda line, headers: _call(line, "GET", "/rest/com/vmware/cis/tagging/tag", headers))
    assert ids
    world.cluster.machine["tags"] = ids[:1]


def in_domain(compute: str) -> Arrange:
    """The workers are pinned to a failure domain."""

    def arrange(world: World) -> None:
        world.cluster.datacenter["failureDomains"] = [
            {
                "name": "rack-1",
                "computeCluster": compute,
                "resourcePool": "/DC0/host/DC0_C0/Resources/eksa-workers",
                "datastore": "/DC0/datastore/LocalDS_1",
                "folder": "/DC0/vm/eksa",
                "network": "/DC0/network/VM Network",
            }
        ]
        group = world.cluster.documents["cluster"]["spec"]["workerNodeGroupConfigurations"][0]
        group["failureDomains"] = ["rack-1"]

    return arrange


def before_survey(act: Arrange) -> Arrange:
    """Something happens to the vCenter in the middle of the run."""

    def arrange(world: World) -> None:
        survey = SurveyedVCenter.survey

        def later(self: SurveyedVCenter, query: SurveyQuery) -> Survey:
            act(world)
            return survey(self, query)

        world.monkeypatch.setattr(SurveyedVCenter, "survey", later)

    return arrange


def end_sessions(world: World) -> None:
    """An administrator ends every other session."""
    with world.vcsim.connect() as content:
        manager = content.sessionManager
        others = [one.key for one in manager.sessionList if one.key != manager.currentSession.key]
        manager.TerminateSession(others)
    world.ended += len(others)


def destroy_pool(world: World) -> None:
    """Somebody destroys the pool that was just found."""
    with world.inventory() as find:
        done(find(POOL).Destroy_Task())


def other_certificate(world: World) -> None:
    """The server shows another certificate after the look."""
    look = SurveyedVCenter.certificate

    def shown(self: SurveyedVCenter) -> Certificate:
        seen = look(self)
        return dataclasses.replace(seen, sha256="00" + seen.sha256[2:])

    world.monkeypatch.setattr(SurveyedVCenter, "certificate", shown)


def wrong_clock(seconds: float) -> Arrange:
    """This machine's clock is behind."""

    class Clock(dt.datetime):
        @classmethod
        def now(cls, tz: dt.tzinfo | None = None) -> t.Any:
            return dt.datetime.now(tz) - dt.timedelta(seconds=seconds)

    fake = types.SimpleNamespace(datetime=Clock, UTC=dt.UTC)
    return lambda world: world.monkeypatch.setattr(survey_adapter, "dt", fake)


def many_sessions(count: int) -> Arrange:
    """Sessions that the user left open, where three are already many."""

    def arrange(world: World) -> None:
        world.monkeypatch.setattr(site, "SESSIONS", 3)
        for _each in range(count):
            world.stack.enter_context(world.vcsim.connect())

    return arrange


def instead(answer: t.Callable[[socket.socket, World], None]) -> Arrange:
    """Something else listens at the server's address."""

    def arrange(world: World) -> None:
        listener = world.stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        world.cluster.datacenter["server"] = f"127.0.0.1:{listener.getsockname()[1]}"
        world.cluster.datacenter["insecure"] = True
        world.monkeypatch.setattr(SurveyedVCenter.__init__, "__kwdefaults__", {"timeout_seconds": 0.5})
        threading.Thread(target=_serve, args=(listener, answer, world), daemon=True).start()

    return arrange


def _serve(listener: socket.socket, answer: t.Callable[[socket.socket, World], None], world: World) -> None:
    while True:
        try:
            connection, _peer = listener.accept()
        except OSError:
            return
        with contextlib.suppress(OSError):
            answer(connection, world)


def silence(connection: socket.socket, world: World) -> None:
    """Accept and say nothing."""
    world.stack.callback(connection.close)


def clear_text(connection: socket.socket, world: World) -> None:
    """Answer without TLS."""
    connection.recv(1024)
    connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
    connection.close()


def web_server(connection: socket.socket, world: World) -> None:
    """Answer as a web server that is no vCenter."""
    certificate, key = world.folder / "web.crt", world.folder / "web.key"
    if not key.exists():
        write_pair(certificate=certificate, key=key)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with context.wrap_socket(connection, server_side=True) as secure, secure.makefile("rb") as request:
        # To its end: whoever closes with something unread takes the answer back.
        request.readline()
        request.read(int(http.client.parse_headers(request).get("Content-Length", 0)))
        secure.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")


def behind_proxy(url: str = "", *, status: int = 200) -> Arrange:
    """The vCenter has a name that a proxy alone knows."""

    def arrange(world: World) -> None:
        proxy = world.stack.enter_context(connect_proxy(world.vcsim.server, status=status))
        world.cluster.datacenter["server"] = "vcenter.invalid"
        world.monkeypatch.delenv("NO_PROXY", raising=False)
        world.monkeypatch.setenv("HTTPS_PROXY", url or f"http://{proxy.address}")

    return arrange


def trusted(world: World) -> None:
    """The authority that signed the server's certificate is one that this machine believes."""
    host, _colon, port = world.vcsim.server.partition(":")
    authority = world.folder / "authority.pem"
    authority.write_text(ssl.get_server_certificate((host, int(port or 443))))
    world.monkeypatch.setenv("SSL_CERT_FILE", str(authority))


def nobody(world: World) -> None:
    """A user without rights."""
    world.params.update(vsphere_username=NOBODY, vsphere_password=PASSWORDS[NOBODY])


def cluster_host(find: t.Callable[[str], t.Any]) -> t.Any:
    """The first host of the cluster that has the resource pools."""
    return find("DC0/host/DC0_C0").host[0]


def lone_host(find: t.Callable[[str], t.Any]) -> t.Any:
    """The host that is in no cluster."""
    return find("DC0/host/DC0_H0").host[0]


LINKED_GIB = 20
"""Size of the templates' disk, which linked clones have."""
LINKED = machine(cloneMode="linkedClone", diskGiB=LINKED_GIB)
MACHINES_OF_2_GIB = 2048

ROWS: t.Mapping[str, Row] = {
    "vsphere.thumbprint_required": Row(datacenter(thumbprint=""), datacenter(thumbprint="", insecure=True)),
    "vsphere.thumbprint_mismatch": Row(
        datacenter(thumbprint="00:" * 19 + "00"), both(datacenter(thumbprint=""), trusted)
    ),
    "vsphere.certificate_changed": Row(other_certificate),
    "vsphere.connection_refused": Row(datacenter(server="127.0.0.1:1")),
    "vsphere.unknown_host": Row(datacenter(server="vcenter.invalid")),
    "vsphere.unreachable": Row(instead(silence)),
    "vsphere.not_tls": Row(instead(clear_text)),
    "vsphere.not_vcenter": Row(instead(web_server)),
    "vsphere.proxy_invalid": Row(behind_proxy("socks5://127.0.0.1:1"), behind_proxy()),
    "vsphere.proxy_refused": Row(behind_proxy(status=403), behind_proxy()),
    "vsphere.proxy_unreachable": Row(behind_proxy("http://127.0.0.1:1"), behind_proxy()),
    "vsphere.credentials_missing": Row(options(vsphere_password="")),
    "vsphere.login_refused": Row(options(vsphere_password="wrong one")),
    "vsphere.session_lost": Row(before_survey(end_sessions)),
    "vsphere.fault": Row(before_survey(destroy_pool)),
    "vsphere.no_permission": Row(nobody),
    "vsphere.probe_failed": Row(
        options(try_places=True, vsphere_username=READER, vsphere_password=PASSWORDS[READER]), options(try_places=True)
    ),
    "vsphere.datacenter_not_found": Row(datacenter(datacenter="DC9", network="/DC9/network/VM Network")),
    "vsphere.network_not_found": Row(datacenter(network="/DC0/network/VM Net")),
    "vsphere.datastore_not_found": Row(machine(datastore="LocalDS_7"), machine(datastore="LocalDS_1")),
    "vsphere.folder_not_found": Row(machine(folder="eks"), machine(folder="eksa")),
    "vsphere.resource_pool_not_found": Row(machine(resourcePool="eksa-worker"), machine(resourcePool="eksa-workers")),
    "vsphere.resource_pool_ambiguous": Row(machine(resourcePool="*/Resources")),
    "vsphere.wrong_kind": Row(machine(folder="/DC0/vm/DC0_C0_RP0_VM0")),
    "vsphere.wrong_place": Row(machine(datastore="/DC1/datastore/LocalDS_0")),
    "vsphere.compute_cluster_not_found": Row(in_domain("/DC0/host/DC0_C9"), in_domain("/DC0/host/DC0_C0")),
    "vsphere.template_not_found": Row(machine(template="ubuntu-1-35"), machine(template="ubuntu-1-34")),
    "vsphere.template_ambiguous": Row(second_template, machine(template="Templates/ubuntu-1-34")),
    "vsphere.template_not_a_template": Row(machine(template="/DC0/vm/DC0_C0_RP0_VM0")),
    "vsphere.template_without_disk": Row(bare_machine("bare", folder="DC0/vm/Templates")),
    "vsphere.template_tag_missing": Row(machine(osFamily="redhat")),
    "vsphere.template_release_unchecked": Row(options(bundles_file=None)),
    "vsphere.linked_clone_without_snapshot": Row(LINKED, both(snapshot, LINKED)),
    "vsphere.linked_clone_disk_size": Row(both(snapshot, LINKED, machine(diskGiB=30)), both(snapshot, LINKED)),
    "vsphere.linked_clone_datastore": Row(
        both(snapshot, LINKED, machine(datastore="LocalDS_1")), both(snapshot, LINKED, machine(datastore="LocalDS_0"))
    ),
    "vsphere.disk_raised": Row(machine(diskGiB=10), machine(diskGiB=21)),
    "vsphere.datastore_space": Row(disks(1, share=1.1), disks(1, share=0.3)),
    "vsphere.datastore_space_upgrade": Row(disks(1, share=0.6), disks(1, share=0.4)),
    "vsphere.datastore_space_linked": Row(linked_workers(1.1), linked_workers(0.5)),
    "vsphere.pool_memory": Row(pool_limit(MACHINES_OF_2_GIB - 1), pool_limit(MACHINES_OF_2_GIB)),
    "vsphere.pool_memory_upgrade": Row(pool_limit(2 * MACHINES_OF_2_GIB - 1), pool_limit(2 * MACHINES_OF_2_GIB)),
    "vsphere.hosts_memory": Row(machine(memoryMiB=8192), machine(memoryMiB=2560)),
    "vsphere.host_cpus": Row(machine(numCPUs=3), machine(numCPUs=2)),
    "vsphere.clone_slots": Row(workers(25), both(snapshot, workers(25))),
    "vsphere.no_host": Row(resting, one_resting),
    "vsphere.unreachable_together": Row(local_datastore(lone_host), machine(datastore="LocalDS_1")),
    "vsphere.reached_by_some": Row(local_datastore(cluster_host), machine(datastore="LocalDS_1")),
    "vsphere.privileges_missing": Row(privileges(lambda held: held - {"Network.Assign", "Datastore.Browse"})),
    "vsphere.privileges_fewer": Row(privileges(lambda held: held - {"Alarm.Create"})),
    "vsphere.privileges_unchecked": Row(nobody),
    "vsphere.tag_unknown": Row(machine(tags=["urn:vmomi:InventoryServiceTag:none:GLOBAL"]), tag_of_template),
    "vsphere.policy_not_found": Row(
        machine(storagePolicyName="vSAN Default"), machine(storagePolicyName="vSAN Default Storage Policy")
    ),
    "vsphere.clock_skew": Row(wrong_clock(90), wrong_clock(30)),
    "vsphere.sessions_many": Row(many_sessions(3), many_sessions(1)),
    "vsphere.endpoint_in_use": Row(endpoint("127.0.0.1"), endpoint("100::8")),
    "vsphere.endpoint_in_dhcp": Row(options(dhcp_ranges=["100::/64"]), options(dhcp_ranges=["100:1::/64"])),
    "vsphere.addresses_few": Row(
        options(dhcp_ranges=["192.0.2.1-192.0.2.3"]), options(dhcp_ranges=["192.0.2.1-192.0.2.4"])
    ),
}

__all__ = ("ROWS", "Row", "World")
