# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The real Cilium chart, rendered by the real helm and applied to a real API server."""

from __future__ import annotations

import dataclasses
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import Cilium, ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, WaitTimeout
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import network
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.integration_real.machinery.upstream import upstream
from ansible_collections.eks.anywhere.tests.simulation.servers import lab_program
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter
from ansible_collections.eks.anywhere.tests.unit.ops import samples


@pytest.fixture(scope="module")
def bundle() -> t.Any:
    """The sample's bundle with the chart on disk."""
    chart = upstream("github.com/cilium/cilium@*/install/kubernetes/cilium")
    found = samples.bundle()
    return dataclasses.replace(found, cilium=dataclasses.replace(found.cilium, chart_uri=str(chart)))


@pytest.fixture
def ports(api_server: ApiServers) -> network.Ports:
    """A real API server and the real helm; waits are short, since no controller runs."""
    waiting = Waiting(clock=SystemClock(), report=FakeReporter(), timeout_seconds=1)
    tools = lab_program("helm").rpartition("/")[0]
    return network.Ports(
        kube=KubeClient.from_kubeconfig(api_server("network").kubeconfig),
        runner=LocalRunner(tools_dir=tools),
        artifacts=LocalArtifacts(),
        waiting=waiting,
    )


def lines(ports: network.Ports) -> list[str]:
    """What was said."""
    assert isinstance(ports.waiting.report, FakeReporter)
    return ports.waiting.report.lines


def with_cilium(**options: t.Any) -> ClusterConfig:
    """The sample config with options of the CNI."""
    return dataclasses.replace(samples.config(), cilium=Cilium(**options))


def by_name(objects: t.Iterable[Obj]) -> dict[tuple[str, str], Obj]:
    """Objects by kind and name."""
    return {(obj["kind"], obj["metadata"]["name"]): obj for obj in objects}


def settings(objects: t.Iterable[Obj]) -> dict[str, str]:
    """Cilium's own configuration."""
    found: dict[str, str] = by_name(objects)[("ConfigMap", "cilium-config")]["data"]
    return found


def test_values_arrive_in_the_rendering(bundle: t.Any, ports: network.Ports) -> None:
    objects = by_name(network.rendered(samples.config(), bundle, ports=ports))
    agent = objects[("DaemonSet", "cilium")]["spec"]["template"]["spec"]["containers"][0]
    operator = objects[("Deployment", "cilium-operator")]["spec"]
    assert agent["image"].startswith("public.ecr.aws/eks/cilium/cilium:v1.19.4-1")
    image = operator["template"]["spec"]["containers"][0]["image"]
    assert image.startswith("public.ecr.aws/eks/cilium/operator-generic:v1.19.4-1")
    assert {"key": "node.cilium.io/agent-not-ready", "operator": "Exists"} in operator["template"]["spec"][
        "tolerations"
    ]
    assert ("DaemonSet", "cilium-envoy") not in objects
    cilium = settings(objects.values())
    assert (cilium["routing-mode"], cilium["tunnel-protocol"], cilium["ipam"]) == ("tunnel", "geneve", "kubernetes")
    assert cilium["cni-chaining-mode"] == "portmap"


def test_direct_routing_has_no_tunnel(bundle: t.Any, ports: network.Ports) -> None:
    config = with_cilium(routing_mode="direct", ipv4_native_routing_cidr="192.168.0.0/16", cni_exclusive=False)
    cilium = settings(network.rendered(config, bundle, ports=ports))
    assert cilium["routing-mode"] == "native"
    assert cilium["auto-direct-node-routes"] == "true"
    assert cilium["ipv4-native-routing-cidr"] == "192.168.0.0/16"
    assert cilium["cni-exclusive"] == "false"


def test_own_values_replace_all_of_ours(bundle: t.Any, ports: network.Ports) -> None:
    values = {
        "tunnelProtocol": "vxlan",
        "image": {"repository": "registry.local/cilium", "tag": "v1", "useDigest": False},
    }
    objects = network.rendered(with_cilium(helm_values=values), bundle, ports=ports)
    agent = by_name(objects)[("DaemonSet", "cilium")]["spec"]["template"]["spec"]["containers"][0]
    assert agent["image"] == "registry.local/cilium:v1"
    assert settings(objects)["tunnel-protocol"] == "vxlan"
    assert "cni-chaining-mode" not in settings(objects) or settings(objects)["cni-chaining-mode"] != "portmap"


def test_policy_always_lets_the_machinery_through(bundle: t.Any, ports: network.Ports) -> None:
    objects = by_name(network.rendered(with_cilium(policy_mode="always"), bundle, ports=ports))
    allowed = {name for kind, name in objects if kind == "NetworkPolicy"}
    assert {"allow-all-kube-system", "allow-all-eksa-system", "allow-all-capv-system"} <= allowed
    assert settings(objects.values())["enable-policy"] == "always"


def test_what_helm_refuses_is_said(bundle: t.Any, ports: network.Ports) -> None:
    with pytest.raises(EksaError) as caught:
        network.rendered(with_cilium(helm_values={"routingMode": ["native"]}), bundle, ports=ports)
    assert caught.value.code == "network.render_failed"
    assert "routingMode" in caught.value.message


def test_installs_once_keeps_its_certificates_and_mends_what_was_changed(bundle: t.Any, ports: network.Ports) -> None:
    planned = network.install(samples.config(), bundle, ports=ports, check_mode=True)
    assert "Create DaemonSet kube-system/cilium" in planned.actions
    assert lines(ports) == []
    with pytest.raises(WaitTimeout) as caught:
        network.install(samples.config(), bundle, ports=ports, check_mode=False)
    # Nothing runs here that would start a pod, and the wait says what it waited for.
    assert "DaemonSet kube-system/cilium" in caught.value.message
    assert lines(ports)[0] == "Installing networking on workload cluster"
    secret = ports.kube.get(api_version="v1", kind="Secret", name="cilium-ca", namespace="kube-system")

    again = network.install(samples.config(), bundle, ports=ports, check_mode=True)
    assert again.actions == ()
    assert secret == ports.kube.get(api_version="v1", kind="Secret", name="cilium-ca", namespace="kube-system")

    patch = {"data": {"enable-policy": "never"}}
    ports.kube.merge(api_version="v1", kind="ConfigMap", name="cilium-config", namespace="kube-system", patch=patch)
    drifted = network.install(samples.config(), bundle, ports=ports, check_mode=True)
    assert drifted.actions == ("Configure ConfigMap kube-system/cilium-config",)
    assert "enable-policy: never" in drifted.before

    left_alone = network.install(with_cilium(skip_upgrade=True), bundle, ports=ports, check_mode=False)
    assert left_alone.actions == ()
