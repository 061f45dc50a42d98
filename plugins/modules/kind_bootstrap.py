#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: kind_bootstrap
short_description: Have or remove the bootstrap cluster
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Makes the temporary management cluster with C(kind) from the node image of the Bundles manifest, with the subnets
    of the cluster config, the vendor's Kubernetes images, its proxy and its registry mirror.
  - Docker is looked at first, namely that it runs, is recent enough and has disk space. Little memory is a warning.
  - A bootstrap cluster that works is kept. A stopped one is started. One that an earlier run left half-made is
    deleted and made again. One that once worked and does not answer now is an error, since it may manage machines.
  - Images are copied from docker into the node while C(kind) still starts it, so nothing is pulled twice.
  - It is removed only when no Cluster API machine in it is left behind.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.tools
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state:
    description:
      - V(present) has the cluster running, V(absent) removes it and its generated files.
      - O(config_file) or O(config), and O(bundles_file), are needed for V(present).
    type: str
    choices: [present, absent]
    default: present
  name:
    description:
      - Name of the kind cluster, as RV(eks.anywhere.cluster_info#module:bootstrap_name) says.
    type: str
    required: true
  kubeconfig:
    description:
      - Where the kubeconfig of the bootstrap cluster is written, with mode C(0600).
      - Other temporary files land beside it. A folder named C(generated) is removed as a whole with V(absent).
    type: path
    required: true
  images:
    description:
      - Images to copy into the node as far as docker holds them.
      - Without it, those of cert-manager and of the Cluster API providers.
    type: list
    elements: str
requirements:
  - docker >= 7.0.0 (Python)
  - kind >= 0.30
notes:
  - A registry mirror with C(authenticate) takes its credentials from the environment variables E(REGISTRY_USERNAME)
    and E(REGISTRY_PASSWORD) of the controller.
seealso:
  - module: eks.anywhere.capi_providers
  - module: eks.anywhere.capi_move
"""

EXAMPLES = r"""
- name: Have a bootstrap cluster
  eks.anywhere.kind_bootstrap:
    name: prod-eks-a-cluster
    kubeconfig: prod/generated/prod.kind.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml

- name: Remove it again
  eks.anywhere.kind_bootstrap:
    state: absent
    name: prod-eks-a-cluster
    kubeconfig: prod/generated/prod.kind.kubeconfig
"""

RETURN = r"""
name:
  description: Name of the kind cluster.
  returned: success
  type: str
  sample: prod-eks-a-cluster
kubeconfig:
  description: Path of its kubeconfig.
  returned: success
  type: str
  sample: prod/generated/prod.kind.kubeconfig
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, TOOLS, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import bootstrap, inputs
from ansible_collections.eks.anywhere.plugins.module_utils._ops.kind_tool import KindTool
from ansible_collections.eks.anywhere.plugins.module_utils._render.kind import first_images
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.docker import DockerHost
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        CLUSTER,
        TOOLS,
        {
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "name": {"type": "str", "required": True},
            "kubeconfig": {"type": "path", "required": True},
            "images": {"type": "list", "elements": "str"},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_if=(("state", "present", ("config_file", "config"), True), ("state", "present", ("bundles_file",))),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Have it, or have it not."""
    ports = bootstrap.Ports(
        host=DockerHost(),
        kind=KindTool(LocalRunner(tools_dir=params["tools_dir"])),
        files=LocalFiles(),
        clock=SystemClock(),
        report=context.report,
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin=params["kubeconfig"]),
    )
    return {"present": _present, "absent": _absent}[params["state"]](params, ports, context)


def _present(params: t.Mapping[str, t.Any], ports: bootstrap.Ports, context: Context) -> Result:
    config = inputs.cluster_config(params, files=ports.files, environ=os.environ)
    bundle = inputs.needed_bundles(params, files=ports.files).for_version(config.kubernetes_version)
    credentials = inputs.credentials(params, os.environ)
    wanted = bootstrap.Wanted(
        name=params["name"],
        kubeconfig=params["kubeconfig"],
        config=config,
        bundle=bundle,
        release=inputs.eksd_release(bundle, artifacts=LocalArtifacts(inputs.bundles_folder(params))),
        images=tuple(params["images"] or first_images(bundle, config.provider)),
        registry_username=credentials.registry_username,
        registry_password=credentials.registry_password,
    )
    return bootstrap.present(wanted, ports=ports, check_mode=context.check_mode)


def _absent(params: t.Mapping[str, t.Any], ports: bootstrap.Ports, context: Context) -> Result:
    return bootstrap.absent(params["name"], params["kubeconfig"], ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
