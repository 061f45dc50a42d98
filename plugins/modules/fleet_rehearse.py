#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_rehearse
short_description: Rehearse the upgrade of a fleet
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Plays the runs that an upgrade of a fleet would take, without asking any server. Waves, turns, halts, maintenance
    windows, soak times, the record and the report are those of M(eks.anywhere.fleet_plan), M(eks.anywhere.fleet_turn)
    and M(eks.anywhere.fleet_report). The clock jumps, so a weekend takes seconds.
  - What is simulated is the clusters. Each is its config, all machines of which are replaced one after the other. That
    takes as long as past upgrades of the cluster that were recorded in O(clusters[].state_dir), else
    O(minutes_per_machine) for each.
  - Each run has a report of its own. A run that is halted, or puts clusters off, is followed by another.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.fleet
attributes:
  check_mode:
    support: full
    details:
      - The record and the reports are written in check mode, too. Nothing else is ever changed.
  diff_mode:
    support: none
    details:
      - There is nothing to compare.
  idempotent:
    support: full
options:
  clusters:
    description:
      - The clusters of the fleet.
    type: list
    elements: dict
    required: true
    suboptions:
      host:
        description:
          - The cluster by its name in the inventory.
        type: str
        required: true
      member:
        description:
          - What the inventory says of it, the variable C(eksa_fleet) that P(eks.anywhere.clusters#inventory) sets.
        type: dict
        default: {}
      config_file:
        description:
          - Path of its cluster config.
        type: path
      config:
        description:
          - Its cluster config as text, instead of a file.
        type: str
      state_dir:
        description:
          - Folder in which the cluster has its folder, with the record of past upgrades.
        type: path
  policy:
    description:
      - Rings, datacenters and vCenters as the inventory plugin P(eks.anywhere.clusters#inventory) gives them in the
        variable C(eksa_fleet_policy).
    type: dict
    default: {}
  begin_at:
    description:
      - When the first run begins, as C(2026-11-28T22:00:00+01:00). Now when unset.
    type: str
  minutes_per_machine:
    description:
      - How long it takes to replace a machine of a cluster without a record of past upgrades.
    type: float
    default: 6
  failures:
    description:
      - Clusters that fail the first time they are worked on, by their names in the inventory.
    type: list
    elements: str
    default: []
  mend_minutes:
    description:
      - How long people take to mend what failed. Then the next run begins.
    type: int
    default: 60
  again_minutes:
    description:
      - How long after the end of a run the next one begins at the earliest, when clusters were put off.
    type: int
    default: 30
  margin_minutes:
    description:
      - Nothing begins so short before the end of a maintenance window.
    type: int
    default: 15
  runs:
    description:
      - How many runs are played at most.
    type: int
    default: 20
"""

EXAMPLES = r"""
- name: Rehearse the upgrade of two clusters
  eks.anywhere.fleet_rehearse:
    folder: rehearsal
    begin_at: "2026-11-28T22:00:00+01:00"
    failures: [b-shop]
    clusters:
      - {host: b-mgmt, config_file: fleet/berlin/b-mgmt.yaml}
      - {host: b-shop, config_file: fleet/berlin/b-shop.yaml}
"""

RETURN = r"""
complete:
  description: Whether all clusters are upgraded after the last run.
  returned: success
  type: bool
  sample: true
seconds:
  description: From the beginning of the first run to the end of the last one.
  returned: success
  type: int
  sample: 30600
runs:
  description: The runs in order.
  returned: success
  type: list
  elements: dict
  contains:
    began:
      description: When it began.
      type: str
      sample: "2026-11-28T22:00:00+01:00"
    ended:
      description: When it ended.
      type: str
      sample: "2026-11-28T23:10:00+01:00"
    outcomes:
      description: How many clusters had which outcome.
      type: dict
      sample: {done: 4, failed: 1, halted: 95}
    halted:
      description: Why rings were halted.
      type: list
      elements: str
      sample: ["ring canary is halted: 1 of its 5 clusters failed, its error budget is 0 (b: It was told to fail.)"]
    report:
      description: Path of the page. The JSON beside it has the same name with the ending C(.json).
      type: str
      sample: rehearsal/report-1.html
peaks:
  description: What each vCenter has to bear at the same time, beyond now, over all runs.
  returned: success
  type: dict
  sample: {vcenter.example.com: {clusters: 5, vms: 5, cpus: 20, memory_mib: 40960, disk_gib: 125, addresses: 5}}
"""

import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import FLEET, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet_rehearse
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._shell_fleet import fleet_ports

SPEC = Spec(
    options=merge(
        FLEET,
        {
            "clusters": {
                "type": "list",
                "elements": "dict",
                "required": True,
                "options": {
                    "host": {"type": "str", "required": True},
                    "member": {"type": "dict", "default": {}},
                    "config_file": {"type": "path"},
                    "config": {"type": "str"},
                    "state_dir": {"type": "path"},
                },
            },
            "policy": {"type": "dict", "default": {}},
            "begin_at": {"type": "str"},
            "minutes_per_machine": {"type": "float", "default": 6},
            "failures": {"type": "list", "elements": "str", "default": []},
            "mend_minutes": {"type": "int", "default": 60},
            "again_minutes": {"type": "int", "default": 30},
            "margin_minutes": {"type": "int", "default": 15},
            "runs": {"type": "int", "default": 20},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Play it."""
    files, ports = LocalFiles(), fleet_ports(context.report)
    script = fleet_rehearse.Script(
        folder=params["folder"],
        begin=fleet_rehearse.moment(params["begin_at"] or "", ports=ports),
        policy=params["policy"],
        failures=frozenset(params["failures"]),
        mend=dt.timedelta(minutes=params["mend_minutes"]),
        again=dt.timedelta(minutes=params["again_minutes"]),
        margin_minutes=params["margin_minutes"],
        runs=params["runs"],
    )
    found = fleet_rehearse.members(params["clusters"], minutes_per_machine=params["minutes_per_machine"], files=files)
    return fleet_rehearse.rehearse(found, script, files=files, ports=ports)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
