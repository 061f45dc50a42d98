#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cilium_install
short_description: Install or upgrade the network of a cluster
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Renders the Cilium chart of the Bundles manifest with the vendor's values and the options of the cluster config,
    and applies the objects that differ from what the cluster has.
  - C(helmValues) of the cluster config replace the generated values as a whole, image coordinates included.
  - Where a running Cilium gets another version, the preflight of the chart comes first, as the vendor does it. It
    shows on every node that the new version can come, and that it understands the policies of the cluster. Then it is
    removed.
  - Waits until agent and operator run and every node is ready, and says why one is not.
  - With C(skipUpgrade) in the cluster config an existing Cilium is left alone. A missing one is installed.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.kube
  - eks.anywhere.tools
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
    details:
      - Certificates that the chart makes anew at each rendering are kept once the cluster has a complete set.
requirements:
  - helm >= 3.12
seealso:
  - module: eks.anywhere.cluster_kubeconfig
"""

EXAMPLES = r"""
- name: Install the network
  eks.anywhere.cilium_install:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
"""

RETURN = r"""
version:
  description: Version of Cilium in the Bundles manifest, empty when the cluster config names another network.
  returned: success
  type: str
  sample: v1.19.4-eksa.1
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, KUBE, TOOLS, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, network
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(CLUSTER, KUBE, TOOLS, WAIT),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Apply what differs and wait for the datapath."""
    files = LocalFiles()
    config = inputs.cluster_config(params, files=files, environ=os.environ)
    bundles = inputs.needed_bundles(params, files=files)
    ports = network.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        runner=LocalRunner(tools_dir=params["tools_dir"]),
        artifacts=LocalArtifacts(inputs.bundles_folder(params)),
        waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
    )
    bundle = bundles.for_version(config.kubernetes_version)
    return network.install(config, bundle, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
