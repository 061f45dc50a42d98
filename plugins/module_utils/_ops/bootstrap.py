# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The bootstrap cluster: made when it is not there, made again when it was left half-made, removed at the end."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import EksdRelease
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.bootstrap_host import check_host
from ansible_collections.eks.anywhere.plugins.module_utils._ops.bootstrap_state import (
    SYSTEM_NAMESPACE,
    Ports,
    Seen,
    State,
    ensure_namespace,
    kind_config_path,
    observed,
    start,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files, Kube
from ansible_collections.eks.anywhere.plugins.module_utils._render import audit
from ansible_collections.eks.anywhere.plugins.module_utils._render.kind import (
    kind_config,
    mirror_files,
    proxy_environment,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.mirror import mirrored
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result


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


def present(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Have the bootstrap cluster, its kubeconfig file and the namespace ``eksa-system``."""
    seen = observed(wanted.name, wanted.kubeconfig, ports=ports)
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
    seen = observed(name, kubeconfig, ports=ports)
    actions: list[str] = []
    if seen.state is not State.ABSENT:
        if seen.state is State.STOPPED and not check_mode:
            # Only a running one can say whether machines depend on it.
            seen = start(name, kubeconfig, ports=ports)
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


def _started(wanted: Wanted, *, ports: Ports) -> Seen:
    ports.report.line(f"Bootstrap cluster {wanted.name} is stopped: starting it")
    return start(wanted.name, wanted.kubeconfig, ports=ports)


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
            ensure_namespace(kube, ports.clock)
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
    ensure_namespace(ports.connect(document), ports.clock)
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
    path = kind_config_path(wanted.kubeconfig)
    files.write(path, json.dumps(document, indent=1))
    return path


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


__all__ = ("Ports", "Wanted", "absent", "present")
