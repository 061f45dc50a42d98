# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The machinery: pods of the providers and of the cluster's own system, webhooks, and the room for them."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import machinery
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait import workloads
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import conditions, flat, said
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Observation,
    called,
    complaint,
    name,
    namespace,
    spec,
    status,
)

CAPACITY = re.compile(r"Insufficient [\w./-]+|Too many pods", re.IGNORECASE)
_WEBHOOK = re.compile(r"failed calling webhook|conversion webhook", re.IGNORECASE)
_DENIED = re.compile(r"unauthorized|denied|authorization failed|forbidden|\b40[13]\b", re.IGNORECASE)
_UNTRUSTED = re.compile(r"x509|certificate signed by unknown", re.IGNORECASE)
_ABSENT = re.compile(r"not found|manifest unknown|name unknown", re.IGNORECASE)


def image_pull(seen: Observation) -> Cause | None:
    """A node cannot get an image."""
    for where, pod in _system_pods(seen):
        for container in _containers(pod):
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") not in workloads.PULL:
                continue
            words = flat(str(waiting.get("message") or waiting["reason"]))
            image = container.get("image", "?")
            return cause(
                "why.image_pull_failed",
                f"{where} cannot pull image {image}{_pull_reason(words)}, so {called(pod)} does not start",
                fix=_pull_fix(words),
                evidence=[Seen.of(called(pod), f"{waiting['reason']}: {words}"), Seen.of("Image", str(image))],
            )
    return None


def crash_loop(seen: Observation) -> Cause | None:
    """A container starts, fails, and starts again."""
    for where, pod in _system_pods(seen):
        for container in _containers(pod):
            waiting = (container.get("state") or {}).get("waiting") or {}
            if waiting.get("reason") != "CrashLoopBackOff":
                continue
            space = namespace(pod)
            last = workloads.last_end(container)
            return cause(
                "why.provider_crash_loop" if space in machinery.ALL else "why.pod_crash_loop",
                f"{called(pod)} of {where[0].lower()}{where[1:]} keeps crashing{last}",
                fix=f"Read why: kubectl -n {space} logs {name(pod)} -c {container.get('name')} --previous.",
                evidence=[
                    Seen.of(
                        called(pod),
                        f"container {container.get('name')} restarted {container.get('restartCount', 0)} times",
                    ),
                    *([Seen.of(called(pod), last.strip(" ()"))] if last else []),
                ],
            )
    return None


def no_room(seen: Observation) -> Cause | None:
    """A pod of the system finds no node with room for it."""
    for where, pod in _system_pods(seen):
        scheduled = conditions(pod).get("PodScheduled")
        if scheduled and scheduled.status == "False" and CAPACITY.search(scheduled.message):
            return capacity(where, pod, said(scheduled), since=scheduled.since)
    return None


def capacity(where: str, pod: Obj, words: str, *, since: str) -> Cause:
    """No node has room for a pod."""
    return cause(
        "why.unschedulable",
        f"{where} has no room for {called(pod)}: {words}",
        fix="Add worker machines, or give them more CPU or memory, or remove pods that are not needed.",
        evidence=[Seen.of(called(pod), words)],
        since=since,
    )


def webhook(seen: Observation) -> Cause | None:
    """The API server calls a webhook that nobody answers, so nothing it guards can be written."""
    silent = next(_without_endpoints(seen), None)
    refused = complaint(seen.management, _WEBHOOK)
    if silent is None and refused is None:
        return None
    evidence = [Seen.of(called(refused[0]), refused[1])] if refused else []
    if silent is None:
        subject, fix = (
            "A webhook",
            "Look at the pods of the service that the message names, and at the certificate of the webhook.",
        )
    else:
        space, service = silent
        subject = f"The webhook service {space}/{service}"
        fix = (
            f"Look at its pods: kubectl -n {space} get pods. They, and cert-manager for their certificate, have to run."
        )
        evidence.insert(0, Seen.of(f"Service {space}/{service}", "has no ready endpoint"))
        evidence += [Seen.of(called(obj), words) for obj, words in _unavailable(seen, space)]
    return cause(
        "why.webhook_not_ready",
        f"{subject} does not answer, so the API server refuses what it guards",
        fix=fix,
        evidence=evidence,
    )


def scaled_down(seen: Observation) -> Cause | None:
    """Somebody switched a controller off, and its webhook with it."""
    for obj in seen.of("Deployment"):
        space = namespace(obj)
        if space in machinery.ALL and spec(obj).get("replicas") == 0:
            return cause(
                "why.provider_scaled_down",
                f"{called(obj)} is scaled to zero, so nobody does its work",
                fix=f"kubectl -n {space} scale deployment {name(obj)} --replicas 1.",
                evidence=[Seen.of(called(obj), "spec.replicas is 0")],
            )
    return None


def provider_down(seen: Observation) -> Cause | None:
    """A controller does not run, and none of its pods says why."""
    for space in sorted(machinery.ALL):
        for obj, words in _unavailable(seen, space):
            available = conditions(obj).get("Available")
            if available and seen.longer_than(_STARTING_SECONDS, available.since):
                return cause(
                    "why.provider_not_ready",
                    f"{called(obj)} is not available, so nobody does its work",
                    fix=f"Look at its pods: kubectl -n {space} describe pods.",
                    evidence=[Seen.of(called(obj), words)],
                    since=available.since,
                )
    return None


_STARTING_SECONDS = 90.0


def _system_pods(seen: Observation) -> t.Iterator[tuple[str, Obj]]:
    for pod in seen.of("Pod"):
        if namespace(pod) in machinery.ALL:
            yield "The management cluster", pod
    for pod in seen.inside("Pod"):
        yield f"Cluster {seen.name}", pod


def _containers(pod: Obj) -> t.Iterator[Obj]:
    yield from status(pod).get("initContainerStatuses") or ()
    yield from status(pod).get("containerStatuses") or ()


def _pull_reason(words: str) -> str:
    if _UNTRUSTED.search(words):
        return " (the registry's certificate is not trusted)"
    if _DENIED.search(words):
        return " (the registry refuses the credentials)"
    return " (the registry does not have it)" if _ABSENT.search(words) else " (the registry does not answer)"


def _pull_fix(words: str) -> str:
    if _UNTRUSTED.search(words):
        return "Put the registry's CA into registryMirrorConfiguration.caCertContent of the cluster config."
    if _DENIED.search(words):
        return "Correct REGISTRY_USERNAME and REGISTRY_PASSWORD, or the permissions of that user on the registry."
    if _ABSENT.search(words):
        return "Put the image into the registry that the nodes use, or correct its name in the Bundles manifest."
    return "Check that the registry runs and that the nodes reach it, through their proxy where they have one."


def _unavailable(seen: Observation, space: str) -> t.Iterator[tuple[Obj, str]]:
    for obj in seen.of("Deployment"):
        found = workloads.deployment(obj) if namespace(obj) == space else None
        if found:
            yield obj, found.text


def _without_endpoints(seen: Observation) -> t.Iterator[tuple[str, str]]:
    """Services of the providers' webhooks that no pod stands behind."""
    answering = {
        (
            namespace(obj),
            str((obj["metadata"].get("labels") or {}).get("kubernetes.io/service-name")),
        )
        for obj in seen.of("EndpointSlice")
        if any((entry.get("conditions") or {}).get("ready", True) for entry in obj.get("endpoints") or ())
    }
    for obj in seen.of("MutatingWebhookConfiguration", "ValidatingWebhookConfiguration"):
        for entry in obj.get("webhooks") or ():
            service = (entry.get("clientConfig") or {}).get("service") or {}
            key = (str(service.get("namespace")), str(service.get("name")))
            if key[0] in machinery.ALL and key not in answering:
                yield key


__all__ = (
    "CAPACITY",
    "capacity",
    "crash_loop",
    "image_pull",
    "no_room",
    "provider_down",
    "scaled_down",
    "webhook",
)
