# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A finished cluster on a real API server, and a fleet of hosts that all look at it.

What a look costs the machine that runs it does not depend on whether two hosts look at one cluster or at two, as long
as nothing is changed. So one etcd and one kube-apiserver stand for hundreds of clusters. Charts are rendered by a
stand-in of helm that prints what it is to print.
"""

from __future__ import annotations

import pathlib
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import upgrade_info_wanted
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.simulation.definitions import definition
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.fakes import object_id
from ansible_collections.eks.anywhere.tests.unit.ops import upgrade_worlds
from ansible_collections.eks.anywhere.tests.unit.render.test_cluster import KEY

USERS = f"  users:\n    - name: capv\n      sshAuthorizedKeys:\n        - {KEY}\n"
BUILT_IN = ("v1", "apps/v1")
WRITTEN = ("name", "namespace", "labels", "annotations")
STATE = "/state/"


class FinishedCluster:
    """The cluster ``w01`` and its files in a folder."""

    def __init__(self, folder: pathlib.Path, api: ApiServer) -> None:
        self.folder = folder
        self.api = api
        # Each of its machines has a key in the config.
        self._world = upgrade_worlds.World(text=f"{samples.STACKED.rstrip()}\n{USERS}")
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
        }

    @property
    def changed(self) -> str:
        """A config with workers of another size."""
        return self._world.text.replace("numCPUs: 4", "numCPUs: 8")

    def inventory(self, hosts: int, **variables: t.Any) -> pathlib.Path:
        """So many hosts that look at it, in five datacenters."""
        local = {"ansible_connection": "local", "ansible_python_interpreter": "{{ ansible_playbook_python }}"}
        members = {
            f"h{number:03d}": {
                "eksa_fleet": {"name": upgrade_worlds.NAME, "ring": "main", "datacenter": f"dc{number % 5}"}
            }
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
        world = self._world
        asked = upgrade_info_wanted.wanted(world.subject(), ports=world.ports(), kube=world.kube)
        rendered = {object_id(obj): obj for obj in asked.cluster}
        objects = [_with(obj, rendered.get(identity)) for identity, obj in world.kube.objects.items()]
        kinds = {(obj["apiVersion"], obj["kind"]) for obj in objects if obj["apiVersion"] not in BUILT_IN}
        for api_version, kind in sorted(kinds):
            kube.apply(definition(api_version, kind))
        spaces = {obj["metadata"].get("namespace") for obj in objects} - {None}
        for name in sorted(spaces):
            kube.apply({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
        for obj in objects:
            if obj["kind"] != "Namespace":
                kube.create(_fresh(obj))


def _with(obj: Obj, rendered: Obj | None) -> Obj:
    """What a server holds, and what is empty in it: the kinds here have no schema that would leave that out.

    Its controller has seen it.
    """
    whole = _merged(obj, rendered) if rendered else dict(obj)
    if "observedGeneration" in whole.get("status", {}):
        whole["status"] = {**whole["status"], "observedGeneration": 1}
    return whole


def _merged(into: t.Any, more: t.Any) -> t.Any:
    if isinstance(into, dict) and isinstance(more, dict):
        return {**into, **{key: _merged(into.get(key), value) for key, value in more.items()}}
    if isinstance(into, list) and isinstance(more, list) and len(into) == len(more):
        return [_merged(one, other) for one, other in zip(into, more, strict=True)]
    return more


def _fresh(obj: Obj) -> Obj:
    """Without what only a server writes; workloads with what a server asks of them."""
    kept = {
        key: value for key, value in obj["metadata"].items() if key in ("name", "namespace", "labels", "annotations")
    }
    made = {**obj, "metadata": kept}
    if obj["apiVersion"] in BUILT_IN:
        made.pop("status", None)
    if obj["kind"] in ("DaemonSet", "Deployment"):
        labels = {"app": kept["name"]}
        template = made.get("spec", {}).get("template", {})
        pods = template.get("spec") or {"containers": [{"name": "one", "image": "x/one:1"}]}
        made["spec"] = {"selector": {"matchLabels": labels}, "template": {"metadata": {"labels": labels}, "spec": pods}}
    return made


__all__ = ("FinishedCluster",)
