#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_upgrade_info
short_description: See what an upgrade of a cluster would do
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Compares a cluster, and the cluster that manages it, with its config and a Bundles manifest, and says which phases
    of an upgrade are left. Nothing is remembered from earlier runs, so an upgrade that was cut goes on where the world
    says it stands.
  - Names each virtual machine that will be replaced, with the field that makes it so, the room that is needed while
    new machines come before old ones go, and the pods whose drain would be blocked.
  - Refuses a change that cannot be made, with all reasons at once.
  - Objects are compared with lists of live ones, without a request for each. Only what seems to differ is given to the
    API server for a dry run, which has the last word. A cluster with nothing to do costs some two dozen requests, side
    by side.
  - Of a chart or a manifest those objects are compared that tell of the rest, as the workloads, their settings and
    their policies. Access rules that somebody changed by hand are not noticed until one of those changes, too.
  - Nothing in any cluster is changed.
  - In check mode the plan is shown.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.management
  - eks.anywhere.vsphere
  - eks.anywhere.tools
attributes:
  check_mode:
    support: full
    details:
      - A plan that O(write_plan) asks for is written in check mode, too.
  diff_mode:
    support: full
    details:
      - Both states of each object that would be changed. Values of Secrets are masked.
  idempotent:
    support: full
options:
  state_dir:
    description:
      - Folder in which each cluster has its folder. The current one when unset.
    type: path
    default: .
  kubeconfig:
    description:
      - Kubeconfig of the cluster, when it is not in the documented place.
    type: path
  template_facts:
    description:
      - What M(eks.anywhere.vsphere_validate) returned as RV(eks.anywhere.vsphere_validate#module:template_facts).
      - Not needed as long as each machine config asks for the template and size that it asked for before. Else
        RV(templates_unseen) names those that are missing here.
    type: dict
  ssh_authorized_key:
    description:
      - Public SSH key for the machines of a cluster config that names none. The one in the folder of the cluster when
        unset.
    type: str
  backup_dir:
    description:
      - Folder for the backup that is made before anything is changed. None is made when unset.
    type: path
  write_plan:
    description:
      - Write the plan to this file, to be reviewed and given to a run as O(plan_file).
    type: path
  plan_file:
    description:
      - Fail when the cluster, the config or the release are not those any more that this plan was made for.
      - Not looked at when there is nothing left to do.
    type: path
requirements:
  - kubernetes >= 31.0.0
  - helm
seealso:
  - module: eks.anywhere.cluster_info
"""

EXAMPLES = r"""
- name: Plan the upgrade of a cluster
  eks.anywhere.cluster_upgrade_info:
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    write_plan: prod-plan.yaml
  register: prod

- name: Say which virtual machines will be replaced
  ansible.builtin.debug:
    msg: "{{ prod.machines_replaced | map(attribute='vm') }}"
"""

RETURN = r"""
name:
  description: Name of the cluster.
  returned: success
  type: str
  sample: prod
namespace:
  description: Namespace of the EKS Anywhere objects.
  returned: success
  type: str
  sample: default
provider:
  description: Infrastructure provider.
  returned: success
  type: str
  sample: vsphere
kubernetes_version:
  description: Kubernetes version that the config asks for.
  returned: success
  type: str
  sample: "1.35"
self_managed:
  description: Whether the cluster manages itself.
  returned: success
  type: bool
  sample: true
endpoint:
  description: Address of the control plane.
  returned: success
  type: str
  sample: 10.10.0.5
gitops:
  description: Whether the config asks for GitOps.
  returned: success
  type: bool
  sample: false
folder:
  description: Folder of the cluster.
  returned: success
  type: str
  sample: /home/me/prod
kubeconfig:
  description: Path of the kubeconfig of the cluster.
  returned: success
  type: str
  sample: /home/me/prod/prod-eks-a-cluster.kubeconfig
manager_kubeconfig:
  description: Path of the kubeconfig of the cluster that manages it, which may be itself.
  returned: success
  type: str
  sample: /home/me/prod/prod-eks-a-cluster.kubeconfig
phases:
  description: Every phase in order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the phase.
      type: str
      sample: control_plane
    done:
      description: Whether nothing of it is left.
      type: bool
      sample: false
    detail:
      description: What is left, in a few words.
      type: str
      sample: machines are replaced
remaining:
  description: Names of the phases that are left.
  returned: success
  type: list
  elements: str
  sample: [control_plane, workers, eksa_objects, config_file]
finished:
  description: Whether nothing is left.
  returned: success
  type: bool
  sample: false
components:
  description: What has another version than it is to have.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Kubernetes, EKS Anywhere, a provider, or another component.
      type: str
      sample: cluster-api
    from:
      description: Version that is there, empty when there is none.
      type: str
      sample: v1.11.1
    to:
      description: Version to have.
      type: str
      sample: v1.11.2
objects_changed:
  description: Objects that are made or changed.
  returned: success
  type: list
  elements: str
  sample: [KubeadmControlPlane eksa-system/prod]
machines_replaced:
  description: Machines that are replaced by new ones, in the order of their parts.
  returned: success
  type: list
  elements: dict
  contains:
    part:
      description: One of V(etcd), V(control_plane), V(workers/NAME).
      type: str
      sample: workers/md-0
    machine:
      description: Name of the Machine.
      type: str
      sample: prod-md-0-x2x9l
    node:
      description: Name of its node, empty when it has none.
      type: str
      sample: prod-md-0-x2x9l
    vm:
      description: Name of its virtual machine.
      type: str
      sample: prod-md-0-x2x9l
    uuid:
      description: BIOS UUID of the virtual machine.
      type: str
      sample: a55e41fd-d5eb-5ce5-ad5b-d5d1d13494fc
    reasons:
      description: Fields that make it so.
      type: list
      elements: str
      sample: ["VSphereMachineTemplate.spec.numCPUs 2 -> 4"]
machines_removed:
  description:
    - Machines that go without being replaced, in the same shape. They are those of worker groups that the config does
      not have any more, and where fewer are wanted those that their controller takes first.
  returned: success
  type: list
  elements: dict
  sample: []
machines_kept:
  description: Names of the Machines that stay.
  returned: success
  type: list
  elements: str
  sample: [prod-x2x9l]
newest_machine:
  description: When the youngest Machine was made, empty without any. It tells when the cluster was last changed.
  returned: success
  type: str
  sample: "2026-08-22T20:14:07Z"
groups:
  description: Worker groups with something left to do, in order.
  returned: success
  type: list
  elements: str
  sample: [md-0]
groups_created:
  description: Worker groups that are new.
  returned: success
  type: list
  elements: str
  sample: []
groups_removed:
  description: Worker groups that are removed.
  returned: success
  type: list
  elements: str
  sample: []
scaled:
  description: Parts that get another number of machines.
  returned: success
  type: list
  elements: dict
  contains:
    part:
      description: Name of the part.
      type: str
      sample: workers/md-0
    from:
      description: Number of machines that is asked for now.
      type: int
      sample: 2
    to:
      description: Number of machines that will be.
      type: int
      sample: 3
peak:
  description:
    - What all machines of the cluster take at the widest moment. The disk of a template of unknown size counts 0.
  returned: success
  type: dict
  contains: &room
    vms:
      description: Virtual machines.
      type: int
      sample: 6
    cpus:
      description: CPUs.
      type: int
      sample: 12
    memory_mib:
      description: Memory.
      type: int
      sample: 49152
    disk_gib:
      description: Disks.
      type: int
      sample: 150
    addresses:
      description: IP addresses.
      type: int
      sample: 6
surge:
  description: What RV(peak) is more than now.
  returned: success
  type: dict
  contains: *room
blockers:
  description: Pods on the nodes that go away whose eviction is refused, or is felt. A simulation at this moment.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Kind of what stands in the way, such as V(PodDisruptionBudget) or V(Deployment).
      type: str
      sample: PodDisruptionBudget
    namespace:
      description: Its namespace.
      type: str
      sample: shop
    name:
      description: Its name.
      type: str
      sample: web
    pod:
      description: The pod.
      type: str
      sample: web-0
    node:
      description: The node that it runs on.
      type: str
      sample: prod-md-0-x2x9l
    reason:
      description: Why.
      type: str
      sample: "allows no disruption: it wants 2 of 2 pods healthy at all times"
    blocks:
      description: Whether the drain would wait for it. Else the pod goes, and is missed.
      type: bool
      sample: true
leftovers:
  description: Objects that are removed when nothing refers to them any more.
  returned: success
  type: list
  elements: dict
  contains:
    api_version:
      description: API version.
      type: str
      sample: infrastructure.cluster.x-k8s.io/v1beta1
    kind:
      description: Kind.
      type: str
      sample: VSphereMachineTemplate
    namespace:
      description: Namespace.
      type: str
      sample: eksa-system
    name:
      description: Name.
      type: str
      sample: prod-md-0-1
templates_unseen:
  description: Templates whose facts the plan lacks, see O(template_facts).
  returned: success
  type: list
  elements: str
  sample: []
no_return:
  description: The first phase after which there is no way back. Empty when there always is one.
  returned: success
  type: str
  sample: control_plane
expected_seconds:
  description:
    - How long the upgrade will take, told from the last upgrades of this cluster. Null when none of them had all that
      this one has, so always before the first.
  returned: success
  type: int
  sample: 720
backup_file:
  description:
    - Folder that the backup of this state is written to; a file of the same name with the ending C(.json) beside it
      says that it is complete. Empty without O(backup_dir).
  returned: success
  type: str
  sample: ""
fingerprint:
  description: Sum over all that the plan follows from.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
api_calls:
  description: Requests to API servers that the look took.
  returned: success
  type: int
  sample: 24
"""

import os
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import (
    CLUSTER,
    MANAGEMENT,
    TOOLS,
    VSPHERE,
    Spec,
    merge,
)
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import upgrade_info
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        CLUSTER,
        MANAGEMENT,
        VSPHERE,
        TOOLS,
        {
            "state_dir": {"type": "path", "default": "."},
            "kubeconfig": {"type": "path"},
            "template_facts": {"type": "dict"},
            "ssh_authorized_key": {"type": "str", "no_log": False},
            "backup_dir": {"type": "path"},
            "write_plan": {"type": "path"},
            "plan_file": {"type": "path"},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look, plan, and in check mode show the plan."""
    ports = upgrade_info.Ports(
        files=LocalFiles(),
        artifacts=LocalArtifacts(str(Path(params["bundles_file"] or ".").parent)),
        runner=LocalRunner(tools_dir=params["tools_dir"]),
        clock=SystemClock(),
        report=context.report,
        open_file=lambda path: KubeClient.from_kubeconfig(path, patience=HASTY),
    )
    given = {**params, "state_dir": str(Path(params["state_dir"]).absolute())}
    return upgrade_info.info(
        upgrade_info.subject(given, files=ports.files, environ=os.environ), ports=ports, check_mode=context.check_mode
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
