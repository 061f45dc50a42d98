#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_move
short_description: Move the management of clusters to another management cluster
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Moves the Cluster API objects of a namespace, or of one cluster in it, from one management cluster to another.
  - What moves is found as C(clusterctl move) finds it, by owner references, by the labels
    C(clusterctl.cluster.x-k8s.io/move) and C(clusterctl.cluster.x-k8s.io/move-hierarchy) on objects and on their
    definitions, and by the names of a cluster's secrets.
  - The Clusters are paused, copied with their owner references re-linked, deleted from the source with their owners
    last, and resumed in the target.
  - A move that was cut, at any point, is taken over and finished by running again. This holds for a move that
    C(clusterctl) left behind, too. The source is never resumed once the move has begun.
  - While a move is under way, a ConfigMap named C(eks-anywhere-capi-move) in the namespace, in both clusters, records
    names and uids of what moves. It is removed in the end.
  - A state that only a person can settle, such as a cluster that both sides manage, is an error, and nothing is
    written.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
requirements:
  - kubernetes >= 31.0.0
options:
  from_kubeconfig:
    description:
      - Path of the kubeconfig file of the management cluster that has the objects.
    type: path
    required: true
  to_kubeconfig:
    description:
      - Path of the kubeconfig file of the management cluster that gets them.
      - The same providers have to be installed there, in the same or a newer version.
    type: path
    required: true
  namespace:
    description:
      - Namespace of the Cluster API objects. It is created in the target when it is missing.
    type: str
    default: eksa-system
  name:
    description:
      - Name of the one cluster to move. Without it all clusters of the namespace move.
      - What belongs to no cluster, such as a ClusterResourceSet, is copied and stays in the source as well while other
        clusters are there.
    type: str
  timeout_seconds:
    description:
      - How long to wait until nothing is being provisioned or deleted any more, and until no provider holds the move
        back with the annotation C(clusterctl.cluster.x-k8s.io/block-move).
      - The error then says what was still missing and why.
    type: int
    default: 1800
"""

EXAMPLES = r"""
- name: Move the management of a new cluster into itself
  eks.anywhere.capi_move:
    from_kubeconfig: prod/generated/prod.kind.kubeconfig
    to_kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod

- name: Show what a move of all clusters would do
  eks.anywhere.capi_move:
    from_kubeconfig: old.kubeconfig
    to_kubeconfig: new.kubeconfig
  check_mode: true
  diff: true
"""

RETURN = r"""
state:
  description:
    - How far the move is now. V(S5) is done; in check mode it is the same as RV(found_state).
  returned: success
  type: str
  sample: S5
found_state:
  description:
    - How far it was before.
    - V(S0) source active; V(S1) source paused; V(S2) target partly copied; V(S3) target whole, source not yet empty;
      V(S4) source empty, target paused; V(S5) done.
  returned: success
  type: str
  sample: S0
clusters:
  description: The clusters of the move, as namespace and name.
  returned: success
  type: list
  elements: str
  sample: [eksa-system/prod]
moved:
  description: What was still to be copied, deleted or resumed, each object once.
  returned: success
  type: list
  elements: str
  sample: [Cluster eksa-system/prod, Machine eksa-system/prod-x2x9l]
kept:
  description: What was copied and stays in the source as well, because others there may need it.
  returned: success
  type: list
  elements: str
  sample: [VSphereClusterIdentity shared]
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move import Ports, move
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        {
            "from_kubeconfig": {"type": "path", "required": True},
            "to_kubeconfig": {"type": "path", "required": True},
            "namespace": {"type": "str", "default": "eksa-system"},
            "name": {"type": "str"},
        },
        WAIT,
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Move from wherever the move stands; in check mode say what is left."""
    ports = Ports(
        source=KubeClient.from_kubeconfig(params["from_kubeconfig"]),
        target=KubeClient.from_kubeconfig(params["to_kubeconfig"]),
        clock=SystemClock(),
        report=context.report,
    )
    return move(
        ports,
        scope=Scope(namespace=params["namespace"], name=params["name"] or None),
        timeout_seconds=params["timeout_seconds"],
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
