# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which bundle the packages of a cluster come from: bring one in, compare it, verify it, activate it."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import bundle as bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import signature
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    API,
    LATEST,
    NAMESPACE,
    Difference,
    PackageBundle,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.wanted import effective
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge, packages_look
from ansible_collections.eks.anywhere.plugins.module_utils._ops.packages_look import Controller
from ansible_collections.eks.anywhere.plugins.module_utils._ops.packages_settle import Place, Settling
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import Spec, Target
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files, Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

Holds = t.Callable[[str, str, bytes], "bool | None"]
"""Public key, signature and content -> whether the signature holds; None when it cannot be told here."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """``holds`` verifies a signature."""

    kube: Kube
    waiting: Waiting
    holds: Holds


@dataclasses.dataclass(frozen=True)
class Settings:
    """``public_key`` empty is the vendor's; ``verify`` off leaves it to the webhook."""

    cluster: str
    check_mode: bool
    wait: bool = True
    patience_seconds: float = 150.0
    public_key: str = ""
    verify: bool = True


def activate(name: str, manifest: str, *, settings: Settings, ports: Ports) -> Result:
    """Have a bundle active: one by its name, ``latest``, or the one in a manifest, which is brought in first."""
    seen = packages_look.active_controller(
        ports.kube, settings.cluster, waiting=ports.waiting, check_mode=settings.check_mode
    )
    given = _given(manifest) if manifest else None
    chosen = _chosen(name, given, seen)
    brought = _brought_in(given, settings=settings, ports=ports) if given else ()
    before = packages_look.active_bundle(ports.kube, seen)
    if before and before.name == chosen:
        return _result(seen, brought, before, before)
    after = bundles.read(given) if given and brought else packages_look.package_bundle(ports.kube, chosen)
    if settings.verify and not brought:
        verify(after, public_key=settings.public_key, holds=ports.holds)
    _switch(chosen, brought=bool(brought), settings=settings, kube=ports.kube)
    result = _result(seen, brought, before, after)
    if settings.check_mode or not settings.wait:
        return result
    return dataclasses.replace(result, data={**result.data, **_followed(seen, after, settings=settings, ports=ports)})


def manifest_of(path: str | None, *, files: Files) -> str:
    """The text of a bundle's manifest; empty when no file is named."""
    found = files.read(path) if path else ""
    if found is None:
        raise EksaError(
            f"The bundle's manifest {path} does not exist.",
            code="input.not_found",
            hint="Correct the option file.",
            details={"path": path},
        )
    return found


def _given(manifest: str) -> Obj:
    documents = converge.documents(manifest, origin="The bundle's manifest")
    found = [obj for obj in documents if obj["kind"] == "PackageBundle"]
    if len(found) != 1:
        raise EksaError(
            f"The bundle's manifest holds {len(found)} PackageBundles, not one.",
            code="packages.bundle_invalid",
            hint="Give the manifest of one bundle.",
        )
    return found[0]


def _chosen(name: str, given: Obj | None, seen: Controller) -> str:
    mine = str(section(given or {}, "metadata").get("name") or "")
    if given and name and name != mine:
        raise EksaError(
            f"The manifest holds the bundle {mine}, not {name}.",
            code="packages.bundle_invalid",
            hint="Name the bundle that it holds, or none.",
        )
    if given:
        return mine
    # Names are not sorted: the newest is what the registry calls latest, which the package controller looks for.
    return (seen.upgrade or seen.active_bundle) if name == LATEST else name


def _brought_in(given: Obj, *, settings: Settings, ports: Ports) -> tuple[str, ...]:
    """Create the bundle of a manifest; one of that name that is there already is not rewritten."""
    name = str(given["metadata"]["name"])
    if ports.kube.get(api_version=API, kind="PackageBundle", name=name, namespace=NAMESPACE):
        return ()
    if settings.verify:
        verify(bundles.read(given), public_key=settings.public_key, holds=ports.holds)
    metadata = {**given["metadata"], "namespace": NAMESPACE}
    ports.kube.apply({**given, "metadata": metadata}, dry_run=settings.check_mode)
    return (f"Bring in bundle {name}",)


def verify(bundle: PackageBundle, *, public_key: str, holds: Holds) -> None:
    """Refuse a bundle that is not signed with that key; the webhook does the same where it is on."""
    given = signature.signature(bundle.raw)
    if not given:
        raise _unsigned(bundle, "packages.signature_missing", "carries no signature")
    verdict = holds(public_key or signature.PUBLIC_KEY, given, signature.signed_bytes(bundle.raw))
    if verdict is None:
        raise _unsigned(
            bundle, "packages.signature_unverified", "cannot be verified: the Python package cryptography is missing"
        )
    if not verdict:
        raise _unsigned(bundle, "packages.signature_invalid", "is not signed with the expected key")


def _unsigned(bundle: PackageBundle, code: str, seen: str) -> EksaError:
    return EksaError(
        f"The bundle {bundle.name} {seen}.",
        code=code,
        hint="Take the bundle as it is published, or give the key of whoever signed it (public_key).",
        details={"bundle": bundle.name},
    )


def _switch(name: str, *, brought: bool, settings: Settings, kube: Kube) -> None:
    """Set one field and leave the rest as whoever set it has it: an apply would take back what we applied before."""
    spec: Obj = {"spec": {"activeBundle": name}}
    kind = {"api_version": API, "kind": packages_look.CONTROLLER}
    if not settings.check_mode:
        kube.merge(**kind, name=settings.cluster, namespace=NAMESPACE, patch=spec)
    elif not brought:
        # A bundle that is only to be brought in is not there for the webhook.
        metadata = {"name": settings.cluster, "namespace": NAMESPACE}
        kube.apply({"apiVersion": API, "kind": packages_look.CONTROLLER, "metadata": metadata, **spec}, dry_run=True)


def _followed(seen: Controller, after: PackageBundle, *, settings: Settings, ports: Ports) -> dict[str, t.Any]:
    """Every package of the cluster, settled by the new bundle; one that cannot follow is told and fails nothing."""
    live = packages_look.live_packages(ports.kube, settings.cluster)
    targets, failed = [], {}
    for name, obj in live.items():
        try:
            targets.append(_target(name, obj, after, seen.image_registry))
        except EksaError as exc:
            failed[name] = exc.message
    settling = Settling(
        targets,
        place=Place(settings.cluster, ports.kube, seen.image_registry, releases=lambda: ports.kube),
        waiting=ports.waiting,
        patience_seconds=settings.patience_seconds,
        touch_at_once=True,
    )
    ended = settling.run()
    failed.update({name: outcome.reason for name, outcome in ended.items() if outcome.reason})
    warnings = [f"Package {name} does not follow the bundle {after.name}: {failed[name]}" for name in sorted(failed)]
    return {"failed_packages": sorted(failed), **({"warnings": warnings} if warnings else {})}


def _target(name: str, obj: Obj, bundle: PackageBundle, image_registry: str) -> Target:
    spec = Spec.of(section(obj, "spec"), name=name)
    entry, version = bundle.version(spec.package, spec.version)
    return Target(name, entry.source(version), effective(spec.config, image_registry=image_registry))


def _result(seen: Controller, brought: tuple[str, ...], before: PackageBundle | None, after: PackageBundle) -> Result:
    changes: tuple[Difference, ...] = bundles.differences(before or PackageBundle("", ()), after)
    switched = before is None or before.name != after.name
    words = (f"Activate bundle {after.name} for {seen.cluster}",) if switched else ()
    warnings = [f"The package controller calls the bundle {after.name}: {after.state}."]
    return Result(
        actions=(*brought, *words),
        before=f"activeBundle: {before.name}\n" if before and switched else "",
        after="".join([f"activeBundle: {after.name}\n", *(f"# {one}\n" for one in changes)]) if switched else "",
        data={
            "active_bundle": after.name,
            "previous_bundle": before.name if before else "",
            "differences": [dataclasses.asdict(one) for one in changes],
            "failed_packages": [],
            **({"warnings": warnings} if after.state not in ("", "available") else {}),
        },
    )


__all__ = ("Holds", "Ports", "Settings", "activate", "manifest_of", "verify")
