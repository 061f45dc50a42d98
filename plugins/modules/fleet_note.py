#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_note
short_description: Note what happens to a cluster in a run over a fleet
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Adds to the record of a run over a fleet. Waves of the run know of each other through it, and
    M(eks.anywhere.fleet_report) makes the report of it, also after a run that was killed.
  - No later run reads it. What is left to do is seen at the clusters themselves.
  - With the end of each cluster a line says how its ring stands.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.fleet
attributes:
  check_mode:
    support: full
    details:
      - The record is written in check mode, too. Without one there would be no plan.
  diff_mode:
    support: none
    details:
      - There is nothing to compare.
  idempotent:
    support: full
options:
  folder:
    description:
      - Folder of the run. It is made when it is missing.
    type: path
    required: true
  state:
    description:
      - V(begun) begins a run, and keeps the record of the one before under another name. V(looked) notes what a cluster
        needs. V(done) and V(failed) note how the work on it ended, V(deferred) that it did not begin after all.
    type: str
    choices: [begun, looked, done, failed, deferred]
    required: true
  host:
    description:
      - The cluster by its name in the inventory. Needed for all states but V(begun).
    type: str
    default: ""
  member:
    description:
      - What the inventory says of it, the variable C(eksa_fleet) that P(eks.anywhere.clusters#inventory) sets.
    type: dict
    default: {}
  look:
    description:
      - What M(eks.anywhere.cluster_upgrade_info) returned.
    type: dict
    default: {}
  problem:
    description:
      - The result of the task that failed, C(ansible_failed_result) in a C(rescue).
    type: dict
    default: {}
  task:
    description:
      - The name of that task.
    type: str
    default: ""
  marks:
    description:
      - Ends of the phases of the work, each with C(name) and C(at), in seconds since 1970.
    type: list
    elements: dict
    default: []
"""

EXAMPLES = r"""
- name: Note why it failed
  eks.anywhere.fleet_note:
    folder: fleet
    state: failed
    host: "{{ inventory_hostname }}"
    problem: "{{ ansible_failed_result }}"
"""

RETURN = r"""
ring:
  description: How the ring of the cluster stands.
  returned: when the state is V(done) or V(failed)
  type: str
  sample: "Ring canary: 1 of 2 done, 1 running; longest at work: w02, 12 min"
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import FLEET, Spec
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._shell_fleet import fleet_ports

SPEC = Spec(
    options={
        **FLEET,
        "state": {"type": "str", "choices": ["begun", "looked", "done", "failed", "deferred"], "required": True},
        "host": {"type": "str", "default": ""},
        "member": {"type": "dict", "default": {}},
        "look": {"type": "dict", "default": {}},
        "problem": {"type": "dict", "default": {}},
        "task": {"type": "str", "default": ""},
        "marks": {"type": "list", "elements": "dict", "default": []},
    },
    required_if=tuple(("state", state, ("host",)) for state in ("looked", "done", "failed", "deferred")),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Note it."""
    return fleet.NOTES[params["state"]](params, fleet_ports(context.report))


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
