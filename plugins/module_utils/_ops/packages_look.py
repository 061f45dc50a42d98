# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What a management cluster knows of the packages of one cluster: three requests, whatever their number."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import bundle as bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    API,
    NAMESPACE,
    PackageBundle,
    namespace_of,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import Ground
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, explain, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.packages import hint_for
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Weight

CONTROLLER = "PackageBundleController"
DEFAULT_IMAGE_REGISTRY = "783794618700.dkr.ecr.us-west-2.amazonaws.com"
"""What the package controller takes when its object names none."""
_MIRROR = "registry-mirror-secret"
_MIRROR_LOGIN = "registry-mirror-cred"


@dataclasses.dataclass(frozen=True)
class Controller:
    """The PackageBundleController of a cluster, ``state`` and ``detail`` in the package controller's words."""

    cluster: str
    active_bundle: str
    state: str
    detail: str
    image_registry: str
    registry: str
    creates_namespaces: bool = False

    @property
    def upgrade(self) -> str:
        """Name of the newer bundle that there is; empty when there is none."""
        return bundles.available(self.detail) if self.state == "upgrade available" else ""

    @property
    def words(self) -> str:
        """``disconnected: ...``, or how it is called that nothing was said yet."""
        return ": ".join(part for part in (self.state or "not started", self.detail) if part)


def controller(kube: Kube, cluster: str) -> Controller:
    """The PackageBundleController of a cluster; a missing one says what is missing."""
    found = kube.get(api_version=API, kind=CONTROLLER, name=cluster, namespace=NAMESPACE)
    if found is None:
        raise _missing(kube, cluster)
    spec, status = section(found, "spec"), section(found, "status")
    return Controller(
        cluster=cluster,
        active_bundle=text(spec, "activeBundle"),
        state=text(status, "state"),
        detail=text(status, "detail"),
        image_registry=text(spec, "defaultImageRegistry") or DEFAULT_IMAGE_REGISTRY,
        registry=text(spec, "defaultRegistry"),
        creates_namespaces=spec.get("createNamespace") is True,
    )


def _missing(kube: Kube, cluster: str) -> EksaError:
    names = [str(obj["metadata"]["name"]) for obj in kube.list(api_version=API, kind=CONTROLLER, namespace=NAMESPACE)]
    if not names:
        return EksaError(
            "There is no package controller on this cluster.",
            code="packages.controller_missing",
            hint="Give the kubeconfig of the management cluster, or install it: playbook eks.anywhere.packages.",
        )
    return EksaError(
        f"The package controller there looks after {', '.join(sorted(names))}, not after {cluster}.",
        code="packages.cluster_unknown",
        hint="Correct the name of the cluster, or give the kubeconfig of its own management cluster.",
        details={"clusters": sorted(names)},
    )


def active_controller(kube: Kube, cluster: str, *, waiting: Waiting, check_mode: bool) -> Controller:
    """As ``controller``, once a bundle is active: the package controller activates the first one that it finds."""
    seen = controller(kube, cluster)
    if seen.active_bundle or check_mode:
        return seen

    def look() -> Tick:
        nonlocal seen
        seen = controller(kube, cluster)
        why = Reason(CONTROLLER, cluster, seen.words, Weight.CAUSE, hint=hint_for(seen.detail))
        silence = [] if seen.state else _silence(kube)
        state = seen.active_bundle or "no active bundle"
        return Tick(done=bool(seen.active_bundle), state=state, reasons=(*silence, why))

    until(
        look,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what="first bundle of packages",
    )
    return seen


def _silence(kube: Kube) -> list[Reason]:
    """Why the package controller has said nothing: its pods, or what it waits for with words in its log alone.

    Rule: eks-anywhere-packages v0.4.17, pkg/registry/certinjector.go.
    """
    if pods := explain(kube.list(api_version="v1", kind="Pod", namespace=NAMESPACE)):
        return list(pods)
    mirror = kube.get(api_version="v1", kind="Secret", name=_MIRROR, namespace=NAMESPACE)
    if mirror is None or not text(section(mirror, "data"), "CACERTCONTENT"):
        return []
    if kube.get(api_version="v1", kind="Secret", name=_MIRROR_LOGIN, namespace=NAMESPACE) is not None:
        return []
    hint = f"Look at the Jobs of CronJob cron-ecr-renew in namespace {NAMESPACE}: they make it of Secret {_MIRROR}."
    return [Reason("Secret", _MIRROR_LOGIN, "missing, the package controller needs it", Weight.CAUSE, hint=hint)]


def active_bundle(kube: Kube, seen: Controller) -> PackageBundle | None:
    """The bundle that packages come from now; None while none is active."""
    return package_bundle(kube, seen.active_bundle) if seen.active_bundle else None


def package_bundle(kube: Kube, name: str) -> PackageBundle:
    """A bundle by its name."""
    found = kube.get(api_version=API, kind="PackageBundle", name=name, namespace=NAMESPACE)
    if found is None:
        raise EksaError(
            f"activeBundle {name!r} not present on cluster.",
            code="packages.bundle_missing",
            hint="The package controller downloads the newest bundle; any other is given as a file.",
            details={"bundle": name},
        )
    return bundles.read(found)


def live_packages(kube: Kube, cluster: str) -> dict[str, Obj]:
    """The packages of a cluster by name."""
    found = kube.list(api_version=API, kind="Package", namespace=namespace_of(cluster))
    return {str(obj["metadata"]["name"]): obj for obj in found}


def ground(seen: Controller, bundle: PackageBundle | None, *, force: bool = False) -> Ground:
    """What the plan stands on."""
    return Ground(
        cluster=seen.cluster,
        bundle=bundle,
        image_registry=seen.image_registry,
        force=force,
    )


__all__ = (
    "CONTROLLER",
    "Controller",
    "active_bundle",
    "active_controller",
    "controller",
    "ground",
    "live_packages",
    "package_bundle",
)
