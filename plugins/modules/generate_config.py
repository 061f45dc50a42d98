#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: generate_config
short_description: Generate a cluster config to start from
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Writes the documents of a new cluster with the values, and the blanks, that the vendor's generator writes.
  - Nothing is contacted. Fill in the blanks, then check the file with P(eks.anywhere.cluster_findings#filter).
extends_documentation_fragment:
  - eks.anywhere.attributes
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
      - Name of the cluster, a letter followed by letters, digits and dashes, 35 characters at most.
    type: str
    required: true
  provider:
    description:
      - Where the cluster's machines run; V(tinkerbell) is bare metal.
      - A config can be generated and checked for each of them, clusters are created on V(vsphere) alone.
    type: str
    choices: [vsphere, docker, nutanix, tinkerbell, snow]
    default: vsphere
  dest:
    description:
      - File to write. Without it the config is only returned.
    type: path
  force:
    description:
      - Overwrite O(dest) when it exists. Otherwise an existing file is left as it is.
    type: bool
    default: false
seealso:
  - plugin: eks.anywhere.cluster_findings
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write a config for a cluster on vSphere
  eks.anywhere.generate_config:
    name: prod
    dest: prod.yaml

- name: Look at the config of a cluster on Docker
  eks.anywhere.generate_config:
    name: dev
    provider: docker
  register: generated
"""

RETURN = r"""
config:
  description: Text of the config, of the existing file when that was left as it is.
  returned: success
  type: str
  sample: |
    apiVersion: anywhere.eks.amazonaws.com/v1alpha1
    kind: Cluster
dest:
  description: The file.
  returned: when O(dest) is set
  type: str
  sample: prod.yaml
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import PROVIDERS
from ansible_collections.eks.anywhere.plugins.module_utils._ops import generate
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options={
        "name": {"type": "str", "required": True},
        "provider": {"type": "str", "choices": list(PROVIDERS), "default": "vsphere"},
        "dest": {"type": "path"},
        "force": {"type": "bool", "default": False},
    },
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Generate, and write when asked."""
    return generate.generate(
        name=params["name"],
        provider=params["provider"],
        dest=params["dest"],
        force=params["force"],
        files=LocalFiles(),
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
