# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The package controller of a management cluster, and what stands there for each cluster that has packages.

It is a helm release, and has to be one: the controller takes over the release that installed it and upgrades itself.
So an install that is there is not compared with the chart; only where packages come from, and the credentials, are.
"""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    API,
    CONTROLLER,
    NAMESPACE,
    keeper_of,
    namespace_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import packages_look
from ansible_collections.eks.anywhere.plugins.module_utils._ops.network import chart_arguments
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import INTERNAL
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Files, Kube, Obj, Runner
from ansible_collections.eks.anywhere.plugins.module_utils._render.package_controller import (
    Login,
    aws_secret,
    disabled,
    registries,
    values,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until

HELM_SECONDS = 300.0
HELM_AGAIN_SECONDS = 10.0
_NO_WEBHOOK_YET = "failed calling webhook"
_SECRET = {"api_version": "v1", "kind": "Secret", "namespace": NAMESPACE}


@dataclasses.dataclass(frozen=True)
class Ports:
    """``kube`` and ``kubeconfig`` are of the management cluster."""

    kube: Kube
    kubeconfig: str
    runner: Runner
    artifacts: Artifacts
    waiting: Waiting


@dataclasses.dataclass(frozen=True)
class Subject:
    """The cluster that is to have packages, and what they are pulled with. Only an install needs ``bundles``."""

    config: ClusterConfig
    bundles: Bundles | None
    login: Login


@dataclasses.dataclass(frozen=True)
class Settings:
    """How to go about it; ``force`` takes away a controller although its cluster has packages."""

    check_mode: bool
    wait: bool = True
    force: bool = False


def login(environ: t.Mapping[str, str], *, files: Files) -> Login:
    """What packages are pulled with, from the environment variables of the vendor's CLI."""
    path = environ.get("EKSA_AWS_CONFIG_FILE", "")
    config = files.read(path) if path else ""
    if config is None:
        raise EksaError(
            f"The AWS config file {path} does not exist.",
            code="input.environment",
            hint="Correct the environment variable EKSA_AWS_CONFIG_FILE.",
        )
    return Login(
        access_key_id=environ.get("EKSA_AWS_ACCESS_KEY_ID", ""),
        secret_access_key=environ.get("EKSA_AWS_SECRET_ACCESS_KEY", ""),
        session_token=environ.get("EKSA_AWS_SESSION_TOKEN", ""),
        region=environ.get("EKSA_AWS_REGION", ""),
        config=config,
        registry_username=environ.get("REGISTRY_USERNAME", ""),
        registry_password=environ.get("REGISTRY_PASSWORD", ""),
    )


def install(subject: Subject, *, settings: Settings, ports: Ports) -> Result:
    """Have the controller for a cluster, with its credentials; on a workload cluster's behalf on its manager."""
    config, given = subject.config, subject.login
    if disabled(config):
        return Result(data={"active_bundle": "", "disabled": True})
    live = _live(ports.kube, config.name)
    rotated = _rotated(given, kube=ports.kube) if live and config.self_managed else None
    verb = _verb(live, config, given)
    if rotated and not settings.check_mode:
        ports.kube.apply(rotated)
    if verb and not settings.check_mode:
        _run_helm(_upgrade(config, _chart(subject), ports=ports), values(config, given), ports=ports)
    waits = settings.wait and not settings.check_mode
    return Result(
        actions=(
            *(("Replace the AWS credentials of packages",) if rotated else ()),
            *((f"{verb} {release_of(config)} for {config.name}",) if verb else ()),
        ),
        before=_shown(section(live or {}, "spec")) if verb else "",
        after=_shown(_places(config, given)) if verb else "",
        data={"active_bundle": _started(config.name, ports=ports) if waits else "", "disabled": False},
    )


def remove(subject: Subject, *, settings: Settings, ports: Ports) -> Result:
    """Take it away. Packages of the cluster go first, and not by this: their releases would stay for ever."""
    config = subject.config
    live = packages_look.live_packages(ports.kube, config.name)
    own = [name for name, obj in live.items() if not _internal(obj)]
    if own and not settings.force:
        raise EksaError(
            f"Cluster {config.name} has the packages {', '.join(sorted(own))}.",
            code="packages.still_there",
            hint="Remove them first, or set force to leave what they installed where it is.",
            details={"packages": sorted(own)},
        )
    if _live(ports.kube, config.name) is None:
        return Result(data={"active_bundle": "", "disabled": disabled(config)})
    if not settings.check_mode:
        # The object by which the controller looks after itself would bring the release back.
        keeper = {"name": release_of(config), "namespace": namespace_of(config.management_name)}
        ports.kube.delete(api_version=API, kind="Package", **keeper)
        argv = ["helm", "uninstall", release_of(config), "--namespace", NAMESPACE, "--ignore-not-found"]
        _run_helm([*argv, "--kubeconfig", ports.kubeconfig], None, ports=ports)
        for name in live if settings.force else ():
            ports.kube.delete(api_version=API, kind="Package", name=name, namespace=namespace_of(config.name))
    return Result(
        actions=(f"Uninstall {release_of(config)}",), data={"active_bundle": "", "disabled": disabled(config)}
    )


def release_of(config: ClusterConfig) -> str:
    """Name of the helm release, which is that of the Package that looks after it."""
    return CONTROLLER if config.self_managed else keeper_of(config.name)


def _chart(subject: Subject) -> str:
    if subject.bundles is None:
        raise EksaError("No Bundles manifest was given.", code="input.missing", hint="Set the option bundles_file.")
    bundle = subject.bundles.for_version(subject.config.kubernetes_version)
    uri = text(section(section(bundle.raw, "packageController"), "helmChart"), "uri")
    if not uri:
        raise EksaError(
            f"The Bundles manifest names no package controller for Kubernetes {bundle.kubernetes_version}.",
            code="packages.chart_missing",
            hint="Fetch the manifest again.",
        )
    return uri


def _live(kube: Kube, cluster: str) -> Obj | None:
    return kube.get(api_version=API, kind=packages_look.CONTROLLER, name=cluster, namespace=NAMESPACE)


def _verb(live: Obj | None, config: ClusterConfig, given: Login) -> str:
    """What helm is to do; empty when there is nothing."""
    if live is None:
        return "Install"
    spec = section(live, "spec")
    elsewhere = any(text(spec, name) != place for name, place in _places(config, given).items())
    # Without a mirror somebody may have chosen the registry of a region, as the vendor's CLI does.
    return "Reconfigure" if elsewhere and config.registry_mirror is not None else ""


def _places(config: ClusterConfig, given: Login) -> dict[str, str]:
    found = registries(config.registry_mirror, region=given.region)
    return {"defaultRegistry": found.packages, "defaultImageRegistry": found.images}


def _rotated(given: Login, *, kube: Kube) -> Obj | None:
    """The Secret with the given credentials when the one there holds others: the chart never replaces it."""
    if not given.aws:
        return None
    there = kube.get(**_SECRET, name="aws-secret")
    wanted = aws_secret(given)
    if there is None or all(section(there, "data").get(key) == value for key, value in wanted.items()):
        return None
    metadata = {"name": "aws-secret", "namespace": NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": wanted, "type": "Opaque"}


def _upgrade(config: ClusterConfig, chart: str, *, ports: Ports) -> list[str]:
    where = chart_arguments(chart, config=config, artifacts=ports.artifacts)
    skip = [] if config.self_managed else ["--skip-crds"]
    place = ["--namespace", NAMESPACE, "--create-namespace", "--kubeconfig", ports.kubeconfig]
    return ["helm", "upgrade", "--install", release_of(config), *where, *skip, *place, "--values", "-"]


def _run_helm(argv: t.Sequence[str], given: t.Mapping[str, t.Any] | None, *, ports: Ports) -> None:
    """Run helm until its objects are admitted: the chart brings webhooks, then objects that these have to admit, while
    their pod is only on its way.
    """

    def attempt() -> Tick:
        stdin = None if given is None else json.dumps(given)
        done = ports.runner.run(argv, stdin=stdin, timeout_seconds=HELM_SECONDS)
        if done.rc == 0:
            return Tick(done=True, state=f"{argv[1]} done")
        said = " ".join((done.stderr.partition("Error:")[2] or done.stderr).split())[:600].rstrip(".")
        if _NO_WEBHOOK_YET in said:
            return Tick(done=False, state=f"helm {argv[1]}", reasons=(Reason("Webhook", CONTROLLER, said),))
        raise EksaError(
            f"helm could not {argv[1]} the package controller: {said}.",
            code="packages.helm_failed",
            hint="Mend what helm names and run again; the cluster itself is not affected.",
        )

    until(
        attempt,
        clock=ports.waiting.clock,
        report=ports.waiting.report,
        timeout_seconds=ports.waiting.timeout_seconds,
        what="package controller",
        poll_seconds=HELM_AGAIN_SECONDS,
    )


def _started(cluster: str, *, ports: Ports) -> str:
    """The active bundle. A workload cluster's object comes only when its manager has seen to it."""

    def look() -> Tick:
        if _live(ports.kube, cluster) is None:
            reason = Reason(packages_look.CONTROLLER, cluster, "the package controller has not made it yet")
            return Tick(done=False, state="not there", reasons=(reason,))
        return Tick(done=True, state="there")

    waiting = ports.waiting
    until(
        look,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what="package controller",
    )
    return packages_look.active_controller(ports.kube, cluster, waiting=waiting, check_mode=False).active_bundle


def _internal(obj: Obj) -> bool:
    return (obj["metadata"].get("annotations") or {}).get(INTERNAL) == "true"


def _shown(places: t.Mapping[str, t.Any]) -> str:
    shown = {name: text(places, name) for name in ("defaultRegistry", "defaultImageRegistry")}
    return "".join(f"{name}: {value}\n" for name, value in shown.items() if value)


__all__ = ("Ports", "Settings", "Subject", "install", "login", "release_of", "remove")
