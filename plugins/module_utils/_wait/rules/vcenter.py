# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""vCenter: does it let the provider in, does it have what machines are made of, and room for them."""

from __future__ import annotations

import dataclasses
import difflib
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Inventory, Lookup, MachineFacts, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import Condition, conditions, is_true
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    created,
    name,
    role,
    spec,
    status,
)

_LOGIN = re.compile(
    r"incorrect user name or password|InvalidLogin|cannot complete login|failed to login", re.IGNORECASE
)
_DENIED = re.compile(r"NoPermission|permission to perform this operation was denied", re.IGNORECASE)
_MISSING = re.compile(r"\b(vm|datastore|folder|resource pool|network|datacenter) '([^']+)' not found")
_AMBIGUOUS = re.compile(r"path '([^']+)' resolves to multiple (\w+)")
_SPACE = re.compile(
    r"insufficient disk space|no space left|not enough (free )?space|datastore .* (is )?full|FileTooLarge",
    re.IGNORECASE,
)
_CAPACITY = re.compile(
    r"insufficient (capacity|resources|memory|cpu)|resources?\b.*\b(insufficient|not sufficient)|InsufficientResources"
    r"|no host is compatible|no compatible host|InsufficientFailoverResources|failover level|resource in use quota",
    re.IGNORECASE,
)
_FAILED = frozenset(
    {"CloningFailed", "NotProvisioned", "PoweringOnFailed", "TagsAttachmentFailed", "TaskFailed", "TaskFailure"}
)
NEAREST = 3
SESSION_SECONDS = 45.0
"""A provider that is not overrun looks at a new machine within seconds."""
_WITHOUT_SESSION = frozenset({"Paused"})
"""What the provider writes before it logs in."""
_RETRYING = re.compile(r"last task failed retry after")


@dataclasses.dataclass(frozen=True)
class Part:
    """What a machine is made of in vCenter: how the provider's finder calls it, and where it is named."""

    code: str
    word: str
    field: str
    finder: str
    lookups: t.Callable[[Inventory], t.Mapping[str, Lookup]]


PARTS = (
    Part("why.template_missing", "template", "template", "vm", lambda found: found.templates),
    Part("why.datastore_missing", "datastore", "datastore", "datastore", lambda found: found.datastores),
    Part("why.folder_missing", "folder", "folder", "folder", lambda found: found.folders),
    Part(
        "why.resource_pool_missing",
        "resource pool",
        "resourcePool",
        "resource pool",
        lambda found: found.resource_pools,
    ),
    Part("why.network_missing", "network", "network", "network", lambda found: found.networks),
)
_BY_FINDER = {part.finder: part for part in PARTS}


def named(vm: Obj, part: Part) -> tuple[str, ...]:
    """Paths by which a VSphereVM names a part."""
    if part.field != "network":
        return tuple(path for path in (str(spec(vm).get(part.field) or ""),) if path)
    devices = (spec(vm).get("network") or {}).get("devices") or ()
    return tuple(str(device["networkName"]) for device in devices if device.get("networkName"))


def is_ready(vm: Obj) -> bool:
    """Whether a VSphereVM has come up."""
    return bool(status(vm).get("ready"))


def credentials_refused(seen: Observation) -> Cause | None:
    """vCenter does not know the provider's user or password."""
    found = next((entry for entry in _words(seen) if _LOGIN.search(entry[1])), None)
    if found is None:
        return None
    obj, words = found
    secret = _credentials(seen)
    return cause(
        "why.vcenter_credentials_refused",
        f"vCenter{_server(seen)} refuses the user name or password of the vSphere provider",
        fix=f"Correct username and password in {secret} and in the other copies of them (cloud provider, CSI driver); "
        "see that the account is not locked.",
        evidence=[Seen.of(called(obj), words), Seen.of(secret, "is what the provider logs in with")],
    )


def unreachable(seen: Observation) -> Cause | None:
    """The provider gets no session on vCenter."""
    for obj in (*seen.of("VSphereCluster"), *(vm for vm, _machine in seen.vms)):
        found = conditions(obj).get("VCenterAvailable")
        if found and found.status == "False" and found.message:
            missing = _MISSING.search(found.message)
            if missing and missing.group(1) == "datacenter":
                evidence = [Seen.of(called(obj), found.message)]
                return _absent(
                    seen, missing.group(2), code="why.datacenter_missing", word="datacenter", evidence=evidence
                )
            return cause(
                "why.vcenter_unreachable",
                f"The vSphere provider cannot reach vCenter{_server(seen)}: {found.message}",
                fix="Check that vCenter runs, its address and thumbprint in the cluster config, and firewall "
                "and proxy between "
                "the managing cluster and vCenter.",
                evidence=[Seen.of(called(obj), found.message)],
                since=found.since,
            )
    return None


def no_session(seen: Observation) -> Cause | None:
    """The provider has not written a word to a machine: without a session on vCenter it drops even that error."""
    for vm, machine in seen.vms:
        if is_ready(vm) or vm["metadata"].get("deletionTimestamp") or is_true(vm, "Paused"):
            continue
        if set(conditions(vm)) - _WITHOUT_SESSION or not seen.longer_than(SESSION_SECONDS, created(vm)):
            continue
        whose = role(machine) if machine else f"machine {name(vm)}"
        secret = _credentials(seen)
        return cause(
            "why.vcenter_no_session",
            f"The vSphere provider does not begin with {whose}: it gets no session on vCenter{_server(seen)}",
            fix=f"See that user and password in {secret} are right, the account is not locked, and that the managing "
            "cluster reaches vCenter; the reason is in the provider's log: kubectl -n capv-system logs deployment/"
            "capv-controller-manager.",
            evidence=[
                Seen.of(called(vm), "nothing is said of it yet"),
                Seen.of(secret, "is what the provider logs in with"),
            ],
            since=created(vm),
        )
    return None


def no_permission(seen: Observation) -> Cause | None:
    """vCenter knows the provider's user and does not let it do this."""
    found = next((entry for entry in _words(seen) if _DENIED.search(entry[1])), None)
    if found is None:
        return None
    return cause(
        "why.vcenter_permission_denied",
        f"vCenter{_server(seen)} does not let the provider's user do what {called(found[0])} needs",
        fix="Grant the user the documented EKS Anywhere roles on the folder, resource pool, datastore, network "
        "and template.",
        evidence=[Seen.of(called(found[0]), found[1])],
    )


def part_missing(seen: Observation) -> Cause | None:
    """Something that a machine is made of does not exist: the provider says so, or the inventory shows it."""
    for vm, machine in seen.vms:
        if is_ready(vm):
            continue
        told = next((match for _found, words in _vm_words(vm) if (match := _MISSING.search(words))), None)
        part = _BY_FINDER.get(told.group(1)) if told else None
        if told and part:
            evidence = [Seen.of(called(vm), words) for _found, words in _vm_words(vm) if _MISSING.search(words)]
            return _part_absent(seen, told.group(2), part=part, machine=machine, evidence=evidence)
        if status(vm).get("vmRef"):
            continue  # it has been made out of all its parts
        for part in PARTS:
            for path in named(vm, part):
                lookup = _lookup(seen, part, path)
                if lookup is not None and not lookup.items and not lookup.denied:
                    return _part_absent(seen, path, part=part, machine=machine, evidence=[])
    return None


def part_ambiguous(seen: Observation) -> Cause | None:
    """A name that leads to several objects."""
    for obj, words in _words(seen):
        match = _AMBIGUOUS.search(words)
        if match:
            return cause(
                "why.vcenter_ambiguous",
                f"The name {match.group(1)} stands for several {match.group(2)} in vCenter{_server(seen)}",
                fix="Write the full inventory path in the cluster config, or rename all but one.",
                evidence=[Seen.of(called(obj), words)],
            )
    return None


def no_space(seen: Observation) -> Cause | None:
    """The datastore is full."""
    found = next(((vm, words) for vm, words in _troubles(seen) if _SPACE.search(words)), None)
    if found is None:
        return None
    datastore = spec(found[0]).get("datastore") or "that vCenter chose"
    return cause(
        "why.datastore_full",
        f"Datastore {datastore} has no room for {called(found[0])}",
        fix="Free space on the datastore, or name another one in the machine config.",
        evidence=[Seen.of(called(found[0]), found[1])],
    )


def no_capacity(seen: Observation) -> Cause | None:
    """The hosts have no CPU or memory left, or no host may run the machine."""
    found = next(((vm, words) for vm, words in _troubles(seen) if _CAPACITY.search(words)), None)
    if found is None:
        return None
    pool = spec(found[0]).get("resourcePool")
    return cause(
        "why.vcenter_no_capacity",
        f"vCenter{_server(seen)} has no host with room for {called(found[0])}",
        fix="Free CPU or memory in the resource pool, raise its limit, or make the machines smaller or fewer.",
        evidence=[Seen.of(called(found[0]), found[1]), *([Seen.of("ResourcePool", str(pool))] if pool else [])],
    )


def task_failed(seen: Observation) -> Cause | None:
    """A clone or power-on went wrong for another reason."""
    found = next(iter(_troubles(seen)), None)
    if found is None:
        return None
    vm, words = found
    return cause(
        "why.vcenter_task_failed",
        f"vCenter{_server(seen)} could not make {called(vm)}: {words}",
        fix="Mend what vCenter names; its task list at that time tells more. The provider tries again every minute.",
        evidence=[Seen.of(called(vm), words), *(Seen.of("vCenter event", text) for text in facts(seen, vm).events)],
        since=_since(vm),
    )


def facts(seen: Observation, vm: Obj) -> MachineFacts:
    """What vCenter says of a machine; empty when it was not asked."""
    return (seen.datacenter.machines.get(name(vm)) if seen.datacenter else None) or MachineFacts()


def _part_absent(seen: Observation, path: str, *, part: Part, machine: Obj | None, evidence: t.Sequence[Seen]) -> Cause:
    lookup = _lookup(seen, part, path)
    shown = [Seen.of(f"vCenter{_server(seen)}", f"has no {part.word} {path}")] if lookup and not lookup.items else []
    return _absent(
        seen,
        path,
        code=part.code,
        word=part.word,
        evidence=[*evidence, *shown],
        machine=machine,
        near=difflib.get_close_matches(path, lookup.near if lookup else (), n=NEAREST, cutoff=0.3),
    )


def _absent(
    seen: Observation,
    path: str,
    *,
    code: str,
    word: str,
    evidence: t.Iterable[Seen],
    machine: Obj | None = None,
    near: t.Sequence[str] = (),
) -> Cause:
    whose = f", which {role(machine)} needs," if machine else ""
    nearest = f"; nearest: {', '.join(near)}." if near else "."
    return cause(
        code,
        f"The {word} {path}{whose} does not exist in vCenter{_server(seen)}",
        fix=f"Make the {word} under that path, or correct it in the cluster config{nearest}",
        evidence=evidence,
    )


def _lookup(seen: Observation, part: Part, path: str) -> Lookup | None:
    inventory = seen.datacenter.inventory if seen.datacenter else None
    return part.lookups(inventory).get(path) if inventory else None


def _words(seen: Observation) -> t.Iterator[tuple[Obj, str]]:
    """What objects of the provider complain about, machines in the order in which they come up."""
    for obj in (*seen.of("VSphereCluster", "VSphereDeploymentZone"), *(vm for vm, _machine in seen.vms)):
        yield from ((obj, words) for _found, words in _vm_words(obj))
    for obj in seen.of("VSphereMachine"):
        yield from ((obj, words) for _found, words in _vm_words(obj))


def _vm_words(obj: Obj) -> t.Iterator[tuple[Condition | None, str]]:
    for found in conditions(obj).values():
        if found.status != "True" and found.message:
            yield found, found.message
    failure = status(obj).get("failureMessage")
    if failure:
        yield None, str(failure)


def _troubles(seen: Observation) -> t.Iterator[tuple[Obj, str]]:
    """What went wrong with machines that are not up: the provider's words, then vCenter's task."""
    for vm, _machine in seen.vms:
        if is_ready(vm):
            continue
        for found, words in _vm_words(vm):
            if (found is None or found.reason in _FAILED) and not _RETRYING.search(words):
                yield vm, words
        failed = facts(seen, vm).failed_task
        if failed:
            yield vm, failed


def _since(vm: Obj) -> str:
    found = conditions(vm).get("VirtualMachineProvisioned") or conditions(vm).get("VMProvisioned")
    return found.since if found else ""


def _server(seen: Observation) -> str:
    """The name of vCenter with a space before it, where it is known."""
    servers = [spec(obj).get("server") for obj in seen.of("VSphereCluster", "VSphereVM")]
    found = next((server for server in servers if server), None)
    return f" {found}" if found else ""


def _credentials(seen: Observation) -> str:
    for obj in seen.of("VSphereCluster"):
        reference = spec(obj).get("identityRef") or {}
        if reference.get("name"):
            return f"{reference.get('kind', 'Secret')} {reference['name']}"
    return "Secret capv-system/capv-manager-bootstrap-credentials"


__all__ = (
    "PARTS",
    "Part",
    "credentials_refused",
    "facts",
    "is_ready",
    "named",
    "no_capacity",
    "no_permission",
    "no_session",
    "no_space",
    "part_ambiguous",
    "part_missing",
    "task_failed",
    "unreachable",
)
