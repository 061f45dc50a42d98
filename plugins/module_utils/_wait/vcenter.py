# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the vSphere provider and vCenter tell of machines."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import MachineFacts, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.observation import Observation, name, spec, status


def is_ready(vm: Obj) -> bool:
    """Whether a VSphereVM has come up."""
    return bool(status(vm).get("ready"))


def facts(seen: Observation, vm: Obj) -> MachineFacts:
    """What vCenter says of a machine; empty when it was not asked."""
    return (seen.datacenter.machines.get(name(vm)) if seen.datacenter else None) or MachineFacts()


def server(seen: Observation) -> str:
    """The name of vCenter with a space before it, where it is known."""
    named = (spec(obj).get("server") for obj in seen.of("VSphereCluster", "VSphereVM"))
    found = next(filter(None, named), None)
    return f" {found}" if found else ""


def speakers(seen: Observation) -> t.Iterator[Obj]:
    """What the vSphere provider writes its complaints on, machines in the order in which they come up."""
    yield from seen.of("VSphereCluster", "VSphereDeploymentZone")
    yield from (vm for vm, _machine in seen.vms)
    yield from seen.of("VSphereMachine")


__all__ = ("facts", "is_ready", "server", "speakers")
