#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: vsphere_template
short_description: Import the templates of a cluster into vCenter
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Makes sure that every template that the cluster config names is in vCenter, and imports those that are not.
  - The OVA is checked against its checksum before anything is made. Its disks are stored thin on the datastore of the
    machine config; all of its networks become the network of the datacenter config.
  - The virtual machine has a name of its own, C(eksa-import-...), until snapshot and tags are there and it is marked as
    template; then it is renamed. So what has the name of the template is complete.
  - What a failed import has made is removed at once. What a killed run left is removed, or finished if its name is all
    that it lacks, by the next run.
  - Several hosts may ask for the same template at a time. One imports it, the others wait.
  - A template that exists is left as it is. What it lacks, M(eks.anywhere.vsphere_validate) tells.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
  - eks.anywhere.vsphere
attributes:
  check_mode:
    support: full
    details:
      - The OVA is neither downloaded nor checked.
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  template:
    description:
      - The template to care for, by its path as C(spec.template) of a machine config has it.
      - Unset means all of the config.
      - One that no machine config names is imported to where the control plane's machines are.
      - A name without folder is imported to the folder C(Templates), as the vendor's CLI does; folders are made.
    type: str
  ova:
    description:
      - OVA to import, a URL C(https://) or C(http://), or the path of a file where the module runs.
      - Unset means the OVA that O(bundles_file) has for the C(osFamily) of the machine config. The vendor publishes
        those of Bottlerocket alone.
      - A download lies in C(TMPDIR) meanwhile, so there has to be space for it.
    type: str
  checksum:
    description:
      - Checksum of that file, C(sha256:) or C(sha512:) and its hexadecimal digits. Needed with O(ova).
    type: str
  snapshot:
    description:
      - Name of a snapshot to make of the template, without which there are no linked clones. An empty name means none.
    type: str
    default: root
  timeout_seconds:
    description:
      - How long to wait for another run that imports the same template.
    type: int
    default: 1800
requirements:
  - pyvmomi >= 8.0.1.0
notes:
  - The upload goes to port 443 of an ESXi host, as with C(govc import.ova). Its certificate is compared with the
    thumbprint that vCenter tells.
  - Tags C(os:family) and C(eksdRelease:name), with their categories, are made where they do not exist. The latter is
    attached when O(bundles_file) is set.
  - The disk of Bottlerocket is grown as the vendor's CLI does, to 20 GiB (the second), or to 22 GiB (an only one).
  - The user needs the documented role of EKS Anywhere on the folder of the template.
seealso:
  - module: eks.anywhere.vsphere_validate
"""

EXAMPLES = r"""
- name: Import what the cluster lacks, if the vendor publishes it
  eks.anywhere.vsphere_template:
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml

- name: Import an image of our own
  eks.anywhere.vsphere_template:
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    template: /DC0/vm/Templates/ubuntu-2204-kube-v1-34
    ova: https://images.example.com/ubuntu-2204-kube-v1-34.ova
    checksum: sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
"""

RETURN = r"""
templates:
  description: Every template that was asked for, by path.
  returned: success
  type: list
  elements: dict
  contains:
    path:
      description: Inventory path.
      type: str
      sample: /DC0/vm/Templates/ubuntu-2204-kube-v1-34
    imported:
      description: Whether this task imported it, or would in check mode.
      type: bool
      sample: true
actions:
  description: What was done, or would be done in check mode.
  returned: success
  type: list
  elements: str
  sample:
    - import template /DC0/vm/Templates/ubuntu-2204-kube-v1-34 from https://images.example.com/ubuntu-2204-kube-v1-34.ova
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, VSPHERE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, template, validate
from ansible_collections.eks.anywhere.plugins.module_utils._plan.template import Owner
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run import processes
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.ova import LocalOvas
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.templates import TemplateVCenter

SPEC = Spec(
    options=merge(
        CLUSTER,
        VSPHERE,
        {
            "template": {"type": "str"},
            "ova": {"type": "str"},
            "checksum": {"type": "str"},
            "snapshot": {"type": "str", "default": "root"},
            "timeout_seconds": {"type": "int", "default": 1800},
        },
    ),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
    required_together=(("ova", "checksum"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Import what is missing."""
    files = LocalFiles()
    config = inputs.any_config(params, files=files, environ=os.environ)
    wishes = template.Wishes(
        template=params.get("template") or "",
        ova=params.get("ova") or "",
        checksum=params.get("checksum") or "",
        snapshot=params["snapshot"],
        timeout_seconds=params["timeout_seconds"],
        owner=Owner.of(processes.myself()),
        started=processes.started,
    )
    with TemplateVCenter(
        server=validate.server(config),
        username=params["vsphere_username"] or "",
        password=params["vsphere_password"] or "",
    ) as vcenter:
        run = template.Import(
            config=config,
            bundles=inputs.bundles(params, files=files),
            vcenter=vcenter,
            ovas=LocalOvas(),
            clock=SystemClock(),
            report=context.report,
            wishes=wishes,
        )
        return template.ensure(run, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
