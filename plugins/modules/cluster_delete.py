#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_delete
short_description: Delete a cluster from the cluster that manages it
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Deletes the Cluster of Cluster API, waits until its machines are gone with the cause in each line, then deletes what
    is left of the cluster's objects, the EKS Anywhere objects last.
  - A deletion that was cut at any point goes on where the objects say it stands.
  - An object that stays for O(stuck_after_seconds) without any progress is looked into. It is released from its
    finalizers only when vCenter proves that its machine is gone, by BIOS UUID, instance UUID, name and folder, with no
    task under way. Each release is a line of its own and part of RV(released). An object whose machine exists is
    never released.
  - Refuses to delete a cluster through its own API server. The playbook C(delete_cluster) moves the management to a
    bootstrap cluster first.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.kube
  - eks.anywhere.vsphere
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  namespace:
    description:
      - Namespace of the Cluster API objects.
    type: str
    default: eksa-system
  resume:
    description:
      - Whether a pause of the Cluster is lifted, and controllers that a cut move has stopped are started.
      - Meant for a bootstrap cluster. On any other cluster a pause is somebody's will, and an error.
    type: bool
    default: false
  former_kubeconfig:
    description:
      - Kubeconfig of the cluster that the objects were moved from, if it still answers.
      - Failure domains are taken from there, since these do not move with a cluster.
    type: path
  stuck_after_seconds:
    description:
      - How long nothing may change before objects that do not go are looked into.
    type: int
    default: 300
  purge:
    description:
      - Whether machines that are proven to be the cluster's are destroyed in vCenter when their controllers have not
        done it for O(stuck_after_seconds).
    type: bool
    default: false
requirements:
  - pyvmomi >= 8.0.1.0, to release objects that are stuck
"""

EXAMPLES = r"""
- name: Delete a workload cluster
  eks.anywhere.cluster_delete:
    config_file: w01.yaml
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig

- name: Show what would be deleted
  eks.anywhere.cluster_delete:
    config_file: w01.yaml
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
  check_mode: true
  diff: true
"""

RETURN = r"""
deleted:
  description: Objects that were there, in check mode those that would be deleted.
  returned: success
  type: list
  elements: str
  sample: [Machine eksa-system/w01-x2x9l, Cluster eksa-system/w01]
released:
  description: Objects that were let go because they did not go by themselves.
  returned: success
  type: list
  elements: dict
  contains:
    object:
      description: The object.
      type: str
      sample: VSphereVM eksa-system/w01-x2x9l
    finalizers:
      description: What held it.
      type: list
      elements: str
      sample: [vspherevm.infrastructure.cluster.x-k8s.io]
    evidence:
      description: What proves that no machine is lost with it.
      type: str
      sample: vCenter vcenter.example.com has no virtual machine with BIOS UUID a55e41fd-d5eb-5ce5-ad5b-d5d1d13494fc
destroyed:
  description: Inventory paths of machines that were destroyed in vCenter because of O(purge).
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, KUBE, VSPHERE, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import delete, delete_config
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter

SPEC = Spec(
    options=merge(
        CLUSTER,
        KUBE,
        VSPHERE,
        WAIT,
        {
            "namespace": {"type": "str", "default": "eksa-system"},
            "resume": {"type": "bool", "default": False},
            "former_kubeconfig": {"type": "path"},
            "stuck_after_seconds": {"type": "int", "default": 300},
            "purge": {"type": "bool", "default": False},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Delete from wherever the deletion stands; in check mode say what is there to delete."""
    config = delete_config.cluster_config(params, files=LocalFiles())
    username, password = params["vsphere_username"] or "", params["vsphere_password"] or ""
    former = params["former_kubeconfig"]
    ports = delete.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        clock=SystemClock(),
        report=context.report,
        datacenter=Datacenter(
            config, vcenter=lambda server: VCenter(server=server, username=username, password=password)
        ),
        former=KubeClient.from_kubeconfig(former, patience=HASTY) if former else None,
    )
    wanted = delete.Wanted(
        config=config,
        namespace=params["namespace"],
        resume=params["resume"],
        purge=params["purge"],
        timeout_seconds=params["timeout_seconds"],
        patience_seconds=params["stuck_after_seconds"],
    )
    return delete.delete(wanted, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
