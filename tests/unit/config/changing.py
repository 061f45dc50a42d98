# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A small config of every provider, and edits that make a before and an after of it."""

from __future__ import annotations

import copy
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config import comparing, defaults, reading
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding

DOMAIN = "anywhere.eks.amazonaws.com"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIAABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"
OTHER_KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIBABAgMEBQYHCAkKCwwNDg8QERITFBUWFxgZGhscHR4f"

Data = dict[str, t.Any]
Edits = t.Mapping[str, t.Any]
"""``Kind:a.b.0.c`` (the Cluster where no kind is given) -> value of a field of ``spec``, ``...`` removes it.

``Kind@name`` is an annotation, ``Kind#a.b`` a field of the document itself."""

_USERS = [{"name": "ec2-user", "sshAuthorizedKeys": [KEY]}]
_ZONE = {"name": "zone", "network": {"name": "net"}}
DATACENTERS: t.Mapping[str, tuple[str, Data]] = {
    "vsphere": ("VSphere", {"server": "vc.test", "datacenter": "DC0", "network": "/DC0/network/net", "insecure": True}),
    "docker": ("Docker", {}),
    "nutanix": (
        "Nutanix",
        {"endpoint": "prism.test", "port": 9440, "credentialRef": {"kind": "Secret", "name": "prism"}},
    ),
    "tinkerbell": ("Tinkerbell", {"tinkerbellIP": "198.18.0.9", "osImageURL": "https://files.test/os-1-30.gz"}),
    "snow": ("Snow", {"identityRef": {"kind": "Secret", "name": "snow"}}),
    "cloudstack": (
        "CloudStack",
        {
            "availabilityZones": [
                {
                    "name": "az-1",
                    "credentialsRef": "global",
                    "zone": _ZONE,
                    "account": "admin",
                    "domain": "domain1",
                    "managementApiEndpoint": "https://cloud.test",
                }
            ]
        },
    ),
}
MACHINES: t.Mapping[str, Data] = {
    "vsphere": {
        "datastore": "/DC0/datastore/d",
        "resourcePool": "/DC0/host/h/Resources",
        "folder": "/DC0/vm",
        "template": "/DC0/vm/ubuntu-kube-v1-30",
        "osFamily": "ubuntu",
        "memoryMiB": 8192,
        "numCPUs": 2,
        "storagePolicyName": "policy",
        "users": [{"name": "capv", "sshAuthorizedKeys": [KEY]}],
    },
    "nutanix": {
        "osFamily": "ubuntu",
        "vcpusPerSocket": 1,
        "vcpuSockets": 4,
        "memorySize": "8Gi",
        "systemDiskSize": "40Gi",
        "bootType": "legacy",
        "image": {"type": "name", "name": "ubuntu-1-30"},
        "cluster": {"type": "name", "name": "c1"},
        "subnet": {"type": "name", "name": "s1"},
        "users": [{"name": "capx", "sshAuthorizedKeys": [KEY]}],
    },
    "tinkerbell": {"osFamily": "ubuntu", "hardwareSelector": {"type": "cp"}, "users": _USERS},
    "snow": {
        "amiID": "ami",
        "instanceType": "sbe-c.large",
        "physicalNetworkConnector": "SFP_PLUS",
        "sshKeyName": "default",
        "osFamily": "ubuntu",
        "devices": ["198.18.0.8"],
        "network": {"directNetworkInterfaces": [{"index": 1, "dhcp": True, "primary": True}]},
    },
    "cloudstack": {
        "template": {"name": "ubuntu-1-30"},
        "computeOffering": {"name": "m4-large"},
        "affinity": "pro",
        "affinityGroupIds": [],
        "users": [{"name": "capc", "sshAuthorizedKeys": [KEY]}],
    },
}
OTHERS: t.Mapping[str, Data] = {
    "OIDCConfig": {
        "clientId": "kubernetes",
        "issuerUrl": "https://oidc.test",
        "requiredClaims": [{"claim": "sub", "value": "me"}],
    },
    "AWSIamConfig": {
        "awsRegion": "eu-west-1",
        "backendMode": ["EKSConfigMap"],
        "mapRoles": [{"roleARN": "arn:aws:iam::1:role/r", "username": "u"}],
    },
    "FluxConfig": {"branch": "main", "github": {"owner": "me", "repository": "fleet", "personal": True}},
    "GitOpsConfig": {"flux": {"github": {"owner": "me", "repository": "fleet", "branch": "main"}}},
    "SnowIPPool": {
        "pools": [
            {"ipStart": "198.18.1.2", "ipEnd": "198.18.1.9", "subnet": "198.18.1.0/24", "gateway": "198.18.1.1"},
            {"ipStart": "198.18.2.2", "ipEnd": "198.18.2.9", "subnet": "198.18.2.0/24", "gateway": "198.18.2.1"},
        ]
    },
}
_REFERENCES: t.Mapping[str, Edits] = {
    "OIDCConfig": {"identityProviderRefs": [{"kind": "OIDCConfig", "name": "c1"}]},
    "AWSIamConfig": {"identityProviderRefs": [{"kind": "AWSIamConfig", "name": "c1"}]},
    "FluxConfig": {"gitOpsRef": {"kind": "FluxConfig", "name": "c1"}},
    "GitOpsConfig": {"gitOpsRef": {"kind": "GitOpsConfig", "name": "c1"}},
    "SnowIPPool": {
        "SnowMachineConfig:network.directNetworkInterfaces": [
            {"index": 1, "primary": True, "ipPoolRef": {"kind": "SnowIPPool", "name": "c1"}}
        ]
    },
}


def base(name: str) -> list[Data]:
    """A cluster of a provider; of vSphere with one more object when ``name`` is that object's kind."""
    provider = name if name in DATACENTERS else "vsphere" if name != "SnowIPPool" else "snow"
    prefix, datacenter = DATACENTERS[provider]
    machine = {"machineGroupRef": {"kind": f"{prefix}MachineConfig", "name": "c1"}} if provider in MACHINES else {}
    spec: Data = {
        "kubernetesVersion": "1.30",
        "managementCluster": {"name": "c1"},
        "clusterNetwork": {
            "cniConfig": {"cilium": {}},
            "pods": {"cidrBlocks": ["192.168.0.0/16"]},
            "services": {"cidrBlocks": ["10.96.0.0/12"]},
        },
        "controlPlaneConfiguration": {"count": 1, "endpoint": {"host": "198.18.0.5"}, **machine},
        "workerNodeGroupConfigurations": [{"name": "md-0", "count": 1, **copy.deepcopy(machine)}],
        "datacenterRef": {"kind": f"{prefix}DatacenterConfig", "name": "c1"},
    }
    found = [_document("Cluster", spec), _document(f"{prefix}DatacenterConfig", datacenter)]
    if provider in MACHINES:
        found.append(_document(f"{prefix}MachineConfig", MACHINES[provider]))
    if name in OTHERS:
        found.append(_document(name, OTHERS[name]))
    found = copy.deepcopy(found)
    edit(found, _REFERENCES.get(name, {}))
    return found


def _document(kind: str, spec: Data) -> Data:
    return {"apiVersion": f"{DOMAIN}/v1alpha1", "kind": kind, "metadata": {"name": "c1"}, "spec": spec}


def edit(documents: list[Data], edits: Edits) -> None:
    """Change documents in place."""
    for path, value in edits.items():
        head, mark, field = next(
            (path.partition(mark) for mark in "@#:" if mark in path.partition(".")[0]), ("", ":", path)
        )
        document = next(item for item in documents if item["kind"] == (head or "Cluster"))
        if mark == "@":
            _put(document, ["metadata", "annotations", f"{DOMAIN}/{field}"], value)
        else:
            keys = field.split(".")
            _put(document, keys if mark == "#" else ["spec", *keys], value)


def _put(target: t.Any, keys: t.Sequence[str], value: t.Any) -> None:
    *way, last = (int(key) if key.isdigit() else key for key in keys)
    for key in way:
        target = target[key] if isinstance(target, list) else target.setdefault(key, {})
    if value is ...:
        del target[last]
    elif isinstance(target, list) and last == len(target):
        target.append(value)
    else:
        target[last] = copy.deepcopy(value)


def texts(name: str, before: Edits, after: Edits) -> tuple[str, str]:
    """Both configs of a change: the base with ``before``, and that with ``after``."""
    documents = base(name)
    edit(documents, before)
    old = yaml.safe_dump_all(documents)
    edit(documents, after)
    return old, yaml.safe_dump_all(documents)


def compared(old: str, new: str) -> list[Finding]:
    """What there is to say about a change."""
    return comparing.changes(*(_sources(text) for text in (old, new)))


def _sources(text: str) -> list[reading.Source]:
    sources, _found = reading.read(text)
    defaults.apply(sources, {})
    return sources


def refusals(name: str, before: Edits, after: Edits) -> list[str]:
    """What webhooks refuse, as ``path: message``."""
    found = compared(*texts(name, before, after))
    return [f"{finding.path}: {finding.message}" for finding in found if finding.severity == "error"]


def obstacles(name: str, before: Edits, after: Edits) -> list[str]:
    """What the upgrade command refuses, as ``path: message``."""
    found = compared(*texts(name, before, after))
    return [f"{finding.path}: {finding.message}" for finding in found if finding.on_create]
