# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The packages of one cluster, as declared: all in one go, each for itself."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import functools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import API, NAMESPACE, PackageBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.wanted import Wanted, wanted
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import packages_look
from ansible_collections.eks.anywhere.plugins.module_utils._ops.packages_look import Controller
from ansible_collections.eks.anywhere.plugins.module_utils._ops.packages_settle import Outcome, Place, Settling
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Connect, Target, kubeconfig_of
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import where
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import Step, step
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Tick, until

PARALLEL = 8
WEBHOOK_SECONDS = 10.0
"""A package controller that upgrades itself has no webhook for a moment."""
NAMESPACE_OF_CLUSTERS = "eksa-system"


@dataclasses.dataclass(frozen=True)
class Ports:
    """``kube`` is the management cluster; ``connect`` makes a client out of a kubeconfig document."""

    kube: Kube
    connect: Connect
    waiting: Waiting


@dataclasses.dataclass(frozen=True)
class Settings:
    """How a declaration is carried out.

    ``patience_seconds``: how long a package may go on failing; ``fails``: whether a failed package is an error;
    ``create_namespaces``: whether the package controller is to create the namespace of a package that it installs.
    """

    cluster: str
    check_mode: bool
    wait: bool = True
    patience_seconds: float = 150.0
    force: bool = False
    fails: bool = True
    create_namespaces: bool = False


@dataclasses.dataclass
class Package:
    """One package of the declaration on its way: what is done, and how that ended."""

    name: str
    step: Step | None = None
    outcome: Outcome | None = None
    written: bool = False

    @property
    def changed(self) -> bool:
        """Whether something was, or in check mode would be, written."""
        return self.written


def converge(declared: t.Sequence[t.Mapping[str, t.Any]], *, settings: Settings, ports: Ports) -> Result:
    """Have the packages as declared, and wait until each is settled or given up."""
    _refuse_twins(declared)
    seen = packages_look.active_controller(
        ports.kube, settings.cluster, waiting=ports.waiting, check_mode=settings.check_mode
    )
    bundle = packages_look.active_bundle(ports.kube, seen)
    live = packages_look.live_packages(ports.kube, settings.cluster)
    packages = [_planned(one, live, seen=seen, bundle=bundle, settings=settings) for one in declared]
    allowed = _needs_namespaces(packages, seen) and settings.create_namespaces
    if allowed and not settings.check_mode:
        _allow_namespaces(settings.cluster, ports.kube)
    _written(packages, settings=settings, ports=ports)
    warnings = [words for package in packages if package.step for words in package.step.warnings]
    if settings.wait and not settings.check_mode:
        live = _settled(packages, live, warnings, seen=seen, settings=settings, ports=ports)
    result = _result(packages, live, warnings, seen=seen, settings=settings)
    return _with_allowance(result, settings.cluster) if allowed else result


def _refuse_twins(declared: t.Sequence[t.Mapping[str, t.Any]]) -> None:
    names = [str(one["name"]) for one in declared]
    twins = sorted({name for name in names if names.count(name) > 1})
    if twins:
        raise EksaError(
            f"The declaration names {', '.join(twins)} more than once.",
            code="packages.declared_twice",
            hint="Name each package once; the same package may be there under two names.",
        )


def _planned(
    declared: t.Mapping[str, t.Any],
    live: t.Mapping[str, Obj],
    *,
    seen: Controller,
    bundle: PackageBundle | None,
    settings: Settings,
) -> Package:
    package = Package(str(declared["name"]))
    try:
        one: Wanted = wanted(declared)
        ground = packages_look.ground(seen, bundle, force=settings.force)
        package.step = step(one, live.get(one.name), ground=ground)
    except EksaError as exc:
        package.outcome = _failed(exc)
    return package


def _needs_namespaces(packages: t.Sequence[Package], seen: Controller) -> bool:
    """Whether a package is installed into a namespace of its own, which the controller does not create by itself."""
    steps = [package.step for package in packages if package.step and package.step.verb == "Install"]
    return not seen.creates_namespaces and any(text(section(one.obj, "spec"), "targetNamespace") for one in steps)


def _allow_namespaces(cluster: str, kube: Kube) -> None:
    """Set one field and leave the rest as whoever set it has it."""
    kind = {"api_version": API, "kind": packages_look.CONTROLLER}
    kube.merge(**kind, name=cluster, namespace=NAMESPACE, patch={"spec": {"createNamespace": True}})


def _with_allowance(result: Result, cluster: str) -> Result:
    owner = f"# {packages_look.CONTROLLER} {cluster}\ncreateNamespace: "
    return dataclasses.replace(
        result,
        actions=("Have the package controller create namespaces", *result.actions),
        before=f"{owner}false\n{result.before}",
        after=f"{owner}true\n{result.after}",
    )


def _written(packages: t.Sequence[Package], *, settings: Settings, ports: Ports) -> None:
    """Write what differs, side by side; in check mode the server and the webhooks say what they would."""

    def one(package: Package, todo: Step) -> None:
        try:
            _write(todo, kube=ports.kube, check_mode=settings.check_mode, waiting=ports.waiting)
            package.written = True
        except EksaError as exc:
            package.outcome = _failed(exc)

    todo = [(package, package.step) for package in packages if package.step and package.step.verb]
    if todo:
        with concurrent.futures.ThreadPoolExecutor(max_workers=PARALLEL) as pool:
            list(pool.map(lambda pair: one(*pair), todo))


def _write(todo: Step, *, kube: Kube, check_mode: bool, waiting: Waiting) -> None:
    """Write one, again for a while where a webhook does not answer."""

    def attempt() -> Tick:
        if todo.verb != "Remove":
            kube.apply(todo.obj, dry_run=check_mode)
        elif not check_mode:
            kube.delete(**where(todo.obj), uid=todo.obj["metadata"]["uid"])
        return Tick(done=True, state="written")

    until(
        attempt,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=WEBHOOK_SECONDS,
        what=f"package {todo.target.name}",
    )


def _settled(
    packages: t.Sequence[Package],
    live: dict[str, Obj],
    warnings: list[str],
    *,
    seen: Controller,
    settings: Settings,
    ports: Ports,
) -> dict[str, Obj]:
    """Wait; a look from before is good enough when nothing was written."""
    by_name = {package.name: package for package in packages if package.step and not package.outcome}
    settling = Settling(
        [package.step.target for package in by_name.values() if package.step and not _gone_before(package.step)],
        place=Place(
            cluster=settings.cluster,
            kube=ports.kube,
            image_registry=seen.image_registry,
            releases=functools.lru_cache(maxsize=1)(functools.partial(_cluster_itself, settings.cluster, ports)),
        ),
        waiting=ports.waiting,
        patience_seconds=settings.patience_seconds,
    )
    fresh = not any(package.written for package in packages)
    for name, outcome in settling.run(live if fresh else None).items():
        by_name[name].outcome = outcome
    warnings += settling.warnings
    return settling.live or live


def _gone_before(todo: Step) -> bool:
    """A package that was not there: nothing was asked for, so there is nothing to wait for."""
    return todo.target.absent and not todo.verb


def _cluster_itself(cluster: str, ports: Ports) -> Kube | None:
    """The cluster that the packages are on; without its kubeconfig it is the management cluster itself."""
    target = Target(name=cluster, namespace=NAMESPACE_OF_CLUSTERS)
    text_ = kubeconfig_of(target, kube=ports.kube)
    return ports.connect(text_) if text_ else ports.kube


def _failed(exc: EksaError) -> Outcome:
    return Outcome(exc.message, exc.hint)


def _result(
    packages: t.Sequence[Package],
    live: t.Mapping[str, Obj],
    warnings: t.Sequence[str],
    *,
    seen: Controller,
    settings: Settings,
) -> Result:
    failed = [package for package in packages if package.outcome and package.outcome.reason]
    changed = [package.step for package in packages if package.step and package.changed]
    data = {
        "packages": [_shown(package, live.get(package.name)) for package in packages],
        "failed_packages": [package.name for package in failed],
        "active_bundle": seen.active_bundle,
        "upgrade_available": seen.upgrade,
        **({"warnings": list(warnings)} if warnings else {}),
    }
    if failed and settings.fails:
        told = "; ".join(f"{one.name}: {one.outcome.reason.rstrip('.')}" for one in failed if one.outcome)
        hints = [one.outcome.hint for one in failed if one.outcome and one.outcome.hint]
        raise EksaError(
            f"{len(failed)} of {len(packages)} packages of {settings.cluster} failed: {told}.",
            code="packages.failed",
            hint=hints[0] if hints else "The others are as declared. Mend what is named and run again.",
            details={**data, "changed": bool(changed)},
        )
    return Result(
        actions=tuple(f"{todo.verb} package {todo.target.name}: {todo.words}" for todo in changed),
        before="".join(f"# {todo.target.name}\n{todo.before}" for todo in changed if todo.before),
        after="".join(f"# {todo.target.name}\n{todo.after}" for todo in changed if todo.after),
        data=data,
    )


def _shown(package: Package, live: Obj | None) -> dict[str, t.Any]:
    """Shape of one entry of the return value ``packages``."""
    status = section(live or {}, "status")
    return {
        "name": package.name,
        "changed": package.changed,
        "state": text(status, "state"),
        "current_version": text(status, "currentVersion"),
        "target_version": text(status, "targetVersion").removesuffix(" (latest)"),
        "detail": text(status, "detail"),
        "failed": bool(package.outcome and package.outcome.reason),
        "reason": package.outcome.reason if package.outcome else "",
        "hint": package.outcome.hint if package.outcome else "",
    }


__all__ = ("Ports", "Settings", "converge")
