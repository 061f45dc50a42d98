#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_info
short_description: See where the life of a cluster stands
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Looks at the files, at the cluster that builds it and at the cluster itself, and says which phases of its creation
    are done. Nothing is remembered from earlier runs, so a run that was cut goes on where the world says it stands.
  - A cluster that manages itself is built by a bootstrap cluster. It works before anything exists. Only docker has to
    answer, because a bootstrap cluster that cannot be seen may be the only one that knows the machines; a finished
    cluster needs neither docker nor kind.
  - A workload cluster, whose config names another management cluster, is built by that one. Neither docker nor kind is
    needed, and fewer phases. The management cluster has to answer and to be fit for it.
  - A kubeconfig that was lost is read again, that of the bootstrap cluster from its node, that of the cluster from the
    Secret that Cluster API keeps. No file is written.
  - A finished cluster costs two requests to its API server, a workload cluster two to its management cluster and one to
    its own.
  - In check mode the plan is shown, with the phases that remain, the virtual machines and the objects.
  - Fails where going on would do harm, such as a kubeconfig whose cluster does not answer.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.management
  - eks.anywhere.tools
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - Nothing is changed, so there is nothing to compare.
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
requirements:
  - kubernetes >= 31.0.0
  - docker >= 7.0.0, for a cluster that manages itself
  - kind, when the kubeconfig of a bootstrap cluster was lost
"""

EXAMPLES = r"""
- name: Observe where the lifecycle stands
  eks.anywhere.cluster_info:
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
  register: prod

- name: Observe a workload cluster
  eks.anywhere.cluster_info:
    config_file: shop.yaml
    management_kubeconfig: prod/prod-eks-a-cluster.kubeconfig

- name: Say what is left to do
  ansible.builtin.debug:
    var: prod.remaining
"""

RETURN = r"""
name:
  description: Name of the cluster.
  returned: success
  type: str
  sample: prod
provider:
  description: Infrastructure provider, V(vsphere) or V(docker).
  returned: success
  type: str
  sample: vsphere
namespace:
  description: Namespace of the EKS Anywhere objects.
  returned: success
  type: str
  sample: default
kubernetes_version:
  description: Kubernetes version that the config asks for.
  returned: success
  type: str
  sample: "1.34"
management_cluster:
  description: Name of the cluster that manages this one.
  returned: success
  type: str
  sample: prod
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
  description: Path of the kubeconfig of the cluster, there or not.
  returned: success
  type: str
  sample: /home/me/prod/prod-eks-a-cluster.kubeconfig
builder_kubeconfig:
  description:
    - Path of the kubeconfig of the cluster that builds it, there or not. For a cluster that manages itself that is the
      bootstrap cluster, for any other its management cluster.
  returned: success
  type: str
  sample: /home/me/prod/generated/prod.kind.kubeconfig
manager_kubeconfig:
  description: Path of the kubeconfig of the cluster that manages it once it is created, there or not.
  returned: success
  type: str
  sample: /home/me/prod/prod-eks-a-cluster.kubeconfig
bootstrap_kubeconfig:
  description: Path of the kubeconfig of the bootstrap cluster, there or not. Empty for a workload cluster.
  returned: success
  type: str
  sample: /home/me/prod/generated/prod.kind.kubeconfig
bootstrap_name:
  description: Name of the bootstrap cluster. Empty for a workload cluster.
  returned: success
  type: str
  sample: prod-eks-a-cluster
phases:
  description: Every phase in order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the phase.
      type: str
      sample: networking
    done:
      description: Whether it is done.
      type: bool
      sample: false
    detail:
      description: What is missing, in a few words.
      type: str
      sample: Cilium is not installed
remaining:
  description: Names of the phases that are not done.
  returned: success
  type: list
  elements: str
  sample: [networking, storage_class]
finished:
  description: Whether nothing is left to do.
  returned: success
  type: bool
  sample: false
endpoint_ours:
  description:
    - Whether the control plane endpoint may answer already because an earlier run came that far.
      Then a check that its address is unused has to be left out.
  returned: success
  type: bool
  sample: false
source_lost:
  description:
    - Whether the bootstrap cluster was lost in the middle of the move, after the cluster had got everything.
      Then O(eks.anywhere.capi_move#module:source_lost) ends the move without it.
  returned: success
  type: bool
  sample: false
objects_plan:
  description: Objects that creation would apply. Empty without O(bundles_file), and once they are applied.
  returned: success
  type: list
  elements: str
  sample: [Cluster eksa-system/prod]
machines:
  description: Machines of the cluster as its config asks for them.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Start of the name; Cluster API chooses the rest.
      type: str
      sample: prod-*
    role:
      description: One of V(control plane), V(etcd), V(worker).
      type: str
      sample: worker
    template:
      description: Template that is cloned.
      type: str
      sample: ubuntu-2204-kube-v1-34
    cpu:
      description: Number of CPUs.
      type: int
      sample: 2
    memory_mib:
      description: Memory.
      type: int
      sample: 8192
    disk_gib:
      description: Size of the disk, 0 for that of the template.
      type: int
      sample: 25
    datastore:
      description: Datastore.
      type: str
      sample: /DC0/datastore/LocalDS_0
api_calls:
  description: Requests to API servers that the look took.
  returned: success
  type: int
  sample: 2
"""

import os
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, MANAGEMENT, TOOLS, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient, Patience
from ansible_collections.eks.anywhere.plugins.module_utils._ops import info, inputs
from ansible_collections.eks.anywhere.plugins.module_utils._ops.kind_tool import KindTool
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.docker import DockerHost
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

LOOK = Patience(connect_seconds=2.0, read_seconds=6.0, attempts=1)
"""Somebody waits for the answer, and two servers may stay silent."""
ENGINE_SECONDS = 5
"""For an engine that answers in milliseconds, or not at all."""

SPEC = Spec(
    options=merge(
        CLUSTER,
        MANAGEMENT,
        TOOLS,
        {"state_dir": {"type": "path", "default": "."}, "kubeconfig": {"type": "path"}},
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look, plan, and in check mode show the plan."""
    files = LocalFiles()
    kind = KindTool(LocalRunner(tools_dir=params["tools_dir"]))
    ports = info.Ports(
        files=files,
        containers=DockerHost(patience_seconds=ENGINE_SECONDS),
        artifacts=LocalArtifacts(str(Path(params["bundles_file"] or ".").parent)),
        open_file=lambda path: KubeClient.from_kubeconfig(path, patience=LOOK),
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin="the cluster", patience=LOOK),
        node_kubeconfig=lambda name: kind.kubeconfig(name) or "",
        report=context.report,
    )
    subject = info.Subject(
        config=inputs.cluster_config(params, files=files, environ=os.environ),
        bundles=inputs.bundles(params, files=files),
        state_dir=str(Path(params["state_dir"]).absolute()),
        kubeconfig=params["kubeconfig"],
        management_kubeconfig=params["management_kubeconfig"],
    )
    return info.info(subject, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
