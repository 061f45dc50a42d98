# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The hands of a kubelet, a scheduler and the controllers of a cluster, none of which run here.

What they would write is written, field by field as they do, and nothing else.
"""

from __future__ import annotations

import datetime as dt
import pathlib
import typing as t

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.tests.simulation.clusters import HEALTHY, Obj
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.simulation.tls import write_private

STATIC_PODS = ("kube-apiserver", "kube-controller-manager", "kube-scheduler")
MIRROR = {"kubernetes.io/config.mirror": "static"}
"""The mark of a pod that only shows what a kubelet runs by itself; a drain leaves it alone."""
IMAGE = "registry.example.com/team/app:v1"


def condition(kind: str, status: str, *, reason: str = "", message: str = "") -> Obj:
    """A condition that has just changed."""
    now = dt.datetime.now(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    return {"type": kind, "status": status, "reason": reason, "message": message, "lastTransitionTime": now}


def waiting(reason: str, message: str, **more: t.Any) -> Obj:
    """The status of a pod whose container waits."""
    state = {"waiting": {"reason": reason, "message": message}}
    container = {"name": "main", "image": IMAGE, "imageID": "", "ready": False, "restartCount": 0, "state": state}
    return {"phase": "Pending", "containerStatuses": [{**container, **more}]}


class Inside:
    """One API server whose nodes and pods nobody tends."""

    def __init__(self, api: ApiServer) -> None:
        self.api = api
        self.kube = KubeClient.from_kubeconfig(api.kubeconfig)
        self._certificate = pathlib.Path(api.certificate).read_bytes()
        self._key = pathlib.Path(api.key).read_bytes()

    def nodes(self, *, workers: bool) -> list[Obj]:
        """Those of workers, or those of the control plane."""
        found = self.kube.list(api_version="v1", kind="Node")
        return [node for node in found if ("-md-" in node["metadata"]["name"]) is workers]

    def set_ready(self, node: Obj, status: str, *, reason: str, message: str) -> None:
        """The condition that a node's kubelet writes, and in its silence the node controller."""
        ready = condition("Ready", status, reason=reason, message=message)
        self.api.patch_status(node, "api/v1:nodes", {"conditions": [ready, *HEALTHY[1:]]})

    def mend(self, node: Obj) -> None:
        """A node as its kubelet reports it while all is well."""
        self.api.patch_status(node, "api/v1:nodes", {"conditions": HEALTHY})

    def pod(
        self,
        name: str,
        *,
        namespace: str,
        node: str = "",
        labels: Obj | None = None,
        annotations: Obj | None = None,
        status: Obj,
    ) -> Obj:
        """A pod with the status that the kubelet of its node writes, or the scheduler if it has none."""
        pod = {
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "name": name,
                "namespace": namespace,
                "labels": labels or {},
                **({"annotations": annotations} if annotations else {}),
            },
            "spec": {
                "containers": [{"name": "main", "image": IMAGE}],
                "automountServiceAccountToken": False,
                **({"nodeName": node} if node else {}),
            },
        }
        self.kube.apply(pod)
        self.api.patch_status(pod, "api/v1:pods", status)
        return pod

    def remove(self, pod: Obj) -> None:
        """The end of a pod, which its kubelet would see to."""
        metadata = pod["metadata"]
        path = f"api/v1/namespaces/{metadata['namespace']}/pods/{metadata['name']}"
        self.api.send("DELETE", path, {"gracePeriodSeconds": 0}, content_type="application/json")

    def show_static_pods(self) -> None:
        """Those of the control plane, which run without the API and are shown in it by the kubelet."""
        status = {"phase": "Running", "conditions": [condition("Ready", "True")]}
        for node in self.nodes(workers=False):
            name = node["metadata"]["name"]
            for part in STATIC_PODS:
                labels = {"tier": "control-plane", "component": part}
                self.pod(
                    f"{part}-{name}",
                    namespace="kube-system",
                    node=name,
                    labels=labels,
                    annotations=MIRROR,
                    status=status,
                )

    def let_certificate_expire(self) -> None:
        """The API server shows one that nobody renewed; it looks at the file again by itself."""
        write_private(pathlib.Path(self.api.certificate), _expired(self._certificate, self._key))

    def renew_certificate(self) -> None:
        """The API server shows the one from before."""
        write_private(pathlib.Path(self.api.certificate), self._certificate)


def _expired(certificate: bytes, key: bytes) -> bytes:
    """One that the same authority issued to the API server, past its date since yesterday."""
    valid, now = x509.load_pem_x509_certificate(certificate), dt.datetime.now(dt.UTC)
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "kube-apiserver")]))
        .issuer_name(valid.issuer)
        .public_key(valid.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=2))
        .not_valid_after(now - dt.timedelta(days=1))
    )
    names = valid.extensions.get_extension_for_class(x509.SubjectAlternativeName)
    builder = builder.add_extension(names.value, critical=False)
    private = serialization.load_pem_private_key(key, password=None)
    assert isinstance(private, rsa.RSAPrivateKey)
    return builder.sign(private, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


__all__ = ("IMAGE", "Inside", "condition", "waiting")
