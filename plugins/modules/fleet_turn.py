#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_turn
short_description: Ask whether it is the turn of a cluster in its fleet
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Decides whether the work on a cluster may begin. Against it may be the error budget of a ring, a management cluster
    that failed or comes first, an earlier ring that is not complete or still soaks, and the maintenance windows of the
    datacenter and the vCenter.
  - A cluster whose turn it is not is no failure. A later run looks at it again.
  - The soak time of a ring counts from its youngest machine, so it does not matter which run made it.
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
  host:
    description:
      - The cluster by its name in the inventory.
    type: str
    required: true
  wait_minutes:
    description:
      - How long to wait for the end of a soak time, or for a window, before the cluster is put off to a later run.
    type: int
    default: 0
  margin_minutes:
    description:
      - Nothing begins so short before the end of a window.
    type: int
    default: 15
"""

EXAMPLES = r"""
- name: Begin when it is the turn of this cluster
  eks.anywhere.fleet_turn:
    folder: fleet
    host: "{{ inventory_hostname }}"
    wait_minutes: 60
  register: eksa_fleet_turn
"""

RETURN = r"""
go:
  description: Whether to begin.
  returned: success
  type: bool
  sample: false
outcome:
  description: One of V(running), V(deferred), V(skipped), V(halted).
  returned: success
  type: str
  sample: deferred
reason:
  description: What is against it, empty when nothing is.
  returned: success
  type: str
  sample: ring canary soaks until 2026-08-22 21:30 UTC
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
            "host": {"type": "str", "required": True},
            "wait_minutes": {"type": "int", "default": 0},
            "margin_minutes": {"type": "int", "default": 15},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Decide."""
    return fleet.take_turn(
        params["folder"],
        params["host"],
        wait_minutes=params["wait_minutes"],
        margin_minutes=params["margin_minutes"],
        ports=fleet_ports(context.report),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
