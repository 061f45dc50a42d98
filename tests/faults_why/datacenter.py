# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Faults between the providers and vCenter. All that is seen of them is written by the real controllers."""

from __future__ import annotations

import typing as t

from pyVmomi import vim

from ansible_collections.eks.anywhere.tests.faults_why.fault import Fault
from ansible_collections.eks.anywhere.tests.faults_why.site import NAME, Site
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE, Obj, machines
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN

INFRASTRUCTURE = "infrastructure.cluster.x-k8s.io/v1beta1"
NOBODY_LISTENS = 444
STRANGER = "somebody@vsphere.local"
SECRET = f"{NAME}-vsphere-credentials"
MUTE = "mute"


def _group(name: str, code: str, *words: str, **machine: t.Any) -> Fault:
    """A group whose machines cannot be made like this."""
    group = name.replace(" ", "-")
    return Fault(
        name,
        inject=lambda site: site.group(group, **machine),
        heal=lambda site: site.end_group(group),
        code=code,
        words=words,
    )


def _missing(part: str, code: str, path: str, *, field: str) -> Fault:
    return _group(f"{part} missing", code, path, "does not exist", **{field: path})


def _network(path: str) -> Obj:
    return {"devices": [{"networkName": path, "dhcp4": True}]}


def _lead_to(site: Site, server: str) -> None:
    site.patch("VSphereCluster", NAME, {"spec": {"server": server}}, api_version=INFRASTRUCTURE)


def _refuse_user(site: Site) -> None:
    """The provider logs in anew when it has to make a machine."""
    _log_in_as(site, STRANGER)
    site.group("refused")


def _let_user_in(site: Site) -> None:
    _log_in_as(site, ADMIN)
    site.end_group("refused")


def _lead_machines_astray(site: Site) -> None:
    """What the provider is told when it has no session, it writes into no object of the machine."""
    site.group("far", server=f"{site.vcenter.server}:{NOBODY_LISTENS}")


def _let_machines_go(site: Site) -> None:
    """Without a session the provider does not let go of a machine either, so somebody has to do it."""
    site.delete_group("far")
    site.wait(lambda: _released(site, "-far-"))


def _released(site: Site, word: str) -> bool:
    found = site.kube.list(api_version=INFRASTRUCTURE, kind="VSphereVM", namespace=NAMESPACE)
    for metadata in (vm["metadata"] for vm in found if word in vm["metadata"]["name"]):
        if metadata.get("deletionTimestamp"):
            nobody = {"metadata": {"finalizers": None}}
            site.patch("VSphereVM", metadata["name"], nobody, api_version=INFRASTRUCTURE)
    return not any(word in machine["metadata"]["name"] for machine in site.machines())


def _log_in_as(site: Site, user: str) -> None:
    site.patch("Secret", SECRET, {"stringData": {"username": user}}, api_version="v1")


def _silence(site: Site) -> None:
    """The machines boot, their guest tools run, and nobody answers when they ask for an address."""
    site.guests.dead.add(f"-{MUTE}-")
    site.group(MUTE)
    tools = vim.option.OptionValue(key="SET.guest.toolsRunningStatus", value="guestToolsRunning")
    with site.vcenter.connect() as content:
        site.wait(lambda: any(one.running for one in _named(content, f"-{MUTE}-")))
        for machine in _named(content, f"-{MUTE}-"):
            site.finish(machine.ref.ReconfigVM_Task(vim.vm.ConfigSpec(extraConfig=[tools])))


def _speak(site: Site) -> None:
    site.guests.dead.clear()
    site.end_group(MUTE)


def _named(content: t.Any, word: str) -> list[t.Any]:
    return [machine for machine in machines(content) if word in machine.name]


FAULTS = (
    _missing("template", "why.template_missing", "/DC0/vm/Templates/gone", field="template"),
    _missing("datastore", "why.datastore_missing", "/DC0/datastore/gone", field="datastore"),
    _missing("folder", "why.folder_missing", "/DC0/vm/gone", field="folder"),
    _missing("resource pool", "why.resource_pool_missing", "/DC0/host/DC0_C0/Resources/gone", field="resourcePool"),
    _group("network missing", "why.network_missing", "/DC0/network/gone", network=_network("/DC0/network/gone")),
    _group("template object missing", "why.machine_template_missing", f"{NAME}-gone", copied_from=f"{NAME}-gone"),
    Fault(
        "vCenter unreachable",
        inject=lambda site: _lead_to(site, f"{site.vcenter.server}:{NOBODY_LISTENS}"),
        heal=lambda site: _lead_to(site, site.vcenter.server),
        code="why.vcenter_unreachable",
        words=("connection refused",),
    ),
    Fault(
        "credentials refused",
        inject=_refuse_user,
        heal=_let_user_in,
        code="why.vcenter_credentials_refused",
        words=("refuses the user name or password",),
    ),
    Fault(
        "no session for a machine",
        inject=_lead_machines_astray,
        heal=_let_machines_go,
        code="why.vcenter_no_session",
        words=("worker machine", "gets no session"),
    ),
    Fault("no address", inject=_silence, heal=_speak, code="why.no_address", words=(MUTE, "DHCP")),
)

__all__ = ("FAULTS",)
