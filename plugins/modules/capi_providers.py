#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_providers
short_description: Install or upgrade the Cluster API providers of a management cluster
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Installs cert-manager and the Cluster API providers that the Bundles manifest carries, with C(clusterctl) and from
    the manifests that the bundle names. Nothing is fetched from GitHub.
  - Creates the namespace C(eksa-system) with the credentials that the providers and the vendor's components use.
  - Waits until every controller is available and says why one is not, in the words of its pods. An image that the
    registry does not have ends the wait early.
  - Providers that are installed in the wanted version are left alone, so a run that was cut goes on where it stopped.
    Other versions are refused, unless O(upgrade) says to replace them.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.kube
  - eks.anywhere.tools
  - eks.anywhere.vsphere
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  generated_dir:
    description:
      - Folder for the files that C(clusterctl) reads. They hold no secret.
    type: path
    required: true
  target:
    description:
      - Which cluster O(kubeconfig) leads to. It decides how the progress lines are worded.
    type: str
    choices: [bootstrap, workload]
    default: bootstrap
  upgrade:
    description:
      - Replace providers of another version, with C(clusterctl upgrade apply) and only those; and cert-manager.
      - A provider whose controller an upgrade that was cut left stopped or removed is installed again.
      - Clusters keep running meanwhile. Their machines are not looked after until the new controllers run.
    type: bool
    default: false
requirements:
  - clusterctl >= 1.12
notes:
  - Credentials of the cloud provider can differ from those of Cluster API through the environment variables
    E(EKSA_VSPHERE_CP_USERNAME) and E(EKSA_VSPHERE_CP_PASSWORD) of the controller, and E(EKSA_LICENSE) holds the
    licence of the vendor's packages.
seealso:
  - module: eks.anywhere.kind_bootstrap
  - module: eks.anywhere.capi_apply
"""

EXAMPLES = r"""
- name: Install the providers on the bootstrap cluster
  eks.anywhere.capi_providers:
    kubeconfig: prod/generated/prod.kind.kubeconfig
    generated_dir: prod/generated
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    vsphere_username: "{{ vault_vsphere_username }}"
    vsphere_password: "{{ vault_vsphere_password }}"

- name: Upgrade the providers of a management cluster
  eks.anywhere.capi_providers:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    generated_dir: prod/generated
    config_file: prod.yaml
    bundles_file: bundles/bundles-2.yaml
    target: workload
    upgrade: true
"""

RETURN = r"""
providers:
  description: Version of each provider by its name in C(clusterctl).
  returned: success
  type: dict
  sample:
    cluster-api: v1.13.2
    infrastructure-vsphere: v1.16.1
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import (
    CLUSTER,
    KUBE,
    TOOLS,
    VSPHERE,
    WAIT,
    Spec,
    merge,
)
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, providers
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
        VSPHERE,
        WAIT,
        {
            "generated_dir": {"type": "path", "required": True},
            "target": {"type": "str", "choices": ["bootstrap", "workload"], "default": "bootstrap"},
            "upgrade": {"type": "bool", "default": False},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Install what is missing and wait for all of it."""
    files = LocalFiles()
    credentials = inputs.credentials(params, os.environ)
    wanted = providers.Wanted(
        config=inputs.cluster_config(params, files=files, environ=os.environ),
        bundle=inputs.management_bundle(inputs.needed_bundles(params, files=files)),
        kubeconfig=params["kubeconfig"],
        generated_dir=params["generated_dir"],
        credentials=credentials,
        target=params["target"],
        upgrade=params["upgrade"],
        license_token=os.environ.get("EKSA_LICENSE", ""),
    )
    ports = providers.Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        runner=LocalRunner(tools_dir=params["tools_dir"], secrets=(credentials.username, credentials.password)),
        files=files,
        artifacts=LocalArtifacts(inputs.bundles_folder(params)),
        waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
    )
    return providers.install(wanted, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
