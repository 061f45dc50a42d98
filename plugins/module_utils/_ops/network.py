# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The network of a cluster: Cilium, rendered from the bundle's chart and applied like any other objects."""

from __future__ import annotations

import dataclasses
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge, network_preflight
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    Waiting,
    Workload,
    wait_rolled_out,
    workloads_in,
)
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import in_namespace
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Kube, Obj, Runner
from ansible_collections.eks.anywhere.plugins.module_utils._render.cilium import (
    allow_policies,
    cilium_values,
    preflight_values,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.mirror import mirrored
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

NAMESPACE = "kube-system"
RELEASE = "cilium"
HELM_SECONDS = 120.0
_LOCAL = (".tgz", ".tar.gz")


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    kube: Kube
    runner: Runner
    artifacts: Artifacts
    waiting: Waiting


def install(config: ClusterConfig, bundle: VersionsBundle, *, ports: Ports, check_mode: bool) -> Result:
    """Have Cilium as rendered, its datapath up on all nodes and the nodes ready."""
    if config.cilium is None:
        return Result(data={"version": ""})
    data = {"version": bundle.cilium.version}
    if config.cilium.skip_upgrade and _live(ports.kube):
        # The user looks after an existing Cilium; only a missing one is ours to install.
        return Result(data=data)
    wanted = rendered(config, bundle, ports=ports)
    change = converge.difference(ports.kube, _without_settled_secrets(ports.kube, wanted), waiting=ports.waiting)
    images = network_preflight.upgraded(ports.kube, wanted) if change.objects else ""
    preflight = (f"Check that every node can take Cilium {images}",) if images else ()
    if not check_mode:
        if change.objects and not images:
            ports.waiting.report.line("Installing networking on workload cluster")
        if images:
            ports.waiting.report.line(f"  Cilium {images}: checking that every node can take it")
            found = _preflight(config, bundle, ports=ports)
            network_preflight.run(found, wanted, kube=ports.kube, waiting=ports.waiting)
        converge.apply(ports.kube, change.objects, waiting=ports.waiting)
        wait_rolled_out(ports.kube, _essential(wanted), waiting=ports.waiting, what="network", nodes=True)
    return Result(actions=(*preflight, *change.actions), before=change.before, after=change.after, data=data)


def rendered(config: ClusterConfig, bundle: VersionsBundle, *, ports: Ports) -> list[Obj]:
    """The chart's objects with our values, and the policies that go with them."""
    values = _values(config, bundle)
    objects = _templated(values, config, bundle, ports=ports)
    return in_namespace([*objects, *allow_policies(config, values)], NAMESPACE)


def _preflight(config: ClusterConfig, bundle: VersionsBundle, *, ports: Ports) -> list[Obj]:
    """What the chart checks an upgrade with."""
    values = preflight_values(_values(config, bundle), agent_image=bundle.cilium.agent_image)
    return in_namespace(_templated(values, config, bundle, ports=ports), NAMESPACE)


def _values(config: ClusterConfig, bundle: VersionsBundle) -> dict[str, t.Any]:
    cilium = bundle.cilium
    return cilium_values(config, agent_image=cilium.agent_image, operator_image=cilium.operator_image)


def _templated(
    values: t.Mapping[str, t.Any], config: ClusterConfig, bundle: VersionsBundle, *, ports: Ports
) -> list[Obj]:
    uri = bundle.cilium.chart_uri
    chart = chart_arguments(uri, config=config, artifacts=ports.artifacts)
    options = ["--namespace", NAMESPACE, "--kube-version", config.kubernetes_version, "--values", "-"]
    done = ports.runner.run(
        ["helm", "template", RELEASE, *chart, *options], stdin=json.dumps(values), timeout_seconds=HELM_SECONDS
    )
    if done.rc != 0:
        raise _failed(done.stderr, uri)
    return converge.documents(done.stdout, origin=f"The rendering of {uri}")


def chart_arguments(uri: str, *, config: ClusterConfig, artifacts: Artifacts) -> list[str]:
    """How helm is told where the chart is: a file, or a reference with its version."""
    reference = uri.removeprefix("oci://")
    if uri.startswith(("file://", "https://", "/", ".")) or uri.endswith(_LOCAL):
        return [artifacts.path(uri)]
    repository, _colon, version = mirrored(config.registry_mirror, reference).rpartition(":")
    skip = config.registry_mirror is not None and config.registry_mirror.insecure_skip_verify
    return [f"oci://{repository}", "--version", version, *(["--insecure-skip-tls-verify"] if skip else [])]


def _without_settled_secrets(kube: Kube, objects: t.Sequence[Obj]) -> list[Obj]:
    """Each rendering makes a new authority and certificates signed by it; a complete set in the cluster stays."""
    secrets = [obj["metadata"] for obj in objects if obj["kind"] == "Secret"]
    settled = all(
        kube.get(api_version="v1", kind="Secret", name=metadata["name"], namespace=metadata["namespace"])
        for metadata in secrets
    )
    return [obj for obj in objects if not (settled and obj["kind"] == "Secret")]


def _essential(objects: t.Iterable[Obj]) -> list[Workload]:
    """Agent and operator: what a node needs to become ready. Relays and user interfaces come up in their own time."""
    return [workload for workload in workloads_in(objects) if workload.name in ("cilium", "cilium-operator")]


def _live(kube: Kube) -> bool:
    return kube.get(api_version="apps/v1", kind="DaemonSet", name="cilium", namespace=NAMESPACE) is not None


def _failed(said: str, chart: str) -> EksaError:
    # helm goes on below its error with what exactly was wrong, and ends with a hint on its own options.
    lines = [line.strip() for line in said.partition("Error:")[2].splitlines() or said.splitlines()]
    words = " ".join(line for line in lines if line and not line.startswith("Use --debug"))
    return EksaError(
        f"helm could not render {chart}: {words[:600].rstrip('.')}.",
        code="network.render_failed",
        hint="Check the chart of the Bundles manifest and the helmValues of the cluster config.",
        details={"chart": chart},
    )


__all__ = ("Ports", "chart_arguments", "install", "rendered")
