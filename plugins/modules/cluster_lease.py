#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_lease
short_description: Hold a cluster for one run at a time
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Keeps a second run away from a cluster. It fails with the code C(run.locked) and says who holds the cluster, since
    when and until when.
  - The lease is a file in the folder of the cluster, and a Lease object in C(kube-system) on each API server that can
    be asked, so that another machine sees it too.
  - It belongs to the run, not to the task. Register the result as C(eksa_lease), and each later task of this
    collection renews the lease on a local connection, when it begins and as long as it lasts.
  - The lease of a run that was killed is taken over at once by the next run on the same machine; what a step of it
    still has to give back is waited for. Elsewhere a lease is taken over when it has expired.
  - A result is never changed, since a lease is no part of what is to be there.
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
  name:
    description:
      - Name of the cluster.
    type: str
    required: true
  folder:
    description:
      - Folder of the cluster. It is made when it is missing, and removed with the lease when nothing else is in it.
    type: path
    required: true
  kubeconfigs:
    description:
      - Kubeconfigs of the bootstrap cluster and of the cluster. Those that do not exist (yet) are passed over, and so
        are servers that do not answer.
    type: list
    elements: path
    default: []
  seconds:
    description:
      - For how long the lease is good without being renewed.
      - It is renewed in each third of that time. Where modules are shipped only the tasks of this module renew it; set
        it to the longest wait there.
      - Clocks of machines that work on one cluster may differ by less than two thirds of it.
    type: int
    default: 300
  state:
    description:
      - V(present) takes the lease, V(renewed) renews it where this run holds it, V(absent) gives it back.
    type: str
    choices: [present, renewed, absent]
    default: present
requirements:
  - kubernetes >= 31.0.0
"""

EXAMPLES = r"""
- name: Hold the cluster, at the beginning of a block
  eks.anywhere.cluster_lease:
    name: "{{ eksa_cluster.name }}"
    folder: "{{ eksa_cluster.folder }}"
    kubeconfigs: ["{{ eksa_cluster.bootstrap_kubeconfig }}", "{{ eksa_cluster.kubeconfig }}"]
  register: eksa_lease

- name: Let others work on it, in the block's always
  eks.anywhere.cluster_lease:
    name: "{{ eksa_cluster.name }}"
    folder: "{{ eksa_cluster.folder }}"
    kubeconfigs: ["{{ eksa_cluster.bootstrap_kubeconfig }}", "{{ eksa_cluster.kubeconfig }}"]
    state: absent
"""

RETURN = r"""
held:
  description: Whether this run holds the cluster now.
  returned: success
  type: bool
  sample: true
holder:
  description: This run, as others read it.
  returned: when it is held
  type: str
  sample: root@admin1
lease:
  description: What later tasks renew it by.
  returned: when it is held
  type: dict
  sample: {name: prod, folder: /home/me/prod, kubeconfigs: [], seconds: 300}
"""

import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import lease
from ansible_collections.eks.anywhere.plugins.module_utils._plan.lease import Process
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run import lock, processes
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._shell_run import here, this_run

SPEC = Spec(
    options={
        "name": {"type": "str", "required": True},
        "folder": {"type": "path", "required": True},
        "kubeconfigs": {"type": "list", "elements": "path", "default": []},
        "seconds": {"type": "int", "default": 300},
        "state": {"type": "str", "choices": ["present", "renewed", "absent"], "default": "present"},
    }
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Take, renew or release."""
    wanted = lease.Wanted(
        name=params["name"],
        folder=str(Path(params["folder"]).absolute()),
        kubeconfigs=tuple(params["kubeconfigs"]),
        seconds=params["seconds"],
        me=this_run(),
        step=Process.parsed(processes.myself()),
    )
    ports = lease.Ports(
        files=LocalFiles(),
        clock=SystemClock(),
        report=context.report,
        lock=lock.change,
        here=here(),
        connect=lambda path: KubeClient.from_kubeconfig(path, patience=HASTY),
    )
    act = {"present": lease.take, "renewed": lease.renew, "absent": lease.release}[params["state"]]
    return act(wanted, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
