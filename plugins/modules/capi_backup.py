#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_backup
short_description: Keep an encrypted backup of the objects that manage clusters
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Writes the Cluster API objects of a namespace, or of one cluster in it, to a folder, namely all that
    M(eks.anywhere.capi_move) would move, with the Secrets that belong to them.
  - Nothing in the cluster is paused or changed. The objects are read while their controllers work, so the status of one
    may be a moment newer than that of another.
  - Each kind is one file, encrypted as Ansible Vault does it, so C(ansible-vault view) shows it. Once decrypted by
    C(ansible-vault decrypt), the folder is what C(clusterctl move --from-directory) reads.
  - In the files, and only there, clusters are paused, so that nothing is made anew while they are restored.
    C(clusterctl) lets them go on at the end.
  - Beside the folder, with the ending C(.json) and written last, is an index with the names of the objects and digests
    of their content. Folders have mode 0700, files 0600.
  - The backup is read back and held against the digests. One that is complete and can be read with the password is left
    alone. One that is damaged, or was encrypted with another password, is written anew.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.kube
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
requirements:
  - cryptography
options:
  namespace:
    description:
      - Namespace of the Cluster API objects.
    type: str
    default: eksa-system
  name:
    description:
      - Name of the one cluster to back up. Without it all clusters of the namespace are.
      - What belongs to no cluster, such as a ClusterResourceSet, is in the backup either way.
    type: str
  dest:
    description:
      - Folder of this backup, such as RV(eks.anywhere.cluster_upgrade_info#module:backup_file).
      - It is replaced as a whole, so a folder with other files in it is refused. So is a backup of another management
        cluster, or one that lacks a cluster that is asked for.
    type: path
    required: true
  password:
    description:
      - Password of the backup. It holds the private keys of the clusters, so it is never written in clear, and an empty
        password is an error.
    type: str
    required: true
seealso:
  - module: eks.anywhere.capi_move
  - module: eks.anywhere.capi_restore
  - module: eks.anywhere.cluster_upgrade_info
"""

EXAMPLES = r"""
- name: Keep a backup of all clusters
  eks.anywhere.capi_backup:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    dest: /var/backups/clusters/prod-2026-11
    password: "{{ vault_backup_password }}"

- name: Show what a backup of one cluster would hold
  eks.anywhere.capi_backup:
    kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: w01
    dest: /var/backups/clusters/w01
    password: "{{ vault_backup_password }}"
  check_mode: true
  diff: true
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: ["Write the backup /var/backups/clusters/w01: 42 objects"]
dest:
  description: Folder of the backup.
  returned: success
  type: str
  sample: /var/backups/clusters/w01
clusters:
  description: The clusters that were found, as namespace and name.
  returned: success
  type: list
  elements: str
  sample: [eksa-system/w01]
inventory:
  description:
    - The objects that are there now, each with a digest of its content. A backup that is left alone may differ;
      its own index says what is in it.
  returned: success
  type: dict
  sample: {"Machine eksa-system/w01-x2x9l": "5f0c2a9be1d47c33"}
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import KUBE, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops.backup import Ports, backup
from ansible_collections.eks.anywhere.plugins.module_utils._plan.move_graph import Scope
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.vault import AnsibleVault
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        KUBE,
        {
            "namespace": {"type": "str", "default": "eksa-system"},
            "name": {"type": "str"},
            "dest": {"type": "path", "required": True},
            "password": {"type": "str", "required": True, "no_log": True},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Back up, unless there is a backup; in check mode say what would be written."""
    ports = Ports(
        kube=KubeClient.from_kubeconfig(params["kubeconfig"]),
        files=LocalFiles(),
        vault=AnsibleVault.if_given(params["password"]),
    )
    scope = Scope(namespace=params["namespace"], name=params["name"] or None)
    return backup(params["dest"], scope=scope, ports=ports, check_mode=context.check_mode)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
