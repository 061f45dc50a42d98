# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Look at a cluster and at what its config asks for; say what an upgrade would do: phases, machines, room, risks."""

from __future__ import annotations

import hashlib
import json
import posixpath
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_found import Findings
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_look import Look, require
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_picture import Picture
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_subject import Ports, Subject, subject
from ansible_collections.eks.anywhere.plugins.module_utils._ops.upgrade_info_wanted import wanted
from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_file, upgrade_shown
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

PLAN_MODE = 0o644


def info(of: Subject, *, ports: Ports, check_mode: bool) -> Result:
    """Observe and plan; in check mode the plan is shown. Nothing in any cluster is changed."""
    manager, own = _clients(of, ports)
    look = Look(of, manager=manager, own=own)
    asked = wanted(of, ports=ports, kube=own)
    live = look.live(asked)
    require(of, live)
    picture = Picture(of, asked, live)
    picture.refuse(today=ports.clock.today())
    backup = _backup_path(picture)
    found = Findings(picture, look=look, manager=manager, own=own, ports=ports, backup=_missing(backup, ports))
    plan = found.plan()
    data = {**_facts(of), **found.data(plan), "backup_file": backup, "api_calls": look.calls}
    _hold_to_plan(of, found, data, ports)
    shown = upgrade_shown.lines(plan)
    if check_mode:
        for line in shown:
            ports.report.line(line)
    if of.write_plan:
        ports.files.write(
            of.write_plan, upgrade_file.written(of.config.name, found.fingerprint, data, shown), mode=PLAN_MODE
        )
    return Result(before=found.before, after=found.after, data=data)


def _clients(of: Subject, ports: Ports) -> tuple[Kube, Kube]:
    """The cluster that manages, and the cluster itself; one client where they are one."""
    paths = dict.fromkeys([of.manager_path, of.kubeconfig_path])
    missing = [path for path in paths if not ports.files.read(path)]
    if missing:
        raise EksaError(
            f"Cluster {of.config.name} cannot be asked: {missing[0]} is missing.",
            code="upgrade.no_kubeconfig",
            hint="Put the kubeconfig there, or name it. A cluster that was never created is created first.",
        )
    opened = {path: ports.open_file(path) for path in paths}
    return opened[of.manager_path], opened[of.kubeconfig_path]


def _facts(of: Subject) -> dict[str, t.Any]:
    config = of.config
    return {
        "name": config.name,
        "namespace": config.namespace,
        "provider": config.provider,
        "kubernetes_version": config.kubernetes_version,
        "self_managed": config.self_managed,
        "endpoint": config.endpoint,
        "gitops": config.gitops,
        "folder": of.folder.path,
        "kubeconfig": of.kubeconfig_path,
        "manager_kubeconfig": of.manager_path,
    }


def _backup_path(picture: Picture) -> str:
    """One place for each upgrade: the state it starts from, by generation, and what it leads to.

    The vendor's objects are written near the end, so a run that was cut finds the backup of the first one.
    """
    folder = picture.subject.backup_dir
    if not folder:
        return ""
    starts = [
        [obj["metadata"].get("uid"), obj["metadata"].get("generation")] for obj in picture.live.described.values()
    ]
    leads = [obj.get("spec") for obj in picture.wanted.described]
    mark = hashlib.sha256(json.dumps([starts, leads], sort_keys=True, default=str).encode()).hexdigest()[:12]
    return posixpath.join(folder, f"{picture.subject.config.name}-upgrade-{mark}")


def _missing(path: str, ports: Ports) -> str:
    """Where a backup is missing; empty when there is one or none is asked for. Its index is written last."""
    return "" if not path or ports.files.exists(f"{path}.json") else f"to {path}"


def _hold_to_plan(of: Subject, found: Findings, data: t.Mapping[str, t.Any], ports: Ports) -> None:
    """A finished upgrade needs no plan any more."""
    if not of.plan_file or data["finished"]:
        return
    text = ports.files.read(of.plan_file)
    if text is None:
        raise EksaError(
            f"The plan {of.plan_file} does not exist.",
            code="input.not_found",
            hint="Correct plan_file, or write the plan with write_plan first.",
        )
    upgrade_file.check(text, path=of.plan_file, name=of.config.name, found=found.fingerprint)


__all__ = ("Ports", "Subject", "info", "subject")
