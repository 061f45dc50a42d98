#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_leftovers
short_description: Report what is left of a cluster that is to be gone
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Looks for virtual machines in vCenter, for containers and for files of a cluster. Whatever is left is named with the
    next step.
  - A machine counts as proven when its name is one that Cluster API makes for the cluster, it lies in a folder of the
    config, and the data it was made to boot with names the cluster's endpoint. The boot data itself is never shown.
  - With O(purge) proven machines are switched off and destroyed. Others are listed and never touched.
  - The collection makes no folders and no tags in vCenter, so there are none to remove; its one session is logged out.
  - Use it alone to look, or at the end of a deletion.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.vsphere
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
  purge:
    description:
      - Whether machines that are proven to be the cluster's are destroyed.
      - Cluster API is not asked. While its objects exist it makes such machines again.
    type: bool
    default: false
  remove_files:
    description:
      - Whether the files that were made for the cluster are removed, once nothing else is left.
      - The file of O(config_file) stays even if it lies among them, and so does whatever else is in the folder.
    type: bool
    default: false
  fail:
    description:
      - Whether a leftover is an error. Check mode never fails.
    type: bool
    default: true
requirements:
  - pyvmomi >= 8.0.1.0
  - docker >= 7.0.0, to see containers
"""

EXAMPLES = r"""
- name: Report what is left of a cluster
  eks.anywhere.cluster_leftovers:
    config_file: prod.yaml
    fail: false
  register: prod_leftovers

- name: Destroy the machines of a cluster whose API is dead
  eks.anywhere.cluster_leftovers:
    config_file: prod.yaml
    purge: true
    remove_files: true
"""

RETURN = r"""
leftovers:
  description: What is left.
  returned: success
  type: list
  elements: dict
  contains:
    kind:
      description: One of V(virtual machine), V(container), V(file).
      type: str
      sample: virtual machine
    name:
      description: Path or name.
      type: str
      sample: /DC0/vm/eksa/prod-x2x9l
    why:
      description: What makes it the cluster's, or why that is doubtful.
      type: str
      sample: its name, its folder, and boot data for the endpoint 10.10.0.5
    fix:
      description: The next step.
      type: str
      sample: "Run again with eksa_teardown_purge: true to destroy it."
destroyed:
  description: Machines that were destroyed, in check mode those that would be.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name.
      type: str
      sample: prod-x2x9l
    path:
      description: Inventory path.
      type: str
      sample: /DC0/vm/eksa/prod-x2x9l
    uuid:
      description: BIOS UUID.
      type: str
      sample: a55e41fd-d5eb-5ce5-ad5b-d5d1d13494fc
    power:
      description: Power state before, in vCenter's words.
      type: str
      sample: poweredOn
    proven:
      description: Always V(true).
      type: bool
      sample: true
    why:
      description: What proves that it was the cluster's.
      type: str
      sample: its name, its folder, and boot data for the endpoint 10.10.0.5
removed:
  description: Files and folders that were removed, in check mode those that would be.
  returned: success
  type: list
  elements: str
  sample: [/home/me/prod/generated]
kept:
  description: What else is in the folder of the cluster. It was not made for the cluster, so it stays.
  returned: success
  type: list
  elements: str
  sample: [/home/me/prod/notes.txt]
"""

import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, VSPHERE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import delete_config, delete_leftovers
from ansible_collections.eks.anywhere.plugins.module_utils._ops.delete_vcenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.docker import DockerHost
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter

SPEC = Spec(
    options=merge(
        CLUSTER,
        VSPHERE,
        {
            "state_dir": {"type": "path", "default": "."},
            "purge": {"type": "bool", "default": False},
            "remove_files": {"type": "bool", "default": False},
            "fail": {"type": "bool", "default": True},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look, and destroy or remove what may be."""
    files = LocalFiles()
    config = delete_config.cluster_config(params, files=files)
    username, password = params["vsphere_username"] or "", params["vsphere_password"] or ""
    ports = delete_leftovers.Ports(
        files=files,
        containers=DockerHost(),
        datacenter=Datacenter(
            config, vcenter=lambda server: VCenter(server=server, username=username, password=password)
        ),
        report=context.report,
    )
    wanted = delete_leftovers.Wanted(
        config=config,
        state_dir=str(Path(params["state_dir"]).absolute()),
        config_file=str(Path(delete_config.config_path(params)).absolute()),
        purge=params["purge"],
        files=params["remove_files"],
    )
    return delete_leftovers.leftovers(wanted, ports=ports, check_mode=context.check_mode, fail=params["fail"])


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
