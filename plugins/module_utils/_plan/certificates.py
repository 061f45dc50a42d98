# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Certificates that objects hold or speak of: whose, until when, and how each is made anew."""

from __future__ import annotations

import base64
import binascii
import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.certificate_dates import (
    Validity,
    soonest,
    validities,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

CERT_MANAGER = "cert-manager.io/certificate-name"
EXPIRY = "machine.cluster.x-k8s.io/certificates-expiry"
AUTHORITIES = ("ca", "etcd", "proxy")

RENEWAL: t.Mapping[str, str] = {
    "kubeconfig": "Cluster API makes it anew half a year before its end, or at once when the Secret is deleted.",
    "file": "eks.anywhere.cluster_kubeconfig writes it anew from the Secret.",
    "authority": "Holds ten years. A new one needs new machines and new kubeconfigs.",
    "client": "Made anew with the etcd machines, or copied from one of them after etcdadm made it anew there.",
    "cert_manager": "cert-manager makes it anew by itself, or at once when the Secret is deleted.",
    "machine": "A roll of the control plane makes it anew, and so does kubeadm certs renew all on the machine.",
    "etcd": "A roll of etcd makes it anew, and so does etcdadm join phase certificates on the machine.",
    "other": "Whoever made it makes it anew.",
}
"""How each kind of certificate is made anew."""


@dataclasses.dataclass(frozen=True)
class Dated:
    """Something that expires. ``cluster`` is empty for what the management cluster has for itself."""

    cluster: str
    kind: str
    name: str
    expires: dt.datetime
    subject: str = ""

    def days_left(self, now: dt.datetime) -> int:
        """Whole days; negative once it has expired."""
        return (self.expires - now).days

    def as_dict(self, now: dt.datetime, *, warn_days: int) -> dict[str, t.Any]:
        """Shape of the result."""
        left = self.days_left(now)
        return {
            "cluster": self.cluster,
            "kind": self.kind,
            "name": self.name,
            "subject": self.subject,
            "expires": self.expires.strftime("%Y-%m-%dT%H:%M:%SZ"),
            "days_left": left,
            "state": "expired" if self.expires <= now else "expiring" if left < warn_days else "ok",
            "renewal": RENEWAL[self.kind],
        }


def of_secrets(secrets: t.Iterable[Obj], clusters: t.Collection[str]) -> t.Iterator[Dated]:
    """What Secrets hold: authorities, client certificates, kubeconfigs, and what serves the webhooks."""
    for obj in secrets:
        cluster, purpose = _purpose(obj, clusters)
        where = f"Secret {obj['metadata'].get('namespace')}/{obj['metadata']['name']}"
        if purpose == "kubeconfig":
            yield from of_kubeconfig(_text(obj, "value"), cluster=cluster, kind="kubeconfig", name=where)
            continue
        found = soonest(_text(obj, "tls.crt"))
        if found:
            yield _dated(found, cluster=cluster, kind=_kind(obj, purpose), name=where)


def of_kubeconfig(text: str, *, cluster: str, kind: str, name: str) -> t.Iterator[Dated]:
    """The client certificate of a kubeconfig; one with a token or a program has none."""
    try:
        document = yaml.safe_load(text) or {}
        users = [entry.get("user") or {} for entry in document.get("users") or ()]
        encoded = [str(user["client-certificate-data"]) for user in users if user.get("client-certificate-data")]
        found = soonest("\n".join(base64.b64decode(part).decode("ascii") for part in encoded))
    except (yaml.YAMLError, AttributeError, TypeError, ValueError):
        return
    if found:
        yield _dated(found, cluster=cluster, kind=kind, name=name)


def of_machines(machines: t.Iterable[Obj], cluster_label: str) -> t.Iterator[Dated]:
    """What Cluster API knows of the API server's certificate on each control plane machine."""
    for obj in machines:
        metadata, status = obj["metadata"], obj.get("status") or {}
        text = str(status.get("certificatesExpiryDate") or (metadata.get("annotations") or {}).get(EXPIRY) or "")
        try:
            expires = dt.datetime.fromisoformat(text)
        except ValueError:
            continue
        cluster = (metadata.get("labels") or {}).get(cluster_label, "")
        aware = expires if expires.tzinfo else expires.replace(tzinfo=dt.UTC)
        yield Dated(cluster=cluster, kind="machine", name=f"Machine {metadata['name']}", expires=aware)


def of_status(clusters: t.Iterable[Obj], now: dt.datetime) -> t.Iterator[Dated]:
    """What the EKS Anywhere controller has seen on machines, in whole days."""
    for obj in clusters:
        for entry in (obj.get("status") or {}).get("clusterCertificateInfo") or ():
            machine = str(entry.get("machine"))
            kind = "etcd" if "-etcd-" in machine else "machine"
            expires = now + dt.timedelta(days=int(entry.get("expiresInDays") or 0))
            name = f"EKS Anywhere status of {machine}"
            yield Dated(cluster=obj["metadata"]["name"], kind=kind, name=name, expires=expires)


def of_server(pem: str, *, cluster: str, kind: str, name: str) -> t.Iterator[Dated]:
    """What a server shows."""
    for found in validities(pem)[:1]:
        yield _dated(found, cluster=cluster, kind=kind, name=name)


def _purpose(obj: Obj, clusters: t.Collection[str]) -> tuple[str, str]:
    """``("w01", "apiserver-etcd-client")``: the cluster of a Secret and the rest of its name; empty when of none."""
    name = str(obj["metadata"]["name"])
    of = max((cluster for cluster in clusters if name.startswith(f"{cluster}-")), key=len, default="")
    return (of, name[len(of) + 1 :]) if of else ("", "")


def _kind(obj: Obj, purpose: str) -> str:
    if CERT_MANAGER in (obj["metadata"].get("annotations") or {}):
        return "cert_manager"
    if purpose in AUTHORITIES:
        return "authority"
    return "client" if purpose == "apiserver-etcd-client" else "other"


def _text(obj: Obj, key: str) -> str:
    try:
        return base64.b64decode((obj.get("data") or {}).get(key) or "", validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


def _dated(found: Validity, *, cluster: str, kind: str, name: str) -> Dated:
    return Dated(cluster=cluster, kind=kind, name=name, expires=found.expires, subject=found.subject)


__all__ = ("RENEWAL", "Dated", "of_kubeconfig", "of_machines", "of_secrets", "of_server", "of_status")
