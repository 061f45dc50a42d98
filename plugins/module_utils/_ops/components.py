# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The vendor's own layer of a cluster: definitions and controller, then the objects that describe the cluster."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles, VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    Waiting,
    wait_established,
    wait_rolled_out,
    workloads_in,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._render.eksa_objects import (
    SYSTEM_NAMESPACE,
    bundles_object,
    cluster_objects,
    eksa_release,
    namespace,
    paused,
    placed,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

_HOOKS = frozenset({"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"})


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    kube: Kube
    artifacts: Artifacts
    waiting: Waiting


def install_components(bundle: VersionsBundle, *, ports: Ports, check_mode: bool) -> Result:
    """Have the definitions and the controller of the bundle, served and running."""
    wanted = component_objects(bundle, artifacts=ports.artifacts, report=ports.waiting.report)
    change = converge.difference(ports.kube, wanted, waiting=ports.waiting)
    if not check_mode:
        if change.objects:
            line = "Installing EKS-A custom components (CRD and controller) on workload cluster"
            ports.waiting.report.line(line)
        _apply_components(change.objects, ports)
        _wait_for_components(wanted, ports)
    return Result(actions=change.actions, before=change.before, after=change.after)


def create_objects(config: ClusterConfig, bundles: Bundles, *, ports: Ports, check_mode: bool) -> Result:
    """Have the bundle, the releases and the cluster's own objects; a controller sees the latter when all are there."""
    ground = ground_objects(config, bundles, artifacts=ports.artifacts)
    described = cluster_objects(config, bundles)
    change = converge.difference(ports.kube, [*ground, *described], waiting=ports.waiting)
    if change.objects and not check_mode:
        ports.waiting.report.line("Creating EKS-A CRDs instances on workload cluster")
        first = [obj for obj in change.objects if obj in ground]
        rest = [obj for obj in change.objects if obj in described]
        converge.apply(ports.kube, first, waiting=ports.waiting)
        # Paused, the controller and its webhook leave them alone until every one that refers to another is there.
        converge.apply(ports.kube, [paused(obj) for obj in rest], waiting=ports.waiting)
        converge.apply(ports.kube, rest, waiting=ports.waiting)
    return Result(actions=change.actions, before=change.before, after=change.after)


def component_objects(bundle: VersionsBundle, *, artifacts: Artifacts, report: Reporter) -> list[Obj]:
    """Definitions and controller of the bundle."""
    objects = _manifests([bundle.eksd_components_uri, bundle.eksa_components_uri], artifacts)
    return _with_answered_webhooks(objects, report)


def _manifests(uris: t.Iterable[str], artifacts: Artifacts) -> list[Obj]:
    return [obj for uri in uris if uri for obj in converge.documents(artifacts.read(uri), origin=uri)]


def _with_answered_webhooks(objects: list[Obj], report: Reporter) -> list[Obj]:
    """Webhooks without a controller behind them would refuse every object of the cluster."""
    if workloads_in(objects):
        return objects
    hooks = [obj for obj in objects if obj["kind"] in _HOOKS]
    if hooks:
        report.line(f"  {len(hooks)} webhook configurations left out: the manifest has no controller to answer them")
    return [obj for obj in objects if obj["kind"] not in _HOOKS]


def _apply_components(objects: t.Sequence[Obj], ports: Ports) -> None:
    """Webhooks last, when the controller can answer them."""
    hooks = [obj for obj in objects if obj["kind"] in _HOOKS]
    others = [obj for obj in objects if obj["kind"] not in _HOOKS]
    converge.apply(ports.kube, others, waiting=ports.waiting)
    if hooks:
        _wait_for_components(others, ports)
        converge.apply(ports.kube, hooks, waiting=ports.waiting)


def _wait_for_components(objects: t.Sequence[Obj], ports: Ports) -> None:
    definitions = [obj["metadata"]["name"] for obj in objects if obj["kind"] == "CustomResourceDefinition"]
    if definitions:
        wait_established(ports.kube, definitions, waiting=ports.waiting)
    workloads = workloads_in(objects)
    if workloads:
        wait_rolled_out(ports.kube, workloads, waiting=ports.waiting, what="EKS-A controller")


def ground_objects(config: ClusterConfig, bundles: Bundles, *, artifacts: Artifacts) -> list[Obj]:
    """What the cluster's objects refer to: namespaces, the bundle, the releases of every Kubernetes version in use."""
    versions = dict.fromkeys([config.kubernetes_version, *(group.kubernetes_version for group in config.workers)])
    uris = [bundles.for_version(version).eksd_manifest_uri for version in versions]
    releases = [placed(obj, SYSTEM_NAMESPACE) for obj in _manifests(uris, artifacts) if obj["kind"] == "Release"]
    names = dict.fromkeys([SYSTEM_NAMESPACE, config.namespace])
    spaces = [namespace(name) for name in names if name != "default"]
    return [*spaces, bundles_object(bundles), eksa_release(config, bundles), *releases]


__all__ = ("Ports", "component_objects", "create_objects", "ground_objects", "install_components")
