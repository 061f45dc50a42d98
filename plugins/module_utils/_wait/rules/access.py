# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Can anything be asked at all, is there a cluster, may its controllers work, do its certificates still count."""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Cause, Seen, cause
from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import moment
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    PAUSED,
    Observation,
    called,
    complaint,
    group,
    name,
    namespace,
    role,
    spec,
    status,
)

_REFUSED = frozenset({"kube.unauthorized", "kube.forbidden"})
_EXPIRED = re.compile(r"certificate has expired|certificate expired|x509:[^;]* expired", re.IGNORECASE)
_RENEW = (
    "Renew the certificates on the machines (`kubeadm certs renew all`, for an external etcd those of etcd "
    "first), or roll "
    "the machines out anew; then restart what uses them."
)


def management_silent(seen: Observation) -> Cause | None:
    """The cluster that manages this one cannot be asked; everything else is unknown then."""
    refusal = seen.refusal
    if refusal is None or _EXPIRED.search(refusal.message):
        return None
    evidence = [Seen.of("Management cluster", refusal.message)]
    if refusal.code in _REFUSED:
        return cause(
            "why.management_refused",
            f"The cluster that manages {seen.name} does not accept the credentials of the kubeconfig",
            fix="Give a current kubeconfig of an administrator of that cluster.",
            evidence=evidence,
        )
    return cause(
        "why.management_unreachable",
        f"The cluster that manages {seen.name} cannot be asked: {refusal.message}",
        fix="Check that it runs, that the kubeconfig names its present address, and network, firewall and proxy "
        "between.",
        evidence=evidence,
    )


def config_refused(seen: Observation) -> Cause | None:
    """The controller of EKS Anywhere found something wrong with the cluster's specification."""
    eksa = seen.eksa_cluster
    failure = status(eksa).get("failureMessage") if eksa else None
    if not eksa or not failure:
        return None
    return cause(
        "why.config_refused",
        f"The EKS Anywhere controller refuses the configuration of cluster {seen.name}: {failure}",
        fix="Correct the named field in the cluster config and apply it again.",
        evidence=[Seen.of(called(eksa), str(failure))],
    )


def cluster_missing(seen: Observation) -> Cause | None:
    """The managing cluster answers, and knows no such cluster."""
    if seen.refusal or seen.cluster:
        return None
    others = [obj for obj in seen.of("Cluster") if (name(obj), group(obj)) != (seen.name, "cluster.x-k8s.io")]
    known = [Seen.of(called(obj), f"exists in namespace {namespace(obj)}") for obj in others]
    return cause(
        "why.cluster_missing",
        f"There is no Cluster {seen.namespace}/{seen.name} on the cluster that was asked",
        fix="Create the cluster, or give the kubeconfig of the cluster that manages it: the bootstrap cluster "
        "during its "
        "creation, its management cluster afterwards.",
        evidence=known or [Seen.of("Management cluster", "holds no Cluster at all")],
    )


def cluster_paused(seen: Observation) -> Cause | None:
    """Nobody works on a paused cluster, and what its objects say may be old."""
    cluster = seen.cluster
    if cluster is None or not is_paused(cluster):
        return None
    how = "spec.paused is true" if spec(cluster).get("paused") else f"has the annotation {PAUSED}"
    return cause(
        "why.paused",
        f"Cluster {seen.name} is paused, so no controller works on it",
        fix=f"When nobody is moving or repairing it: kubectl -n {seen.namespace} patch clusters.cluster.x-k8s.io "
        f'{seen.name} --type merge -p \'{{"spec":{{"paused":false}}}}\'. After an interrupted move run the move again.',
        evidence=[Seen.of(called(cluster), how)],
    )


def workload_refused(seen: Observation) -> Cause | None:
    """The cluster's API server takes nobody by the kubeconfig that Cluster API keeps of it, so nobody manages it."""
    refusal = seen.workload_refusal
    if refusal is None or not refusal.of_credentials:
        return None
    secret = f"{seen.name}-kubeconfig"
    return cause(
        "why.workload_refused",
        f"The API server of cluster {seen.name} does not accept the kubeconfig by which Cluster API manages it: its "
        "certificate has expired, or the cluster has another authority by now",
        fix=f"Have it made anew: kubectl -n {seen.namespace} delete secret {secret}. If that one is refused too, the "
        f"authority of the machines (/etc/kubernetes/pki/ca.crt) is not that of Secret {seen.name}-ca.",
        evidence=[
            Seen.of("Workload cluster", refusal.message),
            Seen.of(f"Secret {secret}", "holds the credentials that were refused"),
        ],
    )


def is_paused(obj: Obj) -> bool:
    """Whether controllers are told to leave an object alone."""
    return bool(spec(obj).get("paused")) or PAUSED in (obj["metadata"].get("annotations") or {})


def certificate_expired(seen: Observation) -> Cause | None:
    """Somebody's certificate is past its date: a server's words say so, or the date of a machine does."""
    dated = next(_past_date(seen), None)
    if dated:
        machine, date = dated
        return cause(
            "why.certificate_expired",
            f"The certificates of {role(machine)} expired on {date}",
            fix=_RENEW,
            evidence=[Seen.of(called(machine), f"certificatesExpiryDate {date}")],
            since=date,
        )
    told = _expired_words(seen)
    if told is None:
        return None
    where, words = told
    return cause(
        "why.certificate_expired",
        f"A certificate has expired, {where} says: {words}",
        fix="Renew the certificate of vCenter, and its thumbprint in the cluster config."
        if "VSphere" in where
        else _RENEW,
        evidence=[Seen.of(where, words)],
    )


def _past_date(seen: Observation) -> t.Iterator[tuple[Obj, str]]:
    for machine in seen.machines:
        date = str(status(machine).get("certificatesExpiryDate") or "")
        when = moment(date)
        if when is not None and seen.at is not None and when < seen.at:
            yield machine, date


def _expired_words(seen: Observation) -> tuple[str, str] | None:
    for server, refusal in (("Management cluster", seen.refusal), ("Workload cluster", seen.workload_refusal)):
        if refusal and _EXPIRED.search(refusal.message):
            return server, refusal.message
    found = complaint(seen.management, _EXPIRED)
    return (called(found[0]), found[1]) if found else None


__all__ = (
    "certificate_expired",
    "cluster_missing",
    "cluster_paused",
    "config_refused",
    "is_paused",
    "management_silent",
    "workload_refused",
)
