#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: capi_move
short_description: Move the management of clusters to another management cluster
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Moves the Cluster API objects of namespaces, or of one cluster in them, from one management cluster to another.
  - What moves is found as C(clusterctl move) finds it, by owner references, by the labels
    C(clusterctl.cluster.x-k8s.io/move) and C(clusterctl.cluster.x-k8s.io/move-hierarchy) on objects and on their
    definitions, and by the names of a cluster's secrets.
  - The Clusters are paused, copied with their owner references re-linked, deleted from the source with their owners
    last, and resumed in the target.
  - Nothing is deleted before all copies are in the target and equal to their originals. From then on each object and
    each virtual machine has to be accounted for; anything lost, doubled or different is an error that names it.
  - An error of an API server that may pass, such as a time-out, does not end the move. It looks again and goes on.
  - A move that was cut, at any point, is taken over and finished by running again. This holds for a move that
    C(clusterctl) left behind, too. The source is never resumed once the move has begun.
  - While a move is under way, a ConfigMap named C(eks-anywhere-capi-move) in the namespace, in both clusters, records
    names and uids of what moves. It is removed in the end.
  - A state that only a person can settle, such as a cluster that both sides manage, is an error, and nothing is
    written.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.wait
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
requirements:
  - kubernetes >= 31.0.0
  - cryptography, with O(backup_dir)
options:
  from_kubeconfig:
    description:
      - Path of the kubeconfig file of the management cluster that has the objects.
    type: path
    required: true
  to_kubeconfig:
    description:
      - Path of the kubeconfig file of the management cluster that gets them.
      - The same providers have to be installed there, in the same or a newer version.
    type: path
    required: true
  source_lost:
    description:
      - Whether the source is gone for good. A move that it was lost in the middle of then ends without it, from the
        moment on when the target holds everything; before that it is an error.
    type: bool
    default: false
  namespace:
    description:
      - Namespace of the Cluster API objects. It is created in the target when it is missing.
    type: str
    default: eksa-system
  namespaces:
    description:
      - Several namespaces, instead of O(namespace). Each step is done for all of them before the next one begins.
      - Those without anything to move are left out; it is an error when that is all of them.
      - A ClusterClass that clusters of another namespace use is copied and stays in the source as well.
    type: list
    elements: str
  all_namespaces:
    description:
      - Move all namespaces of the source that hold clusters, and finish all moves between these two management clusters
        that were cut. O(namespace) and O(namespaces) are ignored then.
    type: bool
    default: false
  name:
    description:
      - Name of the one cluster to move. Without it all clusters of the namespaces move.
      - What belongs to no cluster, such as a ClusterResourceSet, is copied and stays in the source as well while other
        clusters are there.
    type: str
  fence:
    description:
      - Stop the controllers of the source's Cluster API providers while objects are copied, so that nothing can change
        behind the pause. They run again before anything is deleted from the source.
      - The number of replicas is kept in the annotation C(eks-anywhere-capi-move/replicas) on each Deployment, so a run
        that takes over from a dead one starts them again. So does a run that ends in an error.
      - Only Deployments with the label C(cluster.x-k8s.io/provider) in the namespaces of the inventory that
        C(clusterctl init) keeps are touched, never cert-manager.
      - Clusters of the source that do not move are not reconciled meanwhile, and objects of the providers cannot be
        changed there, since their webhooks are served by the same pods.
      - This costs the time that pods take to end and to begin, see RV(fence).
      - Without it, the move waits until the objects report their pause in the condition C(Paused), if they have it.
      - When the source may hold objects in an older version than the one it stores now, which only running controllers
        can convert, no fence is raised and a line of the output says so.
    type: bool
    default: true
  wait:
    description:
      - Wait in the end until the controllers of the target have looked at the clusters and found their control planes
        and nodes again, since status is not copied. A run that died before that waits for it when it is repeated.
    type: bool
    default: true
  concurrency:
    description:
      - How many objects are copied or deleted at a time. An object still never comes before its owners.
    type: int
    default: 4
  backup_dir:
    description:
      - Folder for a backup of all objects that move, written when they are paused and before the first is copied.
      - Each move gets a folder of its own in there with one file per kind, and beside it, written last, an index with
        the names of the objects and digests of their content. Folders have mode 0700, files 0600.
      - The files are encrypted with O(backup_password) as Ansible Vault does it, and C(ansible-vault view) shows them.
        Once decrypted by C(ansible-vault decrypt), the folder is what C(clusterctl move --from-directory) reads.
      - A run that takes over from a dead one leaves the backup of the first run alone.
      - The backup stays after the move. Remove the folder when it is not needed any more.
    type: path
  backup_password:
    description:
      - Password of the backup. Without one no backup is written, since it holds the private keys of the clusters.
    type: str
  timeout_seconds:
    description:
      - How long each wait may take, namely until nothing is being provisioned or deleted any more, until no provider
        holds the move back with the annotation C(clusterctl.cluster.x-k8s.io/block-move), until the controllers of the
        source have stopped and have started, and until the clusters are managed by the target.
      - The error then says what was still missing and why.
    type: int
    default: 1800
"""

EXAMPLES = r"""
- name: Move the management of a new cluster into itself
  eks.anywhere.capi_move:
    from_kubeconfig: prod/generated/prod.kind.kubeconfig
    to_kubeconfig: prod/prod-eks-a-cluster.kubeconfig
    name: prod

- name: Move all clusters to another management cluster, with a backup
  eks.anywhere.capi_move:
    from_kubeconfig: old.kubeconfig
    to_kubeconfig: new.kubeconfig
    all_namespaces: true
    backup_dir: /var/backups/clusters
    backup_password: "{{ vault_backup_password }}"

- name: Show what a move of all clusters would do
  eks.anywhere.capi_move:
    from_kubeconfig: old.kubeconfig
    to_kubeconfig: new.kubeconfig
  check_mode: true
  diff: true
"""

RETURN = r"""
state:
  description:
    - How far the move is now. V(S5) is done; in check mode it is the same as RV(found_state).
  returned: success
  type: str
  sample: S5
found_state:
  description:
    - How far it was before.
    - V(S0) source active; V(S1) source paused; V(S2) target partly copied; V(S3) target whole, source not yet empty;
      V(S4) source empty, target paused; V(S5) done.
  returned: success
  type: str
  sample: S0
clusters:
  description: The clusters of the move, as namespace and name.
  returned: success
  type: list
  elements: str
  sample: [eksa-system/prod]
moved:
  description: What was still to be copied, deleted or resumed, each object once.
  returned: success
  type: list
  elements: str
  sample: [Cluster eksa-system/prod, Machine eksa-system/prod-x2x9l]
kept:
  description: What was copied and stays in the source as well, because others there may need it.
  returned: success
  type: list
  elements: str
  sample: [VSphereClusterIdentity shared]
inventory:
  description: What moves, each object with a digest of its content. The same before and after the move.
  returned: success
  type: dict
  sample: {"Machine eksa-system/prod-x2x9l": "5f0c2a9be1d47c33"}
machines:
  description: The machines that move and the virtual machines behind them. The same before and after the move.
  returned: success
  type: list
  elements: dict
  sample: [{name: eksa-system/prod-x2x9l, provider_id: "vsphere://4217a8cc-1be5-4f1c-9c4d-0c8a0a3f3a11"}]
fence:
  description: Which controllers of the source were stopped, and how many seconds it took to stop and to start them.
  returned: success
  type: dict
  sample: {stopped: [capv-system/capv-controller-manager], seconds: 21.5}
backup:
  description: Folders of the backup, one for each namespace.
  returned: success
  type: list
  elements: str
  sample: [/var/backups/clusters/eksa-system-prod-0d6f3f1b9a2c]
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import WAIT, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import move_gone
from ansible_collections.eks.anywhere.plugins.module_utils._ops.move import Ports, Settings, move
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.vault import AnsibleVault
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(
        {
            "from_kubeconfig": {"type": "path", "required": True},
            "to_kubeconfig": {"type": "path", "required": True},
            "source_lost": {"type": "bool", "default": False},
            "namespace": {"type": "str", "default": "eksa-system"},
            "namespaces": {"type": "list", "elements": "str"},
            "all_namespaces": {"type": "bool", "default": False},
            "name": {"type": "str"},
            "fence": {"type": "bool", "default": True},
            "wait": {"type": "bool", "default": True},
            "concurrency": {"type": "int", "default": 4},
            "backup_dir": {"type": "path"},
            "backup_password": {"type": "str", "no_log": True},
        },
        WAIT,
    ),
    mutually_exclusive=(("namespace", "namespaces"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Move from wherever the move stands; in check mode say what is left."""
    target = KubeClient.from_kubeconfig(params["to_kubeconfig"])
    ports = Ports(
        source=move_gone.source(
            lost=params.get("source_lost", False),
            target=target,
            connect=lambda: KubeClient.from_kubeconfig(params["from_kubeconfig"]),
        ),
        target=target,
        clock=SystemClock(),
        report=context.report,
        files=LocalFiles(),
        vault=AnsibleVault.if_given(params.get("backup_password")),
    )
    settings = Settings(
        timeout_seconds=params["timeout_seconds"],
        check_mode=context.check_mode,
        fence=params.get("fence", True),
        wait=params.get("wait", True),
        concurrency=params.get("concurrency", 4),
        backup_dir=params.get("backup_dir") or "",
    )
    namespaces = () if params.get("all_namespaces") else params.get("namespaces") or (params["namespace"],)
    return move(ports, namespaces=namespaces, name=params["name"] or None, settings=settings)


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
