#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_wait
short_description: Wait for a cluster that Cluster API builds
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Watches a cluster and everything its state depends on, such as machines, virtual machines, bootstrap data, nodes,
    and the pods of the providers and of the cluster's own C(kube-system).
  - Each change is shown as a line that names the object and why it is not ready, and at least one line every 30 seconds
    shows that the wait goes on.
  - A reason that waiting will not mend, such as an image that the registry does not have, ends the wait as soon as it
    has stayed for a minute. A timeout carries the last reason.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.blocked_drain
  - eks.anywhere.kube
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
    details:
      - Looks once and says what is missing, without waiting.
  diff_mode:
    support: none
    details:
      - There is nothing to compare, but for the annotation of O(blocked_drain=force).
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the cluster.
    type: str
    required: true
  namespace:
    description:
      - Namespace of its Cluster API objects.
    type: str
    default: eksa-system
  until:
    description:
      - What to wait for.
      - V(etcd) is an external etcd with all members healthy; where etcd is stacked there is nothing to wait for.
      - V(control_plane) is an available control plane of the wanted version; its nodes need not be ready.
      - V(machines) is a node for each machine; a machine of an external etcd counts once etcd on it is healthy.
      - V(nodes) is all nodes ready, which needs a network.
      - V(ready) is all machines running and ready, and the Cluster available.
      - V(etcd_rolled) is an external etcd whose members are all of the applied specification and healthy. Old members
        stay until the control plane is rolled.
      - V(control_plane_rolled) is a control plane of which every machine is up to date, with its node ready at the
        wanted version, every member of etcd healthy, and no old machine left, those of an external etcd included.
      - V(workers_rolled) is the same for the workers, all of them or those of O(group).
    type: str
    choices: [etcd, control_plane, machines, nodes, ready, etcd_rolled, control_plane_rolled, workers_rolled]
    required: true
  group:
    description:
      - Only look at this group of workers, with O(until=workers_rolled).
    type: str
"""

EXAMPLES = r"""
- name: Wait for the control plane
  eks.anywhere.capi_wait:
    kubeconfig: prod/generated/prod.kind.kubeconfig
    name: prod
    until: control_plane
    timeout_seconds: 3600

- name: Wait for one group of workers, and do not let a budget stop it for more than ten minutes
  eks.anywhere.capi_wait:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod
    until: workers_rolled
    group: md-0
    blocked_drain: force
    timeout_seconds: 7200
"""

RETURN = r"""
actions:
  description: Which machines were let go without being drained.
  returned: success
  type: list
  elements: str
  sample: [Skip the drain of Machine prod-md-0-x7k2]
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 58.2
reason:
  description: In check mode, why the goal is not reached. Empty when it is.
  returned: success
  type: str
  sample: "Machine prod-x2x9l: waiting for VSphereVM to get an IP address"
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import BLOCKED_DRAIN, KUBE, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import DrainPolicy
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait_for import wait_for
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._wait.scene import Goal

SPEC = Spec(
    options=merge(
        KUBE,
        WAIT,
        {
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "default": "eksa-system"},
            "until": {"type": "str", "choices": [goal.value for goal in Goal], "required": True},
            "group": {"type": "str"},
            **BLOCKED_DRAIN,
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Wait, or in check mode look once."""
    return wait_for(
        Target(name=params["name"], namespace=params["namespace"], group=params["group"] or ""),
        Goal(params["until"]),
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin=params["name"], patience=HASTY),
        clock=SystemClock(),
        report=context.report,
        timeout_seconds=params["timeout_seconds"],
        check_mode=context.check_mode,
        policy=DrainPolicy(params["blocked_drain"], after_seconds=params["blocked_drain_after_seconds"]),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
