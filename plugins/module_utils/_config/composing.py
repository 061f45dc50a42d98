# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""YAML text -> nodes, within limits that no honest text comes near."""

from __future__ import annotations

import contextlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import scalars
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

MAX_CHARACTERS = 4 * 1024 * 1024
MAX_VALUES = 200_000
"""Aliases are expanded; a bomb of them is cut here."""
MAX_DEPTH = 64


class Overflow(Exception):
    """More values, or deeper, than any honest config has."""


def measure(text: str, *, characters: int = MAX_CHARACTERS) -> None:
    """Raise ``Overflow`` for a text that is too large, or too deep for libyaml, which recurses on the C stack."""
    if len(text) > characters:
        raise Overflow(f"the text is larger than {characters} characters")
    with _loader(text) as events:
        depth = 0
        while events.check_event():
            event = events.get_event()
            depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
            if depth > MAX_DEPTH:
                raise Overflow(f"values are nested deeper than {MAX_DEPTH} levels")


def nodes(text: str) -> list[yaml.Node]:
    """The documents as nodes."""
    measure(text)
    found = []
    with _loader(text) as documents:
        while documents.check_node():
            found.append(documents.get_node())
    return [node for node in found if node is not None]


@contextlib.contextmanager
def _loader(text: str) -> t.Iterator[scalars.Loader]:
    # Ansible hands over tagged subclasses of str, which libyaml refuses.
    loader = scalars.Loader(str.__str__(text))
    try:
        yield loader
    finally:
        loader.dispose()


UNREADABLE = (yaml.YAMLError, UnicodeError, Overflow)
"""What ``nodes`` raises."""


def reason(exc: Exception) -> tuple[int, str]:
    """Line (0 when unknown) and message of one of ``UNREADABLE``."""
    if isinstance(exc, yaml.MarkedYAMLError):
        line = exc.problem_mark.line + 1 if exc.problem_mark else 0
        return line, f"could not parse: error converting YAML to JSON: {exc.problem or exc.context}"
    conversion = "" if isinstance(exc, Overflow) else "error converting YAML to JSON: "
    return 0, f"could not parse: {conversion}{exc}"


def syntax(text: str) -> str:
    """What keeps a text from being YAML, or an empty text."""
    try:
        nodes(text)
    except (*UNREADABLE,) as exc:  # ansible-test takes the name alone for something that is no exception
        return reason(exc)[1]
    return ""


__all__ = (
    "MAX_CHARACTERS",
    "MAX_DEPTH",
    "MAX_VALUES",
    "UNREADABLE",
    "Overflow",
    "measure",
    "nodes",
    "reason",
    "syntax",
)
