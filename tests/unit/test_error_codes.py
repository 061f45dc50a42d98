# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors page of the docsite lists exactly the codes that the collection can raise."""

from __future__ import annotations

import ast
import pathlib
import re
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "docsite" / "rst" / "errors.rst"
CODE = re.compile(r"[a-z]+\.[a-z0-9_]+")
SOURCES = sorted((ROOT / "plugins").rglob("*.py"))
OTHER_WORDS = frozenset(
    {"cluster.local", "config.template", "config.uuid", "lab.md", "run.lock", "template.name", "vsphere.conf"}
)
"""A domain, attribute paths and file names that look like codes of a known room."""
FILES = (".conf", ".crt", ".go", ".json", ".key", ".log", ".md", ".pem", ".py", ".sock", ".tgz", ".yaml", ".yml")


def strings(tree: ast.AST) -> t.Iterator[str]:
    """Every string constant."""
    yield from (node.value for node in ast.walk(tree) if isinstance(node, ast.Constant) and isinstance(node.value, str))


def rooms() -> set[str]:
    """First words of the codes that are given literally as ``code=``."""
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.keyword) and node.arg == "code":
                found.update(text.split(".")[0] for text in strings(node.value) if CODE.fullmatch(text))
    return found


def used() -> set[str]:
    """Codes anywhere in the collection, given directly or through a table."""
    known = rooms()
    found: set[str] = set()
    for path in SOURCES:
        texts = strings(ast.parse(path.read_text(encoding="utf-8")))
        found.update(text for text in texts if CODE.fullmatch(text) and text.split(".")[0] in known)
    return {code for code in found - OTHER_WORDS if not code.endswith(FILES)}


def composed() -> set[str]:
    """Rooms whose codes are put together at run time, as ``f"kube.{reason}"``."""
    found: set[str] = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.JoinedStr) and isinstance(node.values[0], ast.Constant):
                start = str(node.values[0].value)
                found.update([start[:-1]] if re.fullmatch(r"[a-z]+\.", start) else [])
    return found & rooms()


def listed() -> list[str]:
    """Codes of the page, in its order."""
    return re.findall(r"^   \* - ``([a-z0-9_.]+)``$", PAGE.read_text(encoding="utf-8"), flags=re.MULTILINE)


def test_every_code_has_a_row() -> None:
    missing = sorted(used() - set(listed()))
    assert not missing, f"add to {PAGE.name}: {missing}"


def test_every_row_has_a_code() -> None:
    stale = sorted(code for code in set(listed()) - used() if code.split(".")[0] not in composed())
    assert not stale, f"nothing raises these any more: {stale}"


def test_no_row_stands_twice() -> None:
    assert len(listed()) == len(set(listed()))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT / "plugins")))
def test_codes_have_two_words(path: pathlib.Path) -> None:
    odd = [
        f"{path.name}:{node.value.lineno}: {node.value.value}"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.keyword)
        and node.arg == "code"
        and isinstance(node.value, ast.Constant)
        and not CODE.fullmatch(str(node.value.value))
        and node.value.value not in ("", True)
    ]
    assert not odd
