# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bundles of packages: versions, differences, signatures, schemas, and what a user declares."""

from __future__ import annotations

import base64
import gzip
import json
import typing as t

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import bundle, schema, signature, wanted
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._run.signing import ecdsa_holds

EXCLUDES = base64.b64encode(b".spec.packages[].source.registry\n.spec.packages[].source.repository\n").decode()


def document(**changes: t.Any) -> dict[str, t.Any]:
    """A bundle with one package of two versions."""
    return {
        "apiVersion": bundle.API,
        "kind": "PackageBundle",
        "metadata": {
            "name": "v1-34-1",
            "namespace": "eksa-packages",
            "annotations": {signature.EXCLUDES: EXCLUDES, "kubectl.kubernetes.io/last-applied-configuration": "x"},
            "resourceVersion": "7",
            "creationTimestamp": "2026-01-01T00:00:00Z",
        },
        "spec": {
            "minControllerVersion": "v0.4.0",
            "packages": [
                {
                    "name": "hello-eks-anywhere",
                    "workloadonly": False,
                    "source": {
                        "registry": "",
                        "repository": "charts/hello",
                        "versions": [
                            {"name": "0.1.1", "digest": "sha256:b", "schema": "", "dependencies": ["cert-manager"]},
                            {"name": "0.1.0", "digest": "sha256:a", "images": []},
                        ],
                    },
                }
            ],
        },
        "status": {"state": "available"},
        **changes,
    }


SIGNED = f"""apiVersion: packages.eks.amazonaws.com/v1alpha1
kind: PackageBundle
metadata:
  annotations:
    eksa.aws.com/excludes: {EXCLUDES}
  name: v1-34-1
  namespace: eksa-packages
spec:
  packages:
  - name: hello-eks-anywhere
    source:
      versions:
      - dependencies:
        - cert-manager
        digest: sha256:b
        name: 0.1.1
      - digest: sha256:a
        name: 0.1.0
"""


def test_what_is_signed_is_what_the_controller_hashes() -> None:
    assert signature.signed_bytes(document()).decode() == SIGNED


def test_a_mirror_may_say_where_charts_are_and_nothing_else() -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    public = base64.b64encode(
        key.public_key().public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    ).decode()
    given = document()
    made = base64.b64encode(key.sign(signature.signed_bytes(given), ec.ECDSA(hashes.SHA256()))).decode()
    given["metadata"]["annotations"][signature.ANNOTATION] = made
    source = given["spec"]["packages"][0]["source"]
    source["registry"], source["repository"] = "mirror.local", "elsewhere/hello"
    assert ecdsa_holds(public, signature.signature(given), signature.signed_bytes(given))
    source["versions"][0]["digest"] = "sha256:evil"
    assert ecdsa_holds(public, signature.signature(given), signature.signed_bytes(given)) is False


@pytest.mark.parametrize("excludes", ["not base64!", base64.b64encode(b".spec | del(.)\n").decode()])
def test_a_strange_exclusion_is_refused_rather_than_guessed(excludes: str) -> None:
    given = document()
    given["metadata"]["annotations"][signature.EXCLUDES] = excludes
    with pytest.raises(EksaError) as caught:
        signature.signed_bytes(given)
    assert caught.value.code == "packages.signature_invalid"


def test_latest_is_the_first_and_a_version_goes_by_name_or_digest() -> None:
    found = bundle.read(document())
    assert (found.name, found.state) == ("v1-34-1", "available")
    names = {wish: found.version("Hello-EKS-Anywhere", wish)[1].name for wish in ("", "latest", "0.1.0", "sha256:a")}
    assert names == {"": "0.1.1", "latest": "0.1.1", "0.1.0": "0.1.0", "sha256:a": "0.1.0"}
    entry, version = found.version("hello-eks-anywhere", "latest")
    assert entry.source(version) == bundle.Source("", "charts/hello", "0.1.1", "sha256:b")
    assert version.dependencies == ("cert-manager",)


def test_an_unknown_package_or_version_is_told_with_those_there_are() -> None:
    found = bundle.read(document())
    with pytest.raises(EksaError, match=r"'helo-eks'.*nearest: hello-eks-anywhere") as caught:
        found.entry("helo-eks")
    assert caught.value.code == "packages.unknown"
    with pytest.raises(EksaError, match=r"no version '9'.*it has 0\.1\.1, 0\.1\.0"):
        found.version("hello-eks-anywhere", "9")


def test_differences_go_by_content_too() -> None:
    other = document()
    versions = other["spec"]["packages"][0]["source"]["versions"]
    versions.insert(0, {"name": "0.2.0", "digest": "sha256:c"})
    other["spec"]["packages"].append({"name": "fresh", "source": {"versions": [{"name": "3.0.0", "digest": "d"}]}})
    told = [str(one) for one in bundle.differences(bundle.read(document()), bundle.read(other))]
    assert told == ["fresh 3.0.0 is new", "hello-eks-anywhere 0.1.1 -> 0.2.0"]
    assert str(bundle.differences(bundle.read(other), bundle.read(document()))[0]) == "fresh 3.0.0 is gone"
    rebuilt = document()
    rebuilt["spec"]["packages"][0]["source"]["versions"][0]["digest"] = "sha256:other"
    assert len(bundle.differences(bundle.read(document()), bundle.read(rebuilt))) == 1
    assert bundle.differences(bundle.read(document()), bundle.read(document())) == ()


@pytest.mark.parametrize(("detail", "name"), [("v1-34-2 available", "v1-34-2"), ("connection refused", ""), ("", "")])
def test_a_newer_bundle_is_what_the_controller_says(detail: str, name: str) -> None:
    assert bundle.available(detail) == name


SCHEMA: dict[str, t.Any] = {
    "type": "object",
    "additionalProperties": False,
    "required": ["title"],
    "properties": {
        "title": {"type": "string", "default": "hello"},
        "replicas": {"type": "integer", "default": 1},
        "mode": {"enum": ["fast", "slow"]},
        "auth": {"$ref": "#/definitions/auth"},
        "hosts": {"type": "array", "items": {"type": "string"}},
        "labels": {"type": "object", "additionalProperties": {"type": "string"}},
        "maybe": {"type": ["string", "null"]},
    },
    "definitions": {"auth": {"type": "object", "properties": {"user": {"type": "string", "default": "admin"}}}},
}


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ({"title": "x", "replicas": 2, "hosts": ["a"], "labels": {"a": "b"}, "maybe": None, "mode": "fast"}, []),
        ({}, ["(root): title is required"]),
        (
            {"title": "x", "replica": 2},
            ['(root): Additional property replica is not allowed; did you mean "replicas"?'],
        ),
        ({"title": 7}, ["title: Invalid type. Expected: string, given: integer"]),
        ({"title": "x", "replicas": True}, ["replicas: Invalid type. Expected: integer, given: boolean"]),
        ({"title": "x", "mode": "odd"}, ['mode: mode must be one of the following: "fast", "slow"']),
        ({"title": "x", "auth": {"user": 1}}, ["auth.user: Invalid type. Expected: string, given: integer"]),
        ({"title": "x", "hosts": ["a", 1]}, ["hosts.1: Invalid type. Expected: string, given: integer"]),
        ({"title": "x", "labels": {"a": 1}}, ["labels.a: Invalid type. Expected: string, given: integer"]),
        ([], ["(root): Invalid type. Expected: object, given: array"]),
    ],
)
def test_a_configuration_is_judged_by_the_schema(config: t.Any, said: list[str]) -> None:
    assert list(schema.problems(SCHEMA, config)) == said


def test_a_schema_that_turns_in_circles_ends() -> None:
    circle = {"$ref": "#/definitions/a", "definitions": {"a": {"$ref": "#/definitions/a"}}}
    assert schema.problems(circle, {"x": 1}) == ()
    deep: dict[str, t.Any] = {"properties": {"next": {"$ref": "#"}}, "type": "object"}
    assert schema.defaults(deep) == {}


def test_defaults_make_a_configuration() -> None:
    assert schema.defaults(SCHEMA) == {"title": "hello", "replicas": 1, "auth": {"user": "admin"}}


def test_a_schema_comes_packed() -> None:
    packed = base64.b64encode(gzip.compress(json.dumps(SCHEMA).encode())).decode()
    assert schema.decoded(packed, package="hello") == SCHEMA
    bomb = base64.b64encode(gzip.compress(b"[" + b"0," * 8_000_000 + b"0]")).decode()
    for bad in ("", "no base64!", base64.b64encode(b"plain").decode(), bomb, packed[:-40]):
        with pytest.raises(EksaError) as caught:
            schema.decoded(bad, package="hello")
        assert caught.value.code == "packages.schema_unreadable"


def test_a_configuration_is_a_mapping_or_its_text() -> None:
    assert wanted.configuration("a: 1\nb: {c: d}\n", package="x") == {"a": 1, "b": {"c": "d"}}
    assert wanted.configuration("", package="x") == {}
    with pytest.raises(EksaError, match="is a list, not a mapping"):
        wanted.configuration("- a", package="x")
    with pytest.raises(EksaError, match=r"not valid YAML \(line \d\)") as caught:
        wanted.configuration("secret: [s3cr3t", package="x")
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize("name", ["Hello", "a" * 54, "-a", "a_b", ""])
def test_the_name_is_that_of_a_release(name: str) -> None:
    with pytest.raises(EksaError) as caught:
        wanted.wanted({"name": name})
    assert caught.value.code == "packages.name_invalid"
