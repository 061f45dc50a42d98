# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""All that an upgraded cluster is to consist of, rendered without asking anybody."""

from __future__ import annotations

import dataclasses

from ansible_collections.eks.anywhere.plugins.module_utils._ops import components, inputs, network, sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting, workloads_in
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_subject import NAMESPACE, Ports, Subject
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import in_namespace
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import clusterctl, eksa_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import ProviderPlan

PATIENCE_SECONDS = 60.0

_QUIET = frozenset(
    {
        "ClusterRole",
        "ClusterRoleBinding",
        "CustomResourceDefinition",
        "Namespace",
        "Role",
        "RoleBinding",
        "Secret",
        "Service",
        "ServiceAccount",
    }
)
"""Of a chart these change only together with the settings or the workloads that use them."""
_HOOKS = frozenset({"MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"})


@dataclasses.dataclass(frozen=True)
class Wanted:
    """``cluster`` are Cluster API objects as rendered; ``network`` and ``definitions`` what tells of their component.

    ``described`` are the vendor's objects, what they refer to first.
    """

    cluster: tuple[Obj, ...] = dataclasses.field(repr=False)
    providers: tuple[ProviderPlan, ...]
    cert_manager: str
    network: tuple[Obj, ...] = dataclasses.field(repr=False)
    definitions: tuple[Obj, ...] = dataclasses.field(repr=False)
    described: tuple[Obj, ...] = dataclasses.field(repr=False)
    release: str


def wanted(subject: Subject, *, ports: Ports, kube: Kube) -> Wanted:
    """Rendered from the config, the bundle and the chart; a managed cluster leaves its manager's components alone."""
    config, bundles = subject.config, subject.bundles
    management = inputs.management_bundle(bundles)
    plans = clusterctl.providers(
        management, infrastructure=config.provider, external_etcd=config.external_etcd is not None
    )
    ground = components.ground_objects(config, bundles, artifacts=ports.artifacts)
    return Wanted(
        cluster=tuple(_cluster(subject, ports)),
        providers=plans if config.self_managed else (),
        cert_manager=management.cert_manager.version if config.self_managed else "",
        network=tuple(_network(subject, ports, kube)),
        definitions=tuple(_definitions(subject, ports)) if config.self_managed else (),
        described=tuple(
            obj for obj in (*ground, *eksa_objects.cluster_objects(config, bundles)) if obj["kind"] != "Namespace"
        ),
        release=eksa_objects.release_version(config, bundles),
    )


def _cluster(subject: Subject, ports: Ports) -> list[Obj]:
    """Without credentials no Secret is there to be compared."""
    rendered = sources.made_of(
        subject.config,
        subject.bundles,
        artifacts=ports.artifacts,
        credentials=subject.credentials,
        templates=subject.template_facts,
    )
    return [obj for obj in in_namespace(rendered, NAMESPACE) if subject.knows_secrets or obj["kind"] != "Secret"]


def _network(subject: Subject, ports: Ports, kube: Kube) -> list[Obj]:
    """Nothing where the user looks after an existing Cilium."""
    config = subject.config
    if config.cilium is None or config.cilium.skip_upgrade:
        return []
    waiting = Waiting(clock=ports.clock, report=ports.report, timeout_seconds=PATIENCE_SECONDS)
    bundle = subject.bundles.for_version(config.kubernetes_version)
    tools = network.Ports(kube=kube, runner=ports.runner, artifacts=ports.artifacts, waiting=waiting)
    return [obj for obj in network.rendered(config, bundle, ports=tools) if obj["kind"] not in _QUIET]


def _definitions(subject: Subject, ports: Ports) -> list[Obj]:
    """What is written last tells of all: the controller and its webhooks, or where there are none the definitions."""
    bundle = inputs.management_bundle(subject.bundles)
    objects = components.component_objects(bundle, artifacts=ports.artifacts, report=_Silent())
    if not workloads_in(objects):
        return [obj for obj in objects if obj["kind"] == "CustomResourceDefinition"]
    return [obj for obj in objects if obj["kind"] in _HOOKS or obj["kind"] in ("DaemonSet", "Deployment")]


class _Silent:
    """What the installation says about its manifest is no part of a plan."""

    def line(self, text: str) -> None:
        """Nothing."""


__all__ = ("PATIENCE_SECONDS", "Wanted", "wanted")
