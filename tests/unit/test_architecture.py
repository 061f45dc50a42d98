# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The one rule of the rooms: arrows point one way, pure rooms see no outside world, shells hold no domain decision."""

from __future__ import annotations

import ast
import dataclasses
import pathlib
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
PREFIX = "ansible_collections.eks.anywhere.plugins."

SHARED = frozenset({"_errors", "_ports", "_ports_survey", "_ports_template", "_result", "_yaml"})
PURE = frozenset({"_config", "_render", "_plan", "_wait", "_checks", "_fleet"})
ADAPTERS = frozenset({"_kube", "_vsphere", "_run"})
LAB = frozenset({"_lab"})
"""The lab's builder is all outside world: it compiles and starts servers. Product code never imports it."""
SHELL_PARTS = frozenset({"_argspec", "_shell", "_shell_fleet", "_shell_run"})
ARROWS: dict[str, frozenset[str]] = {
    "_errors": frozenset(),
    "_ports": frozenset({"_errors"}),
    "_ports_survey": frozenset({"_errors", "_ports"}),
    "_ports_template": frozenset({"_errors", "_ports"}),
    "_result": frozenset({"_errors"}),
    "_yaml": frozenset({"_errors"}),
    "_argspec": frozenset({"_errors"}),
    "_shell": SHARED | {"_argspec"},
    "_shell_fleet": SHARED | {"_ops", "_run", "_shell_run"},
    "_shell_run": SHARED | {"_plan", "_run"},
    "_config": SHARED,
    "_checks": SHARED | {"_config"},
    "_render": SHARED | {"_config"},
    "_plan": SHARED | {"_config"},
    "_wait": SHARED | {"_config"},
    "_fleet": SHARED | {"_config"},
    "_ops": SHARED | PURE,
    "_kube": SHARED,
    "_vsphere": SHARED,
    "_run": SHARED,
    "_lab": SHARED | PURE | {"_run"},
    "modules": SHARED | PURE | {"_ops"} | ADAPTERS | LAB | SHELL_PARTS,
    "action": frozenset({"modules", "plugin_utils"}),
    "filter": SHARED | PURE,
    "inventory": SHARED | PURE,
    "callback": frozenset({"plugin_utils"}),
    "plugin_utils": SHARED | SHELL_PARTS | {"_run"},
    "doc_fragments": frozenset(),
}
"""Room -> rooms that it may import besides itself."""

CALM_STDLIB = frozenset(
    {
        "__future__",
        "abc",
        "base64",
        "binascii",
        "bisect",
        "collections",
        "concurrent.futures",
        "contextlib",
        "copy",
        "dataclasses",
        "datetime",
        "decimal",
        "difflib",
        "enum",
        "fnmatch",
        "functools",
        "graphlib",
        "hashlib",
        "heapq",
        "html",
        "ipaddress",
        "itertools",
        "json",
        "math",
        "operator",
        "pathlib",
        "posixpath",
        "re",
        "string",
        "struct",
        "textwrap",
        "types",
        "typing",
        "unicodedata",
        "urllib.parse",
        "uuid",
        "zlib",
    }
)
"""What the pure rooms may import: no network, no disk, no process, no clock, no randomness.

A pool of threads waits for calls on ports and nothing else."""
CALM_OTHERS = {"_yaml": frozenset({"sys", "yaml"})}
"""Exceptions by room: PyYAML turns text into values, and its absence is told with the name of the interpreter."""

OUTSIDE_CALLS = frozenset({"open", "print", "input", "exec", "eval", "compile", "__import__", "breakpoint"})
OUTSIDE_METHODS = frozenset({"now", "utcnow", "today", "read_text", "write_text", "read_bytes", "write_bytes", "uuid4"})
SDK = frozenset({"docker", "kubernetes", "pyVim", "pyVmomi", "requests", "socket", "ssl", "subprocess", "urllib3"})


@dataclasses.dataclass(frozen=True)
class Source:
    """One Python file of the collection."""

    path: pathlib.Path

    @property
    def name(self) -> str:
        """Path below ``plugins``."""
        return str(self.path.relative_to(PLUGINS))

    @property
    def room(self) -> str:
        """The folder that decides what the file may import."""
        parts = self.path.relative_to(PLUGINS).with_suffix("").parts
        return parts[1] if parts[0] == "module_utils" else parts[0]

    def tree(self) -> ast.Module:
        """Parsed once per test; files are small."""
        return ast.parse(self.path.read_text(encoding="utf-8"), filename=str(self.path))

    def imports(self) -> t.Iterator[tuple[int, str]]:
        """Every imported module with its line, wherever in the file it stands."""
        for node in ast.walk(self.tree()):
            if isinstance(node, ast.Import):
                yield from ((node.lineno, alias.name) for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                assert node.level == 0, f"{self.name}:{node.lineno}: relative import"
                yield node.lineno, str(node.module)
                yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


SOURCES = [Source(path) for path in sorted(PLUGINS.rglob("*.py"))]
CALM = [source for source in SOURCES if source.room in PURE | SHARED | {"_ops"}]
IDS: t.Callable[[Source], str] = lambda source: source.name  # noqa: E731  (pytest wants a function)


def room_of(module: str) -> str | None:
    """Room that an absolute import of ours leads to; None for anything else, and for the packages above the rooms."""
    if not module.startswith(PREFIX):
        return None
    parts = module.removeprefix(PREFIX).split(".")
    if parts[0] != "module_utils":
        return parts[0]
    return parts[1] if len(parts) > 1 else None


def test_there_is_something_to_judge() -> None:
    rooms = {source.room for source in SOURCES}
    assert rooms >= PURE | SHARED | ADAPTERS | {"_ops", "modules", "action"}, sorted(rooms)


def test_every_room_is_on_the_map() -> None:
    unknown = {source.name for source in SOURCES if source.room not in ARROWS and source.path.name != "__init__.py"}
    assert not unknown, f"say in ARROWS what these may import: {sorted(unknown)}"


@pytest.mark.parametrize("source", SOURCES, ids=IDS)
def test_arrows_point_one_way(source: Source) -> None:
    allowed = ARROWS.get(source.room, frozenset()) | {source.room}
    wrong = [
        f"{source.name}:{line}: {source.room} -> {room}"
        for line, module in source.imports()
        if (room := room_of(module)) is not None and room not in allowed
    ]
    assert not wrong, "\n".join(sorted(set(wrong)))


@pytest.mark.parametrize("source", CALM, ids=IDS)
def test_pure_rooms_import_nothing_that_reaches_out(source: Source) -> None:
    wrong = [f"{source.name}:{line}: {module}" for line, module in _outer(source) if not _is_calm(module, source.room)]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", CALM, ids=IDS)
def test_pure_rooms_call_nothing_that_reaches_out(source: Source) -> None:
    wrong = []
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in OUTSIDE_CALLS:
            wrong.append(f"{source.name}:{node.lineno}: {node.func.id}()")
        if isinstance(node, ast.Attribute) and node.attr in OUTSIDE_METHODS and not _is_port(node):
            wrong.append(f"{source.name}:{node.lineno}: .{node.attr}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", [source for source in SOURCES if source.room not in ADAPTERS | LAB], ids=IDS)
def test_only_adapters_import_the_world(source: Source) -> None:
    wrong = [f"{source.name}:{line}: {module}" for line, module in source.imports() if module.split(".")[0] in SDK]
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("source", [source for source in SOURCES if source.room == "modules"], ids=IDS)
def test_module_files_decide_nothing(source: Source) -> None:
    branches = [
        f"{source.name}:{node.lineno}"
        for node in ast.walk(source.tree())
        if isinstance(node, (ast.If, ast.Match, ast.While)) and not _is_main_guard(node)
    ]
    assert not branches, f"a decision belongs into _ops: {branches}"


@pytest.mark.parametrize("source", [source for source in SOURCES if source.room == "action"], ids=IDS)
def test_actions_are_twins_and_nothing_more(source: Source) -> None:
    body = [node for node in source.tree().body if isinstance(node, (ast.ClassDef, ast.FunctionDef))]
    assert len(body) == 1, "one class"
    assert isinstance(body[0], ast.ClassDef)
    assert body[0].name == "ActionModule"
    named = [node for node in body[0].body if not isinstance(node, ast.Expr)]
    assert len(named) == 1, "only MODULE"
    assert ast.unparse(named[0]) == f"MODULE = {source.path.stem}"


def test_the_map_has_no_cycle() -> None:
    for room in ARROWS:
        assert room not in _reachable(room), f"{room} reaches itself"


def _reachable(room: str) -> set[str]:
    seen: set[str] = set()
    todo = list(ARROWS[room])
    while todo:
        following = todo.pop()
        if following not in seen:
            seen.add(following)
            todo.extend(ARROWS.get(following, ()))
    return seen


def _outer(source: Source) -> t.Iterator[tuple[int, str]]:
    """Imports of modules that are not ours; of ``from a import b`` only ``a``."""
    for node in ast.walk(source.tree()):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names if room_of(alias.name) is None)
        elif isinstance(node, ast.ImportFrom) and not str(node.module).startswith("ansible_collections."):
            yield node.lineno, str(node.module)


def _is_calm(module: str, room: str) -> bool:
    top = module.split(".", maxsplit=1)[0]
    return module in CALM_STDLIB or top in CALM_STDLIB | CALM_OTHERS.get(room, frozenset())


def _is_port(node: ast.Attribute) -> bool:
    """``clock.now()`` and ``self._clock.now()`` are the port, not the time of day."""
    owner = node.value.attr if isinstance(node.value, ast.Attribute) else getattr(node.value, "id", "")
    return "clock" in owner.lower()


def _is_main_guard(node: ast.AST) -> bool:
    return isinstance(node, ast.If) and ast.unparse(node.test) in ("__name__ == '__main__'", "t.TYPE_CHECKING")
