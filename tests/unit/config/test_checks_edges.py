# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where the vendor's code is stricter or laxer than one would think: documents, addresses, certificates, Docker."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings

from . import samples

CERTIFICATE = (samples.GOLDEN / "ca.pem.txt").read_text(encoding="utf-8")
MACHINE = "VSphereMachineConfig/w01"
HOST_OS = f"{MACHINE}:hostOSConfiguration"
DOCKER = """\
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: Cluster
metadata: {name: d01}
spec:
  kubernetesVersion: "1.34"
  datacenterRef: {kind: DockerDatacenterConfig, name: d01}
  controlPlaneConfiguration: {count: 1}
  workerNodeGroupConfigurations: [{}]
  clusterNetwork:
    cniConfig: {kindnetd: {}}
    pods: {cidrBlocks: [192.168.0.0/16]}
    services: {cidrBlocks: [10.96.0.0/12]}
---
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: DockerDatacenterConfig
metadata: {name: d01}
spec: {}
"""


def later(text: str) -> list[str]:
    """What only creation refuses."""
    return [f"{finding.path}: {finding.message}" for finding in findings(text) if finding.on_create]


def proxy(address: str) -> dict[str, str]:
    return {"httpProxy": "10.0.0.1:80", "httpsProxy": address}


@pytest.mark.parametrize(
    ("path", "value", "words"),
    [
        ("proxyConfiguration", proxy("http:///x"), "please provide a valid proxy address"),
        ("proxyConfiguration", proxy("a:b:80"), "please provide a valid proxy address"),
        ("proxyConfiguration", proxy("[::1]"), "please provide a valid proxy address"),
        ("proxyConfiguration", proxy("http://a:x"), "please provide a valid URI"),
        ("proxyConfiguration", proxy("http://[::1:80"), "please provide a valid URI"),
        ("proxyConfiguration", proxy("10.0.0.1:0"), "proxy port 0 is invalid"),
        ("registryMirrorConfiguration", {"endpoint": "a", "port": "0"}, "registry mirror port 0 is invalid"),
        ("registryMirrorConfiguration", {"endpoint": "a", "port": "4 3"}, "registry mirror port 4 3 is invalid"),
        ("etcdEncryption", [{"providers": [{"kms": {"socketListenAddress": "%zz:x"}}]}], "is malformed: %zz:x"),
        (HOST_OS, {"ntpConfiguration": {"servers": ["http://"]}}, "ntp servers [http://] is not valid"),
        (HOST_OS, {"ntpConfiguration": {"servers": ["a:b"]}}, "ntp servers [a:b] is not valid"),
        ("datacenterRef.kind", "AWSDatacenterConfig", "provider kind AWSDatacenterConfig is not supported"),
        ("controlPlaneConfiguration.auditPolicyContent", "[" * 9999, "invalid YAML in auditPolicyContent"),
        ("controlPlaneConfiguration.auditPolicyContent", "a: *b", "invalid YAML in auditPolicyContent"),
    ],
)
def test_refused(path: str, value: t.Any, words: str) -> None:
    found = samples.errors(samples.edited(samples.assign(path, value)))
    assert any(words in line for line in found), found


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("proxyConfiguration", proxy("http://me:secret@proxy.example.org:3128/")),
        ("proxyConfiguration", proxy("[2001:db8::1]:3128")),
        ("proxyConfiguration", proxy("10.0.0.1:+80")),
        ("registryMirrorConfiguration", {"endpoint": "a", "port": "00443"}),
        (HOST_OS, {"ntpConfiguration": {"servers": ["10.0.0.1", "ntp.example.org:123", "udp://x", "2001:db8::1"]}}),
        (HOST_OS, {}),
        ("controlPlaneConfiguration.auditPolicyContent", "---\nkind: Policy\n---\nkind: Policy\n"),
        ("controlPlaneConfiguration.certSans", ["::1", "a.example.org"]),
        ("clusterNetwork.cniConfig.cilium", {"skipUpgrade": True, "routingMode": "default"}),
        ("controlPlaneConfiguration.taints", []),
        (f"{MACHINE}:tags", ["urn:vmomi:InventoryServiceTag:1:GLOBAL"]),
    ],
)
def test_accepted(path: str, value: t.Any) -> None:
    text = samples.edited(samples.assign(path, value))
    assert (samples.errors(text), later(text)) == ([], [])


def bottlerocket(config: dict[str, t.Any]) -> str:
    def edit(found: samples.Documents) -> None:
        for name in ("VSphereMachineConfig/w01", "VSphereMachineConfig/w01-cp"):
            spec = found[name]["spec"]
            spec.update(osFamily="bottlerocket", hostOSConfiguration=config)
            spec.pop("users", None)

    return samples.edited(edit)


BOTTLEROCKET: tuple[tuple[dict[str, t.Any], str], ...] = (
    ({"certBundles": [{"data": CERTIFICATE}]}, "certBundles name cannot be empty"),
    ({"certBundles": [{"name": "a", "data": "x"}]}, "failed to parse certificate PEM"),
    (
        {"certBundles": [{"name": "a", "data": "-----BEGIN CERTIFICATE-----\nMAA=\n-----END CERTIFICATE-----\n"}]},
        "failed to parse certificate: malformed certificate",
    ),
    ({"bottlerocketConfiguration": {"kubernetes": {"allowedUnsafeSysctls": [""]}}}, "can not have an empty string"),
    ({"bottlerocketConfiguration": {"kubernetes": {"clusterDNSIPs": ["x"]}}}, "ClusterDNSIPs is not a valid IP"),
    ({"bottlerocketConfiguration": {"kubernetes": {"maxPods": -1}}}, "MaxPods can not be negative"),
    ({"bottlerocketConfiguration": {"kubernetes": {"cpuManagerReconcilePeriod": "x"}}}, "invalid duration"),
    ({"bottlerocketConfiguration": {"kernel": {"sysctlSettings": {"": "a"}}}}, "sysctlSettings key cannot be empty"),
    (
        {"bottlerocketConfiguration": {"boot": {"bootKernelParameters": {"": ["a"]}}}},
        "bootKernelParameters key cannot be empty",
    ),
    ({"certBundles": [{"name": "a", "data": CERTIFICATE}], "bottlerocketConfiguration": {"kubernetes": {}}}, ""),
)


@pytest.mark.parametrize(("config", "words"), BOTTLEROCKET)
def test_the_host_of_bottlerocket(config: dict[str, t.Any], words: str) -> None:
    found = samples.errors(bottlerocket(config))
    assert bool(found) is bool(words), found
    assert all(words in line for line in found)


def test_bottlerocket_has_one_login() -> None:
    text = bottlerocket({}).replace("osFamily: bottlerocket", "osFamily: bottlerocket\n  users: [{name: me}]")
    assert len([line for line in samples.errors(text) if "users[0].name me is invalid" in line]) == 2


def test_the_mirrors_certificate_is_read_where_it_is_used() -> None:
    config: dict[str, t.Any] = {"endpoint": "a", "caCertContent": "x"}
    (said,) = later(samples.edited(samples.assign("registryMirrorConfiguration", config)))
    assert "invalid registry certificate: failed to parse certificate PEM" in said
    for fine in ({"insecureSkipVerify": True}, {"caCertContent": CERTIFICATE}):
        assert later(samples.edited(samples.assign("registryMirrorConfiguration", {**config, **fine}))) == []


def test_tags_are_identifiers() -> None:
    (said,) = later(samples.edited(samples.assign(f"{MACHINE}:tags", ["production"])))
    assert "tag (production) does not exist in vSphere. please provide a valid tag id in the urn format" in said


@pytest.mark.parametrize("version", ["foo/v1", "anywhere.eks.amazonaws.com/v1"])
def test_references_are_to_the_same_api_version(version: str) -> None:
    text = samples.STACKED.replace("anywhere.eks.amazonaws.com/v1alpha1", version, 1)
    assert "VSphereDatacenterConfig w01 not found" in " ".join(samples.errors(text))


@pytest.mark.parametrize(
    ("field", "words"),
    [
        ("  datastor: x\n", 'unknown field "datastor"; did you mean "datastore"?'),
        ("  datastore: x\n", 'duplicate field: key "datastore" already set in map'),
    ],
)
def test_all_documents_are_read_strictly(field: str, words: str) -> None:
    text = samples.STACKED.replace("  datastore:", f"{field}  datastore:", 1)
    assert any(words in said for said in samples.errors(text))


def test_the_cluster_is_read_strictly() -> None:
    text = samples.STACKED.replace("    count: 3", "    count: 3\n    cuont: 3\n    count: 3", 1)
    said = " ".join(samples.errors(text))
    assert 'unknown field "cuont"' in said
    assert 'key "count" already set in map' in said


@pytest.mark.parametrize(
    ("document", "word"),
    [("{apiVersion: v1, kind: 7}", "number"), ("{apiVersion: true, kind: X}", "bool"), ("{kind: []}", "array")],
)
def test_a_documents_kind_is_a_string(document: str, word: str) -> None:
    (said,) = samples.errors(f"{samples.STACKED}---\n{document}\n")
    assert f"cannot unmarshal {word} into a field of type string" in said


def test_docker() -> None:
    assert samples.errors(DOCKER) == []
    for endpoint in ("{host: 10.0.0.1}", "{}"):
        text = DOCKER.replace("{count: 1}", f"{{count: 1, endpoint: {endpoint}}}")
        assert "specifying endpoint host configuration in Cluster is not supported" in " ".join(samples.errors(text))
    rollout = "{upgradeRolloutStrategy: {type: InPlace}}"
    assert "only supported on Bare Metal" in " ".join(samples.errors(DOCKER.replace("[{}]", f"[{rollout}]")))
    assert "currently not supported for the provider: DockerDatacenterConfig" in " ".join(
        samples.errors(DOCKER.replace("spec:\n", "spec:\n  etcdEncryption: []\n", 1))
    )


@pytest.mark.parametrize("depth", [100, 10_000, 300_000])
@pytest.mark.parametrize("shape", ["[{}]", "{{a: {}}}", "- {}", "? {}"])
def test_depth_ends_nothing(shape: str, depth: int) -> None:
    opening, closing = shape.split("{}") if "{{" not in shape else ("{a: ", "}")
    (said,) = findings(opening * depth + closing * depth)
    assert "could not parse" in said.message
