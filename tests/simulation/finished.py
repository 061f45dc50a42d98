# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished cluster on a real API server, and a fleet of hosts that all look at it.

What a look costs the machine that runs it does not depend on whether two hosts look at one cluster or at two, as long as
nothing is changed. So one etcd and one kube-apiserver stand for hundreds of clusters. Charts are rendered by a stand-in of
helm that prints what it is to print.
"""

from __future__ import annotations

import pathlib
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.simulation.definitions import definition
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.unit.ops import upgrade_worlds
from ansible_collections.eks.anywhere.tests.unit.render.test_cluster import KEY

BUILT_IN = ("v1", "apps/v1")
STATE = "/state/"


class FinishedCluster:
    """The cluster ``w01`` and its files in a folder."""

    def __init__(self, folder: pathlib.Path, api: ApiServer) -> None:
        self.folder = folder
        self.api = api
        self._world = upgrade_worlds.World()
        self._files()
        self._objects()

    @property
    def variables(self) -> dict[str, t.Any]:
        """What each host is given."""
        return {
            "eksa_config": self._world.text,
            "eksa_bundles_file": str(self.folder / "bundles.yaml"),
            "eksa_state_dir": str(self.folder / "state"),
            "eksa_tools_dir": str(self.folder / "tools"),
            "eksa_workload_ssh_authorized_key": KEY,
        }

    def inventory(self, hosts: int, **variables: t.Any) -> pathlib.Path:
        """So many hosts that look at it, in five datacenters."""
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        members = {
            f"h{number:03d}": {"eksa_fleet": {"name": upgrade_worlds.NAME, "ring": "main", "datacenter": f"dc{number % 5}"}}
            for number in range(hosts)
        }
        group = {"hosts": members, "vars": {**local, **self.variables, **variables}}
        path = self.folder / f"{hosts}.yml"
        path.write_text(yaml.safe_dump({"all": {"children": {"eksa_clusters": group}}}), encoding="utf-8")
        return path

    def _files(self) -> None:
        release = self._world.release
        texts = {"bundles.yaml": release.bundles, **release.artifacts.texts}
        texts |= {f"state/{path.removeprefix(STATE)}": text for path, text in self._world.files.files.items()}
        kubeconfig = f"state/{upgrade_worlds.KUBECONFIG.removeprefix(STATE)}"
        texts[kubeconfig] = pathlib.Path(self.api.kubeconfig).read_text("utf-8")
        chart = upgrade_worlds.CHART.format(version=release.cilium)
        texts["tools/helm"] = f"#!/bin/sh\ncat <<'END'\n{chart}\nEND\n"
        for name, text in texts.items():
            path = self.folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        (self.folder / "tools" / "helm").chmod(0o755)

    def _objects(self) -> None:
        """Kinds first, then namespaces, then all else."""
        kube = KubeClient.from_kubeconfig(self.api.kubeconfig)
        objects = list(self._world.kube.objects.values())
        kinds = {(obj["apiVersion"], obj["kind"]) for obj in objects if obj["apiVersion"] not in BUILT_IN}
        for api_version, kind in sorted(kinds):
            kube.apply(definition(api_version, kind))
        spaces = {obj["metadata"].get("namespace") for obj in objects} - {None}
        for name in sorted(spaces):
            kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for obj in objects:
            kube.apply(_fresh(obj))


def _fresh(obj: Obj) -> Obj:
    """Without what only a server writes."""
    kept = {key: value for key, value in obj["metadata"].items() if key in ("name", "namespace", "labels", "annotations")}
    made = {**obj, "metadata": kept}
    if obj["apiVersion"] in BUILT_IN:
        made.pop("status", None)
    return made


__all__ = ("FinishedCluster",)
