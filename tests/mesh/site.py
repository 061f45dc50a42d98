# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A datacenter behind the mesh: a real vCenter simulator that only its own node reaches, and clusters that are files.

Real are the playbook ``upgrade_fleet``, the inventory, and the checks of each cluster against its vCenter, in sessions
that are closed again. A stand-in says what is left to do, and another one does it, in a few seconds.
"""

from __future__ import annotations

import contextlib
import dataclasses
import json
import pathlib
import sys
import typing as t

import yaml

from ansible_collections.eks.anywhere.tests.mesh.net import Namespace
from ansible_collections.eks.anywhere.tests.simulation import configs
from ansible_collections.eks.anywhere.tests.simulation.configs import RELEASE, TEMPLATES, document
from ansible_collections.eks.anywhere.tests.simulation.fleet_run import Fleet
from ansible_collections.eks.anywhere.tests.simulation.servers import lab_program
from ansible_collections.eks.anywhere.tests.simulation.vcenter import Simulator, simulator

CLUSTERS = 10
AT_ONCE = 4
WORK_SECONDS = 2.0
CHECK = """
- name: Check what the upgrade needs of vCenter
  eks.anywhere.vsphere_validate:
    config: "{{ eksa_config }}"
    bundles_file: "{{ playbook_dir }}/bundles.yaml"
    skip_ip_check: true
"""
COUNT = """
import ssl, sys, urllib.request
insecure = ssl._create_unverified_context()
print(urllib.request.urlopen(sys.argv[1], timeout=10, context=insecure).read().decode())
"""


@dataclasses.dataclass(frozen=True)
class Site:
    """One datacenter. ``fleet`` holds the state of its clusters, and the project of its jobs."""

    name: str
    space: Namespace
    vcenter: Simulator
    fleet: Fleet

    @property
    def clusters(self) -> tuple[str, ...]:
        """Names of its clusters; the first one manages the others."""
        return names(self.name)

    def sessions(self) -> dict[str, int]:
        """Counts of ``open`` sessions, ``logins`` and ``refused`` logins, asked for inside."""
        url = f"https://{self.vcenter.server}/lab/sessions"
        counted: dict[str, int] = json.loads(self.space.run(sys.executable, "-c", COUNT, url))
        return counted

    def begun(self) -> list[str]:
        """Each cluster as often as work on it began."""
        return self._noted("begin")

    def ended(self) -> list[str]:
        """Each cluster as often as work on it came to its end."""
        return self._noted("end")

    def _noted(self, what: str) -> list[str]:
        log = self.fleet.world / "log"
        lines = log.read_text(encoding="utf-8").splitlines() if log.exists() else []
        return [line.split()[1] for line in lines if line.split()[0] == what]


def names(site: str) -> tuple[str, ...]:
    """Names of the clusters of a datacenter."""
    return tuple(f"{site}-c{index:02d}" for index in range(CLUSTERS))


def config(vcenter: Simulator, name: str, *, manager: str, number: int) -> str:
    """A config that the simulator satisfies; the endpoint is of the discard prefix (RFC 6666), which nobody has."""
    spec = configs.cluster_spec(name, host=f"100::{number + 1:x}", control_plane=f"{name}-cp", worker=name)
    spec["managementCluster"] = {"name": manager}
    # The simulator's hosts have 4 GiB each.
    small = {"memoryMiB": 2048}
    return yaml.safe_dump_all(
        [
            document("Cluster", name, spec),
            document("VSphereDatacenterConfig", name, configs.datacenter_spec(vcenter)),
            document("VSphereMachineConfig", f"{name}-cp", {**configs.machine_spec("eksa-control-plane"), **small}),
            document("VSphereMachineConfig", name, {**configs.machine_spec("eksa-workers"), **small}),
        ]
    )


def bundles() -> str:
    """A Bundles manifest with the release that the template is tagged with."""
    release = {"name": RELEASE, "channel": "1-34", "kubeVersion": "v1.34.2"}
    spec = {"number": 1, "versionsBundles": [{"kubeVersion": "1.34", "eksD": release}]}
    return yaml.safe_dump(document("Bundles", "bundles-1", spec))


@contextlib.contextmanager
def opened(space: Namespace, *, address: str, home: pathlib.Path, inventory: pathlib.Path) -> t.Iterator[Site]:
    """A datacenter; its files are added to the inventory, which holds its clusters with their configs as text.

    ``address`` is that of its vCenter, of the loopback inside; ``home`` is named like the datacenter.
    """
    name = home.name
    listen = f"{address}:443"
    with simulator(lab_program("vcsim"), templates=TEMPLATES, listen=listen, within=space.within) as vcenter:
        folder = inventory / name
        folder.mkdir(parents=True)
        manager, *_others = names(name)
        place = {"name": name, "at_once": AT_ONCE, "clusters": {manager: {"ring": "canary"}}}
        (folder / "datacenter.yml").write_text(yaml.safe_dump(place), encoding="utf-8")
        for number, cluster in enumerate(names(name)):
            text = config(vcenter, cluster, manager=manager, number=number)
            (folder / f"{cluster}.yaml").write_text(text, encoding="utf-8")
        source = inventory / "clusters.yml"
        options = {"plugin": "eks.anywhere.clusters", "config": "text", "rings": ["canary", "main"]}
        source.write_text(yaml.safe_dump(options), encoding="utf-8")
        home.mkdir()
        fleet = Fleet(home, source, before=CHECK)
        (fleet.playbooks / "bundles.yaml").write_text(bundles(), encoding="utf-8")
        for cluster in names(name):
            fleet.cluster(cluster, seconds=WORK_SECONDS)
        yield Site(name, space, vcenter, fleet)


__all__ = ("AT_ONCE", "CLUSTERS", "Site", "opened")
