# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Certificates that somebody makes anew as soon as their Secret is gone: kubeconfigs, and what serves webhooks.

Nothing else is touched. What machines hold is theirs, and an authority is trusted by all that it ever signed.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import CAPI
from ansible_collections.eks.anywhere.plugins.module_utils._plan.certificates import Dated, of_secrets
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._wait import Reason, Tick, until
from ansible_collections.eks.anywhere.plugins.module_utils._wait.rules.access import is_paused

MAKERS = {"kubeconfig": "the control plane provider", "cert_manager": "cert-manager"}
_OWNER = "KubeadmControlPlane"
_SECRET = {"api_version": "v1", "kind": "Secret"}


@dataclasses.dataclass(frozen=True)
class _Old:
    """A Secret that is to be made anew, and until when the certificate in it holds."""

    obj: Obj = dataclasses.field(repr=False)
    dated: Dated

    @property
    def where(self) -> dict[str, str]:
        """How to ask for it."""
        metadata = self.obj["metadata"]
        return {**_SECRET, "name": metadata["name"], "namespace": metadata["namespace"]}


def renew(*, within_days: int, kube: Kube, waiting: Waiting, check_mode: bool) -> Result:
    """Have those made anew that end within so many days; each is seen to hold longer than the one before."""
    now = waiting.clock.today()
    clusters = kube.list(api_version=CAPI, kind="Cluster")
    paused = {obj["metadata"]["name"] for obj in clusters if is_paused(obj)}
    names = [obj["metadata"]["name"] for obj in clusters]
    ending = [old for old in _olds(kube, names) if old.dated.days_left(now) < within_days]
    left = sorted(old.dated.name for old in ending if old.dated.cluster in paused)
    todo = [old for old in ending if old.dated.cluster not in paused]
    if todo and not check_mode:
        for old in todo:
            waiting.report.line(f"Having {old.dated.name} made anew by {MAKERS[old.dated.kind]}")
            kube.delete(**old.where, uid=old.obj["metadata"]["uid"])
        _wait(todo, names, kube=kube, waiting=waiting)
    return Result(
        actions=tuple(f"Have {old.dated.name} made anew" for old in todo),
        before="".join(f"{old.dated.name}: until {_day(old.dated.expires)}\n" for old in todo),
        after="".join(f"{old.dated.name}: made anew\n" for old in todo),
        data={"renewed": [old.dated.name for old in todo], "paused": left},
    )


def _olds(kube: Kube, names: t.Sequence[str]) -> t.Iterator[_Old]:
    for obj in kube.list(**_SECRET):
        for dated in of_secrets([obj], names):
            if dated.kind in MAKERS and (dated.kind != "kubeconfig" or _is_owned(obj)):
                yield _Old(obj, dated)


def _is_owned(obj: Obj) -> bool:
    """A kubeconfig that a person put there nobody would make again."""
    return any(owner.get("kind") == _OWNER for owner in obj["metadata"].get("ownerReferences") or ())


def _wait(todo: t.Sequence[_Old], names: t.Sequence[str], *, kube: Kube, waiting: Waiting) -> None:
    def tick() -> Tick:
        missing = [old for old in todo if not _is_anew(kube.get(**old.where), old, names)]
        reasons = tuple(
            Reason("Secret", old.dated.name.partition(" ")[2], f"{MAKERS[old.dated.kind]} has not made it anew yet")
            for old in missing
        )
        return Tick(done=not missing, state=f"{len(todo) - len(missing)}/{len(todo)} made anew", reasons=reasons)

    until(
        tick,
        clock=waiting.clock,
        report=waiting.report,
        timeout_seconds=waiting.timeout_seconds,
        what="certificates",
    )


def _is_anew(obj: Obj | None, old: _Old, names: t.Sequence[str]) -> bool:
    if obj is None:
        return False
    return any(dated.expires > old.dated.expires for dated in of_secrets([{**obj, "kind": "Secret"}], names))


def _day(moment: dt.datetime) -> str:
    return moment.strftime("%Y-%m-%d")


__all__ = ("renew",)
