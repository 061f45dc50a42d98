# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Change by change: whose machines are replaced, and why."""

from __future__ import annotations

import random
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._plan.naming import settled
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import Rolls, rolls
from ansible_collections.eks.anywhere.tests.unit.config import samples

from .worlds import Edits, Obj, living, objects, pick

CP, ETCD, GENERAL, BATCH = "control_plane", "etcd", "general", "batch"
FOLLOWS = "the external etcd has other members"
NTP = {"ntpConfiguration": {"servers": ["time.test"]}}
TAINT = {"key": "k", "value": "v", "effect": "PreferNoSchedule"}
W0, W1 = "workerNodeGroupConfigurations.0", "workerNodeGroupConfigurations.1"
CPUS = "VSphereMachineTemplate.spec.numCPUs {} -> 16"
ROWS: tuple[tuple[Edits, dict[str, str]], ...] = (
    ({}, {}),
    ({"VSphereMachineConfig/w02-cp:numCPUs": 16}, {CP: CPUS.format(2)}),
    ({"VSphereMachineConfig/w02-general:numCPUs": 16}, {GENERAL: "VSphereMachineTemplate.spec.numCPUs"}),
    ({"VSphereMachineConfig/w02-batch:folder": "/x"}, {BATCH: "VSphereMachineTemplate.spec.folder"}),
    ({"VSphereMachineConfig/w02-etcd:diskGiB": 99}, {ETCD: "VSphereMachineTemplate.spec.diskGiB", CP: FOLLOWS}),
    (
        {"VSphereMachineConfig/w02-etcd:hostOSConfiguration": NTP},
        {ETCD: "EtcdadmCluster.spec.etcdadmConfigSpec.ntp", CP: FOLLOWS},
    ),
    ({"VSphereMachineConfig/w02-cp:hostOSConfiguration": NTP}, {CP: "spec.kubeadmConfigSpec.ntp"}),
    ({"VSphereMachineConfig/w02-general:hostOSConfiguration": NTP}, {GENERAL: "KubeadmConfigTemplate.spec.ntp"}),
    ({"VSphereMachineConfig/w02-cp:tags": ...}, {CP: "VSphereMachineTemplate.spec.tagIDs removed"}),
    ({"controlPlaneConfiguration.labels": {"x": "y"}}, {CP: "kubeletExtraArgs[node-labels]"}),
    ({"controlPlaneConfiguration.taints": [TAINT]}, {CP: "nodeRegistration.taints[k] added"}),
    ({"controlPlaneConfiguration.certSans": ["x.test"]}, {CP: "clusterConfiguration.apiServer.certSANs changed"}),
    ({f"{W0}.labels": {"x": "y"}}, {GENERAL: "kubeletExtraArgs[node-labels]"}),
    ({f"{W0}.taints": [TAINT]}, {GENERAL: "KubeadmConfigTemplate.spec.joinConfiguration.nodeRegistration.taints"}),
    ({f"{W1}.taints": []}, {BATCH: "KubeadmConfigTemplate.spec.joinConfiguration.nodeRegistration.taints"}),
    (
        {"registryMirrorConfiguration.endpoint": "198.18.9.9"},
        {ETCD: "registryMirror.endpoint", CP: "files", GENERAL: "files", BATCH: "files"},
    ),
    ({"podIamConfig": {"serviceAccountIssuer": "https://i.test"}}, {CP: "extraArgs[service-account-issuer]"}),
    ({"machineHealthCheck": {"nodeStartupTimeout": "20m0s"}}, {}),
    ({"clusterNetwork.cniConfig.cilium": {"policyEnforcementMode": "never"}}, {}),
    ({"AWSIamConfig:mapRoles": []}, {}),
)


def rolled(found: Rolls) -> dict[str, tuple[str, ...]]:
    """Reasons by part, of those that roll."""
    return {name: part.reasons for name, part in found.parts.items() if part.rolls}


@pytest.mark.parametrize(("edits", "parts"), ROWS)
def test_whose_machines_roll(edits: Edits, parts: dict[str, str]) -> None:
    live, wanted = living(objects()), objects(edits)
    found = rolls(live, wanted)
    assert rolled(found).keys() == parts.keys()
    for name, words in parts.items():
        assert any(words in reason for reason in rolled(found)[name])
    assert rolls(live, settled(wanted, live)) == found
    assert rolls(living(wanted), wanted).any is False


def test_a_new_kubernetes_version_rolls_who_runs_it() -> None:
    wanted = objects()
    for kind, name in (("KubeadmControlPlane", "w02"), ("MachineDeployment", "w02-batch")):
        spec = pick(wanted, kind, name)["spec"]
        machine = spec if kind == "KubeadmControlPlane" else spec["template"]["spec"]
        machine["version"] = "v1.31.0"
    found = rolled(rolls(living(objects()), wanted))
    assert found.keys() == {CP, BATCH}
    (cause,) = (reason for reason in found[CP] if "KubeadmControlPlane.spec.version" in reason)
    assert cause.endswith("-> v1.31.0")
    assert found[BATCH] == tuple(reason for reason in found[BATCH] if "MachineDeployment.spec.version" in reason)


def test_coredns_labels_and_strategies_change_in_place() -> None:
    wanted = objects()
    plane = pick(wanted, "KubeadmControlPlane", "w02")["spec"]
    plane["kubeadmConfigSpec"]["clusterConfiguration"]["dns"]["imageTag"] = "v9"
    plane["kubeadmConfigSpec"]["initConfiguration"] = {"skipPhases": ["x"]}
    plane["machineTemplate"]["metadata"]["labels"]["x"] = "y"
    deployment = pick(wanted, "MachineDeployment", "w02-general")["spec"]
    deployment["rollout"] = {"strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 3}}}
    deployment["template"]["metadata"]["labels"]["x"] = "y"
    found = rolls(living(objects()), wanted)
    assert rolled(found) == {}
    assert not found.any
    assert found.control_plane is not None
    assert [line.split()[0].rpartition(".")[2] for line in found.control_plane.in_place] == ["imageTag", "x"]
    assert len(found.workers[GENERAL].in_place) == 2
    assert found.workers[GENERAL].changes
    assert not found.workers[BATCH].changes


def test_a_failure_domain_rolls_its_group() -> None:
    wanted = objects()
    pick(wanted, "MachineDeployment", "w02-batch")["spec"]["template"]["spec"]["failureDomain"] = "other"
    (reason,) = rolled(rolls(living(objects()), wanted))[BATCH]
    assert reason.startswith("MachineDeployment.spec.failureDomain")


@pytest.mark.parametrize(
    ("edits", "part", "scaled", "followed"),
    [
        ({"controlPlaneConfiguration.count": 3}, CP, (5, 3), False),
        ({"externalEtcdConfiguration.count": 5}, ETCD, (3, 5), True),
        ({f"{W0}.count": 9}, GENERAL, (3, 9), False),
        ({f"{W1}.autoscalingConfiguration": {"minCount": 2, "maxCount": 9}}, BATCH, None, False),
    ],
)
def test_scaling_rolls_nothing_but_the_control_plane_follows_etcd(
    edits: Edits, part: str, scaled: tuple[int, int] | None, followed: bool
) -> None:
    found = rolls(living(objects()), objects(edits))
    assert found.parts[part].scaled == scaled
    assert found.any is (scaled is not None)
    assert rolled(found) == ({CP: (FOLLOWS,)} if followed else {})


def test_groups_come_and_go() -> None:
    live = living(objects())
    less = [obj for obj in objects() if not obj["metadata"]["name"].startswith("w02-batch")]
    found = rolls(live, less)
    assert (found.created, found.removed, rolled(found), found.any) == ((), (BATCH,), {}, True)
    found = rolls(living(less), objects())
    assert (found.created, found.removed, rolled(found), found.any) == ((BATCH,), (), {}, True)


def test_machines_of_other_clusters_are_none_of_our_business() -> None:
    live = living([*objects(), *objects(text=samples.STACKED)])
    found = rolls(live, objects())
    assert (found.removed, found.any, [*found.workers]) == ((), False, [GENERAL, BATCH])


def test_a_cluster_that_is_not_there_yet_rolls_nothing() -> None:
    found = rolls([], objects())
    assert (found.control_plane, found.etcd, found.workers, found.created) == (None, None, {}, (GENERAL, BATCH))


def test_in_place_upgrades_keep_the_machines() -> None:
    wanted = objects()
    plane = pick(wanted, "KubeadmControlPlane", "w02")["spec"]
    plane["version"], plane["rollout"] = "v1.31.0", {"strategy": {"type": "InPlace"}}
    found = rolls(living(objects()), wanted).control_plane
    assert found is not None
    assert (found.rolls, found.replaces) == (True, False)


def test_no_secret_is_told() -> None:
    edits = {"registryMirrorConfiguration.endpoint": "198.18.9.9"}
    told = "".join(
        reason for reasons in rolled(rolls(living(objects()), objects(edits))).values() for reason in reasons
    )
    assert told
    assert all(secret not in told for secret in ("nor-that", "puller", "Basic", "BEGIN CERTIFICATE"))


def test_the_order_of_objects_does_not_matter() -> None:
    edits = {"VSphereMachineConfig/w02-etcd:diskGiB": 99, "VSphereMachineConfig/w02-general:numCPUs": 16}
    live, wanted = living(objects()), objects(edits)
    first = rolls(live, wanted)
    for seed in range(5):
        mixed: list[Obj] = list(live)
        random.Random(seed).shuffle(mixed)
        again = rolls(mixed, wanted)
        assert again == first


def test_a_stacked_cluster_has_no_etcd_machines() -> None:
    found = rolls(
        living(objects(text=samples.STACKED)),
        objects({"VSphereMachineConfig/w01-cp:numCPUs": 16}, text=samples.STACKED),
    )
    parts: t.Collection[str] = rolled(found)
    assert (found.etcd, sorted(parts)) == (None, [CP])
