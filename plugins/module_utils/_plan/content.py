# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What rendered content says that live content does not: field by field, blind to what the server fills in.

A field that only the live object has is the server's default, unless the renderer is known to write it sometimes
(``optional``): then it was taken away. That way round no default of a server that is new to us ever replaces a machine.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

KEYS = ("name", "path", "key", "endpoint", "claim")
"""Fields that tell the items of a list apart, the first that they all have."""

WHOLE = frozenset(
    {
        "bottlerocket",
        "bottlerocketConfig",
        "featureGates",
        "files",
        "kubeletExtraArgs",
        "proxy",
        "registryMirror",
        "taints",
    }
)
"""Fields that are ours down to the last one inside them: the servers that we know add nothing there."""

_SHOWN_CHARACTERS = 80
_SECRET = re.compile(r"content|passwd|password|token|data$|caCert|proxy", re.IGNORECASE)
"""Names of fields whose values stay out of messages."""

Owned = t.Callable[[str], bool]
"""Whether a field at a path is the renderer's, so that its absence means something."""


@dataclasses.dataclass(frozen=True)
class Difference:
    """One field; ``before`` None: it is new; ``after`` None: it goes away. Only ``str`` is fit to be shown."""

    path: str
    before: t.Any = dataclasses.field(repr=False)
    after: t.Any = dataclasses.field(repr=False)

    def __str__(self) -> str:
        """``spec.numCPUs 2 -> 4``; of anything long, structured or secret only that it changed."""
        if _absent(self.before) or _absent(self.after):
            return f"{self.path} {'added' if _absent(self.before) else 'removed'}"
        if _SECRET.search(self.path.rpartition(".")[2]) or not (_short(self.before) and _short(self.after)):
            return f"{self.path} changed"
        return f"{self.path} {_text(self.before)} -> {_text(self.after)}"


def differences(
    live: t.Any,
    wanted: t.Any,
    *,
    path: str,
    optional: t.Collection[str] = (),
    ignored: t.Collection[str] = (),
) -> tuple[Difference, ...]:
    """Differences in the order of ``wanted``. ``optional`` and ``ignored`` are paths below ``path``."""
    found = _walk(live, wanted, path, frozenset(f"{path}.{field}" for field in optional).__contains__)
    return tuple(one for one in found if not any(_within(one.path, f"{path}.{field}") for field in ignored))


def _walk(live: t.Any, wanted: t.Any, path: str, owned: Owned) -> t.Iterator[Difference]:
    if _empty(wanted) and _empty(live):
        return
    if isinstance(live, dict) and isinstance(wanted, dict):
        yield from _objects(live, wanted, path, owned)
    elif isinstance(live, list) and isinstance(wanted, list):
        yield from _lists(live, wanted, path, owned)
    elif live != wanted:
        yield Difference(path, live, wanted)


def _all(_path: str) -> bool:
    return True


def _objects(live: dict[str, t.Any], wanted: dict[str, t.Any], path: str, owned: Owned) -> t.Iterator[Difference]:
    for key, value in wanted.items():
        yield from _walk(live.get(key), value, f"{path}.{key}", _all if key in WHOLE else owned)
    for key, value in live.items():
        if key not in wanted and not _empty(value) and owned(f"{path}.{key}"):
            yield Difference(f"{path}.{key}", value, None)


def _lists(live: list[t.Any], wanted: list[t.Any], path: str, owned: Owned) -> t.Iterator[Difference]:
    before, after = _by_key(live), _by_key(wanted)
    if before is None or after is None:
        if len(live) != len(wanted) or not all(isinstance(item, dict) for item in [*live, *wanted]):
            if live != wanted:
                yield Difference(path, live, wanted)
            return
        before, after = (dict(enumerate(items)) for items in (live, wanted))
    if list(before) != list(after) and before.keys() == after.keys():
        yield Difference(f"{path} (order)", list(before), list(after))
    for key, item in after.items():
        if key in before:
            yield from _walk(before[key], item, f"{path}[{key}]", owned)
        else:
            yield Difference(f"{path}[{key}]", None, item)
    for key, item in before.items():
        if key not in after:
            yield Difference(f"{path}[{key}]", item, None)


def _empty(value: t.Any) -> bool:
    """An API server does not tell empty from absent, nor false and zero where Go leaves them out."""
    return all(map(_empty, value.values())) if isinstance(value, dict) else not value


def _absent(value: t.Any) -> bool:
    return value is None or (isinstance(value, (dict, list)) and _empty(value))


def _by_key(items: list[t.Any]) -> dict[t.Any, t.Any] | None:
    """Items by what tells them apart, or None when nothing does."""
    if not all(isinstance(item, dict) for item in items):
        return None
    for name in KEYS:
        found = {str(item[name]): item for item in items if item.get(name)}
        if items and len(found) == len(items):
            return found
    return None


def _within(path: str, field: str) -> bool:
    """Whether a path is that of a field or of something in it."""
    return path == field or (path.startswith(field) and path[len(field)] in ".[ ")


def _short(value: t.Any) -> bool:
    text = str(value)
    return not isinstance(value, (dict, list)) and len(text) <= _SHOWN_CHARACTERS and "\n" not in text


def _text(value: t.Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


__all__ = ("Difference", "differences")
