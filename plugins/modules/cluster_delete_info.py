#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_delete_info
short_description: See where the deletion of a cluster stands
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Looks at the files, at the bootstrap cluster, at the cluster itself or the one that manages it, and into vCenter.
    Says which phases of the deletion are left. Nothing is remembered from earlier runs.
  - Finds out where the management objects of the cluster are now, so that a cluster whose creation, move or deletion
    was cut at any point is deleted from there.
  - In check mode the plan is shown, with the phases that are left and every virtual machine that is or may be the
    cluster's own, each with what proves it.
  - Fails where going on would do harm or nothing. A cluster that still manages others, a paused one, one that nothing
    manages any more while its machines run.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.management
  - eks.anywhere.tools
  - eks.anywhere.vsphere
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
  purge:
    description:
      - Whether machines may be destroyed in vCenter when nothing manages them any more.
      - Without it such machines are an error.
    type: bool
    default: false
requirements:
  - kubernetes >= 31.0.0
  - pyvmomi >= 8.0.1.0
  - docker >= 7.0.0, to see a bootstrap cluster
  - kind, when the kubeconfig of a bootstrap cluster was lost
"""

EXAMPLES = r"""
- name: Observe where the deletion stands
  eks.anywhere.cluster_delete_info:
    config_file: prod.yaml
  register: prod

- name: Show the plan of a deletion
  eks.anywhere.cluster_delete_info:
    config_file: prod.yaml
  check_mode: true
"""

RETURN = r"""
name:
  description: Name of the cluster.
  returned: success
  type: str
  sample: prod
self_managed:
  description: Whether the cluster manages itself.
  returned: success
  type: bool
  sample: true
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
bootstrap_kubeconfig:
  description: Path of the kubeconfig of the bootstrap cluster, there or not.
  returned: success
  type: str
  sample: /home/me/prod/generated/prod.kind.kubeconfig
bootstrap_name:
  description: Name of the bootstrap cluster.
  returned: success
  type: str
  sample: prod-eks-a-cluster
manager:
  description:
    - Which cluster deletes it, V(bootstrap) or V(management). Empty when no cluster holds objects of it.
  returned: success
  type: str
  sample: bootstrap
manager_kubeconfig:
  description: Path of the kubeconfig of the cluster that deletes it, there or not.
  returned: success
  type: str
  sample: /home/me/prod/generated/prod.kind.kubeconfig
phases:
  description: Every phase in order.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the phase.
      type: str
      sample: moved_back
    done:
      description: Whether nothing of it is left.
      type: bool
      sample: false
    detail:
      description: What is left, in a few words.
      type: str
      sample: Cluster is active in the cluster itself
remaining:
  description: Names of the phases that are left.
  returned: success
  type: list
  elements: str
  sample: [bootstrap, bootstrap_providers, moved_back, cluster_deleted, bootstrap_deleted, files_removed]
finished:
  description: Whether nothing is left.
  returned: success
  type: bool
  sample: false
machines:
  description: Virtual machines in vCenter that are or may be the cluster's own.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      type: str
      sample: prod-x2x9l
    path:
      description: Inventory path.
      type: str
      sample: /DC0/vm/eksa/prod-x2x9l
    uuid:
      description: BIOS UUID.
      type: str
      sample: a55e41fd-d5eb-5ce5-ad5b-d5d1d13494fc
    power:
      description: Power state, in vCenter's words.
      type: str
      sample: poweredOn
    proven:
      description: Whether it is proven to be the cluster's. Others are never touched.
      type: bool
      sample: true
    why:
      description: What proves it, or why it is doubtful.
      type: str
      sample: its name, its folder, and boot data for the endpoint 10.10.0.5
"""

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
from ansible_collections.eks.anywhere.plugins.module_utils._ops import delete_config, delete_info
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._ops.kind_tool import KindTool
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.docker import DockerHost
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter

SPEC = Spec(
    options=merge(
        CLUSTER,
        MANAGEMENT,
        TOOLS,
        VSPHERE,
        {
            "state_dir": {"type": "path", "default": "."},
            "kubeconfig": {"type": "path"},
            "purge": {"type": "bool", "default": False},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look, plan, and in check mode show the plan."""
    files = LocalFiles()
    config = delete_config.cluster_config(params, files=files)
    username, password = params["vsphere_username"] or "", params["vsphere_password"] or ""
    kind = KindTool(LocalRunner(tools_dir=params["tools_dir"]))
    ports = delete_info.Ports(
        files=files,
        containers=DockerHost(),
        open_file=lambda path: KubeClient.from_kubeconfig(path, patience=HASTY),
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin="the cluster", patience=HASTY),
        node_kubeconfig=lambda name: kind.kubeconfig(name) or "",
        datacenter=Datacenter(
            config, vcenter=lambda server: VCenter(server=server, username=username, password=password)
        ),
        report=context.report,
    )
    subject = delete_info.Subject(
        config=config,
        state_dir=str(Path(params["state_dir"]).absolute()),
        config_file=str(Path(delete_config.config_path(params)).absolute()),
        kubeconfig=params["kubeconfig"],
        management_kubeconfig=params["management_kubeconfig"],
        purge=params["purge"],
    )
    return delete_info.info(subject, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
