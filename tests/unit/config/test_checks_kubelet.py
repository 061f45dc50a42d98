# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""KubeletConfiguration: its shape, what Bottlerocket takes of it, and that it is kept as it was written."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import reading
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import ERROR

from . import samples

KUBELET = "controlPlaneConfiguration.kubeletConfiguration"
GROUP_KUBELET = "workerNodeGroupConfigurations.0.kubeletConfiguration"
KIND = {"kind": "KubeletConfiguration"}

BROKEN: tuple[tuple[dict[str, t.Any], str, str], ...] = (
    ({"maxPods": 5}, "", "Object 'Kind' is missing"),
    ({"kind": "", "maxPods": 5}, "", "Object 'Kind' is missing"),
    ({**KIND, "maxPod": 5}, ".maxPod", 'unknown field "maxPod"; did you mean "maxPods"?'),
    ({**KIND, "crashLoopBackOff": {}}, ".crashLoopBackOff", 'unknown field "crashLoopBackOff"'),
    ({**KIND, "metadata": {}}, ".metadata", 'unknown field "metadata"'),
    ({**KIND, "maxPods": "5"}, ".maxPods", "cannot unmarshal string into a field of type int32"),
    ({**KIND, "maxPods": 3_000_000_000}, ".maxPods", "cannot unmarshal number into a field of type int32"),
    ({**KIND, "maxPods": [5]}, ".maxPods", "cannot unmarshal array into a field of type int32"),
    ({**KIND, "syncFrequency": 5}, ".syncFrequency", "cannot unmarshal number into a field of type duration"),
    ({**KIND, "syncFrequency": "soon"}, ".syncFrequency", "time: invalid duration"),
    ({**KIND, "failSwapOn": "false"}, ".failSwapOn", "cannot unmarshal string into a field of type bool"),
    ({**KIND, "featureGates": {"A": "true"}}, ".featureGates.A", "into a field of type bool"),
    ({**KIND, "clusterDNS": "1.2.3.4"}, ".clusterDNS", "cannot unmarshal string into a field of type array"),
    ({**KIND, "evictionHard": ["a"]}, ".evictionHard", "cannot unmarshal array into a field of type object"),
    ({**KIND, "authentication": {"x509": {"a": 1}}}, ".authentication.x509.a", 'unknown field "a"'),
    ({**KIND, "memoryThrottlingFactor": "x"}, ".memoryThrottlingFactor", "into a field of type float64"),
    ({**KIND, "logging": {"verbosity": -2}}, ".logging.verbosity", "into a field of type uint32"),
    (
        {**KIND, "reservedMemory": [{"numaNode": 0, "limits": {"memory": "1Gx"}}]},
        ".reservedMemory[0].limits.memory",
        "quantities must match the regular expression",
    ),
    ({**KIND, "registerWithTaints": [{"timeAdded": "x"}]}, ".registerWithTaints[0].timeAdded", "parsing time"),
    ({**KIND, "providerID": "x"}, ".providerID", "can not override providerID or cloudProvider"),
    ({**KIND, "providerID": None}, ".providerID", "can not override providerID or cloudProvider"),
)


@pytest.mark.parametrize("place", [KUBELET, GROUP_KUBELET])
@pytest.mark.parametrize(("value", "field", "words"), BROKEN)
def test_what_kubelet_cannot_be_told(place: str, value: dict[str, t.Any], field: str, words: str) -> None:
    (said,) = samples.errors(samples.edited(samples.assign(place, value)))
    path = f"spec.{place.replace('.0', '[0]')}{field}"
    assert said.startswith(f"{path}: ")
    assert words in said


GOOD: tuple[dict[str, t.Any], ...] = (
    KIND,
    {**KIND, "apiVersion": "kubelet.config.k8s.io/v1beta1", "port": 10250, "healthzPort": 1},
    {**KIND, "syncFrequency": "1m", "memoryThrottlingFactor": 0.9, "podPidsLimit": 2**40},
    {**KIND, "cpuManagerPolicyOptions": {"full-pcpus-only": True}, "evictionHard": {"a": 100}},
    {**KIND, "reservedMemory": [{"numaNode": 0, "limits": {"memory": "1Gi"}}], "staticPodURLHeader": {"A": ["b"]}},
    {**KIND, "logging": {"format": "text", "verbosity": 2, "flushFrequency": 5, "options": {"json": {}}}},
    {**KIND, "registerWithTaints": [{"key": "a", "timeAdded": "2026-01-31T12:00:00+01:00"}]},
)


@pytest.mark.parametrize("value", GOOD)
def test_what_kubelet_can_be_told(value: dict[str, t.Any]) -> None:
    assert samples.errors(samples.edited(samples.assign(KUBELET, value))) == []


def test_it_is_kept_as_it_was_written() -> None:
    value = {**KIND, "cpuManagerPolicyOptions": {"full-pcpus-only": True}, "MaxPods": 7, "resolvConf": None}
    sources, found = reading.read(samples.edited(samples.assign(KUBELET, value)))
    assert sources[0].spec["controlPlaneConfiguration"]["kubeletConfiguration"] == value
    assert [(finding.severity, finding.message) for finding in found] == [("warning", 'read as "maxPods"')]


def test_bottlerocket_takes_less() -> None:
    def edit(found: samples.Documents) -> None:
        found["VSphereMachineConfig/w01"]["spec"]["osFamily"] = "bottlerocket"
        spec = found["Cluster"]["spec"]
        spec["controlPlaneConfiguration"]["kubeletConfiguration"] = {**KIND, "maxPods": 7, "serializeImagePulls": False}
        spec["workerNodeGroupConfigurations"][0]["kubeletConfiguration"] = {**KIND, "resolvConf": "/x"}

    wrong = [finding for finding in findings(samples.edited(edit)) if finding.severity == ERROR]
    assert [finding.path.rpartition(".")[2] for finding in wrong] == ["serializeImagePulls", "resolvConf"]
    assert all("unmarshaling KubeletConfiguration for Bottlerocket: unknown field" in one.message for one in wrong)
