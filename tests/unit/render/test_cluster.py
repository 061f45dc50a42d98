# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rendered objects against goldens, and the rules behind them.

The goldens were compared object by object with what the vendor's own templates (v0.26) make of the same values.
Run with ``EKSA_UPDATE_GOLDENS=1`` to write them anew, and read the difference.
"""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import read
from ansible_collections.eks.anywhere.plugins.module_utils._config.release import load_release
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import (
    RenderedCluster,
    TemplateFacts,
    cluster_objects,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._render.texts import render

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in GOLDEN.iterdir()}
RELEASES = {"1.34": "kubernetes-1-34-eks-9.yaml", "1.30": "kubernetes-1-30-eks-4.yaml"}
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
CREDENTIALS = Credentials(
    username="operator@vsphere.local",
    password="not-a-secret",
    cpi_username="cpi@vsphere.local",
    cpi_password="nor-this",
    ssh_authorized_key=f"{KEY} generated",
    registry_username="puller",
    registry_password="nor-that",
)
Obj = dict[str, t.Any]


def rendered(
    text: str, *, credentials: Credentials = CREDENTIALS, templates: t.Mapping[str, TemplateFacts] | None = None
) -> RenderedCluster:
    """The objects of a config, with the bundle and releases of the golden folder."""
    config = read(text)
    bundle = load_bundles(TEXTS["bundles.yaml"]).for_version(config.kubernetes_version)
    releases = {version: load_release(TEXTS[name]) for version, name in RELEASES.items()}
    return cluster_objects(
        config,
        bundle,
        releases[config.kubernetes_version],
        credentials,
        templates=templates or {},
        group_releases=releases,
    )


def one(text: str, kind: str, name: str = "", **options: t.Any) -> Obj:
    """An object by kind (and name)."""
    objects = rendered(text, **options).objects
    return next(obj for obj in objects if obj["kind"] == kind and name in ("", obj["metadata"]["name"]))


@pytest.mark.parametrize("name", ["stacked", "full"])
def test_goldens(name: str) -> None:
    objects = list(rendered(TEXTS[f"{name}.config.txt"]).objects)
    path = GOLDEN / f"{name}.objects.txt"
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        path.write_text("---\n".join(dumped(obj, sort=True) for obj in objects), encoding="utf-8")
    assert list(yaml.safe_load_all(path.read_text(encoding="utf-8"))) == objects


def test_order_of_keys_does_not_matter() -> None:
    for name in ("stacked.config.txt", "full.config.txt"):
        documents = list(
            yaml.safe_load_all(TEXTS[name].replace("kubernetesVersion: 1.34", "kubernetesVersion: '1.34'"))
        )
        turned = yaml.safe_dump_all(documents[:1] + documents[:0:-1], sort_keys=True)
        assert rendered(turned).objects == rendered(TEXTS[name]).objects


def replaced(old: str, new: str, name: str = "stacked") -> str:
    """A golden config with a piece of text replaced, which must be there."""
    text = TEXTS[f"{name}.config.txt"]
    assert old in text
    return text.replace(old, new)


@pytest.mark.parametrize(
    ("facts", "clone_mode", "disk_gib"),
    [
        (TemplateFacts(path="/full/path", disk_gib=25, has_snapshot=True), "linkedClone", 25),
        (TemplateFacts(path="/full/path", disk_gib=25, has_snapshot=False), "fullClone", 25),
        (TemplateFacts(path="/full/path", disk_gib=10, has_snapshot=True), "fullClone", 25),
        (TemplateFacts(path="/full/path", disk_gib=30, has_snapshot=True), "linkedClone", 30),
    ],
)
def test_disk_and_clone_mode_follow_from_the_template(facts: TemplateFacts, clone_mode: str, disk_gib: int) -> None:
    text = TEXTS["stacked.config.txt"]
    templates = {"/DC0/vm/Templates/ubuntu-2204-kube-v1-34": facts}
    spec = one(text, "VSphereMachineTemplate", "w01-control-plane-1", templates=templates)["spec"]["template"]["spec"]
    assert (spec["cloneMode"], spec["diskGiB"], spec["template"]) == (clone_mode, disk_gib, "/full/path")


def test_without_facts_nothing_is_made_up() -> None:
    spec = one(TEXTS["stacked.config.txt"], "VSphereMachineTemplate", "w01-control-plane-1")["spec"]["template"]["spec"]
    assert "cloneMode" not in spec
    assert (spec["diskGiB"], spec["template"]) == (25, "/DC0/vm/Templates/ubuntu-2204-kube-v1-34")


def test_etcd_machines_get_memory_once_the_template_is_known() -> None:
    facts = {"/DC0/vm/Templates/ubuntu-2204-kube-v1-30": TemplateFacts(disk_gib=20)}
    spec = one(TEXTS["full.config.txt"], "VSphereMachineTemplate", "w02-etcd-1", templates=facts)["spec"]["template"]
    assert spec["spec"]["memoryMiB"] == 8192


def test_a_generated_key_is_used_where_the_config_has_none() -> None:
    users = one(TEXTS["stacked.config.txt"], "KubeadmConfigTemplate")["spec"]["template"]["spec"]["users"]
    assert users == [{"name": "capv", "sshAuthorizedKeys": [KEY], "sudo": "ALL=(ALL) NOPASSWD:ALL"}]
    with pytest.raises(EksaError, match=r"VSphereMachineConfig w01: .* is not an SSH public key"):
        rendered(TEXTS["stacked.config.txt"], credentials=Credentials("u", "p"))


@pytest.mark.parametrize(
    ("minor", "gates", "cloud_provider", "super_admin"),
    [
        (28, None, True, False),
        (29, {"EtcdLearnerMode": False}, True, True),
        (32, {"EtcdLearnerMode": False}, True, True),
        (33, None, False, True),
    ],
)
def test_versions_differ(minor: int, gates: Obj | None, cloud_provider: bool, super_admin: bool) -> None:
    release = load_release(TEXTS[RELEASES["1.34"]].replace("v1.34.3", f"v1.{minor}.3"))
    bundle = load_bundles(TEXTS["bundles.yaml"]).for_version("1.34")
    objects = cluster_objects(read(TEXTS["stacked.config.txt"]), bundle, release, CREDENTIALS).objects
    spec = next(obj for obj in objects if obj["kind"] == "KubeadmControlPlane")["spec"]["kubeadmConfigSpec"]
    names = [arg["name"] for arg in spec["clusterConfiguration"]["apiServer"]["extraArgs"]]
    assert spec["clusterConfiguration"].get("featureGates") == gates
    assert ("cloud-provider" in names) == cloud_provider
    assert any("super-admin.conf" in command for command in spec["preKubeadmCommands"]) == super_admin


@pytest.mark.parametrize(
    ("taints", "expected"),
    [
        ("", [{"key": "node-role.kubernetes.io/control-plane", "effect": "NoSchedule"}]),
        ("    taints: []\n", None),
        ("    taints: [{key: a, effect: NoExecute}]\n", [{"key": "a", "effect": "NoExecute"}]),
    ],
)
def test_taints_of_the_control_plane(taints: str, expected: list[Obj] | None) -> None:
    text = replaced("    count: 3\n", f"    count: 3\n{taints}")
    spec = one(text, "KubeadmControlPlane")["spec"]["kubeadmConfigSpec"]
    assert spec["initConfiguration"]["nodeRegistration"].get("taints") == expected
    assert spec["joinConfiguration"] == spec["initConfiguration"]


def test_a_group_with_its_own_version() -> None:
    text = replaced("    - name: md-0\n", "    - name: md-0\n      kubernetesVersion: 1.30\n")
    assert one(text, "MachineDeployment")["spec"]["template"]["spec"]["version"] == "v1.30.9-eks-1-30-4"
    config = read(text)
    bundle = load_bundles(TEXTS["bundles.yaml"]).for_version("1.34")
    with pytest.raises(EksaError, match=r"for Kubernetes 1\.30"):
        cluster_objects(config, bundle, load_release(TEXTS[RELEASES["1.34"]]), CREDENTIALS)


def test_what_cannot_be_rendered_is_refused() -> None:
    with pytest.raises(EksaError, match="not supported yet: the provider Nutanix") as caught:
        rendered(TEXTS["stacked.config.txt"].replace("VSphereDatacenterConfig", "NutanixDatacenterConfig"))
    assert caught.value.code == "config.not_supported"


def test_secrets_do_not_show() -> None:
    result = rendered(TEXTS["stacked.config.txt"])
    for shown in (repr(CREDENTIALS), repr(result)):
        assert "not-a-secret" not in shown


def test_no_anchor_and_no_null_is_written() -> None:
    manifests = one(TEXTS["full.config.txt"], "ConfigMap")["data"]["data"]
    assert "&id" not in manifests
    assert "null" not in manifests


def test_rendering_from_texts() -> None:
    result = render(
        read(TEXTS["full.config.txt"]),
        bundles=TEXTS["bundles.yaml"],
        releases=[TEXTS[name] for name in RELEASES.values()],
        environ={"EKSA_VSPHERE_USERNAME": "u", "EKSA_VSPHERE_PASSWORD": "p"},
        template_facts={"/DC0/vm/Templates/ubuntu-2204-kube-v1-30": {"disk_gib": 50, "path": "/x"}},
    )
    template = next(obj for obj in result.workers if obj["kind"] == "VSphereMachineTemplate")
    assert template["spec"]["template"]["spec"]["template"] == "/x"
    with pytest.raises(EksaError, match=r"Give the manifest|No EKS Distro release is given for Kubernetes 1.30"):
        render(
            read(TEXTS["full.config.txt"]), bundles=TEXTS["bundles.yaml"], releases=[], environ={}, template_facts={}
        )
