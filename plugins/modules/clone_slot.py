#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: clone_slot
short_description: Hold one of a few slots for making machines on a vCenter
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Keeps runs that share a vCenter, on whatever machines they are, from making machines for more clusters at the same
    time than it can bear.
  - A slot is a Lease object in C(kube-system) of a cluster that all these runs can ask, such as a management cluster.
  - It belongs to a run and a cluster. Register the result as C(eksa_clone_slot), and each later task of this collection
    renews it on a local connection. What a killed run held is free at once on the same machine, elsewhere when it has
    expired.
  - Register the result of giving it back under the same name, so that later tasks renew it no more.
  - A result is never changed, since a slot is no part of what is to be there.
extends_documentation_fragment:
  - eks.anywhere.attributes
attributes:
  check_mode:
    support: full
    details:
      - A plan holds nothing.
  diff_mode:
    support: none
    details:
      - There is nothing to compare.
  idempotent:
    support: full
options:
  kubeconfig:
    description:
      - Kubeconfig of the cluster that holds the Lease objects.
    type: path
    required: true
  cluster:
    description:
      - The cluster that the slot is for.
    type: str
    required: true
  pool:
    description:
      - What the slots are of, such as the server of the vCenter.
    type: str
    required: true
  slots:
    description:
      - How many there are. All runs should say the same.
    type: int
    required: true
  seconds:
    description:
      - For how long a slot is held without being renewed.
    type: int
    default: 300
  wait_seconds:
    description:
      - How long to wait for one. The error then has the code C(fleet.no_slot) and says who holds them.
    type: int
    default: 3600
  state:
    description:
      - V(present) takes a slot, V(renewed) goes on holding it, V(absent) gives it back.
    type: str
    choices: [present, renewed, absent]
    default: present
"""

EXAMPLES = r"""
- name: Hold a slot, at the beginning of a block
  eks.anywhere.clone_slot:
    kubeconfig: /home/me/mgmt.kubeconfig
    cluster: "{{ inventory_hostname }}"
    pool: "{{ eksa_fleet.vcenter }}"
    slots: 8
  register: eksa_clone_slot
"""

RETURN = r"""
held:
  description: Whether a slot is held now.
  returned: success
  type: bool
  sample: true
slot:
  description: Its number, 0 without one.
  returned: success
  type: int
  sample: 3
lease:
  description: What later tasks renew it by.
  returned: when it is held
  type: dict
  sample: {cluster: w01, pool: vcenter.example.com, slots: 8, seconds: 300, kubeconfig: /home/me/mgmt.kubeconfig}
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import clone_slot
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._shell_run import here, this_run

SPEC = Spec(
    options={
        "kubeconfig": {"type": "path", "required": True},
        "cluster": {"type": "str", "required": True},
        "pool": {"type": "str", "required": True},
        "slots": {"type": "int", "required": True},
        "seconds": {"type": "int", "default": 300},
        "wait_seconds": {"type": "int", "default": 3600},
        "state": {"type": "str", "choices": ["present", "renewed", "absent"], "default": "present"},
    }
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Take, renew or release."""
    wanted = clone_slot.Wanted(
        cluster=params["cluster"],
        pool=params["pool"],
        slots=params["slots"],
        seconds=params["seconds"],
        wait_seconds=params["wait_seconds"],
        kubeconfig=params["kubeconfig"],
        run=this_run(),
    )
    ports = clone_slot.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        clock=SystemClock(),
        report=context.report,
        here=here(),
    )
    act = {"present": clone_slot.take, "renewed": clone_slot.renew, "absent": clone_slot.release}[params["state"]]
    return act(wanted, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
