#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_certificates_info
short_description: Say when the certificates of clusters expire
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Reads every certificate of the clusters that a management cluster manages. Those in Secrets are authorities, the
    client of etcd, kubeconfigs and what serves webhooks. Those that servers show are of the API server, at the endpoint
    and on each control plane machine, and of each etcd machine.
  - Dates come from Cluster API and from the EKS Anywhere controller too.
  - Each comes with the days that are left and with how it is made anew, the one that ends first before all others.
  - Only reads, and sends nothing to the servers whose certificates it looks at.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
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
  kubeconfig_files:
    description:
      - Paths of further kubeconfig files to look into, such as those on the administrative machine.
    type: list
    elements: path
    default: []
  warn_days:
    description:
      - A certificate with fewer days left is in RV(expiring).
    type: int
    default: 30
notes:
  - O(kubeconfig) is that of the management cluster.
seealso:
  - module: eks.anywhere.cluster_kubeconfig
  - module: eks.anywhere.cluster_why
"""

EXAMPLES = r"""
- name: Say when certificates expire, and fail when one does soon
  eks.anywhere.cluster_certificates_info:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    kubeconfig_files:
      - mgmt/mgmt-eks-a-cluster.kubeconfig
    warn_days: 60
  register: mgmt_certificates
  failed_when: mgmt_certificates.expiring | default([]) | length > 0
"""

RETURN = r"""
certificates:
  description: All of them, the one that ends first before all others.
  returned: success
  type: list
  elements: dict
  contains:
    cluster:
      description: Its cluster. Empty for what the management cluster has for itself, such as webhooks.
      type: str
      sample: w01
    kind:
      description:
        - One of C(machine), C(etcd), C(kubeconfig), C(file), C(authority), C(client), C(cert_manager) and C(other).
      type: str
      sample: machine
    name:
      description: Where it was seen.
      type: str
      sample: API server on Machine w01-x2x9l
    subject:
      description: Common name of its subject. Empty where only a date is known.
      type: str
      sample: kube-apiserver
    expires:
      description: Its last moment.
      type: str
      sample: "2027-09-01T11:00:00Z"
    days_left:
      description: Whole days until then, negative afterwards.
      type: int
      sample: 282
    state:
      description: One of C(ok), C(expiring) and C(expired).
      type: str
      sample: ok
    renewal:
      description: How it is made anew.
      type: str
      sample: A roll of the control plane makes it anew, and so does kubeadm certs renew all on the machine.
expiring:
  description: Those that have expired or have fewer than O(warn_days) left, in the same shape.
  returned: success
  type: list
  elements: dict
  sample: []
clusters:
  description: One row per cluster.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name of the cluster. Empty for what the management cluster has for itself.
      type: str
      sample: w01
    certificates:
      description: How many there are.
      type: int
      sample: 9
    first:
      description: The one that ends first.
      type: str
      sample: API server on Machine w01-x2x9l
    days_left:
      description: Its whole days.
      type: int
      sample: 282
    expires:
      description: Its last day.
      type: str
      sample: "2027-09-01"
unseen:
  description: Servers that showed no certificate, because nothing answered there.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import certificates_info
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.handshake import TlsHandshake
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        KUBE,
        {
            "kubeconfig_files": {"type": "list", "elements": "path", "default": []},
            "warn_days": {"type": "int", "default": 30},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look; nothing is changed, so check mode is the same."""
    ports = certificates_info.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        handshake=TlsHandshake(),
        files=LocalFiles(),
        clock=SystemClock(),
        report=context.report,
    )
    return certificates_info.info(files=params["kubeconfig_files"], warn_days=params["warn_days"], ports=ports)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
