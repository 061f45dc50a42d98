# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading: shape, lines, names, types, and texts that try to break the reader."""

from __future__ import annotations

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import composing, reading
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings, load
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

from . import samples

HEAD = "apiVersion: anywhere.eks.amazonaws.com/v1alpha1\nkind: Cluster\nmetadata: {name: w01}\nspec:\n"


def read_spec(body: str) -> dict[str, object]:
    """The spec of a Cluster with the given lines."""
    sources, _found = reading.read(HEAD + body)
    return sources[0].spec


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("  kubernetesVersion: 1.30", {"kubernetesVersion": "1.30"}),
        ("  kubernetesVersion: '1.30'", {"kubernetesVersion": "1.30"}),
        ("  registryMirrorConfiguration: {port: 5000}", {"registryMirrorConfiguration": {"port": "5000"}}),
        ("  licenseToken: 2026-01-01T00:00:00Z", {"licenseToken": "2026-01-01T00:00:00Z"}),
        ("  licenseToken: yes", {"licenseToken": "true"}),
        ("  packages: {disable: on}", {"packages": {"disable": True}}),
        ("  controlPlaneConfiguration: {count: 3.0}", {"controlPlaneConfiguration": {"count": 3}}),
        ("  machineHealthCheck: {maxUnhealthy: 40%}", {"machineHealthCheck": {"maxUnhealthy": "40%"}}),
        ("  machineHealthCheck: {maxUnhealthy: 2}", {"machineHealthCheck": {"maxUnhealthy": 2}}),
        (
            "  machineHealthCheck: {nodeStartupTimeout: 1h2m3s}",
            {"machineHealthCheck": {"nodeStartupTimeout": "1h2m3s"}},
        ),
        ("  externalEtcdConfiguration: null", {}),
        (
            "  controlPlaneConfiguration: {labels: {a: 1, b: }}",
            {"controlPlaneConfiguration": {"labels": {"a": "1", "b": ""}}},
        ),
        (
            "  clusterNetwork: {cniConfig: {cilium: {helmValues: {a: 1, b: [1.5, x, ~, true]}}}}",
            {"clusterNetwork": {"cniConfig": {"cilium": {"helmValues": {"a": 1, "b": [1.5, "x", None, True]}}}}},
        ),
        (
            "  datacenterRef: &d {kind: K, name: old}\n  gitOpsRef: {<<: *d, name: m}",
            {"datacenterRef": {"kind": "K", "name": "old"}, "gitOpsRef": {"kind": "K", "name": "m"}},
        ),
        ("  KubernetesVersion: 1.31", {"kubernetesVersion": "1.31"}),
    ],
)
def test_values_are_read_as_go_reads_them(body: str, expected: dict[str, object]) -> None:
    assert read_spec(body) == expected


@pytest.mark.parametrize(
    ("body", "line", "path", "words"),
    [
        (
            "  kubernetesVersio: x",
            5,
            "spec.kubernetesVersio",
            'unknown field "kubernetesVersio"; did you mean "kubernetesVersion"?',
        ),
        ("  zzz: x", 5, "spec.zzz", 'unknown field "zzz"'),
        ("  licenseToken: a\n  licenseToken: b", 6, "spec.licenseToken", 'key "licenseToken" already set in map'),
        (
            "  controlPlaneConfiguration:\n    count: four",
            6,
            "spec.controlPlaneConfiguration.count",
            "cannot unmarshal string into a field of type int",
        ),
        ("  packages: {disable: 7}", 5, "spec.packages.disable", "cannot unmarshal number into a field of type bool"),
        ("  gitOpsRef: []", 5, "spec.gitOpsRef", "cannot unmarshal array into a field of type object"),
        (
            "  identityProviderRefs: {}",
            5,
            "spec.identityProviderRefs",
            "cannot unmarshal object into a field of type array",
        ),
        (
            "  machineHealthCheck: {nodeStartupTimeout: 10}",
            5,
            "spec.machineHealthCheck.nodeStartupTimeout",
            "type duration",
        ),
        (
            "  controlPlaneConfiguration: {kubeletConfiguration: {kind: KubeletConfiguration, maxPod: 1}}",
            5,
            "spec.controlPlaneConfiguration.kubeletConfiguration.maxPod",
            'did you mean "maxPods"?',
        ),
        ("  ? [a]\n  : b", 5, "spec", "a field name must be a plain string"),
        ("  <<: 7", 5, "spec", "map merge requires map"),
    ],
)
def test_wrong_shape_is_found_with_line_and_path(body: str, line: int, path: str, words: str) -> None:
    _sources, found = reading.read(HEAD + body)
    assert [(finding.line, finding.path) for finding in found] == [(line, path)]
    assert words in found[0].message


BOMB = "a: &a [x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 9)}]\n" for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "no Cluster found in manifest"),
        ("---\n---\n", "no Cluster found in manifest"),
        ("kind: Cluster", "apiVersion not set for Kind: Cluster"),
        ("- a\n- b", "a document must be an object"),
        ("a: [", "could not parse: error converting YAML to JSON"),
        ("a: *b", "could not parse"),
        ("a: !!python/object:os.system x", "no Cluster found in manifest"),
        ("\x00", "could not parse"),
        ("\ud800", "could not parse"),
        ("[" * 5000, "could not parse"),
        ("x" * (composing.MAX_CHARACTERS + 1), "larger than"),
        (
            HEAD + "  clusterNetwork: {cniConfig: {cilium: {helmValues: " + "[" * 70 + "]" * 70 + "}}}",
            "nested deeper than",
        ),
        (BOMB + HEAD + "  clusterNetwork: {cniConfig: {cilium: {helmValues: *i}}}", "expands to more than"),
        (HEAD + "  clusterNetwork: {cniConfig: {cilium: {helmValues: &r {r: *r}}}}", "nested deeper than"),
    ],
    ids=range(14),
)
def test_no_text_raises(text: str, words: str) -> None:
    assert any(words in finding.message for finding in findings(text))


def test_all_errors_come_at_once() -> None:
    text = (
        samples.STACKED.replace("count: 3", "count: 4")
        .replace("192.168.0.0/16", "nowhere")
        .replace("name: md-0", "nam: x")
    )
    with pytest.raises(EksaError) as caught:
        load(text)
    assert caught.value.code == "config.invalid"
    assert len(caught.value.details["findings"]) == 3
    for words in (
        "line 9: spec.controlPlaneConfiguration.count",
        "(found 4)",
        'unknown field "nam"',
        "invalid CIDR block",
    ):
        assert words in caught.value.message


def test_tagged_strings_are_accepted() -> None:
    class Tagged(str):
        """As Ansible hands strings over."""

        __slots__ = ()

    assert load(Tagged(samples.STACKED)).name == "w01"


def test_documents_of_other_kinds_are_left_alone() -> None:
    other = "---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\nanything: goes\n"
    assert [source.kind for source in reading.read(samples.STACKED + other)[0]].count("ConfigMap") == 0


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("proxyConfiguration", {"httpProxy": "http://[", "httpsProxy": "[::1]:" + "9" * 5000}),
        ("registryMirrorConfiguration", {"endpoint": "a", "port": "9" * 5000}),
        ("kubernetesVersion", "1." + "9" * 5000),
        ("eksaVersion", "9" * 5000 + ".0.0"),
        ("controlPlaneConfiguration.count", 10**400),
        ("clusterNetwork.pods.cidrBlocks", ["10.0.0.0/" + "9" * 5000]),
        ("etcdEncryption", [None, {"providers": [None, {"kms": {"socketListenAddress": "unix://["}}]}]),
        ("workerNodeGroupConfigurations", [None]),
        ("VSphereMachineConfig/w01:hostOSConfiguration", {"ntpConfiguration": {"servers": ["[", "a:b", ""]}}),
    ],
)
def test_no_value_raises(path: str, value: object) -> None:
    assert any(
        finding.severity == "error" or finding.on_create
        for finding in findings(samples.edited(samples.assign(path, value)))
    )
