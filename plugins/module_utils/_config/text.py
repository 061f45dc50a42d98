# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""YAML text as Go writes it.

Files on machines are compared as text by Cluster API, so a quote that differs would replace every machine.
"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import scalars
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

_STRING = "tag:yaml.org,2002:str"
_LARGEST_WHOLE = 2**63


class _Dumper(yaml.CSafeDumper):
    """libyaml's emitter with Go's choice of quotes."""

    def ignore_aliases(self, _data: t.Any) -> bool:
        """Never write anchors."""
        return True


_Dumper.yaml_implicit_resolvers = {
    first: [rule for rule in rules if rule[0] != scalars.MERGE]
    for first, rules in scalars.Loader.yaml_implicit_resolvers.items()
}
_OF_OLD = re.compile(r"[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+(\.[0-9_]*)?|\d{4}-\d\d?-\d\d?([Tt ].*)?")
"""Sexagesimal numbers and times: Go reads them as text and quotes them all the same."""
_RUN = re.compile(r"\d+|.", re.DOTALL)


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Blocks for several lines; double quotes where a plain string would read as another type."""
    if "\n" in text:
        return dumper.represent_scalar(_STRING, text, style="|")
    resolve: t.Callable[..., str] = dumper.resolve
    ambiguous = resolve(yaml.ScalarNode, text, (True, False)) != _STRING or _OF_OLD.fullmatch(text)
    return dumper.represent_scalar(_STRING, text, style='"' if ambiguous else None)


def _float(dumper: _Dumper, value: float) -> yaml.ScalarNode:
    """Go writes whole numbers without a point: they went through JSON, which knows one kind of number."""
    if value.is_integer() and abs(value) < _LARGEST_WHOLE:
        return dumper.represent_int(int(value))
    return dumper.represent_scalar("tag:yaml.org,2002:float", repr(value))


_Dumper.add_representer(str, _string)
_Dumper.add_representer(float, _float)


def dumped(value: t.Any, *, sort: bool = False) -> str:
    """One document; ``sort`` orders keys as Go does for maps, else they stay as written."""
    ordered = _sorted(value) if sort else value
    text: str = yaml.dump(ordered, Dumper=_Dumper, sort_keys=False, default_flow_style=False, allow_unicode=True)
    return text


def _sorted(value: t.Any) -> t.Any:
    if isinstance(value, dict):
        return {name: _sorted(value[name]) for name in sorted(value, key=_place)}
    return [_sorted(item) for item in value] if isinstance(value, (list, tuple)) else value


def _place(name: str) -> list[tuple[int, int, int]]:
    """Signs before numbers before letters; numbers by their value, so that ``a9`` comes before ``a10``."""
    return [
        (1, int(run), len(run)) if run.isdecimal() else (2 if run.isalpha() else 0, ord(run), 0)
        for run in _RUN.findall(name)
    ]


def block(text: str) -> str:
    """The content of a YAML block: exactly one line end at the end."""
    return text.rstrip() + "\n"


__all__ = ("block", "dumped")
