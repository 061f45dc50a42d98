#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_files
short_description: Keep the files of a cluster in its folder
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - V(present) writes the cluster config, with its defaults filled in, to C(<name>/<name>-eks-a-cluster.yaml).
  - V(absent) removes C(<name>/generated), which only a creation needs. The cluster config and the kubeconfig stay.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  state_dir:
    description:
      - Folder in which each cluster has its folder. The current one when unset.
    type: path
    default: .
  state:
    description:
      - Whether the cluster config is to be there, or the generated files are to be gone.
    type: str
    choices: [present, absent]
    default: present
  ssh_authorized_key:
    description:
      - Public key for users that the config gives none.
    type: str
  upgrade_marks:
    description:
      - When an upgrade began, and when each phase or part of it ended. They are kept in the folder of the cluster, so
        that M(eks.anywhere.cluster_upgrade_info) can tell how long the next one will take. Keeping them is no change.
    type: list
    elements: dict
    suboptions:
      name:
        description:
          - The phase, or the part of the cluster such as V(workers/md-0). That of the first mark does not matter.
        type: str
        required: true
      at:
        description:
          - The moment, in seconds since 1970.
        type: float
        required: true
  upgrade_parts:
    description:
      - The part of each machine that was replaced.
    type: list
    elements: str
    default: []
"""

EXAMPLES = r"""
- name: Write the cluster config
  eks.anywhere.cluster_files:
    config_file: prod.yaml

- name: Remove what only the creation needed
  eks.anywhere.cluster_files:
    config_file: prod.yaml
    state: absent
"""

RETURN = r"""
config_path:
  description: Path of the cluster config.
  returned: success
  type: str
  sample: prod/prod-eks-a-cluster.yaml
generated_dir:
  description: Path of the folder of generated files.
  returned: success
  type: str
  sample: prod/generated
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import files, inputs
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_times import Mark
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        CLUSTER,
        {
            "state_dir": {"type": "path", "default": "."},
            "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
            "ssh_authorized_key": {"type": "str", "no_log": False},
            "upgrade_marks": {
                "type": "list",
                "elements": "dict",
                "options": {"name": {"type": "str", "required": True}, "at": {"type": "float", "required": True}},
            },
            "upgrade_parts": {"type": "list", "elements": "str", "default": []},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Write or remove."""
    local = LocalFiles()
    return files.converge(
        inputs.cluster_config(params, files=local, environ=os.environ),
        state_dir=params["state_dir"],
        state=params["state"],
        marks=tuple(Mark(**mark) for mark in params["upgrade_marks"] or ()),
        parts=params["upgrade_parts"],
        files=local,
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
