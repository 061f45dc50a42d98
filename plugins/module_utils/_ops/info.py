# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Look at the machine, the bootstrap cluster and the cluster, and say where the creation stands."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops import sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_observe import Look
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_observe_managed import ManagedLook
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_servers import Servers
from ansible_collections.eks.anywhere.plugins.module_utils._ops.info_subject import Ports, Subject
from ansible_collections.eks.anywhere.plugins.module_utils._plan import create, create_shown
from ansible_collections.eks.anywhere.plugins.module_utils._plan.create import Standing
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result


def info(subject: Subject, *, ports: Ports, check_mode: bool) -> Result:
    """Observe and plan; in check mode the plan is shown."""
    servers = Servers(subject, ports=ports)
    look = (Look if subject.config.self_managed else ManagedLook)(subject, servers=servers, ports=ports)
    observed: Standing = look.standing()
    phases = create.phases(observed)
    remaining = [phase.name for phase in phases if not phase.done]
    planned = create_shown.machines(subject.config)
    objects: list[str] = []
    if "cluster_objects" in remaining:
        objects = sources.planned(subject.config, subject.bundles, artifacts=ports.artifacts)
    if check_mode:
        for line in create_shown.lines(subject.config, remaining, planned, objects):
            ports.report.line(line)
    return Result(
        data={
            **_facts(subject),
            "phases": [dataclasses.asdict(phase) for phase in phases],
            "remaining": remaining,
            "finished": observed.finished,
            "objects_plan": objects,
            "machines": [dataclasses.asdict(machine) for machine in planned],
            "endpoint_ours": observed.endpoint_ours,
            "source_lost": observed.source_lost,
            "api_calls": servers.calls,
        }
    )


def _facts(subject: Subject) -> dict[str, t.Any]:
    config, folder = subject.config, subject.folder
    return {
        "name": config.name,
        "provider": config.provider,
        "namespace": config.namespace,
        "kubernetes_version": config.kubernetes_version,
        "management_cluster": config.management_name,
        "self_managed": config.self_managed,
        "endpoint": config.endpoint,
        "gitops": config.gitops,
        "folder": folder.path,
        "kubeconfig": subject.kubeconfig_path,
        "builder_kubeconfig": subject.builder_path,
        "manager_kubeconfig": subject.manager_path,
        "bootstrap_kubeconfig": folder.bootstrap_kubeconfig if config.self_managed else "",
        "bootstrap_name": folder.bootstrap_name if config.self_managed else "",
    }


__all__ = ("Ports", "Subject", "info")
