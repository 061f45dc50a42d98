# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The bootstrap cluster: made when it is not there, made again when it was left half-made, removed at the end."""

from __future__ import annotations

import dataclasses
import enum
import json
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.kind_tool import KindTool
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, ContainerHost, Files, Kube, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._render import audit
from ansible_collections.eks.anywhere.plugins.module_utils._render.kind import (
    kind_config,
    mirror_files,
    proxy_environment,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.mirror import mirrored
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

SYSTEM_NAMESPACE = "eksa-system"
DOCKER_MAJOR = 20
DOCKER_MEMORY_BYTES = 6_200_000_000
DISK_FREE_BYTES = 4 << 30
RESTART_SECONDS = 120.0
ANSWER_SECONDS = 30.0
NAMESPACE_TRIES = 10
PAUSE_SECONDS = 5.0


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with; ``connect`` makes a client out of a kubeconfig document."""

    host: ContainerHost
    kind: KindTool
    files: Files
    clock: Clock
    report: Reporter
    connect: t.Callable[[str], Kube]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The bootstrap cluster to have. ``images`` are side-loaded when the engine holds them."""

    name: str
    kubeconfig: str
    config: ClusterConfig
    bundle: VersionsBundle
    release: EksdRelease
    images: tuple[str, ...] = ()
    registry_username: str = ""
    registry_password: str = ""


class State(enum.Enum):
    """What is there of a bootstrap cluster."""

    ABSENT = "absent"
    STOPPED = "stopped"
    HALF_MADE = "half-made"
    SILENT = "silent"
    HEALTHY = "healthy"


@dataclasses.dataclass(frozen=True)
class Seen:
    """An observation; ``kubeconfig`` is the document that works, else the best there is."""

    state: State
    kubeconfig: str = ""
    kube: Kube | None = None


def present(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Have the bootstrap cluster, its kubeconfig file and the namespace ``eksa-system``."""
    seen = _observed(wanted.name, wanted.kubeconfig, ports=ports)
    data = {"name": wanted.name, "kubeconfig": wanted.kubeconfig}
    actions: list[str] = []
    if seen.state is State.STOPPED:
        actions.append(f"Start the containers of bootstrap cluster {wanted.name}")
        if check_mode:
            return _planned(actions, data)
        seen = _started(wanted, ports=ports)
    if seen.state is State.SILENT:
        raise _silent(wanted.name)
    if seen.state is State.HEALTHY:
        actions += _kept(wanted, seen, ports=ports, check_mode=check_mode)
        return Result(actions=tuple(actions), data=data)
    check_host(ports.host, ports.report)
    if seen.state is State.HALF_MADE:
        actions.append(f"Delete the half-made bootstrap cluster {wanted.name}")
    actions.append(f"Create bootstrap cluster {wanted.name} with kind")
    if check_mode:
        return _planned(actions, data)
    if seen.state is State.HALF_MADE:
        ports.report.line(f"Bootstrap cluster {wanted.name} was left half-made by an earlier run: deleting it first")
        ports.kind.delete(wanted.name, kubeconfig=wanted.kubeconfig)
    _create(wanted, ports=ports)
    return Result(actions=tuple(actions), after=f"bootstrap cluster {wanted.name}\n", data=data)


def absent(name: str, kubeconfig: str, *, ports: Ports, check_mode: bool) -> Result:
    """Have neither the bootstrap cluster nor its generated files; refuses while it still manages machines."""
    data = {"name": name, "kubeconfig": kubeconfig}
    seen = _observed(name, kubeconfig, ports=ports)
    actions: list[str] = []
    if seen.state is not State.ABSENT:
        if seen.state is State.STOPPED and not check_mode:
            # Only a running one can say whether machines depend on it.
            seen = _start(name, kubeconfig, ports=ports)
        if seen.state is State.SILENT:
            raise _silent(name)
        _refuse_while_in_charge(name, seen.kube)
        actions.append(f"Delete bootstrap cluster {name}")
    leftovers = _generated(kubeconfig)
    if actions and not check_mode:
        ports.report.line("Deleting bootstrap cluster")
        ports.kind.delete(name, kubeconfig=kubeconfig)
    if check_mode:
        there = ports.files.read(kubeconfig) is not None
        return _planned([*actions, *([f"Remove {leftovers}"] if there else [])], data)
    if ports.files.remove(leftovers):
        actions.append(f"Remove {leftovers}")
    return Result(actions=tuple(actions), before=f"bootstrap cluster {name}\n" if actions else "", data=data)


def check_host(host: ContainerHost, report: Reporter) -> None:
    """The container engine can carry a bootstrap cluster; little memory is only worth a warning."""
    facts = host.facts()
    major = facts.version.split(".", 1)[0]
    if not major.isdigit() or int(major) < DOCKER_MAJOR:
        raise EksaError(
            f"Docker {facts.version or '(unknown version)'} is too old: {DOCKER_MAJOR}.x.x or above is needed.",
            code="host.docker_version",
            hint=f"Install Docker version {DOCKER_MAJOR}.x.x or above.",
            details={"seen": facts.version, "expected": f">= {DOCKER_MAJOR}"},
        )
    if facts.disk_free_bytes is not None and facts.disk_free_bytes < DISK_FREE_BYTES:
        raise EksaError(
            f"{facts.root_dir} has {_gib(facts.disk_free_bytes)} free, a bootstrap cluster needs "
            f"{_gib(DISK_FREE_BYTES)}.",
            code="host.disk_full",
            hint="Free disk space under docker's root, for instance with `docker system prune`.",
            details={"path": facts.root_dir, "free_bytes": facts.disk_free_bytes, "needed_bytes": DISK_FREE_BYTES},
        )
    if facts.memory_bytes < DOCKER_MEMORY_BYTES:
        report.line(
            f"Warning: docker has {_gib(facts.memory_bytes)} of memory; {_gib(DOCKER_MEMORY_BYTES)} are recommended"
        )


def _observed(name: str, kubeconfig: str, *, ports: Ports, patience_seconds: float = ANSWER_SECONDS) -> Seen:
    containers = ports.host.containers(label=node_label(name))
    if not containers:
        return Seen(State.ABSENT)
    if not all(container.running for container in containers):
        return Seen(State.STOPPED)
    on_disk = ports.files.read(kubeconfig) or ""
    documents = [text for text in dict.fromkeys((on_disk, ports.kind.kubeconfig(name) or "")) if text]
    # kind writes the file as its last act, so with a file there once was a whole cluster. Where not even kind's own
    # configuration is left the folder was lost: nobody can tell, and it may be all that knows the machines.
    folder_lost = bool(documents) and not ports.files.exists(_kind_config(kubeconfig))
    was_whole = bool(on_disk) or folder_lost
    end = ports.clock.now() + patience_seconds
    while documents:
        for document in documents:
            kube = ports.connect(document)
            complete = _complete(kube)
            if complete is not None:
                return Seen(State.HEALTHY if complete else State.HALF_MADE, document, kube)
        if not was_whole or ports.clock.now() >= end:
            break
        ports.clock.sleep(PAUSE_SECONDS)
    return Seen(State.SILENT if was_whole else State.HALF_MADE)


def _complete(kube: Kube) -> bool | None:
    """Whether kind came to its end here; None when the API does not answer."""
    try:
        if kube.get(api_version="v1", kind="Namespace", name=SYSTEM_NAMESPACE) is not None:
            return True
        # The storage class is the last thing that kind installs.
        return bool(kube.list(api_version="storage.k8s.io/v1", kind="StorageClass"))
    except EksaError:
        return None


def _started(wanted: Wanted, *, ports: Ports) -> Seen:
    ports.report.line(f"Bootstrap cluster {wanted.name} is stopped: starting it")
    return _start(wanted.name, wanted.kubeconfig, ports=ports)


def _start(name: str, kubeconfig: str, *, ports: Ports) -> Seen:
    for container in ports.host.containers(label=node_label(name)):
        if not container.running:
            ports.host.start(container.name)
    return _observed(name, kubeconfig, ports=ports, patience_seconds=RESTART_SECONDS)


def _kept(wanted: Wanted, seen: Seen, *, ports: Ports, check_mode: bool) -> list[str]:
    """What a whole cluster may still lack: the file, or the namespace."""
    actions: list[str] = []
    if ports.files.read(wanted.kubeconfig) != seen.kubeconfig:
        actions.append(f"Write {wanted.kubeconfig}")
        if not check_mode:
            ports.files.write(wanted.kubeconfig, seen.kubeconfig)
    kube = seen.kube
    if kube and kube.get(api_version="v1", kind="Namespace", name=SYSTEM_NAMESPACE) is None:
        actions.append(f"Create namespace {SYSTEM_NAMESPACE}")
        if not check_mode:
            _namespace(kube, ports.clock)
    return actions


def _create(wanted: Wanted, *, ports: Ports) -> None:
    ports.report.line("Creating new bootstrap cluster")
    config_path = _write_files(wanted, ports.files)
    images = [image for image in wanted.images if ports.host.has_image(image)]
    transfer = ports.host.side_load(images, label=node_label(wanted.name))
    try:
        ports.kind.create(
            wanted.name,
            image=mirrored(wanted.config.registry_mirror, wanted.bundle.kind_node_image),
            config_path=config_path,
            kubeconfig=wanted.kubeconfig,
            env=proxy_environment(wanted.config),
        )
    except BaseException:
        transfer.cancel()
        raise
    document = ports.files.read(wanted.kubeconfig) or ports.kind.kubeconfig(wanted.name) or ""
    ports.files.write(wanted.kubeconfig, document)
    _namespace(ports.connect(document), ports.clock)
    transfer.finish()


def _write_files(wanted: Wanted, files: Files) -> str:
    """kind's configuration and what its node mounts; returns the path of the configuration."""
    folder = pathlib.Path(wanted.kubeconfig).expanduser().absolute().parent
    policy, certs = folder / "kubernetes" / "audit-policy.yaml", folder / "certs.d"
    # kind merges into a file that is there; what an earlier cluster left must not live on.
    files.remove(wanted.kubeconfig)
    files.write(str(policy), audit.built_in(), mode=0o644)
    mirror = wanted.config.registry_mirror
    if mirror is not None:
        rendered = mirror_files(mirror, username=wanted.registry_username, password=wanted.registry_password)
        for path, text in rendered.items():
            files.write(str(certs / path), text)
    document = kind_config(
        wanted.config, wanted.release, audit_policy_path=str(policy), certs_path=str(certs) if mirror else ""
    )
    path = _kind_config(wanted.kubeconfig)
    files.write(path, json.dumps(document, indent=1))
    return path


def _kind_config(kubeconfig: str) -> str:
    return str(pathlib.Path(kubeconfig).expanduser().absolute().parent / "kind_tmp.yaml")


def _namespace(kube: Kube, clock: Clock) -> None:
    """The API may still be settling right after kind returned."""
    wanted = {"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}}
    for left in reversed(range(NAMESPACE_TRIES)):
        try:
            kube.apply(wanted)
        except EksaError:
            if not left:
                raise
            clock.sleep(PAUSE_SECONDS)
        else:
            return


def _refuse_while_in_charge(name: str, kube: Kube | None) -> None:
    """A Cluster with machines that only this bootstrap cluster knows must not lose its manager."""
    if kube is None:
        return
    clusters = kube.list(api_version="cluster.x-k8s.io/v1beta2", kind="Cluster")
    machines = kube.list(api_version="cluster.x-k8s.io/v1beta2", kind="Machine") if clusters else []
    if not machines:
        return
    seen = ", ".join(
        f"{item['metadata']['name']} ({(item.get('status') or {}).get('phase') or 'Pending'})" for item in clusters
    )
    raise EksaError(
        f"Bootstrap cluster {name} still manages {seen} with {len(machines)} machine(s); it is not deleted.",
        code="bootstrap.management_inside",
        hint="Move the cluster first (capi_move), or delete it so that its machines go away.",
        details={"clusters": [item["metadata"]["name"] for item in clusters], "machines": len(machines)},
    )


def _generated(kubeconfig: str) -> str:
    """The folder of temporary files when the kubeconfig lies in one, else the kubeconfig alone."""
    folder = pathlib.Path(kubeconfig).expanduser().parent
    return str(folder) if folder.name == "generated" else kubeconfig


def _planned(actions: t.Sequence[str], data: t.Mapping[str, t.Any]) -> Result:
    return Result(actions=tuple(actions), data=data)


def _silent(name: str) -> EksaError:
    return EksaError(
        f"Bootstrap cluster {name} exists and once worked, but its API server does not answer now.",
        code="bootstrap.not_answering",
        hint=f"Look at `docker logs {name}-control-plane`; if nothing in it is needed any more, "
        f"`kind delete cluster --name {name}` and run again.",
    )


def _gib(size: int) -> str:
    return f"{size / (1 << 30):.1f} GiB"


__all__ = ("Ports", "State", "Wanted", "absent", "check_host", "present")
