#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_kubeconfig
short_description: Write the kubeconfig of a cluster to a private file
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Reads the Secret C(<name>-kubeconfig) that Cluster API keeps and writes it in one step, with mode 0600.
  - A file that holds that kubeconfig already is left alone.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
attributes:
  check_mode:
    support: full
  diff_mode:
    support: partial
    details:
      - Says that the file is written or replaced, never what is in it.
  idempotent:
    support: full
options:
  name:
    description:
      - Name of the cluster.
    type: str
    required: true
  namespace:
    description:
      - Namespace of its Cluster API objects.
    type: str
    default: eksa-system
  dest:
    description:
      - Path of the file. Missing folders are made with mode 0700.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Write the kubeconfig in the documented place
  eks.anywhere.cluster_kubeconfig:
    kubeconfig: prod/generated/prod.kind.kubeconfig
    name: prod
    dest: prod/prod-eks-a-cluster.kubeconfig
"""

RETURN = r"""
dest:
  description: Path of the file.
  returned: success
  type: str
  sample: prod/prod-eks-a-cluster.kubeconfig
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import kubeconfig
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        KUBE,
        {
            "name": {"type": "str", "required": True},
            "namespace": {"type": "str", "default": "eksa-system"},
            "dest": {"type": "path", "required": True},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Read the Secret, write the file."""
    return kubeconfig.write(
        Target(name=params["name"], namespace=params["namespace"]),
        params["dest"],
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        files=LocalFiles(),
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
