#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_restore
short_description: Bring back the objects that manage clusters from an encrypted backup
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Creates what a backup of M(eks.anywhere.capi_backup) or M(eks.anywhere.capi_move) holds and a management cluster
    lacks, whether a few objects were lost or all of them, as on a management cluster that was built anew. Its Cluster
    API providers have to be installed. No virtual machine is made or destroyed by it.
  - First the backup is read whole and held against its digests. Then vCenter is asked for the machines of the backup,
    by BIOS UUID, name and folder, and for machines of the clusters that it does not know; and each cluster's own API
    server, if it answers, for its nodes. When one machine does not fit, nothing is changed, and the error lists each.
  - Clusters that run are paused before anything is written. Owners are created before what they own, and owner
    references lead to their new UIDs. When nothing is missing any more, the machines are compared once more, and only
    then the clusters that the restore has paused go on. One that somebody else has paused, now or when the backup was
    made, stays paused.
  - A restore that was cut goes on where the objects say it stands. One that is finished changes nothing, and asks
    vCenter nothing.
  - Status is not restored; the controllers find it anew. What only the management cluster has is never removed.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
  - eks.anywhere.vsphere
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
    details:
      - Fields are named, their values are not shown, since any of them may be secret.
  idempotent:
    support: full
options:
  src:
    description:
      - Folder of the backup. Its index lies beside it, with the ending C(.json).
    type: path
    required: true
  password:
    description:
      - Password of the backup.
    type: str
    required: true
  namespace:
    description:
      - Namespace of the Cluster API objects.
    type: str
    default: eksa-system
  name:
    description:
      - Name of the one cluster to restore out of a backup of several. Without it all of them are.
    type: str
  overwrite:
    description:
      - Whether objects that are there and differ are made as they are in the backup. Else they are named in
        RV(different) and left alone.
      - Objects that are being deleted are an error without it. With it they are released from their finalizers while
        their cluster is paused, and created anew.
    type: bool
    default: false
  accept_missing:
    description:
      - Names of Machines whose virtual machines are gone. Their objects are not restored, so that controllers make new
        ones.
    type: list
    elements: str
    default: []
  accept_unknown:
    description:
      - Names of virtual machines that the backup does not know, and that are to stay as they are.
      - Where the management cluster has a Machine for one, its group may be one too many then, and be made smaller.
    type: list
    elements: str
    default: []
  wait:
    description:
      - Whether to wait until the controllers have looked at the clusters and found them well.
    type: bool
    default: true
requirements:
  - cryptography
  - pyvmomi >= 8.0.1.0, for clusters on vSphere
seealso:
  - module: eks.anywhere.capi_backup
  - module: eks.anywhere.capi_move
"""

EXAMPLES = r"""
- name: Show what a restore would do, and whether the machines fit
  eks.anywhere.capi_restore:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    src: /var/backups/clusters/prod-upgrade-0d6f3f1b9a2c
    password: "{{ vault_backup_password }}"
  check_mode: true
  diff: true

- name: Restore all but a machine that was destroyed since
  eks.anywhere.capi_restore:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    src: /var/backups/clusters/prod-upgrade-0d6f3f1b9a2c
    password: "{{ vault_backup_password }}"
    accept_missing: [prod-md-0-pq8zl-x2x9l]
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: [create 42 objects that are missing, let Cluster eksa-system/w01 go on]
backup:
  description: Folder of the backup.
  returned: success
  type: str
  sample: /var/backups/clusters/prod-upgrade-0d6f3f1b9a2c
created:
  description: Objects that were missing, or were being deleted.
  returned: success
  type: list
  elements: str
  sample: [Machine eksa-system/w01-x2x9l]
overwritten:
  description: Objects that were made as in the backup because of O(overwrite).
  returned: success
  type: list
  elements: str
  sample: []
relinked:
  description: Objects that were there and whose owners were created anew.
  returned: success
  type: list
  elements: str
  sample: []
different:
  description: Objects that are not as in the backup and were left alone.
  returned: success
  type: list
  elements: dict
  contains:
    object:
      description: The object.
      type: str
      sample: MachineDeployment eksa-system/w01-md-0
    fields:
      description: Names of the fields that differ.
      type: list
      elements: str
      sample: [spec.replicas]
resumed:
  description: Clusters that the restore has paused and let go.
  returned: success
  type: list
  elements: str
  sample: [Cluster eksa-system/w01]
left_paused:
  description: Clusters that somebody has paused, and that stay so.
  returned: success
  type: list
  elements: str
  sample: []
machines:
  description: The machines of the backup as vCenter has them; empty when there was nothing to do.
  returned: success
  type: list
  elements: dict
  sample: [{name: w01-x2x9l, uuid: 906f4b0d-4c43-5dcc-9056-782629d906b6, path: /DC0/vm/eksa/w01-x2x9l, cluster: w01}]
notes:
  description: What is odd and stands in nobody's way, such as a cluster whose API server does not answer.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, VSPHERE, WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.restore import Asked, Ports, restore
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope
from ansible_collections.eks.anywhere.plugins.module_utils._plan.restore_machines import Accepted
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.vault import AnsibleVault
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter

SPEC = Spec(
    options=merge(
        KUBE,
        VSPHERE,
        WAIT,
        {
            "src": {"type": "path", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
            "namespace": {"type": "str", "default": "eksa-system"},
            "name": {"type": "str"},
            "overwrite": {"type": "bool", "default": False},
            "accept_missing": {"type": "list", "elements": "str", "default": []},
            "accept_unknown": {"type": "list", "elements": "str", "default": []},
            "wait": {"type": "bool", "default": True},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Restore from wherever an earlier run was cut; in check mode say what would be done."""
    username, password = params["vsphere_username"] or "", params["vsphere_password"] or ""
    ports = Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        files=LocalFiles(),
        vault=AnsibleVault.if_given(params["password"]),
        vcenter=lambda server: VCenter(server=server, username=username, password=password),
        connect=lambda text: KubeClient.from_kubeconfig_text(text, origin="of a managed cluster", patience=HASTY),
        clock=SystemClock(),
        report=context.report,
    )
    asked = Asked(
        path=params["src"],
        scope=Scope(namespace=params["namespace"], name=params["name"] or None),
        timeout_seconds=float(params["timeout_seconds"]),
        overwrite=params["overwrite"],
        accepted=Accepted(frozenset(params["accept_missing"]), frozenset(params["accept_unknown"])),
        wait=params["wait"],
        check_mode=context.check_mode,
    )
    return restore(asked, ports=ports)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
