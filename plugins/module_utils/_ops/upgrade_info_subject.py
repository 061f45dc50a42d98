# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The cluster whose upgrade is planned, and the ports that the plan is made with."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import keys, ssh
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, sources
from ansible_collections.eks.anywhere.plugins.module_utils._ops.located import Located
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Artifacts,
    Clock,
    Files,
    Kube,
    Reporter,
    Runner,
)
from ansible_collections.eks.anywhere.plugins.module_utils._render.cluster import TemplateFacts
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials

NAMESPACE = "eksa-system"
"""Where Cluster API objects of clusters are."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """``open_file`` makes a client out of a kubeconfig file."""

    files: Files
    artifacts: Artifacts
    runner: Runner
    clock: Clock
    report: Reporter
    open_file: t.Callable[[str], Kube]


@dataclasses.dataclass(frozen=True, kw_only=True)
class Subject(Located):
    """Paths of backups and plans are empty when none is asked for."""

    bundles: Bundles
    credentials: Credentials = dataclasses.field(repr=False)
    template_facts: t.Mapping[str, TemplateFacts] = dataclasses.field(default_factory=dict)
    environ: t.Mapping[str, str] = dataclasses.field(default_factory=dict, repr=False)
    backup_dir: str = ""
    write_plan: str = ""
    plan_file: str = ""

    @property
    def knows_secrets(self) -> bool:
        """Whether the Secrets of the cluster can be rendered, to be compared."""
        return bool(self.credentials.username and self.credentials.password)


def subject(params: t.Mapping[str, t.Any], *, files: Files, environ: t.Mapping[str, str]) -> Subject:
    """What the options of ``cluster_upgrade_info`` name."""
    config = inputs.cluster_config(params, files=files, environ=environ)
    folder = Folder(state_dir=params["state_dir"], name=config.name)
    key = params["ssh_authorized_key"] or ssh.public_key(files.read(f"{folder.ssh_key}.pub") or "")
    return Subject(
        config=keys.completed(config, key),
        bundles=inputs.needed_bundles(params, files=files),
        state_dir=params["state_dir"],
        credentials=Credentials(
            username=params["vsphere_username"] or "",
            password=params["vsphere_password"] or "",
            ssh_authorized_key=key,
        ),
        kubeconfig=params["kubeconfig"],
        management_kubeconfig=params["management_kubeconfig"],
        template_facts=sources.template_facts(params),
        environ=environ,
        backup_dir=params["backup_dir"] or "",
        write_plan=params["write_plan"] or "",
        plan_file=params["plan_file"] or "",
    )


__all__ = ("NAMESPACE", "Ports", "Subject", "subject")
