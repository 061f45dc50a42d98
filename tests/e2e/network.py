# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the network of a cluster works, as pods see it."""

from __future__ import annotations

import time
import typing as t

from kubernetes import client

POD_SECONDS = 180

SERVER = """
use IO::Socket::INET;
my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
while (my $peer = $server->accept) { print $peer "hello from $ENV{NODE}\\n"; close $peer }
"""
CLIENT = """
ask() { for _ in $(seq 60); do (exec 3<>"/dev/tcp/$1/$2" && cat <&3) 2>/dev/null && return; sleep 1; done; return 1; }
for _ in $(seq 60); do address=$(getent hosts "$NAME" | cut -d' ' -f1); [ -n "$address" ] && break; sleep 1; done
echo "address $address"
echo "direct $(ask "$DIRECT" 8080)"
echo "service $(ask "$NAME" 80)"
"""


def assert_pods_reach_each_other(core: t.Any, nodes: t.Sequence[str]) -> None:
    """A pod on each node asks one on the first: at its own address, and as a service by name."""
    image = _cilium_image(core)
    namespace = "e2e"
    core.create_namespace({"metadata": {"name": namespace}})
    core.create_namespaced_pod(namespace, _pod("server", nodes[0], image, ["perl", "-e", SERVER], {"NODE": nodes[0]}))
    ports = [{"port": 80, "targetPort": 8080}]
    service = {"metadata": {"name": "web"}, "spec": {"selector": {"app": "server"}, "ports": ports}}
    address = core.create_namespaced_service(namespace, service).spec.cluster_ip
    direct = _wait(core, namespace, "server", lambda pod: pod.status.pod_ip if pod.status.phase == "Running" else "")
    for number, node in enumerate(nodes[1:]):
        name = f"client-{number}"
        variables = {"DIRECT": direct, "NAME": f"web.{namespace}.svc.cluster.local"}
        core.create_namespaced_pod(namespace, _pod(name, node, image, ["bash", "-c", CLIENT], variables))
        _wait(core, namespace, name, lambda pod: pod.status.phase in ("Succeeded", "Failed"))
        said = core.read_namespaced_pod_log(name, namespace).splitlines()
        assert said == [f"address {address}", f"direct hello from {nodes[0]}", f"service hello from {nodes[0]}"]
    core.delete_namespace(namespace)


def _cilium_image(core: t.Any) -> str:
    """An image that the nodes hold already and that has a shell and perl."""
    apps: t.Any = client.AppsV1Api(core.api_client)
    agent = apps.read_namespaced_daemon_set("cilium", "kube-system")
    return str(agent.spec.template.spec.containers[0].image)


def _pod(name: str, node: str, image: str, command: list[str], variables: dict[str, str]) -> dict[str, t.Any]:
    environment = [{"name": key, "value": value} for key, value in variables.items()]
    container = {"name": "main", "image": image, "command": command, "env": environment}
    spec = {"nodeName": node, "restartPolicy": "Never", "terminationGracePeriodSeconds": 0, "containers": [container]}
    return {"metadata": {"name": name, "labels": {"app": name}}, "spec": spec}


def _wait(core: t.Any, namespace: str, name: str, ready: t.Callable[[t.Any], t.Any]) -> t.Any:
    deadline = time.monotonic() + POD_SECONDS
    while True:
        pod = core.read_namespaced_pod(name, namespace)
        answer = ready(pod)
        if answer:
            return answer
        assert time.monotonic() < deadline, f"pod {name}: {pod.status}"
        time.sleep(1)


__all__ = ("assert_pods_reach_each_other",)
