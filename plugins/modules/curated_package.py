#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: curated_package
short_description: Have the curated packages of a cluster as declared
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Installs, changes and removes curated packages of one cluster, all of a list in one go, through the C(Package)
    objects that the package controller of its management cluster watches.
  - Each package stands for itself. One that cannot be installed holds up no other, is named with the reason in the end,
    and is not waited for longer than O(patience_seconds).
  - A package is settled when the version of the active bundle and the wanted configuration are installed. That its pods
    are ready is not part of it, as the package controller does not look at pods.
  - Configurations are compared by what they mean, and are checked against the schema in the bundle before anything is
    written.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.packages
  - eks.anywhere.settling
attributes:
  check_mode:
    support: full
    details:
      - The API server and the webhooks of the package controller judge each change, in a dry run.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  packages:
    description:
      - The packages. Those of the cluster that are not named stay as they are.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - Name of the package on the cluster, which is the name of its helm release, too.
        type: str
        required: true
      package:
        description:
          - Name of the package in the bundle. The O(packages[].name), unless set.
        type: str
      version:
        description:
          - A version of the active bundle, by its name or digest, which pins the package to it.
          - V(latest) follows the bundle. Not managed unless set.
        type: str
      config:
        description:
          - Values for the chart, as a mapping or as the text of a YAML document. Not managed unless set.
        type: raw
      target_namespace:
        description:
          - Namespace that it is installed into. It cannot be changed later. Not managed unless set.
        type: str
      sensitive:
        description:
          - Keys of O(packages[].config), dotted (V(auth.password)), whose values the diff does not show.
        type: list
        elements: str
      state:
        description:
          - V(absent) removes the package. What it depends on stays.
        type: str
        choices: [present, absent]
        default: present
  force:
    description:
      - Change and remove packages that the package controller itself is made of.
    type: bool
    default: false
  create_namespaces:
    description:
      - Has the package controller create the namespace of a package that it installs, when it is missing. The setting
        is that of the whole cluster (C(createNamespace) of its C(PackageBundleController)), and stays.
      - Without it such a package fails until somebody creates the namespace.
    type: bool
    default: false
  failures:
    description:
      - With V(report) a failed package is in RV(failed_packages) and the task does not fail.
    type: str
    choices: [fail, report]
    default: fail
seealso:
  - module: eks.anywhere.curated_package_info
  - module: eks.anywhere.package_bundle
"""

EXAMPLES = r"""
- name: Have two packages and no third
  eks.anywhere.curated_package:
    kubeconfig: mgmt/mgmt-eks-a-cluster.kubeconfig
    cluster: shop
    packages:
      - name: hello
        package: hello-eks-anywhere
        target_namespace: web
        config:
          replicas: 2
      - name: metrics-server
        version: latest
      - name: harbor
        state: absent
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: ["Change package hello: version latest -> 0.1.1"]
packages:
  description: The packages of the declaration, in its order. In an error they are in C(details).
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      type: str
      sample: hello
    changed:
      description: Whether it was, or in check mode would be, written.
      type: bool
      sample: true
    state:
      description: What the package controller says of it, empty for one that is not there.
      type: str
      sample: installed
    current_version:
      description: Version that is installed.
      type: str
      sample: 0.1.1
    target_version:
      description: Version that the package controller is at.
      type: str
      sample: 0.1.1
    detail:
      description: The package controller's own words on what is not well.
      type: str
      sample: ""
    failed:
      description: Whether the package was refused or given up.
      type: bool
      sample: false
    reason:
      description: Why it failed.
      type: str
      sample: ""
    hint:
      description: What to do about it.
      type: str
      sample: ""
failed_packages:
  description: Names of those that failed.
  returned: success
  type: list
  elements: str
  sample: []
active_bundle:
  description: Bundle that packages come from.
  returned: success
  type: str
  sample: v1-34-2026-06-26-1782456000
upgrade_available:
  description: Newer bundle that the package controller has found, empty when there is none.
  returned: success
  type: str
  sample: ""
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import PACKAGES, SETTLING, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import packages
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

_PACKAGE = {
    "name": {"type": "str", "required": True},
    "package": {"type": "str"},
    "version": {"type": "str"},
    "config": {"type": "raw"},
    "target_namespace": {"type": "str"},
    "sensitive": {"type": "list", "elements": "str"},
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
}
SPEC = Spec(
    options=merge(
        PACKAGES,
        SETTLING,
        {
            "packages": {"type": "list", "elements": "dict", "required": True, "options": _PACKAGE},
            "force": {"type": "bool", "default": False},
            "create_namespaces": {"type": "bool", "default": False},
            "failures": {"type": "str", "choices": ["fail", "report"], "default": "fail"},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Have the packages as declared."""
    return packages.converge(
        params["packages"],
        settings=packages.Settings(
            cluster=params["cluster"],
            check_mode=context.check_mode,
            wait=params["wait"],
            patience_seconds=params["patience_seconds"],
            force=params["force"],
            fails=params["failures"] == "fail",
            create_namespaces=params["create_namespaces"],
        ),
        ports=packages.Ports(
            kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
            connect=lambda text: KubeClient.from_kubeconfig_text(text, origin=params["cluster"], patience=HASTY),
            waiting=Waiting(clock=SystemClock(), report=context.report, timeout_seconds=params["timeout_seconds"]),
        ),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
