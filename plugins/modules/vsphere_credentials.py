#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_credentials
short_description: Replace the vSphere credentials of a management cluster and all its clusters
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Looks for every Secret that holds the former credentials, on the management cluster and inside each cluster that it
    manages, in all namespaces. These are the Secrets of EKS Anywhere, of the infrastructure provider, of the cloud
    provider and of the CSI driver, and the manifests that a ClusterResourceSet delivers.
  - Sends the new credentials to vCenter once. When they are refused, nothing is written, so nobody locks the account.
  - Writes them everywhere, and then sees each of those who log in do it. The infrastructure provider sets its condition
    C(VCenterAvailable) anew, the cloud provider and the CSI driver are started anew.
  - When one of them does not log in in time, the former credentials are written back, unless vCenter does not accept
    them any more.
  - A run that was cut is ended by the next one. Nothing is done, and vCenter is not asked, when everybody has the
    credentials.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
  - eks.anywhere.vsphere
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
    details:
      - The new credentials are not sent to vCenter then.
  diff_mode:
    support: partial
    details:
      - Says which places change, and from which user to which. Nothing of a password is shown.
  idempotent:
    support: full
options:
  kubeconfig:
    description:
      - Path of the kubeconfig file of the management cluster; its current context is used.
    type: path
    required: true
  vsphere_username:
    description:
      - User whose credentials everybody is to have.
      - Falls back to the environment variable E(EKSA_VSPHERE_USERNAME) of the controller.
    type: str
  vsphere_password:
    description:
      - New password of O(vsphere_username).
      - Falls back to the environment variable E(EKSA_VSPHERE_PASSWORD) of the controller.
    type: str
  replaces:
    description:
      - User whose credentials are replaced. Others stay as they are, such as an account of the cloud provider alone.
      - By default the user of the Secret C(eksa-system/vsphere-credentials).
    type: str
  server:
    description:
      - The vCenter, as the cluster configs name it. Needed when the clusters use more than one.
    type: str
  ignore_unreachable:
    description:
      - Go on when the API of a cluster does not answer. The copies inside it stay as they are, and a later run
        writes them.
    type: bool
    default: false
  timeout_seconds:
    description:
      - How long everybody may take to log in before the former credentials are written back.
    type: int
    default: 300
requirements:
  - pyvmomi >= 8.0.1.0
notes:
  - The order is that of the lines in RV(holders). EKS Anywhere's own Secret comes first, since its controller copies
    from there.
  - What holds the password of another account is not touched, even at the same vCenter.
seealso:
  - module: eks.anywhere.vsphere_validate
  - module: eks.anywhere.cluster_why
"""

EXAMPLES = r"""
- name: Bring the new password to everybody
  eks.anywhere.vsphere_credentials:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    vsphere_username: "{{ vault_vsphere_username }}"
    vsphere_password: "{{ vault_vsphere_password }}"

- name: Give the cloud providers another account
  eks.anywhere.vsphere_credentials:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    vsphere_username: cpi-2027@vsphere.local
    vsphere_password: "{{ vault_cpi_password }}"
    replaces: cpi-2026@vsphere.local
"""

RETURN = r"""
server:
  description: The vCenter.
  returned: success
  type: str
  sample: vcenter.example.com
username:
  description: The user whose credentials everybody has now.
  returned: success
  type: str
  sample: eksa-2027@vsphere.local
replaces:
  description: The user whose credentials were replaced.
  returned: success
  type: str
  sample: eksa-2026@vsphere.local
verified:
  description: Whether vCenter was asked, and accepted them.
  returned: success
  type: bool
  sample: true
holders:
  description: All places that hold the credentials, in the order of writing.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: The cluster that it is in.
      type: str
      sample: mgmt
    kind:
      description: Secret or ConfigMap.
      type: str
      sample: Secret
    namespace:
      description: Its namespace.
      type: str
      sample: eksa-system
    name:
      description: Its name.
      type: str
      sample: w01-vsphere-credentials
    use:
      description: One of C(system), C(identity), C(delivery), C(inside) and C(provider).
      type: str
      sample: identity
    changed:
      description: Whether it was (or in check mode would be) written.
      type: bool
      sample: true
proofs:
  description: Who was seen to log in, and by what.
  returned: success
  type: list
  elements: dict
  contains:
    site:
      description: The cluster.
      type: str
      sample: w01
    reader:
      description: Kind and name.
      type: str
      sample: VSphereCluster w01
    evidence:
      description: What was seen.
      type: str
      sample: the provider set VCenterAvailable anew after it logged in
clusters_ignored:
  description: Clusters that did not answer, whose own copies are still to be written.
  returned: success
  type: list
  elements: str
  sample: []
"""

import contextlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, VSPHERE, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import credentials
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials_places import Pair
from ansible_collections.eks.anywhere.plugins.module_utils._ports import VSphere
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter

SPEC = Spec(
    options=merge(
        KUBE,
        VSPHERE,
        WAIT,
        {
            "replaces": {"type": "str"},
            "server": {"type": "str"},
            "ignore_unreachable": {"type": "bool", "default": False},
            "timeout_seconds": {"type": "int", "default": 300},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look, ask vCenter, write, see."""
    waiting = Waiting(clock=SystemClock(), report=context.report, timeout_seconds=float(params["timeout_seconds"]))
    ports = credentials.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin="of a managed cluster"),
        vcenter=_vcenter,
        waiting=waiting,
    )
    asked = credentials.Asked(
        pair=Pair(params["vsphere_username"] or "", params["vsphere_password"] or ""),
        replaces=params["replaces"] or "",
        server=params["server"] or "",
        ignore_unreachable=params["ignore_unreachable"],
    )
    return credentials.rotate(asked, ports=ports, check_mode=context.check_mode)


def _vcenter(server: str, pair: Pair) -> contextlib.AbstractContextManager[VSphere]:
    return VCenter(server=server, username=pair.username, password=pair.password)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
