# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The bench against the raw tools: what its script runs and hides, and the table of both sides."""

from __future__ import annotations

import base64
import json
import pathlib
import stat
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed
from ansible_collections.eks.anywhere.tests.labkit import Run
from ansible_collections.eks.anywhere.tests.perf.by_hand import PATIENCE_SECONDS, CommandFailed, Desk, Script
from ansible_collections.eks.anywhere.tests.perf.test_overhead import by_phase, table
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeRunner

SECRET = "pa55-word"
KUBECONFIG = "kind: Config\n"
PHASES = ["bootstrap", "workload", "network", "storage", "management", "pivot", "components", "cleanup"]


def fine(argv: tuple[str, ...], stdout: str = "") -> Completed:
    return Completed(argv=argv, rc=0, stdout=stdout, stderr="")


def broken(argv: tuple[str, ...]) -> Completed:
    return Completed(argv=argv, rc=1, stdout="", stderr="first\nError: not today\n")


def kubectl(argv: tuple[str, ...]) -> Completed:
    if "secret" in argv:
        return fine(argv, base64.b64encode(KUBECONFIG.encode()).decode())
    return fine(argv, "machine/a\nmachine/b\n" if "--output=name" in argv else "")


def runner(**answers: t.Callable[[tuple[str, ...]], Completed]) -> FakeRunner:
    return FakeRunner({"kind": fine, "clusterctl": fine, "helm": fine, "kubectl": kubectl, **answers})


@pytest.fixture
def desk(tmp_path: pathlib.Path) -> Desk:
    return Desk(
        name="prod",
        folder=tmp_path,
        kubeconfig=tmp_path / "prod" / "prod.kubeconfig",
        node_image="kind/node:v1",
        kubernetes_version="1.34",
        machines=2,
        providers=("--core", "cluster-api:v1"),
        chart=("cilium.tgz",),
        components=("crds.yaml", "components.yaml"),
        values={"a": 1},
        described=({"kind": "Bundles"},),
        objects=({"kind": "Secret", "data": {"password": SECRET}},),
        login={"VSPHERE_USERNAME": "me", "VSPHERE_PASSWORD": SECRET},
    )


def script(desk: Desk, tools: FakeRunner, clock: FakeClock | None = None) -> Script:
    return Script(desk, runner=tools, clock=clock or FakeClock())


def test_the_script_is_the_documented_order_of_the_tools(desk: Desk) -> None:
    tools = runner()
    assert list(script(desk, tools).run()) == PHASES
    verbs = [" ".join(word for word in argv if word in VERBS or argv.index(word) == 0) for argv in tools.runs]
    assert verbs == [
        "kind create",
        "clusterctl init",
        "kubectl create",
        "kubectl apply",
        "kubectl wait",
        "kubectl get",
        "kubectl get",
        "kubectl wait",
        "helm template",
        "kubectl apply",
        "kubectl wait",
        "kubectl rollout",
        "kubectl rollout",
        "kubectl apply",
        "clusterctl init",
        "clusterctl move",
        "kubectl apply",
        "kubectl apply",
        "kubectl wait",
        "kubectl apply",
        "kind delete",
    ]


VERBS = frozenset("create init apply wait get template rollout move delete".split())  # noqa: SIM905


def test_each_command_names_its_cluster(desk: Desk) -> None:
    tools = runner()
    script(desk, tools).run()
    workload = [argv for argv in tools.runs if str(desk.kubeconfig) in argv]
    assert all(str(desk.bootstrap_kubeconfig) in argv for argv in tools.runs if argv not in workload and _asks(argv))
    assert [argv[0] for argv in workload if str(desk.bootstrap_kubeconfig) in argv] == ["clusterctl"]


def _asks(argv: tuple[str, ...]) -> bool:
    return argv[0] != "helm"


def test_secrets_go_by_input_and_environment_alone(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    tools = runner()
    script(desk, tools).run()
    assert SECRET not in str(tools.runs)
    assert SECRET not in capsys.readouterr().out
    assert SECRET not in repr(desk)
    given = [
        argv[:2]
        for argv, environment in zip(tools.runs, tools.environments, strict=True)
        if "me" in environment.values()
    ]
    assert given == [("clusterctl", "init"), ("clusterctl", "init")]
    (applied,) = (json.loads(text) for text in tools.inputs if text and SECRET in text)
    assert applied == {"apiVersion": "v1", "kind": "List", "items": list(desk.objects)}


def test_the_kubeconfig_is_the_owners_alone(desk: Desk) -> None:
    script(desk, runner()).run()
    assert desk.kubeconfig.read_text(encoding="utf-8") == KUBECONFIG
    assert stat.S_IMODE(desk.kubeconfig.stat().st_mode) == 0o600


def test_objects_are_applied_until_webhooks_answer(desk: Desk) -> None:
    refusals = iter([True, True])

    def late(argv: tuple[str, ...]) -> Completed:
        return broken(argv) if "apply" in argv and next(refusals, False) else kubectl(argv)

    tools, clock = runner(kubectl=late), FakeClock()
    seconds = script(desk, tools, clock).run()
    assert seconds["workload"] == 2
    assert sum(seconds.values()) == 2


def timeout(argv: tuple[str, ...]) -> Completed:
    raise EksaError("kind did not end.", code="run.timeout")


@pytest.mark.parametrize(
    ("answers", "said", "at_least"),
    [
        pytest.param({"clusterctl init": broken}, "exit 1: first | Error: not today", 0, id="error"),
        pytest.param({"kind create": timeout}, "kind did not end.", 0, id="timeout"),
        pytest.param({"kubectl": lambda argv: broken(argv) if "apply" in argv else kubectl(argv)}, "not today", PATIENCE_SECONDS, id="never applied"),
        pytest.param({"kubectl": fine}, "in vain for the machines", PATIENCE_SECONDS, id="no machines"),
        pytest.param({"clusterctl move": broken, "kind delete": broken}, "clusterctl move", 0, id="first problem wins"),
    ],
)  # fmt: skip
def test_a_failure_removes_the_bootstrap_cluster_and_tells_no_secret(
    desk: Desk, answers: dict[str, t.Callable[[tuple[str, ...]], Completed]], said: str, at_least: float
) -> None:
    tools, clock = runner(**answers), FakeClock()
    with pytest.raises(CommandFailed) as caught:
        script(desk, tools, clock).run()
    assert said in str(caught.value)
    assert clock.now() >= at_least
    assert tools.runs[-1][:3] == ("kind", "delete", "cluster")
    # What pytest would show: the arguments of the function that raised.
    assert SECRET not in str(caught.traceback[-1].frame.f_locals)
    assert caught.value.__cause__ is None
    assert caught.value.__context__ is None


def test_phases_of_a_run_add_up_to_its_time() -> None:
    timeline = {"phases": [{"phase": "bootstrap", "seconds": 3.0}, {"phase": "network", "seconds": 2.0}]}
    run = Run(0, (), (), 7.5, 2.0, timeline, 0.0)
    assert by_phase(run) == {"bootstrap": 3.0, "network": 2.0, "(outside phases)": 2.5}


def test_the_table_holds_both_sides() -> None:
    ours = {"preflight": 1.0, "bootstrap": 61.5, "(outside phases)": 2.0}
    assert table(ours, {"bootstrap": 60.0, "cleanup": 0.5}).splitlines() == [
        "phase               playbook     by hand        more",
        "preflight              1.0 s           -       1.0 s",
        "bootstrap             61.5 s      60.0 s       1.5 s",
        "cleanup                    -       0.5 s      -0.5 s",
        "(outside phases)       2.0 s           -       2.0 s",
        "total                 64.5 s      60.5 s       4.0 s",
    ]
