# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Budgets that need no lab: size of files and functions, and what one module drags to a remote host.

Import cost is counted, not timed: modules loaded and lines shipped do not depend on how busy the machine is.
"""

from __future__ import annotations

import ast
import json
import pathlib
import subprocess
import sys
import typing as t

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLUGINS = ROOT / "plugins"
PREFIX = "ansible_collections.eks.anywhere.plugins."
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("[a-z]*.py"))
SOURCES = sorted(PLUGINS.rglob("*.py"))

MODULE_LINES = 150
FUNCTION_LINES = 40
PAYLOAD_LINES = 14_500
"""AnsiballZ compiles the payload on every remote task: 24 ms per 1,000 lines where this was measured. What looks at
machines carries the judgement of how far they are replaced."""
WHOLE_CLUSTER = {"cluster_info": 16_000, "cluster_upgrade_info": 17_000}
"""They know all objects of a cluster and of what may manage it; the second renders and compares them, too."""
SHELL_IMPORTS = 305
"""Modules in ``sys.modules`` after importing a module without SDK; ``ansible.module_utils.basic`` alone brings ~200."""
BOTH_SIDES = frozenset({"capi_restore", "cluster_delete", "cluster_delete_info", "cluster_why", "vsphere_credentials"})
"""They ask the API servers and vCenter in one go: a cause, and what is left of a cluster, may lie on either side."""
WITHOUT_SDK = ("cluster_files", "cluster_ssh_key", "generate_config", "progress_line")
SDKS = ("docker", "kubernetes", "pyVmomi", "requests", "urllib3")


def code_lines(source: str) -> int:
    """Lines that are neither blank, nor comment, nor one of Ansible's documentation strings."""
    tree = ast.parse(source)
    documentation: set[int] = set()
    for node in tree.body:
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in (
            "DOCUMENTATION",
            "EXAMPLES",
            "RETURN",
        ):
            documentation.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    lines = enumerate(source.splitlines(), start=1)
    return sum(1 for number, line in lines if number not in documentation and line.strip() and line.strip()[0] != "#")


def closure(path: pathlib.Path) -> set[pathlib.Path]:
    """A file of ours and all files of ours that it imports, directly or not."""
    found: set[pathlib.Path] = set()
    todo = [path]
    while todo:
        current = todo.pop()
        if current not in found:
            found.add(current)
            todo.extend(_imported(current))
    return found


def _imported(path: pathlib.Path) -> t.Iterator[pathlib.Path]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(PREFIX):
            base = PLUGINS.joinpath(*str(node.module).removeprefix(PREFIX).split("."))
            candidates = [base.with_suffix(".py"), *((base / alias.name).with_suffix(".py") for alias in node.names)]
            yield from (candidate for candidate in candidates if candidate.is_file())


@pytest.mark.parametrize("name", MODULES)
def test_module_file_is_small(name: str) -> None:
    assert code_lines((PLUGINS / "modules" / f"{name}.py").read_text(encoding="utf-8")) <= MODULE_LINES


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(PLUGINS)))
def test_functions_are_small(path: pathlib.Path) -> None:
    long = [
        f"{path.relative_to(ROOT)}:{node.lineno} {node.name}: {size} lines"
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and (size := (node.end_lineno or node.lineno) - node.lineno + 1) > FUNCTION_LINES
    ]
    assert not long, "\n".join(long)


@pytest.mark.parametrize("name", MODULES)
def test_module_payload_is_small(name: str) -> None:
    shipped = {
        path: len(path.read_text(encoding="utf-8").splitlines()) for path in closure(PLUGINS / "modules" / f"{name}.py")
    }
    largest = sorted(((lines, str(path.relative_to(PLUGINS))) for path, lines in shipped.items()), reverse=True)[:8]
    assert sum(shipped.values()) <= WHOLE_CLUSTER.get(name, PAYLOAD_LINES), largest


@pytest.mark.parametrize("name", MODULES)
def test_module_carries_one_sdk_at_most_beside_docker(name: str) -> None:
    """``vsphere_validate`` must not carry ``kubernetes``, nor ``capi_apply`` pyVmomi."""
    rooms = {path.relative_to(PLUGINS).parts[1] for path in closure(PLUGINS / "modules" / f"{name}.py")}
    assert not {"_kube", "_vsphere"} <= rooms or name in BOTH_SIDES


@pytest.mark.parametrize("name", sorted(set(WITHOUT_SDK) & set(MODULES)))
def test_module_without_sdk_imports_little(name: str) -> None:
    code = f"import json, sys; import {PREFIX}modules.{name}; print(json.dumps(sorted(sys.modules)))"
    # -S would hide the environment's packages; -I would hide the import tree.
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    loaded = json.loads(printed)
    assert not [sdk for sdk in SDKS if sdk in loaded]
    assert len(loaded) <= SHELL_IMPORTS, len(loaded)
