#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: curated_package_info
short_description: Tell which curated packages a cluster has and could have
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Reads the packages of a cluster, the bundle that they come from, what a newer bundle would change, the packages that
    could be installed, and how old the credentials are that they are pulled with.
  - With O(generate) it makes a C(Package) with its default configuration, and writes nothing.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.packages
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - It changes nothing.
  idempotent:
    support: full
options:
  generate:
    description:
      - Packages of the active bundle to make a C(Package) of.
    type: list
    elements: str
    default: []
seealso:
  - module: eks.anywhere.curated_package
"""

EXAMPLES = r"""
- name: Which packages are there
  eks.anywhere.curated_package_info:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    cluster: shop
  register: found

- name: A package as a file to begin with
  eks.anywhere.curated_package_info:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    cluster: shop
    generate: [harbor]
"""

RETURN = r"""
cluster:
  description: Name of the cluster.
  returned: success
  type: str
  sample: shop
active_bundle:
  description: Bundle that packages come from, empty while none is active.
  returned: success
  type: str
  sample: v1-34-2026-06-26-1782456000
upgrade_available:
  description: Newer bundle that the package controller has found, empty when there is none.
  returned: success
  type: str
  sample: v1-34-2026-07-31-1785456000
controller:
  description: What the package controller says of the cluster.
  returned: success
  type: dict
  contains:
    state:
      description: One of V(active), V(upgrade available), V(disconnected), or empty before its first look.
      type: str
      sample: active
    detail:
      description: Its words on it.
      type: str
      sample: ""
    registry:
      description: Registry of bundles and charts.
      type: str
      sample: public.ecr.aws/eks-anywhere
    image_registry:
      description: Registry of images.
      type: str
      sample: 783794618700.dkr.ecr.us-west-2.amazonaws.com
    hint:
      description: What to do about it, empty when nothing is wrong or nobody knows.
      type: str
      sample: ""
packages:
  description: The packages of the cluster.
  returned: success
  type: list
  elements: dict
  sample: [{name: hello, package: hello-eks-anywhere, state: installed, current_version: 0.1.1}]
bundles:
  description: The bundles that the management cluster has, with the package controller's word on each.
  returned: success
  type: list
  elements: dict
  sample: [{name: v1-34-2026-06-26-1782456000, state: available}]
available:
  description: The packages of the active bundle with their versions, the newest first.
  returned: success
  type: list
  elements: dict
  sample: [{name: hello-eks-anywhere, versions: [0.1.1], dependencies: [], workload_only: false, installed_as: [hello]}]
differences:
  description: What the newer bundle would change. An empty version is a package that is not there.
  returned: success
  type: list
  elements: dict
  sample: [{package: hello-eks-anywhere, before: 0.1.0, after: 0.1.1}]
credentials:
  description: Secrets that packages are pulled with, and the hours since each was written. A token of ECR lives for 12.
  returned: success
  type: list
  elements: dict
  sample: [{name: aws-secret, age_hours: 3.5}]
generated:
  description: The objects asked for with O(generate).
  returned: success
  type: list
  elements: dict
  sample: []
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import PACKAGES, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import packages_info
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        PACKAGES,
        {
            "generate": {"type": "list", "elements": "str", "default": []},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Read."""
    return packages_info.gather(
        packages_info.Question(params["cluster"], tuple(params["generate"])),
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        clock=SystemClock(),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
