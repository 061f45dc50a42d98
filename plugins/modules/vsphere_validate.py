#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_validate
short_description: Check everything a cluster needs in vSphere
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Looks at the vCenter that the cluster config names and checks all that the creation of the cluster relies on,
    such as server, certificate, login, datacenter, network, datastore, folder, resource pool, templates with their
    tags, space, and a control plane endpoint that nobody uses.
  - Every documented line of output is shown as soon as its fact is established. What is wrong is collected
    and reported together at the end, with the nearest existing names for what was not found.
  - It only reads. One session is opened and closed again whatever happens, and a refused password is sent once.
  - The cost follows the objects that the config names, not the size of the inventory.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
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
  skip_ip_check:
    description:
      - Do not check that nothing answers on the address of the control plane endpoint.
    type: bool
    default: false
  cpi_username:
    description:
      - User of the cloud provider and of the storage driver, whose privileges are checked too.
      - Its password is not needed.
      - Falls back to the environment variable E(EKSA_VSPHERE_CP_USERNAME).
    type: str
    version_added: 0.1.0
  admin_username:
    description:
      - Administrator who makes users, roles and folders, whose privileges are checked too. Its password is not needed.
    type: str
    version_added: 0.1.0
  dhcp_ranges:
    description:
      - Addresses that DHCP gives to machines, each like C(192.0.2.100-192.0.2.200) or C(192.0.2.128/25).
      - The control plane endpoint has to lie outside, and the machines have to find enough inside.
    type: list
    elements: str
    default: []
    version_added: 0.1.0
  try_places:
    description:
      - Makes a virtual machine C(eksa-probe-...), without disks and networks and never switched on, in each folder,
        resource pool and datastore of the config, and destroys it. This is the only thing here that changes vCenter.
      - Not done in check mode.
    type: bool
    default: false
    version_added: 0.1.0
requirements:
  - pyvmomi >= 8.0.1.0
notes:
  - Without O(bundles_file) the tag C(eksdRelease) of the templates is not checked, which a warning says.
  - A folder that does not exist is an error. The vendor's CLI creates it at this point, and nothing creates it later.
seealso:
  - module: eks.anywhere.cluster_info
"""

EXAMPLES = r"""
- name: Check that the cluster can be created
  eks.anywhere.vsphere_validate:
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    vsphere_username: "{{ vault_vsphere_username }}"
    vsphere_password: "{{ vault_vsphere_password }}"

- name: Check a cluster that is running already, whose endpoint answers of course
  eks.anywhere.vsphere_validate:
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    skip_ip_check: true
"""

RETURN = r"""
findings:
  description:
    - What the checks found. On success these are warnings at most. On failure the list is in RV(details).
  returned: success
  type: list
  elements: dict
  contains:
    check:
      description: What was checked.
      type: str
      sample: disk size
    object:
      description: The object it is about.
      type: str
      sample: VSphereMachineConfig prod-cp
    severity:
      description: Either V(error) or V(warning).
      type: str
      sample: warning
    seen:
      description: What was seen.
      type: str
      sample: diskGiB 10 is less than 20 and is raised to it
    expected:
      description: What was expected.
      type: str
      sample: diskGiB of at least 20
    fix:
      description: The next step.
      type: str
      sample: Set diskGiB of VSphereMachineConfig prod-cp to 20 or more.
    code:
      description: Stable identifier of the finding.
      type: str
      sample: vsphere.disk_raised
requests:
  description: How many requests the session sent to vCenter.
  returned: success
  type: int
  sample: 18
template_facts:
  description:
    - What the rendering of machines needs to know of each template, by its path as the config writes it.
    - A template with a snapshot whose C(disk_gib) is what a machine config asks for is cloned linked, others in full.
  returned: success
  type: dict
  sample:
    ubuntu-2204-kube-v1-34:
      path: /DC0/vm/Templates/ubuntu-2204-kube-v1-34
      disk_gib: 25
      has_snapshot: true
      tags: ["eksdRelease:kubernetes-1-34-eks-9", "os:ubuntu"]
details:
  description: On failure, C(findings) with everything that was found, in the shape of RV(findings).
  returned: failure
  type: dict
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, VSPHERE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._checks import signature, site, surroundings
from ansible_collections.eks.anywhere.plugins.module_utils._checks.privileges import Users
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, validate
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.probe import TcpProbe
from ansible_collections.eks.anywhere.plugins.module_utils._run.signing import ecdsa_holds
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.trial import TriedVCenter

SPEC = Spec(
    options=merge(
        CLUSTER,
        VSPHERE,
        {
            "skip_ip_check": {"type": "bool", "default": False},
            "cpi_username": {"type": "str"},
            "admin_username": {"type": "str"},
            "dhcp_ranges": {"type": "list", "elements": "str", "default": []},
            "try_places": {"type": "bool", "default": False},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Check; nothing is changed but by trying places, which check mode leaves out."""
    files = LocalFiles()
    config = inputs.cluster_config(params, files=files, environ=os.environ)
    bundles = inputs.bundles(params, files=files)
    wishes = validate.Wishes(
        users=Users(
            user=params["vsphere_username"] or "",
            cpi=params.get("cpi_username") or os.environ.get("EKSA_VSPHERE_CP_USERNAME", ""),
            admin=params.get("admin_username") or "",
        ),
        dhcp=site.ranges(params.get("dhcp_ranges") or ()),
        skip_ip_check=params["skip_ip_check"],
        try_places=params["try_places"] and not context.check_mode,
    )
    with TriedVCenter(
        server=validate.server(config),
        username=params["vsphere_username"] or "",
        password=params["vsphere_password"] or "",
    ) as vcenter:
        return validate.validate(
            config=config,
            bundles=bundles,
            vcenter=vcenter,
            probe=TcpProbe(),
            report=context.report,
            wishes=wishes,
            surroundings=(
                *signature.findings(bundles, holds=ecdsa_holds),
                *surroundings.findings(
                    config,
                    bundles,
                    environ=os.environ,
                    has_content=lambda path: bool(files.read(path)),
                    now=SystemClock().today(),
                ),
            ),
        )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
