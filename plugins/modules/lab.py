#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: lab
short_description: Raise or remove a simulated datacenter on this machine
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Builds, from package registries only, every real component that a cluster needs, keeps the results in a
    content-addressed cache, and starts a registry and a vCenter simulator whose virtual machines are containers that
    boot systemd, cloud-init and kubeadm.
  - Uses the docker engine of the machine when one works, else installs and starts one.
  - Writes an inventory, a cluster config, and a Bundles manifest with its release manifests.
extends_documentation_fragment:
  - eks.anywhere.attributes
options:
  state:
    description:
      - V(present) builds what is missing and starts what is not running.
      - V(built) only has the programs named by O(components) in the cache; nothing is started.
      - V(absent) stops and removes all that was started; the cache stays.
    type: str
    choices: [present, built, absent]
    default: present
  components:
    description: Names of the programs, manifests and charts to have; used with O(state=built).
    type: list
    elements: str
    default: []
  kits:
    description:
      - What machines that boot from now on are given beside their image; built when it is asked for.
      - V(external-etcd) is what the members of an external etcd need.
    type: list
    elements: str
    choices: [external-etcd]
    default: []
  releases:
    description:
      - EKS Distro releases to have beside the first one, to upgrade to; built when they are asked for.
      - A release that the lab has been given stays in it until the lab is removed.
      - V(kubernetes-1-34-eks-2) is the sources of the first with the next patch version stamped into Kubernetes,
        Cluster API and its vSphere provider.
      - V(kubernetes-1-35-eks-1) is Kubernetes 1.35 and its CoreDNS, compiled from sources of their own, with the
        Cluster API and the vSphere provider of V(kubernetes-1-34-eks-2).
    type: list
    elements: str
    choices: [kubernetes-1-34-eks-2, kubernetes-1-35-eks-1]
    default: []
  files:
    description: Folder with the Go modules and image sources of the role P(eks.anywhere.eksa_lab#role).
    type: path
    required: true
  cache:
    description: Folder of the cache; C($XDG_CACHE_HOME/eks.anywhere) when not set.
    type: path
attributes:
  check_mode:
    support: partial
    details: Says only that the lab would be raised or removed.
  diff_mode:
    support: none
    details: What is built and started is told line by line instead.
  idempotent:
    support: full
"""

EXAMPLES = r"""
- name: Raise the lab
  eks.anywhere.lab:
    files: "{{ role_path }}/files"

- name: Remove the lab, keep the cache
  eks.anywhere.lab:
    state: absent
    files: "{{ role_path }}/files"
"""

RETURN = r"""
inventory:
  description: Path of the inventory of the lab's clusters; empty when the lab is not up.
  returned: success
  type: str
  sample: /home/ansible/.cache/eks.anywhere/lab/run/inventory.yml
tools_dir:
  description: Folder of the built programs.
  returned: success
  type: str
  sample: /home/ansible/.cache/eks.anywhere/lab/bin
built:
  description: Names of the components that were built now rather than found in the cache.
  returned: success
  type: list
  elements: str
  sample: [kubelet]
seconds:
  description: How long it took.
  returned: success
  type: float
  sample: 12.5
actions:
  description: What was done, in words.
  returned: success
  type: list
  elements: str
  sample: [started docker]
lines:
  description: What was shown while it ran.
  returned: success
  type: list
  elements: str
  sample: []
"""

import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog
from ansible_collections.eks.anywhere.plugins.module_utils._lab.datacenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import LATER
from ansible_collections.eks.anywhere.plugins.module_utils._lab.store import cache_home
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options={
        "state": {"type": "str", "choices": ["present", "built", "absent"], "default": "present"},
        "components": {"type": "list", "elements": "str", "default": []},
        "kits": {"type": "list", "elements": "str", "choices": [kit.name for kit in catalog.KITS], "default": []},
        "releases": {"type": "list", "elements": "str", "choices": [one.name for one in LATER], "default": []},
        "files": {"type": "path", "required": True},
        "cache": {"type": "path"},
    },
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Raise, build or remove."""
    clock = SystemClock()
    cache = Path(params["cache"]) if params["cache"] else cache_home()
    lab = Datacenter(root=cache / "lab", files=Path(params["files"]), clock=clock, report=context.report)
    started = clock.now()
    actions = lab.converge(
        params["state"],
        components=params["components"],
        kits=params["kits"],
        releases=params["releases"],
        check_mode=context.check_mode,
    )
    return Result(
        actions=actions,
        data={
            "inventory": str(lab.inventory) if lab.inventory.is_file() else "",
            "tools_dir": str(lab.root / "bin"),
            "built": [action.removeprefix("built ") for action in actions if action.startswith("built ")],
            "seconds": round(clock.now() - started, 1),
        },
    )


def main() -> t.NoReturn:
    """Entry point of the shipped module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
