# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A cluster config and the inventory of a vCenter that satisfies it."""

from __future__ import annotations

import dataclasses
import functools

from ansible_collections.eks.anywhere.plugins.module_utils._config import bundles as bundles_room
from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    DatastoreItem,
    Inventory,
    InventoryItem,
    Lookup,
    TemplateItem,
)

GIB = 1 << 30
KIB_PER_GIB = 1 << 20
RELEASE_TAG = "eksdRelease:kubernetes-1-34-eks-9"
OS_TAG = "os:ubuntu"

CONFIG = """
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: Cluster
metadata:
  name: prod
spec:
  kubernetesVersion: "1.34"
  clusterNetwork:
    cniConfig:
      cilium: {}
    pods:
      cidrBlocks: [192.168.0.0/16]
    services:
      cidrBlocks: [10.96.0.0/12]
  controlPlaneConfiguration:
    count: 1
    endpoint:
      host: 192.0.2.10
    machineGroupRef:
      kind: VSphereMachineConfig
      name: prod-cp
  datacenterRef:
    kind: VSphereDatacenterConfig
    name: prod
  managementCluster:
    name: prod
  workerNodeGroupConfigurations:
  - name: md-0
    count: 2
    machineGroupRef:
      kind: VSphereMachineConfig
      name: prod-md
---
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: VSphereDatacenterConfig
metadata:
  name: prod
spec:
  datacenter: DC0
  insecure: false
  network: /DC0/network/VM Network
  server: vcenter.example.com
  thumbprint: ""
---
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: VSphereMachineConfig
metadata:
  name: prod-cp
spec:
  datastore: /DC0/datastore/LocalDS_0
  diskGiB: 25
  folder: /DC0/vm/eksa
  memoryMiB: 8192
  numCPUs: 2
  osFamily: ubuntu
  resourcePool: /DC0/host/DC0_C0/Resources
  template: /DC0/vm/Templates/ubuntu-1-34
  users:
  - name: capv
    sshAuthorizedKeys: ["ssh-rsa AAAA test"]
---
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: VSphereMachineConfig
metadata:
  name: prod-md
spec:
  datastore: LocalDS_0
  diskGiB: 25
  folder: eksa
  memoryMiB: 8192
  numCPUs: 2
  osFamily: ubuntu
  resourcePool: "*/Resources"
  template: ubuntu-1-34
  users:
  - name: capv
    sshAuthorizedKeys: ["ssh-rsa AAAA test"]
"""

BUNDLES = """
apiVersion: anywhere.eks.amazonaws.com/v1alpha1
kind: Bundles
metadata:
  name: bundles-1
spec:
  number: 1
  versionsBundles:
  - kubeVersion: "1.34"
    eksD:
      name: kubernetes-1-34-eks-9
      channel: 1-34
      kubeVersion: v1.34.2
  - kubeVersion: "1.33"
    eksD:
      name: kubernetes-1-33-eks-20
      channel: 1-33
      kubeVersion: v1.33.6
"""


@functools.cache
def config() -> ClusterConfig:
    """One control plane node and two workers."""
    return cluster.load(CONFIG)


@functools.cache
def bundles() -> Bundles:
    """Two Kubernetes versions."""
    return bundles_room.load_bundles(BUNDLES)


DATASTORE = DatastoreItem(
    path="/DC0/datastore/LocalDS_0", kind="Datastore", ref="datastore-1", capacity_bytes=500 * GIB, free_bytes=400 * GIB
)
TEMPLATE = TemplateItem(
    path="/DC0/vm/Templates/ubuntu-1-34",
    kind="VirtualMachine",
    ref="vm-1",
    is_template=True,
    disks_kib=(25 * KIB_PER_GIB,),
    has_snapshot=True,
    tags=(RELEASE_TAG, OS_TAG),
)
POOL = InventoryItem(path="/DC0/host/DC0_C0/Resources", kind="ResourcePool", ref="resgroup-1")
FOLDER = InventoryItem(path="/DC0/vm/eksa", kind="Folder", ref="group-1")
NETWORK = InventoryItem(path="/DC0/network/VM Network", kind="Network", ref="network-1")
DATACENTER = InventoryItem(path="/DC0", kind="Datacenter", ref="datacenter-1")


def inventory(**lookups: Lookup) -> Inventory:
    """A vCenter that has all the config asks for, but for what ``lookups`` says."""
    template = lookups.get("templates", Lookup(items=(TEMPLATE,)))
    pool = lookups.get("resource_pools", Lookup(items=(POOL,)))
    return Inventory(
        datacenter=lookups.get("datacenter", Lookup(items=(DATACENTER,))),
        networks={NETWORK.path: lookups.get("networks", Lookup(items=(NETWORK,)))},
        datastores={DATASTORE.path: lookups.get("datastores", Lookup(items=(DATASTORE,)))},
        folders={FOLDER.path: lookups.get("folders", Lookup(items=(FOLDER,)))},
        resource_pools={POOL.path: pool, "*/Resources": pool},
        templates={TEMPLATE.path: template, "ubuntu-1-34": template},
    )


def only(item: InventoryItem, **changes: object) -> Lookup:
    """A lookup that found just this item, changed."""
    return Lookup(items=(dataclasses.replace(item, **changes),))  # type: ignore[arg-type]
