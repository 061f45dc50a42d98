# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Runs of clusterctl, which find everything they need on disk and their credentials in the environment."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Files, Kube, Runner
from ansible_collections.eks.anywhere.plugins.module_utils._render import clusterctl
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import ProviderPlan
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    kube: Kube
    runner: Runner
    files: Files
    artifacts: Artifacts
    waiting: Waiting


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Providers to have. ``target`` is ``bootstrap`` or ``workload``; ``generated_dir`` takes clusterctl's files.

    With ``upgrade`` those of another version are replaced, which is refused otherwise.
    """

    config: ClusterConfig
    bundle: VersionsBundle
    kubeconfig: str
    generated_dir: str
    credentials: Credentials
    target: str = "bootstrap"
    license_token: str = ""
    upgrade: bool = False


def init(wanted: Wanted, plans: t.Sequence[ProviderPlan], missing: t.Sequence[ProviderPlan], *, ports: Ports) -> None:
    """Install providers that are not there."""
    if missing:
        _run(["init"], clusterctl.init_arguments(missing), wanted, plans, missing, ports=ports)


def upgrade(
    wanted: Wanted,
    plans: t.Sequence[ProviderPlan],
    changed: t.Sequence[ProviderPlan],
    *,
    namespaces: t.Mapping[str, str],
    ports: Ports,
) -> None:
    """Replace providers by others of their kind. All of them stop first, then each is removed and installed anew.

    clusterctl notes a provider's new version after all of its objects, so what a cut run leaves is replaced once more.
    """
    if changed:
        arguments = clusterctl.upgrade_arguments(changed, namespaces)
        _run(["upgrade", "apply"], arguments, wanted, plans, changed, ports=ports)


def require(credentials: Credentials) -> None:
    """The vSphere provider cannot be installed without."""
    if credentials.username and credentials.password:
        return
    raise EksaError(
        "No vSphere credentials were given.",
        code="vsphere.credentials_missing",
        hint="Set vsphere_username and vsphere_password, or EKSA_VSPHERE_USERNAME and EKSA_VSPHERE_PASSWORD.",
    )


def _run(
    command: t.Sequence[str],
    arguments: t.Sequence[str],
    wanted: Wanted,
    plans: t.Sequence[ProviderPlan],
    concerned: t.Sequence[ProviderPlan],
    *,
    ports: Ports,
) -> None:
    settings = _settings(wanted, plans, ports)
    options = ["--config", settings, "--kubeconfig", wanted.kubeconfig]
    done = ports.runner.run(
        ["clusterctl", *command, *options, *arguments],
        env=_environment(wanted),
        timeout_seconds=ports.waiting.timeout_seconds,
    )
    if done.rc != 0:
        raise _failed(done.stderr, concerned)


def _settings(wanted: Wanted, plans: t.Sequence[ProviderPlan], ports: Ports) -> str:
    """Path of clusterctl's configuration, beside the folder with the manifests."""
    folder = pathlib.Path(wanted.generated_dir).expanduser().absolute()
    overrides = folder / "overrides"
    for path, uri in clusterctl.files(wanted.bundle, plans).items():
        ports.files.write(str(overrides / path), ports.artifacts.read(uri), mode=0o644)
    settings = folder / "clusterctl_tmp.yaml"
    document = clusterctl.configuration(wanted.bundle, plans, overrides=str(overrides))
    # JSON is YAML. No credentials in it: they go by environment.
    ports.files.write(str(settings), json.dumps(document, indent=1))
    return str(settings)


def _environment(wanted: Wanted) -> dict[str, str]:
    common = {"EXP_CLUSTER_RESOURCE_SET": "true", "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
    if wanted.config.provider != "vsphere":
        return common
    require(wanted.credentials)
    return {
        **common,
        "VSPHERE_USERNAME": wanted.credentials.username,
        "VSPHERE_PASSWORD": wanted.credentials.password,
    }


def _failed(said: str, concerned: t.Sequence[ProviderPlan]) -> EksaError:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [re.sub(r"^Error:\s*", "", line) for line in lines if line.startswith("Error:")] or lines[-2:]
    names = ", ".join(f"{plan.label} {plan.version}" for plan in concerned)
    return EksaError(
        f"clusterctl could not install {names}: {' '.join(errors)[:600].rstrip('.')}.",
        code="providers.clusterctl_failed",
        hint="Mend what is named and run again; providers that are installed already are kept.",
        details={"providers": [plan.label for plan in concerned]},
    )


__all__ = ("Ports", "Wanted", "init", "require", "upgrade")
