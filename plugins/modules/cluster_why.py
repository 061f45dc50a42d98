#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_why
short_description: Say why a cluster is not ready
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Follows the chain that a cluster depends on, from the Cluster over control plane, etcd, machines, virtual machines,
    bootstrap data, nodes and network to the controllers, their webhooks and their images, and names the deepest cause
    in one sentence, with what was seen and what to do about it.
  - Of two faults the one that the other may follow from is named; the other is in RV(also).
  - Only reads. A kubeconfig of the cluster that manages is all it needs. With credentials it looks into vCenter
    as well, and only when the chain ends there.
  - Does not fail when the cluster is not ready, nor when the managing cluster does not answer, for that is an answer.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
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
requirements:
  - pyvmomi >= 8.0.1.0, to look into vCenter
notes:
  - O(kubeconfig) is that of the cluster which manages O(name), the bootstrap cluster while it is being created.
  - The codes of RV(code) are listed with the error codes of this collection.
seealso:
  - module: eks.anywhere.capi_wait
  - module: eks.anywhere.cluster_info
"""

EXAMPLES = r"""
- name: Say why the cluster is not ready
  eks.anywhere.cluster_why:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod
  register: prod_why

- name: Look into vCenter as well
  eks.anywhere.cluster_why:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod
    vsphere_username: "{{ vault_vsphere_username }}"
    vsphere_password: "{{ vault_vsphere_password }}"
"""

RETURN = r"""
ready:
  description: Whether the cluster is ready.
  returned: success
  type: bool
  sample: false
code:
  description: Stable identifier of the cause.
  returned: success
  type: str
  sample: why.template_missing
cause:
  description: One sentence.
  returned: success
  type: str
  sample: >-
    The template /DC0/vm/Templates/ubuntu-2204-kube-v1-34, which control plane machine prod-x2x9l needs, does not exist
    in vCenter vcenter.example.com.
evidence:
  description: What the cause was concluded from.
  returned: success
  type: list
  elements: dict
  contains:
    object:
      description: The object it is about.
      type: str
      sample: VSphereVM prod-x2x9l
    seen:
      description: What was seen of it.
      type: str
      sample: unable to find template by name "/DC0/vm/Templates/ubuntu-2204-kube-v1-34"
fix:
  description: The next step. Empty when the cluster is ready.
  returned: success
  type: str
  sample: Make the template under that path, or correct it in the cluster config.
since:
  description: Since when it is like that, where an object tells.
  returned: success
  type: str
  sample: "2026-09-01T11:00:00Z"
also:
  description: What else is not well. It may follow from the cause.
  returned: success
  type: list
  elements: dict
  contains:
    code:
      description: Stable identifier.
      type: str
      sample: why.no_cni
    cause:
      description: One sentence.
      type: str
      sample: No network plugin (CNI) is installed in cluster prod, so 2 nodes are not ready.
msg:
  description: All of it as a text for a person.
  returned: success
  type: str
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, VSPHERE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import why
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.probe import TcpProbe
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter

SPEC = Spec(
    options=merge(
        KUBE,
        VSPHERE,
        {
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "default": "eksa-system"},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look and say; nothing is changed, so check mode is the same."""
    username, password = params["vsphere_username"] or "", params["vsphere_password"] or ""
    ports = why.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"], patience=HASTY),
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin=params["name"], patience=HASTY),
        probe=TcpProbe(),
        clock=SystemClock(),
        report=context.report,
        vcenter=(lambda server: VCenter(server=server, username=username, password=password))
        if username and password
        else None,
    )
    return why.explain(Target(name=params["name"], namespace=params["namespace"]), ports=ports)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
