#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_certificates_renew
short_description: Have certificates made anew that live in Secrets
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Deletes the Secrets whose certificate ends soon and which somebody makes anew at once, and waits until each holds a
    certificate that lasts longer. These are the kubeconfigs that the control plane provider made, and what cert-manager
    issued.
  - No machine is replaced or logged in to. Certificates that machines hold are not renewed by this.
  - Who uses a kubeconfig that was replaced can go on until it ends.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - Says until when each one held, never what is in it.
  idempotent:
    support: full
options:
  within_days:
    description:
      - Certificates with fewer days left are made anew.
    type: int
    default: 30
notes:
  - O(kubeconfig) is that of the management cluster.
  - While cert-manager makes anew what serves a webhook, that webhook may not answer for about a minute.
seealso:
  - module: eks.anywhere.cluster_certificates_info
  - module: eks.anywhere.cluster_kubeconfig
"""

EXAMPLES = r"""
- name: Have what ends within two months made anew
  eks.anywhere.cluster_certificates_renew:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    within_days: 60
"""

RETURN = r"""
renewed:
  description: Secrets that were (or in check mode would be) made anew.
  returned: success
  type: list
  elements: str
  sample: [Secret eksa-system/w01-kubeconfig]
paused:
  description: Secrets that end soon and stay, since their cluster is paused and nobody would make them anew.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import certificates_renew
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(options=merge(KUBE, WAIT, {"within_days": {"type": "int", "default": 30}}))


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Delete, wait."""
    return certificates_renew.renew(
        within_days=params["within_days"],
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
