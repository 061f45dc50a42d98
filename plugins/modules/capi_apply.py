#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_apply
short_description: Apply all objects of a cluster in one call
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Renders the Cluster API objects of a cluster config, or takes objects as given, and applies them by server-side
    apply with the field manager C(eks-a-cli), the one of the vendor's CLI.
  - Namespaces come first, then definitions, then what others refer to, then the rest. Inside such a group
    objects are applied side by side.
  - A webhook or definition that is still coming up is waited for, and the wait says what it waits for.
  - In check mode the API server is asked what it would do. Where there is no server yet, all objects are planned.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.kube
  - eks.anywhere.vsphere
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Values of Secrets are masked; a changed one is marked as changed.
  idempotent:
    support: full
options:
  objects:
    description:
      - Whole Kubernetes objects to apply instead of those of a cluster config.
    type: list
    elements: dict
  manifest_file:
    description:
      - A file with one or more YAML documents to apply instead of the objects of a cluster config.
    type: path
  namespace:
    description:
      - Namespace of objects that name none themselves.
    type: str
  parts:
    description:
      - Parts of the rendered cluster to apply, all when unset. A part is what holds machines, with its templates and
        its MachineHealthCheck. This is how an upgrade rolls one part after the other.
      - V(etcd), V(control_plane), V(workers), one worker group as V(workers/NAME), and V(rest), which is all else.
      - Where etcd is external and changes, V(etcd) pauses the control plane until V(control_plane) is applied, and
        leaves an etcd alone that needs no change. Where etcd is stacked, V(etcd) is nothing.
    type: list
    elements: str
  template_facts:
    description:
      - What M(eks.anywhere.vsphere_validate) returned as RV(eks.anywhere.vsphere_validate#module:template_facts).
      - Without it templates are cloned in full.
    type: dict
  ssh_authorized_key:
    description:
      - Public SSH key for the machines of a cluster config that names none.
    type: str
seealso:
  - module: eks.anywhere.capi_wait
"""

EXAMPLES = r"""
- name: Apply the objects of a cluster
  eks.anywhere.capi_apply:
    kubeconfig: prod/generated/prod.kind.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    template_facts: "{{ checked.template_facts }}"

- name: Apply what rolls the control plane, and nothing else
  eks.anywhere.capi_apply:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    parts: [control_plane]

- name: Apply one object
  eks.anywhere.capi_apply:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    namespace: default
    objects:
      - apiVersion: v1
        kind: ConfigMap
        metadata:
          name: colours
        data:
          sky: blue
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [Create Cluster eksa-system/prod]
objects:
  description: Every object, in the order given.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: Kind.
      type: str
      sample: Cluster
    name:
      description: Name.
      type: str
      sample: prod
    namespace:
      description: Namespace, empty where the kind has none.
      type: str
      sample: eksa-system
    operation:
      description: One of V(created), V(configured), V(unchanged).
      type: str
      sample: created
"""

import os
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, KUBE, VSPHERE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply_parts import apply_chosen
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

_SOURCES = ("config_file", "config", "objects", "manifest_file")
SPEC = Spec(
    options=merge(
        CLUSTER,
        KUBE,
        VSPHERE,
        {
            "objects": {"type": "list", "elements": "dict"},
            "manifest_file": {"type": "path"},
            "namespace": {"type": "str"},
            "parts": {"type": "list", "elements": "str"},
            "template_facts": {"type": "dict"},
            "ssh_authorized_key": {"type": "str", "no_log": False},
        },
    ),
    mutually_exclusive=(_SOURCES, ("parts", "objects"), ("parts", "manifest_file")),
    required_one_of=(_SOURCES,),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Gather the objects and apply them."""
    artifacts = LocalArtifacts(str(Path(params["bundles_file"] or ".").parent))
    server = Server(
        kube=KubeClient.if_there(params["kubeconfig"], optional=context.check_mode),
        clock=SystemClock(),
        report=context.report,
        check_mode=context.check_mode,
    )
    found = sources.objects(params, files=LocalFiles(), artifacts=artifacts, environ=os.environ)
    return apply_chosen(found, params["parts"], server=server, rendered=sources.rendered(params))


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
