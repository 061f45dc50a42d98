# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A plan as a file: what people review, and what a later run is held to.

The fingerprint covers what was wanted and what was there, object by object, so that a refusal can name what changed.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import Name, key
from ansible_collections.eks.anywhere.plugins.module_utils._plan.objects import label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

KIND = "eks.anywhere upgrade plan"
_NAMED = 6
_SECRETS = frozenset({"Secret"})
"""Not in the fingerprint: a sum over a password can be tried out."""


@dataclasses.dataclass(frozen=True)
class Fingerprint:
    """Sums by what they are about, such as ``MachineDeployment eksa-system/prod-md-0``."""

    sums: t.Mapping[str, str]

    @property
    def text(self) -> str:
        """One sum over all."""
        return _sum(dict(self.sums))


def fingerprint(
    live: t.Mapping[Name, Obj], wanted: t.Iterable[Obj], machines: t.Iterable[Obj], facts: t.Mapping[str, t.Any]
) -> Fingerprint:
    """What a plan depends on: both sides of each object, which machines there are, and ``facts`` by their names."""
    objects = {
        label(obj): _sum([_body(live.get(key(obj))), _body(obj)]) for obj in wanted if obj["kind"] not in _SECRETS
    }
    identities = {label(obj): str(obj["metadata"].get("uid", "")) for obj in machines}
    return Fingerprint({**objects, **identities, **{name: _sum(value) for name, value in facts.items()}})


def written(name: str, found: Fingerprint, data: t.Mapping[str, t.Any], lines: t.Sequence[str]) -> str:
    """The text of a plan file."""
    return dumped(
        {
            "kind": KIND,
            "cluster": name,
            "plan": list(lines),
            "remaining": list(data["remaining"]),
            "machines_replaced": list(data["machines_replaced"]),
            "fingerprint": found.text,
            "sums": dict(found.sums),
        }
    )


def check(text: str, *, path: str, name: str, found: Fingerprint) -> None:
    """Refuse a plan that was made for another cluster or another state of it."""
    plan = _read(text, path=path)
    if plan.get("cluster") != name:
        raise EksaError(
            f"{path} is a plan for cluster {plan.get('cluster')}, not for {name}.",
            code="upgrade.plan_foreign",
            hint="Give the plan of this cluster, one file for each.",
        )
    if plan.get("fingerprint") == found.text:
        return
    changed = _changed(plan.get("sums") or {}, found.sums)
    raise EksaError(
        f"The plan in {path} does not fit cluster {name} any more. Since it was made: {_told(changed)}.",
        code="upgrade.plan_outdated",
        hint="Make a new plan, read it, and run with that. A run that was cut has carried out a part of its plan.",
        details={"changed": changed},
    )


def _read(text: str, *, path: str) -> dict[str, t.Any]:
    try:
        plan = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except yaml.YAMLError:
        plan = None
    if isinstance(plan, dict) and plan.get("kind") == KIND and isinstance(plan.get("sums") or {}, dict):
        return plan
    raise EksaError(
        f"{path} is not a plan of an upgrade.",
        code="upgrade.plan_invalid",
        hint="Give a file that write_plan has written.",
    )


def _changed(before: t.Mapping[str, str], after: t.Mapping[str, str]) -> list[str]:
    """``X changed``, ``X is new``, ``X is gone``; a sum that was tampered with leaves nothing to name."""
    names = dict.fromkeys([*before, *after])
    words = {
        name: "is gone" if name not in after else "is new" if name not in before else "changed"
        for name in names
        if before.get(name) != after.get(name)
    }
    return [f"{name} {word}" for name, word in words.items()] or ["the file itself was edited"]


def _told(changed: t.Sequence[str]) -> str:
    more = len(changed) - _NAMED
    return "; ".join(changed[:_NAMED]) + (f"; and {more} more" if more > 0 else "")


def _body(obj: Obj | None) -> t.Any:
    """What an object says, without what controllers and servers note on it."""
    if obj is None:
        return None
    return {name: value for name, value in obj.items() if name not in ("metadata", "status")}


def _sum(value: t.Any) -> str:
    return hashlib.sha256(json.dumps(value, sort_keys=True, default=str).encode()).hexdigest()


__all__ = ("Fingerprint", "check", "fingerprint", "written")
