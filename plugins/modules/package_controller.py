#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_controller
short_description: Have the controller of curated packages for a cluster
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Installs the package controller with the helm chart of the Bundles manifest, and waits until its first bundle is
    active.
  - It runs on the management cluster. For a cluster that another one manages, that one's controller is told to look
    after it.
  - It upgrades itself with the bundles of packages from then on. A run that finds it replaces the AWS credentials when
    others are given, and follows a registry mirror of the cluster config that has changed.
  - Credentials come from the environment variables of the vendor's CLI, E(EKSA_AWS_ACCESS_KEY_ID),
    E(EKSA_AWS_SECRET_ACCESS_KEY), E(EKSA_AWS_SESSION_TOKEN), E(EKSA_AWS_REGION) and E(EKSA_AWS_CONFIG_FILE), and for a
    registry mirror that wants a login from E(REGISTRY_USERNAME) and E(REGISTRY_PASSWORD).
  - With C(spec.packages.disable) in the cluster config it does nothing.
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
    details:
      - It shows which registries packages come from, and no credentials.
  idempotent:
    support: full
options:
  kubeconfig:
    description:
      - Kubeconfig of the cluster that manages it, which may be itself.
    type: path
    required: true
  state:
    description:
      - V(absent) takes away what was installed for the cluster. Its packages have to be removed before.
    type: str
    choices: [present, absent]
    default: present
  wait:
    description:
      - Wait until a bundle of packages is active.
    type: bool
    default: true
  force:
    description:
      - With O(state=absent), leave what packages have installed where it is.
    type: bool
    default: false
  timeout_seconds:
    description:
      - How long to wait for the first bundle.
    type: int
    default: 300
requirements:
  - helm >= 3.13
seealso:
  - module: eks.anywhere.curated_package
  - module: eks.anywhere.package_bundle
"""

EXAMPLES = r"""
- name: Install the package controller
  eks.anywhere.package_controller:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [Install eks-anywhere-packages for prod]
active_bundle:
  description: Bundle that packages come from, empty in check mode.
  returned: success
  type: str
  sample: v1-34-2026-06-26-1782456000
disabled:
  description: Whether the cluster config wants no packages.
  returned: success
  type: bool
  sample: false
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, KUBE, TOOLS, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, package_controller
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        CLUSTER,
        KUBE,
        TOOLS,
        WAIT,
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "wait": {"type": "bool", "default": True},
            "force": {"type": "bool", "default": False},
            "timeout_seconds": {"type": "int", "default": 300},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Install, or take away."""
    files = LocalFiles()
    config = inputs.cluster_config(params, files=files, environ=os.environ)
    login = package_controller.login(os.environ, files=files)
    act = {"present": package_controller.install, "absent": package_controller.remove}[params["state"]]
    return act(
        package_controller.Subject(config, inputs.bundles(params, files=files), login),
        settings=package_controller.Settings(check_mode=context.check_mode, wait=params["wait"], force=params["force"]),
        ports=package_controller.Ports(
            kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
            kubeconfig=params["kubeconfig"],
            runner=LocalRunner(tools_dir=params["tools_dir"], secrets=login.secrets),
            artifacts=LocalArtifacts(inputs.bundles_folder(params)),
            waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
        ),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
