#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_plan
short_description: Cut the work on a fleet into waves
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Orders the clusters of a run that have something left to do by rings, and cuts each ring into waves that datacenters
    and vCenters can bear.
  - A cluster comes in a later wave than the cluster that manages it. Rings in which that is impossible are refused.
  - Says the plan in lines. Nothing in any cluster is changed.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.fleet
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - There is nothing to compare.
  idempotent:
    support: full
options:
  policy:
    description:
      - Rings, datacenters and vCenters as the inventory plugin P(eks.anywhere.clusters#inventory) gives them in the
        variable C(eksa_fleet_policy). Without one there is a single ring, and 5 clusters at once in each datacenter.
    type: dict
    default: {}
"""

EXAMPLES = r"""
- name: Plan the waves
  eks.anywhere.fleet_plan:
    folder: fleet
    policy: "{{ eksa_fleet_policy }}"
  run_once: true
  register: eksa_fleet_plan
"""

RETURN = r"""
waves:
  description: The waves in order.
  returned: success
  type: list
  elements: dict
  contains:
    ring:
      description: Ring of all its clusters.
      type: str
      sample: canary
    hosts:
      description: Its clusters, by their names in the inventory.
      type: list
      elements: str
      sample: [w01, w02]
hosts:
  description: The clusters of all waves in order.
  returned: success
  type: list
  elements: str
  sample: [w01, w02, w03]
sizes:
  description: How many clusters each wave has, for C(serial) of a play.
  returned: success
  type: list
  elements: int
  sample: [2, 1]
peaks:
  description: What each vCenter has to bear beyond now, in the wave that takes the most of it.
  returned: success
  type: dict
  sample: {vcenter.example.com: {vms: 3, cpus: 12, memory_mib: 24576, disk_gib: 75, addresses: 3}}
expected_seconds:
  description: How long all waves take, each as long as its slowest cluster. Null where one was never upgraded before.
  returned: success
  type: int
  sample: 5400
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import FLEET, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._shell_fleet import fleet_ports

SPEC = Spec(
    options=merge(
        FLEET,
        {
            "policy": {"type": "dict", "default": {}},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Plan."""
    return fleet.plan(params["folder"], params["policy"], ports=fleet_ports(context.report))


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
