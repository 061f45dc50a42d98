#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_prune
short_description: Remove what a cluster no longer has
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Removes the groups of workers that the cluster config no longer has, each with the check of its machines' health,
    and waits until their machines are gone. Nodes are drained, as O(blocked_drain) says.
  - Then removes templates of machines and of their bootstrap data that belong to this cluster and that nothing refers
    to any more. One that a machine or a MachineSet with machines was made from stays, and is named.
  - Nothing else is ever removed, and each object only if it is still the very one that was looked at.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.blocked_drain
  - eks.anywhere.cluster
  - eks.anywhere.kube
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - The objects that go.
  idempotent:
    support: full
options:
  namespace:
    description:
      - Namespace of the Cluster API objects.
    type: str
    default: eksa-system
seealso:
  - module: eks.anywhere.capi_apply
  - module: eks.anywhere.cluster_upgrade_info
"""

EXAMPLES = r"""
- name: Remove groups of workers that the config no longer has, and templates that nothing refers to
  eks.anywhere.capi_prune:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [Delete VSphereMachineTemplate eksa-system/prod-md-0-1]
removed:
  description: The objects that are gone, or in check mode would go.
  returned: success
  type: list
  elements: str
  sample: [VSphereMachineTemplate eksa-system/prod-md-0-1]
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import (
    BLOCKED_DRAIN,
    CLUSTER,
    KUBE,
    WAIT,
    Spec,
    merge,
)
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, prune, sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import DrainPolicy
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import in_namespace
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        BLOCKED_DRAIN,
        CLUSTER,
        KUBE,
        WAIT,
        {"namespace": {"type": "str", "default": "eksa-system"}},
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Remove what is left over."""
    files = LocalFiles()
    config = inputs.cluster_config(params, files=files, environ=os.environ)
    bundles = inputs.needed_bundles(params, files=files)
    # Rendered without credentials: names tell what the cluster is to have, and what is in use protects itself.
    objects = sources.unapplied(config, bundles, artifacts=LocalArtifacts(inputs.bundles_folder(params)))
    namespace = params["namespace"]
    return prune.prune(
        prune.Subject(config.name, namespace=namespace, objects=tuple(in_namespace(objects, namespace))),
        ports=prune.Ports(
            kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
            waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
            policy=DrainPolicy(params["blocked_drain"], after_seconds=params["blocked_drain_after_seconds"]),
        ),
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
