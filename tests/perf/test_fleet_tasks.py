# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What one task costs per host: an action of ours beside kubernetes.core, both reading the same Secret in the same run.

kubernetes.core is found in the folder that ``EKSA_KUBERNETES_COLLECTIONS`` names. Ours also writes a file.
"""

from __future__ import annotations

import os
import pathlib
import subprocess
import sys
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.tools import figures

PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
HOSTS = 30
FEW, MANY = 1, 4
RATIO = 0.25
NAMESPACE = "eksa-system"


@pytest.fixture(scope="module")
def api(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[ApiServer]:
    home = tmp_path_factory.mktemp("api")
    home.chmod(0o700)
    server = ApiServer(name="one", home=home)
    server.start()
    try:
        kube = KubeClient.from_kubeconfig(server.kubeconfig)
        kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": NAMESPACE}})
        secret = {"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "w01-kubeconfig", "namespace": NAMESPACE}}
        kube.apply({**secret, "stringData": {"value": pathlib.Path(server.kubeconfig).read_text("utf-8")}})
        yield server
    finally:
        server.stop()


def per_task(folder: pathlib.Path, task: t.Mapping[str, t.Any]) -> float:
    """Seconds of processor time that a task costs on one host: the slope between few and many of it."""
    return (spent(folder, task, MANY) - spent(folder, task, FEW)) / (HOSTS * (MANY - FEW))


def spent(folder: pathlib.Path, task: t.Mapping[str, t.Any], count: int) -> float:
    """Processor time of a play with so many of a task."""
    play = {
        "hosts": "all",
        "gather_facts": False,
        "connection": "local",
        "vars": {"ansible_python_interpreter": sys.executable},
        "tasks": [task] * count,
    }
    path = folder / "play.yml"
    path.write_text(yaml.dump([play], Dumper=_Plain), encoding="utf-8")
    where = os.environ.get("EKSA_KUBERNETES_COLLECTIONS")
    assert where, "say in EKSA_KUBERNETES_COLLECTIONS where the collection kubernetes.core is"
    environ = {**os.environ, "ANSIBLE_COLLECTIONS_PATH": f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}:{where}"}
    hosts = "".join(f"h{number}," for number in range(HOSTS))
    before = os.times()
    done = subprocess.run(
        [str(PLAYBOOK), "-i", hosts, "-f", "10", str(path)], env=environ, capture_output=True, text=True, check=False
    )
    after = os.times()
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return after.children_user + after.children_system - before.children_user - before.children_system


class _Plain(yaml.SafeDumper):
    """A task stands there as often as it is to run, without anchors."""

    def ignore_aliases(self, _data: t.Any) -> bool:
        """Never."""
        return True


def test_a_task_beside_kubernetes_core(api: ApiServer, tmp_path: pathlib.Path) -> None:
    ours = per_task(
        tmp_path,
        {
            "eks.anywhere.cluster_kubeconfig": {
                "kubeconfig": api.kubeconfig,
                "name": "w01",
                "dest": f"{tmp_path}/{{{{ inventory_hostname }}}}/kubeconfig",
            }
        },
    )
    reference = {"api_version": "v1", "kind": "Secret", "name": "w01-kubeconfig", "namespace": NAMESPACE}
    theirs = per_task(tmp_path, {"kubernetes.core.k8s_info": {"kubeconfig": api.kubeconfig, **reference}})
    figures.record("fleet.task_ms", 1000 * ours, unit="ms")
    figures.record("fleet.task_kubernetes_core_ms", 1000 * theirs, unit="ms")
    figures.record("fleet.ratio_to_kubernetes_core", ours / theirs, unit="", most=RATIO)
    print(f"\nper host and task: ours {1000 * ours:.0f} ms, kubernetes.core.k8s_info {1000 * theirs:.0f} ms")
    assert ours / theirs < RATIO
