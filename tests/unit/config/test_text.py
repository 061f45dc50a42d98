# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""YAML as Go writes it: machines compare such texts letter by letter, so each case was compared with the vendor's."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import block, dumped


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("plain", "plain"),
        ("on", '"on"'),
        ("y", '"y"'),
        ("N", '"N"'),
        ("null", '"null"'),
        ("", '""'),
        ("1e3", '"1e3"'),
        ("0o7", '"0o7"'),
        ("08", '"08"'),
        ("1:20", '"1:20"'),
        ("2024-01-01", '"2024-01-01"'),
        ("2024-01-01T00:00:00Z", '"2024-01-01T00:00:00Z"'),
        ("=", "="),
        ("<<", "<<"),
        ("a: b", "'a: b'"),
        ("*x", "'*x'"),
        ("it's", "it's"),
        ("a\tb", '"a\\tb"'),
        (1.0, "1"),
        (0.9, "0.9"),
        (0.00001, "1e-05"),
        (1e9, "1000000000"),
        (True, "true"),
        (None, "null"),
        ([], "[]"),
        ({}, "{}"),
    ],
)
def test_values(value: t.Any, written: str) -> None:
    assert dumped({"key": value}) == f"key: {written}\n"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        (["b", "a"], ["a", "b"]),
        (["pages10", "pages9"], ["pages9", "pages10"]),
        (["a_b", "aB", "a.b"], ["a.b", "a_b", "aB"]),
        (["a", "B"], ["B", "a"]),
        (["ab", "a"], ["a", "ab"]),
    ],
)
def test_order_of_keys(names: list[str], expected: list[str]) -> None:
    assert dumped(dict.fromkeys(names, 1), sort=True) == "".join(f"{name}: 1\n" for name in expected)
    assert dumped(dict.fromkeys(names, 1)) == "".join(f"{name}: 1\n" for name in names)


def test_keys_are_sorted_at_every_depth() -> None:
    assert dumped({"list": [{"b": {"d": 1, "c": 2}, "a": 3}]}, sort=True) == "list:\n- a: 3\n  b:\n    c: 2\n    d: 1\n"


def test_several_lines_are_a_block() -> None:
    assert dumped({"key": "one\ntwo\n"}) == "key: |\n  one\n  two\n"
    assert block("one\ntwo\n\n") == "one\ntwo\n"
