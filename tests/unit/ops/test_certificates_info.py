# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every certificate with the days that are left, from wherever it can be seen."""

from __future__ import annotations

import base64
import dataclasses
import datetime as dt
import functools
import json
import typing as t

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from ansible_collections.eks.anywhere.plugins.module_utils._config.certificate_dates import soonest, validities
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import certificates_info
from ansible_collections.eks.anywhere.plugins.module_utils._plan.certificates import CERT_MANAGER, EXPIRY
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeFiles, FakeKube, FakeReporter

NOW = FakeClock().today()
LABEL = "cluster.x-k8s.io/cluster-name"
ENDPOINT, MACHINE, ETCD = ("10.0.0.9", 6443), ("10.0.0.11", 6443), ("10.0.0.21", 2379)


@functools.cache
def pem(name: str, days: int) -> str:
    """A certificate that ends so many days from now, and a key behind it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "system:masters"), x509.NameAttribute(NameOID.COMMON_NAME, name)]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - dt.timedelta(days=400))
        .not_valid_after(NOW + dt.timedelta(days=days, hours=1))
        .sign(key, hashes.SHA256())
    )
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    return (certificate.public_bytes(serialization.Encoding.PEM) + private).decode()


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def kubeconfig(days: int) -> str:
    user = {"client-certificate-data": b64(pem("kubernetes-admin", days)), "client-key-data": b64("secret key")}
    return json.dumps({"users": [{"name": "admin", "user": user}]})


def secret(name: str, data: t.Mapping[str, str], *, namespace: str = "eksa-system", **annotations: str) -> Obj:
    metadata = {"name": name, "namespace": namespace, "annotations": annotations}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": {key: b64(data[key]) for key in data}}


def machine(name: str, label: str, address: str, **annotations: str) -> Obj:
    return {
        "apiVersion": "cluster.x-k8s.io/v1beta2",
        "kind": "Machine",
        "metadata": {
            "name": name,
            "namespace": "eksa-system",
            "labels": {LABEL: "c1", label: ""},
            "annotations": annotations,
        },
        "status": {"addresses": [{"type": "ExternalIP", "address": address}]},
    }


@dataclasses.dataclass
class World:
    """A management cluster with one cluster, and what servers show."""

    shown: dict[tuple[str, int], str] = dataclasses.field(
        default_factory=lambda: {
            ENDPOINT: pem("kube-apiserver", 200),
            MACHINE: pem("kube-apiserver", 100),
            ETCD: pem("etcd", 12),
        }
    )
    kube: FakeKube = dataclasses.field(default_factory=lambda: FakeKube("mgmt"))
    files: FakeFiles = dataclasses.field(
        default_factory=lambda: FakeFiles({"c1/c1-eks-a-cluster.kubeconfig": kubeconfig(-3)})
    )
    report: FakeReporter = dataclasses.field(default_factory=FakeReporter)

    def __post_init__(self) -> None:
        for obj in self._objects():
            self.kube.seed(obj)

    def _objects(self) -> t.Iterator[Obj]:
        yield {
            "apiVersion": "cluster.x-k8s.io/v1beta2",
            "kind": "Cluster",
            "metadata": {"name": "c1", "namespace": "eksa-system"},
            "spec": {"controlPlaneEndpoint": {"host": ENDPOINT[0], "port": ENDPOINT[1]}},
        }
        yield {
            "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
            "kind": "Cluster",
            "metadata": {"name": "c1", "namespace": "default"},
            "status": {"clusterCertificateInfo": [{"machine": "c1-etcd-x", "expiresInDays": 12}]},
        }
        expiry = {EXPIRY: (NOW + dt.timedelta(days=100, hours=2)).strftime("%Y-%m-%dT%H:%M:%SZ")}
        yield machine("c1-cp", "cluster.x-k8s.io/control-plane", MACHINE[0], **expiry)
        yield machine("c1-etcd-x", "cluster.x-k8s.io/etcd-cluster", ETCD[0])
        yield machine("c1-md", "nothing", "10.0.0.31")
        for name, days in (("ca", 3000), ("etcd", 2999), ("proxy", 2998), ("apiserver-etcd-client", 40)):
            yield secret(f"c1-{name}", {"tls.crt": pem(name, days), "tls.key": "secret key"})
        yield secret("c1-sa", {"tls.crt": "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n"})
        yield secret("c1-kubeconfig", {"value": kubeconfig(250)})
        yield secret("capi-webhook", {"tls.crt": pem("webhook", 60)}, namespace="capi-system", **{CERT_MANAGER: "capi"})
        yield secret("password", {"password": "secret key"})

    def certificate(self, *, host: str, port: int) -> str:
        """The Handshake port."""
        return self.shown.get((host, port), "")

    def info(self, *, files: t.Sequence[str] = ("c1/c1-eks-a-cluster.kubeconfig",)) -> dict[str, t.Any]:
        ports = certificates_info.Ports(self.kube, self, self.files, FakeClock(), self.report)
        return dict(certificates_info.info(files=files, warn_days=30, ports=ports).data)


def test_all_are_found_soonest_first() -> None:
    found = World().info()
    assert [(one["name"], one["days_left"], one["kind"]) for one in found["certificates"]] == [
        ("file c1/c1-eks-a-cluster.kubeconfig", -3, "file"),
        ("EKS Anywhere status of c1-etcd-x", 12, "etcd"),
        ("etcd on Machine c1-etcd-x", 12, "etcd"),
        ("Secret eksa-system/c1-apiserver-etcd-client", 40, "client"),
        ("Secret capi-system/capi-webhook", 60, "cert_manager"),
        ("API server on Machine c1-cp", 100, "machine"),
        ("Machine c1-cp", 100, "machine"),
        ("API server at 10.0.0.9:6443", 200, "machine"),
        ("Secret eksa-system/c1-kubeconfig", 250, "kubeconfig"),
        ("Secret eksa-system/c1-proxy", 2998, "authority"),
        ("Secret eksa-system/c1-etcd", 2999, "authority"),
        ("Secret eksa-system/c1-ca", 3000, "authority"),
    ]
    assert [one["state"] for one in found["expiring"]] == ["expired", "expiring", "expiring"]
    assert found["unseen"] == []


def test_fleet_has_a_line_per_cluster_and_no_secret_leaves() -> None:
    world = World()
    found = world.info()
    assert world.report.lines == [
        "❌ c1               -3 days  2026-08-29  file c1/c1-eks-a-cluster.kubeconfig",
        "✅ (management)     60 days  2026-10-31  Secret capi-system/capi-webhook",
    ]
    assert "secret key" not in json.dumps(found)
    assert b64("secret key") not in json.dumps(found)


def test_server_that_is_silent_is_said_to_be() -> None:
    world = World()
    del world.shown[ETCD]
    assert world.info()["unseen"] == ["etcd on Machine c1-etcd-x"]


def test_file_that_is_not_there() -> None:
    with pytest.raises(EksaError) as caught:
        World().info(files=["nowhere"])
    assert caught.value.code == "kube.kubeconfig_unreadable"


@pytest.mark.parametrize("text", ["", "]", "users: [{user: {client-certificate-data: '%'}}]", "users: 3", "- 1"])
def test_kubeconfig_without_certificate_has_no_date(text: str) -> None:
    world = World(files=FakeFiles({"own": text}))
    assert not [one for one in world.info(files=["own"])["certificates"] if one["kind"] == "file"]


def test_dates_and_names_are_those_that_cryptography_reads() -> None:
    text = pem("first", 10) + pem("second", 30 * 365)
    expected = x509.load_pem_x509_certificates(text.encode())
    assert [(one.subject, one.expires) for one in validities(text)] == [
        (name, one.not_valid_after_utc) for name, one in zip(("first", "second"), expected, strict=True)
    ]
    assert soonest(text) == validities(text)[0]
    assert soonest("no certificate") is None
