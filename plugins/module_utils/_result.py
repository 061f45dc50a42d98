# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What an operation returns, and the scrubbing of secrets from it."""

from __future__ import annotations

import dataclasses
import typing as t

CENSORED = "********"


@dataclasses.dataclass(frozen=True)
class Result:
    """Outcome of one operation.

    ``actions`` lists in plain words what was done (in check mode: what would be done); ``changed`` follows from it.
    ``before`` and ``after`` become the diff. ``data`` holds the documented return values of the module.
    """

    actions: tuple[str, ...] = ()
    before: str = ""
    after: str = ""
    data: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)

    @property
    def changed(self) -> bool:
        """Whether anything was (or would be) done; never set by hand."""
        return bool(self.actions)

    def as_dict(self, *, diff: bool) -> dict[str, t.Any]:
        """Shape for ``exit_json``: ``{changed, actions, **data}`` and ``diff`` when asked."""
        shape: dict[str, t.Any] = {"changed": self.changed, "actions": list(self.actions), **self.data}
        if diff:
            shape["diff"] = {"before": self.before, "after": self.after}
        return shape


def scrub(value: t.Any, secrets: t.Collection[str]) -> t.Any:
    """Replace every occurrence of a secret in a JSON-like value, keys included."""
    wanted = sorted({secret for secret in secrets if secret}, key=len, reverse=True)
    if not wanted:
        return value
    return _scrub(value, wanted)


def _scrub(value: t.Any, secrets: t.Sequence[str]) -> t.Any:
    if isinstance(value, str):
        for secret in secrets:
            value = value.replace(secret, CENSORED)
        return value
    if isinstance(value, t.Mapping):
        return {_scrub(key, secrets): _scrub(item, secrets) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_scrub(item, secrets) for item in value]
    return value


__all__ = ("CENSORED", "Result", "scrub")
