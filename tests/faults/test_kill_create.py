# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster is created although its run is killed again and again: at each phase and inside each wait.

Each run goes on where the one before was killed, until the next kill. In the end there is one working cluster, made of
the machines that were begun first, and nothing of any run is left.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import getpass
import json
import pathlib
import shutil
import time
import typing as t

import kubernetes
import pytest

from ansible_collections.eks.anywhere.tests.labkit import Kill, Lab, Run, containers
from ansible_collections.eks.anywhere.tests.tools import figures

DECIDE_SECONDS = 15
LEAST_KILLS = 20
LOOKS = {
    "Observe where the lifecycle stands": "Hold the cluster",
    "Observe again what another run may have done until then": "Go by what was seen last",
}
"""Task that looks what is left -> the task after it."""
FAILED, KILLED = 2, -9
MACHINES = 2
SECOND_AFTER_SECONDS = 5

CROWDED = Kill("  control plane: ", after=45)
"""While this one waits a second run tries its luck."""
FIRSTS: tuple[t.Callable[[Lab], bool], ...] = (
    lambda lab: bool(lab.machines()),
    lambda lab: lab.kubeconfig.exists(),
)
"""After the first kill of which this holds the folder of the cluster is deleted, kubeconfigs and lease with it."""
POINTS = (
    Kill("Performing setup and validations"),
    # What dies in one moment cannot log out: vCenter ends such a session by itself.
    Kill("✅ Authenticated to vSphere"),
    Kill("✅ Vsphere Provider setup is valid", tree=True),
    Kill("Creating new bootstrap cluster"),
    Kill("Creating new bootstrap cluster", after=3, tree=True),
    Kill("Creating new bootstrap cluster", after=12),
    Kill("Installing cluster-api providers on bootstrap cluster", tree=True),
    Kill("Installing cluster-api providers on bootstrap cluster", after=6),
    Kill("  providers: ", after=3, tree=True),
    Kill("Provider specific setup"),
    Kill("Creating new workload cluster"),
    Kill("Creating new workload cluster", after=0.7, tree=True),
    Kill("  control plane: ", after=5),
    CROWDED,
    Kill("  machines: ", after=5),
    Kill("Installing networking on workload cluster", tree=True),
    Kill("  network: ", after=10),
    Kill("Installing storage class on workload cluster"),
    Kill("Installing cluster-api providers on workload cluster", after=10, tree=True),
    Kill("Installing cluster-api providers on workload cluster", after=25),
    Kill("Moving cluster management from bootstrap to workload cluster"),
    Kill("Moving cluster management from bootstrap to workload cluster", after=1.5, tree=True),
    Kill("Moving cluster management from bootstrap to workload cluster", after=4),
    Kill("Installing EKS-A custom components (CRD and controller) on workload cluster", tree=True),
    Kill("Installing EKS-A custom components (CRD and controller) on workload cluster", after=3),
    Kill("Creating EKS-A CRDs instances on workload cluster"),
    Kill("Writing cluster config file", tree=True),
    Kill("Deleting bootstrap cluster"),
)


@dataclasses.dataclass(frozen=True)
class Attempt:
    """One run that was to be killed, and the machines that there were after it."""

    run: Run
    machines: frozenset[str]

    @property
    def killed(self) -> bool:
        """Whether the kill came in time."""
        return self.run.code == KILLED


@dataclasses.dataclass(frozen=True)
class Story:
    """All attempts, the run that came to the end, and the one after it; ``second`` came beside another one.

    ``losses`` counts how often the folder of the cluster was deleted between two runs.
    """

    lab: Lab
    attempts: tuple[Attempt, ...]
    losses: int
    second: Run | None
    last: Run
    again: Run

    @property
    def kills(self) -> int:
        """How many runs were killed."""
        return sum(attempt.killed for attempt in self.attempts)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The creation."""
    lab = Lab()
    lab.fresh()
    folder, beside = tmp_path_factory.mktemp("kill"), tmp_path_factory.mktemp("second")
    attempts: list[Attempt] = []
    lost: list[Kill] = []
    second: Run | None = None
    left = POINTS
    with concurrent.futures.ThreadPoolExecutor(1) as pool:
        while left:
            print(f"\n=== kill {left[0]}", flush=True)
            # What is over when a run continues does not come again: then the next point has its turn.
            running = pool.submit(lab.play, "create_cluster", "-v", folder=folder, kills=left)
            if left[0] == CROWDED:
                second = _second(lab, beside)
            run = running.result()
            attempts.append(Attempt(run, lab.machines()))
            if run.kill is None or run.problems():
                break
            if len(lost) < len(FIRSTS) and FIRSTS[len(lost)](lab):
                shutil.rmtree(lab.folder)
                lost.append(run.kill)
            left = left[left.index(run.kill) + 1 :]
    print("\n=== to the end", flush=True)
    last = lab.play("create_cluster", "-v", folder=folder)
    again = lab.play("create_cluster", folder=folder)
    return Story(lab, tuple(attempts), len(lost), second, last, again)


def _second(lab: Lab, folder: pathlib.Path) -> Run:
    """A run while another one holds the cluster."""
    lock = lab.folder / "run.lock"
    killed = lock.read_text(encoding="utf-8") if lock.exists() else ""
    end = time.monotonic() + 60
    while not lock.exists() or _holder(lock.read_text(encoding="utf-8")) == _holder(killed):
        assert time.monotonic() < end, "the first run holds nothing"
        time.sleep(0.1)
    time.sleep(SECOND_AFTER_SECONDS)
    return lab.play("create_cluster", folder=folder)


def _holder(text: str) -> str:
    return str(json.loads(text)["holder"]) if text else ""


def test_every_run_was_killed_and_none_failed(story: Story) -> None:
    failed = [attempt.run.text for attempt in story.attempts if attempt.run.problems()]
    figures.record("create.kill_points", story.kills, unit="kills")
    figures.record("create.kill_converged_share", float(story.last.code == 0), unit="of 1")
    assert not failed, failed[0]
    assert story.losses == len(FIRSTS)
    assert story.kills >= LEAST_KILLS, [attempt.run.kill for attempt in story.attempts if not attempt.killed]


def test_the_last_run_comes_to_the_end(story: Story) -> None:
    assert story.last.code == 0, story.last.text
    assert story.again.code == 0, story.again.text
    assert story.again.recap()["changed"] == 0


def test_what_is_left_is_decided_quickly(story: Story) -> None:
    runs = (*(attempt.run for attempt in story.attempts), story.last)
    looks = [(seconds, run.kill) for run in runs for seconds in decisions(run)]
    longest = max(seconds for seconds, _kill in looks)
    figures.record("resume.decide_seconds", longest, most=DECIDE_SECONDS)
    assert longest < DECIDE_SECONDS, looks


def decisions(run: Run) -> t.Iterator[float]:
    """Seconds of each look of a run: from the line of its task to that of the next."""
    for look, following in LOOKS.items():
        ends = [stamp for line, stamp in zip(run.lines, run.stamps, strict=True) if line.endswith(f"] {following}")]
        begins = [stamp for line, stamp in zip(run.lines, run.stamps, strict=True) if line.endswith(f"] {look}")]
        if begins and ends:
            yield ends[0] - begins[0]


def test_a_second_run_beside_another_is_refused(story: Story) -> None:
    second = story.second
    assert second is not None
    assert second.code == FAILED, second.text
    (problem,) = second.problems()
    assert problem["code"] == "run.locked"
    assert f"Another run works on cluster {story.lab.name}: {getpass.getuser()}@" in problem["message"]
    assert second.recap()["changed"] == 0


def test_no_machine_was_made_twice(story: Story) -> None:
    """What existed after any kill is what the cluster consists of."""
    final = story.lab.machines()
    begun = frozenset(name for attempt in story.attempts for name in attempt.machines)
    assert len(final) == MACHINES
    assert begun == final


def test_the_cluster_works(story: Story) -> None:
    api: t.Any = kubernetes
    client = api.config.new_client_from_config(str(story.lab.kubeconfig))
    nodes = api.client.CoreV1Api(client).list_node().items
    assert len(nodes) == MACHINES
    for node in nodes:
        assert {one.type: one.status for one in node.status.conditions}["Ready"] == "True"
    (cluster,) = api.client.CustomObjectsApi(client).list_namespaced_custom_object(
        "cluster.x-k8s.io", "v1beta2", "eksa-system", "clusters"
    )["items"]
    assert not cluster["spec"].get("paused")
    assert {one["type"]: one["status"] for one in cluster["status"]["conditions"]}["Available"] == "True"


def test_nothing_of_any_run_is_left(story: Story) -> None:
    name = story.lab.name
    assert not any(one.startswith(f"{name}-eks-a-cluster-") for one in containers())
    assert story.lab.our_sessions() == 0
    kept = sorted(path.name for path in story.lab.folder.iterdir())
    assert kept == [f"{name}-eks-a-cluster.kubeconfig", f"{name}-eks-a-cluster.yaml"]
    api: t.Any = kubernetes
    client = api.config.new_client_from_config(str(story.lab.kubeconfig))
    leases = api.client.CoordinationV1Api(client).list_namespaced_lease("kube-system").items
    assert f"eks-anywhere-{name}" not in {lease.metadata.name for lease in leases}
