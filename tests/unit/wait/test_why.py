# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the explainer says of each fault, and which of two faults it names."""

from __future__ import annotations

import dataclasses
import re
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Obj,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.cause import Seen, told, without_secrets
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import (
    Datacenter,
    Observation,
    Refusal,
)
from ansible_collections.eks.anywhere.plugins.module_utils._wait.why import DECISIVE, LAYERS, diagnose, why
from ansible_collections.eks.anywhere.tests.unit.wait import faults as f
from ansible_collections.eks.anywhere.tests.unit.wait import samples as s
from ansible_collections.eks.anywhere.tests.unit.wait import world as w
from ansible_collections.eks.anywhere.tests.unit.wait.cases import CASES, PASSING, TWO_FAULTS, Case


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cause_is_found(case: Case) -> None:
    found = diagnose(case.world).cause
    assert found.code == case.code, found
    assert not [words for words in case.words if words not in found.sentence], found.sentence
    assert set(case.evidence) <= {seen.object for seen in found.evidence}, found.evidence
    assert case.fix in found.fix, found.fix


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_cause_is_one_line_with_evidence_and_a_next_step(case: Case) -> None:
    found = diagnose(case.world).cause
    assert "\n" not in found.sentence
    assert not found.sentence.endswith(".")
    assert found.sentence[0].isupper() or found.sentence.startswith("vCenter ")
    assert found.evidence
    assert all(seen.object and seen.seen and "\n" not in seen.seen for seen in found.evidence)
    assert bool(found.fix) is not found.ready


def test_every_rule_has_a_case() -> None:
    firing = {rule for rule in (*DECISIVE, *LAYERS) for case in CASES if rule(case.world)}
    assert firing == {*DECISIVE, *LAYERS}


@pytest.mark.parametrize(("world", "code"), [case[1:] for case in TWO_FAULTS], ids=[case[0] for case in TWO_FAULTS])
def test_of_two_faults_the_deeper_is_named(world: Observation, code: str) -> None:
    assert diagnose(world).cause.code == code


def test_the_control_plane_comes_before_workers() -> None:
    world = {name: world for name, world, _code in TWO_FAULTS}["template of the control plane before that of a worker"]
    assert "/DC0/vm/control" in diagnose(world).cause.sentence


def test_the_other_fault_is_told_too() -> None:
    others = diagnose(w.broken(f.crashing(), *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE))).others
    assert "why.template_missing" in {other.code for other in others}


@pytest.mark.parametrize("world", [case[1] for case in PASSING], ids=[case[0] for case in PASSING])
def test_what_passes_by_itself_is_no_cause(world: Observation) -> None:
    found = diagnose(world).cause
    assert found.under_way, found


def test_nothing_lasts_too_long_when_nobody_knows_the_time() -> None:
    world = w.broken(*f.stuck_vm("WaitingForIPAllocation"), at=None)
    assert diagnose(world).cause.under_way


def test_progress_says_since_when() -> None:
    found = diagnose(w.broken(*f.stuck_vm("WaitingForIPAllocation", since=s.JUST_NOW))).cause
    assert found.since == s.JUST_NOW


def test_a_cluster_that_is_ready_is_called_so_whatever_else() -> None:
    rest = w.at_rest()
    diagnosis = diagnose(dataclasses.replace(rest, management=(*rest.management, f.crashing())))
    assert diagnosis.cause.ready
    assert [other.code for other in diagnosis.others] == ["why.provider_crash_loop"]


@pytest.mark.parametrize(
    "unwell",
    [
        w.broken(inside=(f.lost_node(),)),
        dataclasses.replace(w.at_rest(), workload_refusal=Refusal("kube.unreachable", "x")),
        w.broken(s.cluster(), s.deployment(replicas=2, ready=1)),
        w.broken(s.cluster(), w.etcdadm()),
        w.broken(s.cluster(), f.draining()),
    ],
)
def test_what_is_not_ready_is_not_called_so(unwell: Observation) -> None:
    assert not diagnose(unwell).cause.ready


def test_a_vcenter_that_we_may_not_ask_is_told_as_evidence_only() -> None:
    silent = Datacenter(
        "vcenter.local", refusal=Refusal("vsphere.login_refused", "vCenter refused the password of bob")
    )
    found = diagnose(w.broken(*f.stuck_vm("WaitingForIPAllocation", since=s.JUST_NOW), datacenter=silent)).cause
    assert found.under_way
    assert Seen("vCenter vcenter.local", "could not be asked: vCenter refused the password of bob") in found.evidence


def test_who_waits_may_expect_a_state() -> None:
    world = w.broken(inside=(f.no_network(),), without=("DaemonSet",))
    assert why(world).code == "why.no_cni"
    assert why(world, by_design={"why.no_cni"}).code == "why.in_progress"


@pytest.mark.parametrize(("leaving", "sick"), [(True, False), (False, True)])
def test_a_member_that_leaves_does_not_make_etcd_sick(leaving: bool, sick: bool) -> None:
    words = f"* Machine {f.CP}: EtcdMemberHealthy: Machine is deleting"
    plane = w.made(s.control_plane(), conditions=[s.condition("EtcdClusterHealthy", "False", "NotHealthy", words)])
    machine = w.made(s.machine(f.CP), metadata={"deletionTimestamp": s.JUST_NOW} if leaving else {})
    assert (why(w.broken(plane, machine)).code == "why.etcd_member_unhealthy") is sick


SECRETS: tuple[tuple[str, str], ...] = (
    ('Post "https://bob:hunter2@vcenter/sdk": EOF', 'Post "https://***@vcenter/sdk": EOF'),
    ("login with password=hunter2 failed", "login with password=*** failed"),
    ('{"token": "hunter2", "x": 1}', '{"token": ***, "x": 1}'),
    ("Authorization: Bearer hunter2hunter2", "Authorization: Bearer ***"),
    ("-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----", "***"),
    ("Secret w01-extra not found", "Secret w01-extra not found"),
)


@pytest.mark.parametrize(("text", "clean"), SECRETS)
def test_secrets_are_blanked(text: str, clean: str) -> None:
    assert without_secrets(text) == clean


def test_no_secret_reaches_sentence_or_evidence() -> None:
    leaking = f.crashing()
    leaking["status"]["containerStatuses"][0]["lastState"]["terminated"]["message"] = "cannot log in: password=hunter2"
    for world in (
        w.broken(leaking),
        w.broken(f.vcenter_away('Post "https://bob:hunter2@vcenter.local/sdk": EOF')),
        w.broken(*f.stuck_vm("TaskFailed", "token: hunter2 was refused")),
    ):
        diagnosis = diagnose(world)
        assert "hunter2" not in str((diagnosis, told("w01", diagnosis.cause, diagnosis.others)))


def test_long_messages_are_cut() -> None:
    assert len(Seen.of("Pod x", "word " * 1000).seen) <= 400


def test_a_person_gets_sentence_evidence_and_next_step() -> None:
    diagnosis = diagnose(w.broken(f.crashing(), *f.stuck_vm("NotProvisioned", f.NO_TEMPLATE)))
    text = told("w01", diagnosis.cause, diagnosis.others)
    assert text.startswith(
        "Cluster w01 is not ready: Pod capv-system/capv-controller-manager-7d9 of the management cluster"
    )
    assert re.findall(r"^(\w+)$", text, re.MULTILINE) == ["Seen", "Next", "Also"]
    assert max(map(len, text.splitlines())) <= 120
    assert told("w01", diagnose(w.at_rest()).cause).startswith("Cluster w01 is ready, with all 2 machines.")


@pytest.mark.parametrize("rule", [*DECISIVE, *LAYERS], ids=lambda rule: rule.__name__)
def test_objects_without_status_are_survived(rule: t.Callable[[Observation], object]) -> None:
    rest = w.at_rest()
    bare: tuple[Obj, ...] = tuple(
        {"apiVersion": obj["apiVersion"], "kind": obj["kind"], "metadata": {"name": obj["metadata"]["name"]}}
        for obj in (*rest.management, *(rest.workload or ()), w.etcdadm(), w.budget(), f.crashing())
    )
    rule(dataclasses.replace(rest, management=bare, workload=bare))
