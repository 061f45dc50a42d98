# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""YAML text as Go writes it.

Files on machines are compared as text by Cluster API, so a quote that differs would replace every machine.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml


class _Dumper(yaml.CSafeDumper):
    """libyaml's emitter with Go's choice of quotes."""

    def ignore_aliases(self, _data: t.Any) -> bool:
        """Never write anchors."""
        return True


_OTHER_TYPES = frozenset(f"tag:yaml.org,2002:{name}" for name in ("bool", "float", "int", "merge", "null", "timestamp"))


def _string(dumper: _Dumper, text: str) -> yaml.ScalarNode:
    """Blocks for several lines; double quotes where a plain string would read as another type."""
    tag = "tag:yaml.org,2002:str"
    if "\n" in text:
        return dumper.represent_scalar(tag, text, style="|")
    resolve: t.Callable[..., str] = dumper.resolve
    ambiguous = resolve(yaml.ScalarNode, text, (True, False)) in _OTHER_TYPES
    return dumper.represent_scalar(tag, text, style='"' if ambiguous else None)


_Dumper.add_representer(str, _string)


def dumped(value: t.Any, *, sort: bool = False) -> str:
    """One document; ``sort`` orders keys as Go does for maps, else they stay as written."""
    text: str = yaml.dump(value, Dumper=_Dumper, sort_keys=sort, default_flow_style=False, allow_unicode=True)
    return text


def block(text: str) -> str:
    """The content of a YAML block: exactly one line end at the end."""
    return text.rstrip() + "\n"


__all__ = ("block", "dumped")
