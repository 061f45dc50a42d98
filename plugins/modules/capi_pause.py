#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_pause
short_description: Hold the other clusters while their management cluster is upgraded
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Pauses every Cluster of Cluster API on a management cluster but one, so that nothing about their machines changes
    while the management cluster is upgraded, and lets them go on afterwards.
  - Each Cluster that it pauses gets the annotation C(eks-anywhere-upgrade/paused-for). Only those are let go again, by
    whatever run comes next. A Cluster that somebody else has paused stays as it is.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the cluster that is upgraded. It is not paused.
    type: str
    required: true
  state:
    description:
      - V(present) pauses the others, V(absent) lets go what was paused for this cluster.
    type: str
    choices: [present, absent]
    default: present
seealso:
  - module: eks.anywhere.capi_providers
"""

EXAMPLES = r"""
- name: Hold the other clusters
  eks.anywhere.capi_pause:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod

- name: Let them go on
  eks.anywhere.capi_pause:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod
    state: absent
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [Pause Cluster eksa-system/shop]
clusters:
  description: The clusters that were paused or let go, with their namespaces.
  returned: success
  type: list
  elements: str
  sample: [eksa-system/shop]
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import pausing
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        KUBE,
        {
            "name": {"type": "str", "required": True},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Pause, or let go."""
    act = {"present": pausing.hold, "absent": pausing.release}[params["state"]]
    kube = KubeClient.from_kubeconfig(params["kubeconfig"])
    return act(params["name"], kube=kube, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
