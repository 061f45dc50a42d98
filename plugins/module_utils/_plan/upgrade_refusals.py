# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What keeps a cluster from being upgraded. Everything that is wrong is said at once, each with its code."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import versions
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding, obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

FIELD = "upgrade.field_refused"
KUBERNETES = "upgrade.kubernetes_skew"
RELEASE = "upgrade.release_skew"
OLDER = "upgrade.release_older"
MANAGER = "upgrade.manager_older"
UNREADY = "upgrade.not_ready"
SEVERAL = "upgrade.refused"

_HINTS: t.Mapping[str, str] = {
    FIELD: "Set the field back to what the cluster has.",
    KUBERNETES: "Upgrade one minor version after the other.",
    RELEASE: "Upgrade EKS Anywhere one minor version after the other.",
    MANAGER: "Upgrade the management cluster first, or use the Bundles manifest of its release.",
    OLDER: "Use the Bundles manifest of the release that the cluster runs, or of a newer one.",
    UNREADY: "See why with the playbook eks.anywhere.why, mend it, and run again.",
}
_BY_FIELD = {"kubernetesVersion": KUBERNETES, "eksaVersion": RELEASE}


@dataclasses.dataclass(frozen=True)
class Refusal:
    """One thing. ``object`` is the field or the part of the cluster that it is about."""

    code: str
    object: str
    message: str

    def as_dict(self) -> dict[str, str]:
        """The documented public shape."""
        return dataclasses.asdict(self)

    def __str__(self) -> str:
        return f"{self.object}: {self.message}."


def of_change(findings: t.Iterable[Finding]) -> list[Refusal]:
    """What two configs say about the way from one to the other."""
    return [
        Refusal(
            code=_BY_FIELD.get(finding.path.rpartition(".")[2], FIELD),
            object=finding.path,
            message=f"{finding.message}{f' (found {finding.value})' if finding.value else ''}".rstrip("."),
        )
        for finding in obstacles(findings)
    ]


def of_release(live: str, wanted: str) -> list[Refusal]:
    """An older release of EKS Anywhere than the cluster's; ``live`` is empty where it names none."""
    was, will = versions.semver(live), versions.semver(wanted)
    if was is None or will is None or will >= was:
        return []
    return [Refusal(OLDER, "EKS Anywhere", f"{wanted} is older than {live}, which the cluster runs")]


def of_manager(name: str, serves: str, wanted: str) -> list[Refusal]:
    """A release that the management cluster does not know yet; ``serves`` is empty where the cluster manages itself."""
    if not versions.beyond(wanted, serves):
        return []
    return [Refusal(MANAGER, "EKS Anywhere", f"{wanted} is newer than {serves} of the management cluster {name}")]


def of_parts(unready: t.Mapping[str, str]) -> list[Refusal]:
    """Parts that are not ready, with what is wrong with them."""
    return [Refusal(UNREADY, part.replace("_", " "), words) for part, words in unready.items() if words]


def error(name: str, refusals: t.Sequence[Refusal]) -> EksaError | None:
    """All of it as one error; None when there is nothing."""
    # A field that two rules mind is told once.
    told = list(dict.fromkeys(refusals))
    if not told:
        return None
    details = {"findings": [refusal.as_dict() for refusal in told]}
    if len(told) == 1:
        only = told[0]
        return EksaError(
            f"Cluster {name} cannot be upgraded. {only}", code=only.code, hint=_HINTS[only.code], details=details
        )
    listed = "\n".join(f"  {number}. {refusal} {_HINTS[refusal.code]}" for number, refusal in enumerate(told, 1))
    return EksaError(
        f"{len(told)} things keep cluster {name} from being upgraded:\n{listed}", code=SEVERAL, details=details
    )


__all__ = ("Refusal", "error", "of_change", "of_manager", "of_parts", "of_release")
