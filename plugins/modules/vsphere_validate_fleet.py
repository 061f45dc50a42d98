#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_validate_fleet
short_description: Check what many clusters need in vSphere, in one go
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Does the checks of M(eks.anywhere.vsphere_validate) for many clusters, with one session for each vCenter and user.
  - Room (memory of resource pools, space of datastores, addresses) is counted for all clusters of the run together.
  - A user and password that one vCenter refused are sent to no other one.
  - Ends with one table of all clusters. Findings do not fail the task, see RV(ready).
  - It only reads.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.vsphere
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - Nothing is changed, so there is nothing to compare.
  idempotent:
    support: full
options:
  clusters:
    description:
      - The clusters to check.
    type: list
    elements: dict
    required: true
    suboptions:
      name:
        description:
          - How the cluster is called in messages and results, such as the name of its host in the inventory.
        type: str
        required: true
      config_file:
        description:
          - Path of the cluster config. One of this and O(clusters[].config) is needed.
        type: path
      config:
        description:
          - The cluster config as text.
        type: str
      bundles_file:
        description:
          - Path of the Bundles manifest.
        type: path
      skip_ip_check:
        description:
          - Do not check that nothing answers on the address of the control plane endpoint.
        type: bool
        default: false
      exists:
        description:
          - Whether the cluster is there already, so that only the machines of its next upgrade are to find room.
        type: bool
        default: false
      vsphere_username:
        description:
          - User of its vCenter, where that is another than O(vsphere_username).
        type: str
        version_added: 0.1.0
      vsphere_password:
        description:
          - Password of that user, where it is another than O(vsphere_password).
          - Clusters that log in to one vCenter as the same user with different passwords fail without a login.
        type: str
        version_added: 0.1.0
  cpi_username:
    description:
      - User of the cloud provider and of the storage driver, whose privileges are checked too.
      - Falls back to the environment variable E(EKSA_VSPHERE_CP_USERNAME).
    type: str
  admin_username:
    description:
      - Administrator who makes users, roles and folders, whose privileges are checked too.
    type: str
  dhcp_ranges:
    description:
      - Addresses that DHCP gives to machines, each like C(192.0.2.100-192.0.2.200) or C(192.0.2.128/25).
      - The endpoints have to lie outside, and the machines of all clusters together have to find enough inside.
    type: list
    elements: str
    default: []
requirements:
  - pyvmomi >= 8.0.1.0
seealso:
  - module: eks.anywhere.vsphere_validate
"""

EXAMPLES = r"""
- name: Check two clusters that share a vCenter
  eks.anywhere.vsphere_validate_fleet:
    clusters:
      - name: prod
        config_file: prod.yaml
        bundles_file: bundles/bundles.yaml
      - name: test
        config_file: test.yaml
        bundles_file: bundles/bundles.yaml
    vsphere_username: "{{ vault_vsphere_username }}"
    vsphere_password: "{{ vault_vsphere_password }}"
  register: fleet
  failed_when: not fleet.ready
"""

RETURN = r"""
ready:
  description: Whether no cluster has an error.
  returned: success
  type: bool
  sample: true
requests:
  description: How many requests all sessions sent together.
  returned: success
  type: int
  sample: 41
clusters:
  description: The clusters in the order in which they were given.
  returned: success
  type: list
  elements: dict
  contains:
    name:
      description: Name that was given.
      type: str
      sample: prod
    server:
      description: Address of its vCenter.
      type: str
      sample: vcenter.example.com
    ready:
      description: Whether it has no error.
      type: bool
      sample: true
    errors:
      description: Number of errors.
      type: int
      sample: 0
    warnings:
      description: Number of warnings.
      type: int
      sample: 1
    findings:
      description: In the shape of RV(eks.anywhere.vsphere_validate#module:findings).
      type: list
      elements: dict
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import VSPHERE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._checks import signature, site, surroundings
from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._checks.privileges import Users
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ops import validate, validate_fleet, validate_members
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate_logins import Login
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.probe import TcpProbe
from ansible_collections.eks.anywhere.plugins.module_utils._run.signing import ecdsa_holds
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.paced import SurveyedVCenter

CLUSTER = {
    "name": {"type": "str", "required": True},
    "config_file": {"type": "path"},
    "config": {"type": "str"},
    "bundles_file": {"type": "path"},
    "skip_ip_check": {"type": "bool", "default": False},
    "exists": {"type": "bool", "default": False},
    "vsphere_username": {"type": "str"},
    "vsphere_password": {"type": "str", "no_log": True},
}
SPEC = Spec(
    options=merge(
        VSPHERE,
        {
            "clusters": {"type": "list", "elements": "dict", "required": True, "options": CLUSTER},
            "cpi_username": {"type": "str"},
            "admin_username": {"type": "str"},
            "dhcp_ranges": {"type": "list", "elements": "str", "default": []},
        },
    ),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Check; nothing is changed, so check mode is the same."""
    files = LocalFiles()

    def around(config: ClusterConfig, bundles: Bundles | None) -> tuple[Finding, ...]:
        return (
            *signature.findings(bundles, holds=ecdsa_holds),
            *surroundings.findings(
                config,
                bundles,
                environ=os.environ,
                has_content=lambda path: bool(files.read(path)),
                now=SystemClock().today(),
            ),
        )

    return validate_fleet.validate_fleet(
        validate_members.read(
            params["clusters"],
            files=files,
            environ=os.environ,
            surroundings=around,
            login=Login(params["vsphere_username"] or "", params["vsphere_password"] or ""),
        ),
        vcenter=lambda server, login: SurveyedVCenter(server=server, username=login.username, password=login.password),
        probe=TcpProbe(),
        report=context.report,
        wishes=validate.Wishes(
            users=Users(
                user="",  # each session asks about its own
                cpi=params.get("cpi_username") or os.environ.get("EKSA_VSPHERE_CP_USERNAME", ""),
                admin=params.get("admin_username") or "",
            ),
            dhcp=site.ranges(params.get("dhcp_ranges") or ()),
        ),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
