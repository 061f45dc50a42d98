# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Why pods, deployments and nodes are not ready."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions, flat, said
from ansible_collections.eks.anywhere.plugins.module_utils._wait.reason import Reason, Weight

PULL = frozenset({"ErrImagePull", "ImagePullBackOff", "InvalidImageName", "ErrImageNeverPull", "ImageInspectError"})
_NEVER = re.compile(
    r"not found|manifest unknown|denied|unauthorized|authorization failed|InvalidImageName|name unknown|forbidden",
    re.IGNORECASE,
)
_OUTAGE = re.compile(r"timeout|connection re|no such host|temporary|TLS handshake|unexpected EOF|50\d ", re.IGNORECASE)


def pod(obj: Obj) -> Reason | None:
    """Why a pod is not ready; None when it is, or has done its work."""
    status = obj.get("status") or {}
    if status.get("phase") == "Succeeded" or _is_ready(obj):
        return None
    name = f"{obj['metadata'].get('namespace', 'default')}/{obj['metadata']['name']}"
    if status.get("phase") == "Failed" and status.get("reason"):
        # The kubelet ended the pod as a whole, for instance because the node's disk is full.
        words = flat(str(status.get("message") or ""))
        return Reason("Pod", name, f"{status['reason']}{': ' + words if words else ''}", Weight.CAUSE)
    for container in (*(status.get("initContainerStatuses") or ()), *(status.get("containerStatuses") or ())):
        found = _container(name, container)
        if found:
            return found
    scheduled = conditions(obj).get("PodScheduled")
    if scheduled and scheduled.status == "False":
        return Reason("Pod", name, f"cannot be scheduled: {said(scheduled)}", Weight.SUMMARY)
    return Reason("Pod", name, _so_far(obj))


def _so_far(obj: Obj) -> str:
    """How far a pod is that nothing speaks against."""
    found = (obj.get("status") or {}).get("containerStatuses")
    if not found:
        return "not started yet"
    waiting = [entry["name"] for entry in found if not entry.get("ready")]
    if waiting:
        return f"container {', '.join(waiting)} is not ready yet"
    # The control plane takes the condition away from pods of a node of which it hears nothing.
    node = (obj.get("spec") or {}).get("nodeName")
    return f"its containers run, but it does not count as ready: node {node} does not report"


def _is_ready(obj: Obj) -> bool:
    found = conditions(obj).get("Ready")
    return found is not None and found.status == "True"


def _container(pod_name: str, container: t.Mapping[str, t.Any]) -> Reason | None:
    waiting = (container.get("state") or {}).get("waiting") or {}
    why, message = str(waiting.get("reason") or ""), flat(str(waiting.get("message") or ""))
    if why in PULL:
        return _pull(pod_name, container, f"{message or why}")
    if why == "CrashLoopBackOff":
        return Reason(
            "Pod", pod_name, f"container {container['name']} keeps failing{last_end(container)}", Weight.CAUSE
        )
    if why in {"CreateContainerConfigError", "CreateContainerError", "RunContainerError"}:
        return Reason("Pod", pod_name, f"container {container['name']} cannot start: {message or why}", Weight.CAUSE)
    ended = (container.get("state") or {}).get("terminated") or {}
    if ended and ended.get("exitCode"):
        text = f"container {container['name']} failed{last_end({'lastState': {'terminated': ended}})}"
        return Reason("Pod", pod_name, text, Weight.CAUSE)
    return None


def _pull(pod_name: str, container: t.Mapping[str, t.Any], message: str) -> Reason:
    """An image that the registry does not have never comes; a registry that is down may come back."""
    hopeless = bool(_NEVER.search(message)) and not _OUTAGE.search(message)
    return Reason(
        "Pod",
        pod_name,
        f"cannot pull image {container.get('image', '?')}: {message}",
        Weight.CAUSE,
        code="image.pull_failed" if hopeless else "",
        hint="Put the image into the registry that the nodes use, or correct its name in the Bundles manifest.",
    )


def last_end(container: t.Mapping[str, t.Any]) -> str:
    """How a container ended last, in parentheses; empty when it never did."""
    ended = (container.get("lastState") or {}).get("terminated") or {}
    if not ended:
        return ""
    words = flat(str(ended.get("message") or ""))[-200:]
    return f" ({ended.get('reason') or 'Error'}, exit code {ended.get('exitCode')}{': ' + words if words else ''})"


def deployment(obj: Obj) -> Reason | None:
    """Why a Deployment is not available."""
    wanted = (obj.get("spec") or {}).get("replicas", 1)
    available = (obj.get("status") or {}).get("availableReplicas", 0)
    if available >= wanted:
        return None
    failure = conditions(obj).get("ReplicaFailure")
    text = f"{available}/{wanted} available"
    if failure and failure.status == "True":
        return Reason("Deployment", _full_name(obj), f"{text}: {said(failure)}", Weight.CAUSE)
    return Reason("Deployment", _full_name(obj), text, Weight.SUMMARY)


def daemon_set(obj: Obj) -> Reason | None:
    """Why a DaemonSet is not ready on all of its nodes."""
    status = obj.get("status") or {}
    wanted, ready = status.get("desiredNumberScheduled", 0), status.get("numberReady", 0)
    if wanted and ready >= wanted:
        return None
    return Reason("DaemonSet", _full_name(obj), f"ready on {ready}/{wanted} nodes", Weight.SUMMARY)


def node(obj: Obj) -> Reason | None:
    """Why a node is not ready."""
    found = conditions(obj).get("Ready")
    if found and found.status == "True":
        return None
    return Reason("Node", obj["metadata"]["name"], node_text(obj))


def node_text(obj: Obj) -> str:
    """The kubelet's own words, shorter in the usual cases."""
    found = conditions(obj).get("Ready")
    if not found:
        return "its kubelet has not reported yet"
    if "NetworkPluginNotReady" in found.message or "cni" in found.message.lower():
        return "its network is not up yet (no CNI on the node)"
    if found.status == "Unknown":
        return f"its kubelet has stopped reporting ({said(found)})"
    return f"not ready: {said(found)}"


def _full_name(obj: Obj) -> str:
    return f"{obj['metadata'].get('namespace', 'default')}/{obj['metadata']['name']}"


__all__ = ("PULL", "daemon_set", "deployment", "last_end", "node", "node_text", "pod")
