#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_bundle
short_description: Choose the bundle that the curated packages of a cluster come from
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Activates a bundle, which upgrades all packages of the cluster that are not pinned, or takes them back.
  - The signature of the bundle is verified before, with the key that the package controller verifies it with.
  - Then waits until every package of the cluster has followed. One that cannot follow is named in a warning. The task
    does not fail for it, because the bundle is active.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.packages
  - eks.anywhere.settling
attributes:
  check_mode:
    support: full
    details:
      - The API server and the webhooks of the package controller judge the change, in a dry run.
  diff_mode:
    support: full
    details:
      - It shows which packages the bundle changes.
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the bundle. V(latest) is the newest that the package controller has found.
    type: str
  file:
    description:
      - Manifest of a bundle, which is brought to the management cluster before. One of that name that is there already
        is left as it is.
    type: path
  public_key:
    description:
      - Key that the bundle is signed with (PKIX, DER, base64). The vendor's, unless set.
    type: str
  verify_signature:
    description:
      - Whether to verify the signature here. The webhook of the package controller verifies it in any case.
    type: bool
    default: true
seealso:
  - module: eks.anywhere.curated_package
"""

EXAMPLES = r"""
- name: Upgrade all packages of the cluster
  eks.anywhere.package_bundle:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    cluster: shop
    name: latest

- name: Go back to a bundle
  eks.anywhere.package_bundle:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    cluster: shop
    name: v1-34-2026-06-26-1782456000
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [Activate bundle v1-34-2026-07-31-1785456000 for shop]
active_bundle:
  description: The bundle that is, or in check mode would be, active.
  returned: success
  type: str
  sample: v1-34-2026-07-31-1785456000
previous_bundle:
  description: The bundle that was active before.
  returned: success
  type: str
  sample: v1-34-2026-06-26-1782456000
differences:
  description: Packages that the two bundles have in different versions. An empty one is a package that is not there.
  returned: success
  type: list
  elements: dict
  sample: [{package: hello-eks-anywhere, before: 0.1.0, after: 0.1.1}]
failed_packages:
  description: Packages of the cluster that cannot follow.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import PACKAGES, SETTLING, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import package_bundle
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.signing import ecdsa_holds
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        PACKAGES,
        SETTLING,
        {
            "name": {"type": "str"},
            "file": {"type": "path"},
            # Keys are not all secret.
            "public_key": {"type": "str", "no_log": False},
            "verify_signature": {"type": "bool", "default": True},
        },
    ),
    required_one_of=(("name", "file"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Activate."""
    return package_bundle.activate(
        params["name"] or "",
        package_bundle.manifest_of(params["file"], files=LocalFiles()),
        settings=package_bundle.Settings(
            cluster=params["cluster"],
            check_mode=context.check_mode,
            wait=params["wait"],
            patience_seconds=params["patience_seconds"],
            public_key=params["public_key"] or "",
            verify=params["verify_signature"],
        ),
        ports=package_bundle.Ports(
            kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
            waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
            holds=ecdsa_holds,
        ),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
