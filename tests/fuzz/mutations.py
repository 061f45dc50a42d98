# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Edits that break a config as people and tools do: a part is lost, doubled, misplaced, misspelt, of another type."""

from __future__ import annotations

import copy
import random
import typing as t

import yaml

Node = t.Any
Container = t.Union[dict[t.Any, Node], list[Node]]
Place = tuple[Container, t.Any]
"""A container, and the key or index of one of its values."""

ODD_VALUES: tuple[Node, ...] = (
    None,
    True,
    0,
    -1,
    2,
    1.30,
    2**63,
    float("inf"),
    float("nan"),
    "",
    " ",
    "~",
    "yes",
    "0x1F",
    "1.30",
    "-1",
    "1_000",
    "é\u2028\x85",
    "a\nb",
    "x" * 300,
    "::1",
    "10.0.0.0/33",
    "https://[",
    "http://a:b@c:70000/",
    "/DC0/network/x",
    "10m",
    "100%",
    "v0.0.0-dev+build.1",
    [],
    {},
    [None],
    [[]],
    {"": None},
    {None: {}},
    {1: True},
    ["x", "x"],
)


def places(node: Node) -> t.Iterator[Place]:
    """Every place inside a tree, from the outside in."""
    if not isinstance(node, (dict, list)):
        return
    for key in list(node) if isinstance(node, dict) else range(len(node)):
        yield node, key
        yield from places(node[key])


def mutated(documents: t.Sequence[Node], rng: random.Random, *, times: int = 1) -> list[Node]:
    """A copy with some edits."""
    tree = copy.deepcopy(list(documents))
    for _round in range(times):
        found = list(places(tree))
        if found:
            rng.choice(_EDITS)(rng.choice(found), found, rng)
    return tree


def _drop(place: Place, found: t.Sequence[Place], rng: random.Random) -> None:
    container, key = place
    del container[key]


def _replace(place: Place, found: t.Sequence[Place], rng: random.Random) -> None:
    container, key = place
    container[key] = copy.deepcopy(rng.choice(ODD_VALUES))


def _double(place: Place, found: t.Sequence[Place], rng: random.Random) -> None:
    """A list item once more; of anything else, a list of two."""
    container, key = place
    if isinstance(container, list):
        container.insert(key, copy.deepcopy(container[key]))
    else:
        container[key] = [container[key], copy.deepcopy(container[key])]


def _misplace(place: Place, found: t.Sequence[Place], rng: random.Random) -> None:
    """The value of another place."""
    container, key = place
    elsewhere, name = rng.choice(found)
    container[key] = copy.deepcopy(elsewhere[name])


def _misspell(place: Place, found: t.Sequence[Place], rng: random.Random) -> None:
    container, key = place
    if isinstance(container, dict) and isinstance(key, str) and key:
        spelt = rng.choice((key.upper(), key[:-1], key + "s", key[::-1], ""))
        container[spelt] = container.pop(key)


_EDITS: tuple[t.Callable[[Place, t.Sequence[Place], random.Random], None], ...] = (
    _drop,
    _replace,
    _replace,
    _double,
    _misplace,
    _misspell,
)


def parsed(text: str) -> list[Node]:
    """The documents of a text; none when it is no YAML."""
    try:
        return list(yaml.load_all(text, Loader=yaml.CSafeLoader))
    except (yaml.YAMLError, ValueError, TypeError, RecursionError):
        return []


def dumped(documents: t.Sequence[Node], *, flow: bool = False) -> str:
    """Text of documents, as one tool or another writes them."""
    return t.cast(
        str,
        yaml.dump_all(documents, Dumper=yaml.CSafeDumper, sort_keys=False, allow_unicode=True, default_flow_style=flow),
    )


__all__ = ("ODD_VALUES", "Node", "dumped", "mutated", "parsed", "places")
