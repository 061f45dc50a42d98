# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is signed of a Bundles manifest, with keys made here: the vendor's own signatures are not ours to copy."""

from __future__ import annotations

import base64
import copy
import json
import typing as t

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.eks.anywhere.plugins.module_utils._checks import signature as checks
from ansible_collections.eks.anywhere.plugins.module_utils._config import signature
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._run import signing

KEY = ec.derive_private_key(0x1234567890ABCDEF, ec.SECP256R1())
PUBLIC = base64.b64encode(
    KEY.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
).decode()
BOTTLEROCKET = {"uri": "https://x.example.org/a.ova?b=1&c=<2>", "arch": ["amd64"], "sha256": "00"}
DOCUMENT: dict[str, t.Any] = {
    "apiVersion": "anywhere.eks.amazonaws.com/v1alpha1",
    "kind": "Bundles",
    "metadata": {"name": "bundles-7", "namespace": "x", "labels": {"a": "b"}, "uid": "1"},
    "spec": {
        "number": 7,
        "cliMinVersion": "v0.26.0",
        "versionsBundles": [
            {
                "kubeVersion": "1.34",
                "endOfStandardSupport": "2026-12-02",
                "eksD": {
                    "name": "kubernetes-1-34-eks-9",
                    "ova": {"bottlerocket": BOTTLEROCKET},
                    "components": "x.yaml",
                },
                "vSphere": {"manager": {"uri": "x"}},
            }
        ],
    },
    "status": {},
}
SIGNED = (
    '{"apiVersion":"anywhere.eks.amazonaws.com/v1alpha1","kind":"Bundles","metadata":{"labels":{"a":"b"},"name":"bundles-7"},'
    '"spec":{"cliMaxVersion":"","cliMinVersion":"v0.26.0","number":7,"versionsBundles":[{"eksD":{"ami":{"bottlerocket":{}},'
    '"containerd":{},"crictl":{},"etcdadm":{},"imagebuilder":{},"kindNode":{},"name":"kubernetes-1-34-eks-9",'
    '"ova":{"bottlerocket":{"arch":["amd64"],"sha256":"00",'
    '"uri":"https://x.example.org/a.ova?b=1\\u0026c=\\u003c2\\u003e"}},"raw":{"bottlerocket":{}}},'
    '"endOfStandardSupport":"2026-12-02","kubeVersion":"1.34"}]}}'
)


def signed(document: dict[str, t.Any]) -> dict[str, t.Any]:
    """A copy with a signature of our key."""
    found = copy.deepcopy(document)
    written = KEY.sign(signature.signed_bytes(found), ec.ECDSA(hashes.SHA256()))
    found["metadata"]["annotations"] = {signature.ANNOTATION: base64.b64encode(written).decode()}
    return found


def codes(document: dict[str, t.Any], *, public_key: str = PUBLIC) -> list[str]:
    """Codes of what is found about a manifest."""
    bundles = load_bundles(json.dumps(document))
    found = checks.findings(bundles, holds=signing.ecdsa_holds, public_key=public_key)
    return [f"{one.severity} {one.code}" for one in found]


def test_what_is_signed_is_what_go_would_write() -> None:
    assert signature.signed_bytes(DOCUMENT).decode() == SIGNED


def test_a_manifest_as_it_was_signed() -> None:
    assert codes(signed(DOCUMENT)) == []


ALLOWED: tuple[tuple[str, t.Any], ...] = (
    ("spec.versionsBundles.0.vSphere", {"manager": {"uri": "mirror.example.org/x"}}),
    ("spec.versionsBundles.0.cilium", {"version": "v9"}),
    ("spec.versionsBundles.0.eksD.manifestUrl", "elsewhere.yaml"),
    ("spec.versionsBundles.0.eksD.unknown", "x"),
    ("spec.unknown", 1),
    ("metadata.namespace", "other"),
    ("metadata.resourceVersion", "12"),
    ("status", {"x": 1}),
)
REFUSED: tuple[tuple[str, t.Any], ...] = (
    ("spec.number", 8),
    ("spec.cliMaxVersion", "v0.27.0"),
    ("spec.versionsBundles.0.kubeVersion", "1.35"),
    ("spec.versionsBundles.0.endOfStandardSupport", "2036-12-02"),
    ("spec.versionsBundles.0.eksD.name", "kubernetes-1-34-eks-10"),
    ("spec.versionsBundles.0.eksD.kindNode", {"uri": "x"}),
    ("spec.versionsBundles.0.eksD.ova.bottlerocket.sha256", "01"),
    ("spec.versionsBundles.0.aws", {}),
    ("metadata.name", "bundles-8"),
    ("metadata.labels.a", "c"),
)


def changed(path: str, value: t.Any) -> dict[str, t.Any]:
    """A signed manifest that was changed afterwards."""
    document = signed(DOCUMENT)
    target: t.Any = document
    *keys, last = path.split(".")
    for key in keys:
        target = target[int(key)] if key.isdigit() else target[key]
    target[last] = value
    return document


@pytest.mark.parametrize(("path", "value"), ALLOWED)
def test_what_may_be_changed_afterwards(path: str, value: t.Any) -> None:
    assert codes(changed(path, value)) == []


@pytest.mark.parametrize(("path", "value"), REFUSED)
def test_what_may_not(path: str, value: t.Any) -> None:
    assert codes(changed(path, value)) == ["error bundles.signature_invalid"]


def test_a_manifest_that_another_key_signed() -> None:
    assert codes(signed(DOCUMENT), public_key=signature.PUBLIC_KEY) == ["error bundles.signature_invalid"]


@pytest.mark.parametrize("written", ["no base64!", "AAAA", "é"])
def test_a_signature_that_is_none(written: str) -> None:
    assert codes(changed("metadata.annotations", {signature.ANNOTATION: written})) == [
        "error bundles.signature_invalid"
    ]


def test_a_manifest_of_ones_own_is_warned_about() -> None:
    assert codes(DOCUMENT) == ["warning bundles.signature_missing"]
    assert checks.findings(None, holds=signing.ecdsa_holds) == ()


def test_without_the_library_nothing_is_claimed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(signing, "HAS_LIBRARY", False)
    assert codes(signed(DOCUMENT)) == ["warning bundles.signature_unverified"]
