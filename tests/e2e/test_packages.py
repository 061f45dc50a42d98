# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Curated packages on machines: a cluster behind a registry mirror is created with a package whose service answers.

The package controller, its webhooks, cert-manager's certificates for them, its helm, the registry behind TLS and the
pods are real. Then values change, a bundle upgrades, a broken package stands beside a good one, and all goes again.
"""

from __future__ import annotations

import dataclasses
import json
import pathlib
import time
import typing as t

import kubernetes
import pytest
import yaml
from kubernetes import client

from ansible_collections.eks.anywhere.tests.e2e.mirror import Mirror, hello, raised
from ansible_collections.eks.anywhere.tests.labkit import HOST, Lab, Run, find, write
from ansible_collections.eks.anywhere.tests.packages.publishing import BROKEN, Chart
from ansible_collections.eks.anywhere.tests.tools import figures

pytestmark = pytest.mark.packages

SPACE = "web"
ANSWER_SECONDS = 60.0
HELLO: t.Mapping[str, t.Any] = {
    "name": "hello",
    "package": "hello-eks-anywhere",
    "target_namespace": SPACE,
    "config": {"title": "hello", "replicas": 1},
}
BROKEN_ONE: t.Mapping[str, t.Any] = {"name": "broken", "target_namespace": SPACE}


@dataclasses.dataclass(frozen=True)
class Ground:
    """The lab, the mirror, and how playbooks are run on the cluster."""

    lab: Lab
    mirror: Mirror
    home: pathlib.Path
    arguments: tuple[str, ...]

    def play(self, playbook: str, packages: t.Sequence[t.Mapping[str, t.Any]], **more: t.Any) -> Run:
        """Run a playbook with the packages declared, which takes less patience with a failing one than usual."""
        settings = {"eksa_packages_list": packages, "eksa_packages_patience_seconds": 20, **more}
        return self.lab.play(playbook, *self.arguments, "-e", json.dumps(settings), folder=self.home)

    def core(self) -> t.Any:
        """Kubernetes' own client on the cluster."""
        api: t.Any = kubernetes
        return api.client.CoreV1Api(api.config.new_client_from_config(str(self.lab.kubeconfig)))

    def answer(self, wanted: str) -> str:
        """What the service of the package says, as soon as it says what is wanted."""
        core = self.core()

        def said() -> str:
            try:
                return str(core.connect_get_namespaced_service_proxy("hello:80", SPACE, _preload_content=True))
            except client.ApiException as exc:
                return f"{exc.status} {exc.reason}"

        return str(_settled(said, wanted))

    def pods(self, wanted: int) -> int:
        """How many pods the package has, as soon as there are as many as wanted."""
        core = self.core()
        return int(_settled(lambda: len(core.list_namespaced_pod(SPACE, label_selector="app=hello").items), wanted))


def _settled(look: t.Callable[[], t.Any], wanted: t.Any) -> t.Any:
    """What is seen: what is wanted, or what there is instead after a while."""
    until = time.monotonic() + ANSWER_SECONDS
    while (seen := look()) != wanted and time.monotonic() < until:
        time.sleep(1)
    return seen


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Ground]:
    """A lab without a cluster, and the mirror."""
    lab, home = Lab(), tmp_path_factory.mktemp("packages")
    lab.fresh()
    minor = str(find(lab.documents, "Cluster")["spec"]["kubernetesVersion"])
    with raised(lab, home, minor=minor) as mirror:
        mirror.publisher.publish(1, _packages("0.1.0"))
        config = write(mirror.config(lab.documents), home / "cluster.yaml")
        arguments = ("-e", f"eksa_config_file={config}", "-e", f"eksa_bundles_file={mirror.bundles_file}")
        yield Ground(lab, mirror, home, arguments)


@pytest.fixture(scope="module")
def created(ground: Ground) -> Run:
    """The creation, with one package declared."""
    return ground.play("create_cluster", [HELLO])


def _is_static(pod: t.Any) -> bool:
    """Whether the kubelet found it in a file of its machine."""
    return any(owner.kind == "Node" for owner in pod.metadata.owner_references or ())


def _repository(image: str) -> str:
    """The path of an image in a registry: ``a.example/b/c:1`` is ``b/c`` at the mirror, whatever it mirrors."""
    return image.partition("/")[2].partition("@")[0].rpartition(":")[0]


def _packages(version: str) -> dict[str, list[Chart]]:
    return {"hello-eks-anywhere": [hello(version)], "broken": [Chart("broken", "0.0.1", template=BROKEN)]}


def test_a_creation_installs_the_package_and_its_service_answers(ground: Ground, created: Run) -> None:
    assert created.code == 0, created.text
    assert "Curated packages are not as declared" not in created.text
    assert ground.answer("hello 0.1.0") == "hello 0.1.0"
    figures.record("packages_lab.create_seconds", round(created.seconds, 1), unit="s")


def test_nothing_came_past_the_mirror(ground: Ground, created: Run) -> None:
    del created
    images = {
        container.image
        for pod in ground.core().list_pod_for_all_namespaces().items
        for container in pod.spec.containers
        if not _is_static(pod)
    }
    registry = ground.mirror.registry
    assert {image for image in images if not registry.asked_for(_repository(image))} == set()


def test_a_second_run_changes_nothing(ground: Ground, created: Run) -> None:
    del created
    again = ground.play("packages", [HELLO])
    assert (again.code, again.recap()["changed"]) == (0, 0), again.text
    figures.record("packages_lab.noop_seconds", round(again.seconds, 1), unit="s")


def test_other_values_reach_the_pods(ground: Ground, created: Run) -> None:
    del created
    changed = {**HELLO, "config": {"title": "good day", "replicas": 2}}
    run = ground.play("packages", [changed])
    assert (run.code, run.recap()["changed"]) == (0, 1), run.text
    assert ground.answer("good day 0.1.0") == "good day 0.1.0"
    # A rollout has ended for helm before its old pods are gone.
    assert ground.pods(2) == 2


def test_a_broken_package_beside_it_is_named_and_holds_up_nothing(ground: Ground, created: Run) -> None:
    del created
    run = ground.play("packages", [BROKEN_ONE, {**HELLO, "config": {"title": "still here", "replicas": 1}}])
    (problem,) = run.problems()
    assert run.code != 0
    assert problem["code"] == "packages.failed"
    assert "broken on purpose" in problem["message"]
    assert ground.answer("still here 0.1.0") == "still here 0.1.0"


def test_a_newer_bundle_upgrades_it(ground: Ground, created: Run) -> None:
    del created
    publisher, file = ground.mirror.publisher, ground.home / "bundle.yaml"
    file.write_text(yaml.safe_dump(publisher.signed(publisher.bundle(2, _packages("0.2.0")))), encoding="utf-8")
    run = ground.play(
        "packages",
        [{**BROKEN_ONE, "state": "absent"}, HELLO],
        eksa_packages_bundle_file=str(file),
        eksa_packages_public_key=publisher.public_key,
    )
    assert run.code == 0, run.text
    assert ground.answer("hello 0.2.0") == "hello 0.2.0"


def test_it_goes_with_all_that_it_brought(ground: Ground, created: Run) -> None:
    del created
    run = ground.play("packages", [{**HELLO, "state": "absent"}])
    assert run.code == 0, run.text
    services = [one.metadata.name for one in ground.core().list_namespaced_service(SPACE).items]
    assert services == []


def test_the_cluster_goes_with_its_package_controller(ground: Ground, created: Run) -> None:
    del created
    run = ground.play("delete_cluster", [])
    assert (run.code, run.recap()["failed"]) == (0, 0), run.text
    assert sorted(name for name in ground.lab.machines() if name.startswith(f"{HOST}-")) == []
