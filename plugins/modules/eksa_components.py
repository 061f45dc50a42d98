#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: eksa_components
short_description: Install the EKS Anywhere definitions and describe the cluster with them
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Makes a management cluster one that the vendor's own tools understand.
  - With O(part=components) it installs the definitions and the controller that the Bundles manifest names, and waits
    until the definitions are served and the controller is available. Webhooks come last, when it can answer them.
  - With O(part=objects) it creates the C(Bundles), C(EKSARelease) and EKS Distro C(Release) objects and the documents
    of the cluster config. Those are applied paused first, so that the controller sees them all at once.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.kube
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  part:
    description:
      - What to install.
    type: str
    choices: [components, objects]
    required: true
  ssh_authorized_key:
    description:
      - Public key for users that the config gives none.
    type: str
seealso:
  - module: eks.anywhere.capi_move
  - module: eks.anywhere.cluster_files
"""

EXAMPLES = r"""
- name: Install definitions and controller
  eks.anywhere.eksa_components:
    part: components
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml

- name: Describe the cluster
  eks.anywhere.eksa_components:
    part: objects
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
"""

RETURN = r"""
actions:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample: [Create EKSARelease eksa-system/eksa-v0-26-1]
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, KUBE, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import components, inputs
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        CLUSTER,
        KUBE,
        WAIT,
        {
            "part": {"type": "str", "choices": ["components", "objects"], "required": True},
            "ssh_authorized_key": {"type": "str", "no_log": False},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Install the part."""
    ports = components.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        artifacts=LocalArtifacts(inputs.bundles_folder(params)),
        waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
    )
    return {"components": _components, "objects": _objects}[params["part"]](params, ports, context)


def _components(params: t.Mapping[str, t.Any], ports: components.Ports, context: Context) -> Result:
    bundle = inputs.management_bundle(inputs.needed_bundles(params, files=LocalFiles()))
    return components.install_components(bundle, ports=ports, check_mode=context.check_mode)


def _objects(params: t.Mapping[str, t.Any], ports: components.Ports, context: Context) -> Result:
    files = LocalFiles()
    config = inputs.cluster_config(params, files=files, environ=os.environ)
    bundles = inputs.needed_bundles(params, files=files)
    return components.create_objects(config, bundles, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
