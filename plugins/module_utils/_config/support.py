# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the collection understands but cannot do yet: one table, asked before objects are rendered or a cluster made."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

RENDER = "render"
CREATE = "create"


@dataclasses.dataclass(frozen=True)
class Gap:
    """A feature that is missing from a stage on (a cluster that cannot be rendered cannot be created either)."""

    stage: str
    path: str
    feature: str
    used: t.Callable[[ClusterConfig], bool]


def _machine_uses(test: t.Callable[[t.Any], bool]) -> t.Callable[[ClusterConfig], bool]:
    return lambda config: any(test(machine) for machine in config.machines)


def _provider_is(name: str) -> t.Callable[[ClusterConfig], bool]:
    return lambda config: config.provider == name


_DATACENTER = "spec.datacenterRef.kind"
_NOT_RENDERED: t.Mapping[str, str] = {
    "nutanix": "Nutanix",
    "tinkerbell": "bare metal (Tinkerbell)",
    "snow": "Snow",
    "cloudstack": "CloudStack",
}

GAPS: tuple[Gap, ...] = (
    *(
        Gap(RENDER, _DATACENTER, f"the provider {label}", _provider_is(provider))
        for provider, label in _NOT_RENDERED.items()
    ),
    Gap(RENDER, _DATACENTER, "an unknown provider", lambda config: config.provider not in schema.PROVIDERS.values()),
    Gap(CREATE, _DATACENTER, "creation with the provider Docker", _provider_is("docker")),
    Gap(
        CREATE,
        "VSphereMachineConfig.spec.osFamily",
        "Bottlerocket",
        _machine_uses(lambda machine: machine.os_family == "bottlerocket"),
    ),
    Gap(CREATE, "spec.gitOpsRef", "GitOps", lambda config: config.gitops),
    Gap(CREATE, "spec.identityProviderRefs", "AWS IAM authentication", lambda config: config.aws_iam is not None),
    Gap(CREATE, "spec.etcdEncryption", "encryption at rest", lambda config: bool(config.etcd_encryption)),
    Gap(CREATE, "spec.clusterNetwork.cniConfig", "a CNI other than Cilium", lambda config: config.cilium is None),
)


def gaps(config: ClusterConfig, stage: str) -> list[Gap]:
    """What of the config is missing at a stage."""
    stages = (RENDER,) if stage == RENDER else (RENDER, CREATE)
    return [gap for gap in GAPS if gap.stage in stages and gap.used(config)]


def require(config: ClusterConfig, stage: str) -> None:
    """Raise ``EksaError`` that names everything missing at a stage."""
    missing = gaps(config, stage)
    if not missing:
        return
    named = "; ".join(f"{gap.feature} ({gap.path})" for gap in missing)
    raise EksaError(
        f"Cluster {config.name} uses what is not supported yet: {named}.",
        code="config.not_supported",
        hint="Created now: vSphere with Ubuntu or RHEL machines. Rendered, to compare: Bottlerocket and Docker too.",
        details={"paths": [gap.path for gap in missing]},
    )


__all__ = ("CREATE", "GAPS", "RENDER", "Gap", "gaps", "require")
