# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every field of a config for vSphere and Docker has a row; what rows say is true; the docs show what is true.

``EKSA_UPDATE_GOLDENS=1`` writes the tables of the docs anew: read the difference.
"""

from __future__ import annotations

import copy
import dataclasses
import functools
import itertools
import os
import pathlib
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster, comparing, schema, shapes, support
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import ERROR, Finding, obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import generate_config
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import cilium
from ansible_collections.eks.anywhere.tests.fuzz import target

from . import samples, spec_rows
from .spec_rows import ROWS, SECTIONS, Row

PAGE = pathlib.Path(__file__).resolve().parents[3] / "docs" / "docsite" / "rst" / "cluster_config.rst"
MARK = ".. The tables below are written by a test.\n"
USERS = [{"name": "capv", "sshAuthorizedKeys": [spec_rows.KEY]}]
BASES = {
    "vsphere": samples.edited(samples.assign("VSphereMachineConfig/w01:users", USERS)),
    "docker": generate_config("w01", "docker"),
}
MAP_KEY = "example"
ROLES = {"KubeadmControlPlane": "control plane", "EtcdadmCluster": "etcd", "MachineDeployment": "workers"}
REPLACING = ("kubeadmConfigSpec", "version", "machineTemplate", "etcdadmConfigSpec", "template")
"""Parts of these objects whose change makes new machines."""
KINDS = (
    "Cluster",
    "VSphereDatacenterConfig",
    "VSphereMachineConfig",
    "DockerDatacenterConfig",
    "OIDCConfig",
    "AWSIamConfig",
    "FluxConfig",
    "GitOpsConfig",
)

Document = dict[str, t.Any]
ID: t.Callable[[Row], str] = lambda row: f"{row.kind}:{row.path}"  # noqa: E731  (pytest wants a function)


def paths(wanted: shapes.Schema, path: str) -> t.Iterator[str]:
    """Every field of a shape, written as rows write it."""
    if isinstance(wanted, shapes.Fields) and wanted.names:
        for name, inner in wanted.names.items():
            yield from paths(inner, f"{path}.{name}")
    elif isinstance(wanted, shapes.ListOf):
        yield from paths(wanted.item, f"{path}[]")
    elif isinstance(wanted, shapes.MapOf):
        yield from paths(wanted.item, f"{path}{{}}")
    else:
        yield path


def keys(path: str) -> list[str | int]:
    """A path as steps from the document."""
    steps = path.replace("{}", f".{MAP_KEY}").replace("[]", ".0").split(".")
    return [int(step) if step.isdigit() else step for step in steps]


def put(document: Document, path: str, value: t.Any) -> None:
    """Put a value at a path, making what is missing on the way; ``...`` removes it."""
    node: t.Any = document
    last = keys(path)[-1]
    for step, following in itertools.pairwise(keys(path)):
        empty: t.Any = [] if isinstance(following, int) else {}
        if isinstance(step, int) and step == len(node):
            node.append(empty)
        node = node[step] if isinstance(step, int) else node.setdefault(step, empty)
    if value is ...:
        del node[last]
    elif isinstance(last, int) and last == len(node):
        node.append(copy.deepcopy(value))
    else:
        node[last] = copy.deepcopy(value)


def get(document: Document, path: str) -> t.Any:
    """The value at a path, or None."""
    node: t.Any = document
    for step in keys(path):
        there = step < len(node) if isinstance(step, int) and isinstance(node, list) else step in (node or ())
        if not there:
            return None
        node = node[step]
    return node


def text(row: Row, value: t.Any) -> str:
    """A config with what the row needs, and a value in its field."""
    base = BASES["docker" if row.needs == "docker" else "vsphere"]
    documents = list(samples.documents(base).values())
    for place, wanted in spec_rows.PARTS.get(row.needs, {}).items():
        kind, _colon, path = place.rpartition(":")
        if place.startswith("+"):
            documents.append(_document(place[1:], wanted))
        else:
            _edit(documents, kind or "Cluster", "", path, wanted)
    _edit(documents, row.kind, row.only, row.path, value)
    return t.cast(str, yaml.safe_dump_all(documents, sort_keys=False))


def _document(kind: str, spec: t.Any) -> Document:
    return {
        "apiVersion": schema.API_VERSION,
        "kind": kind,
        "metadata": {"name": "w01"},
        "spec": copy.deepcopy(spec),
    }


def _edit(documents: t.Sequence[Document], kind: str, name: str, path: str, value: t.Any) -> None:
    for document in documents:
        if document["kind"] == kind and name in ("", document["metadata"]["name"]):
            put(document, path, value)


def found(config: str, previous: str | None = None) -> list[Finding]:
    """Findings with every switch on."""
    return comparing.findings(config, previous=previous, environ=target.SWITCHES)


def wrong(config: str) -> list[str]:
    """What keeps a cluster from being made."""
    return [str(one) for one in obstacles(found(config))]


def test_every_field_has_one_row() -> None:
    wanted = sorted(f"{kind}:{path}" for kind in KINDS for path in paths(schema.SPECS[kind], "spec"))
    assert sorted(ID(row) for row in ROWS) == wanted


@pytest.mark.parametrize("row", ROWS, ids=ID)
def test_a_good_value_is_taken(row: Row) -> None:
    assert wrong(text(row, row.good)) == []


@pytest.mark.parametrize("row", [row for row in ROWS if row.bad is not spec_rows.NOTHING and row.good != {}], ids=ID)
def test_a_wrong_value_is_told_about(row: Row) -> None:
    bad = [{}] if row.bad is spec_rows.WRONG_TYPE else row.bad
    lines = wrong(text(row, bad))
    assert any(row.words in line for line in lines), lines
    named = [step for step in keys(row.path) if isinstance(step, str) and step != MAP_KEY][-2:]
    assert any(step in line for line in lines for step in named), lines


@dataclasses.dataclass(frozen=True)
class Facts:
    """What is true of a field, as the docs show it."""

    default: str
    change: str
    replaces: str
    support: str


@functools.cache
def _rendered(config: str) -> tuple[tuple[Obj, ...], t.Any]:
    """Objects of Cluster API, and values of the CNI."""
    built = cluster.read(config, environ=target.SWITCHES)
    return target.objects(built), cilium.cilium_values(built, agent_image="a:1", operator_image="o:1")


def default(row: Row) -> str:
    """The value that a field has when it is left out."""
    without = text(row, row.good)
    documents = list(yaml.safe_load_all(without))
    _edit(documents, row.kind, row.only, row.path, ...)
    left = t.cast(str, yaml.safe_dump_all(documents, sort_keys=False))
    sources, _findings = cluster.examine(left, target.SWITCHES)
    source = next(source for source in sources if source.kind == row.kind and row.only in ("", source.name))
    value = get(source.data, row.path)
    if value not in (None, "", [], {}):
        return f"``{str(value).lower() if isinstance(value, bool) else value}``"
    return "required" if wrong(left) else ""


def change(row: Row) -> str:
    """Whether the value may become another one later; empty where there is no other."""
    if row.good == row.other:
        return ""
    before, after = text(row, row.good), text(row, row.other)
    refusals = [one for one in obstacles(found(after, before)) if one not in found(after)]
    if any(one.severity == ERROR for one in refusals):
        return "no"
    return "not by an upgrade" if refusals else "yes"


def replaces(row: Row) -> str:
    """Machines that are replaced when the value becomes another one."""
    if change(row) == "no":
        return ""
    try:
        before, after = (_machines(_rendered(text(row, value))[0]) for value in (row.good, row.other))
    except EksaError:
        return ""
    roles = [role for role in before if role in after and before[role] != after[role]]
    return "its machines" if roles and row.kind == "VSphereMachineConfig" else ", ".join(roles)


def _machines(objects: t.Sequence[Obj]) -> dict[str, t.Any]:
    """Role -> all that its machines are made of."""
    named = {(obj["kind"], obj["metadata"]["name"]): obj["spec"] for obj in objects if "spec" in obj}
    return {
        ROLES[kind]: ([spec.get(field) for field in REPLACING], [named.get(ref) for ref in _references(spec)])
        for (kind, _name), spec in named.items()
        if kind in ROLES
    }


def _references(node: t.Any) -> t.Iterator[tuple[str, str]]:
    """Kind and name of everything that an object refers to."""
    if isinstance(node, dict):
        if {"kind", "name"} <= set(node):
            yield node["kind"], node["name"]
        node = list(node.values())
    if isinstance(node, list):
        for inner in node:
            yield from _references(inner)


def supported(row: Row) -> str:
    """How far the collection goes."""
    config = text(row, row.good)
    judged = "checked" if row.bad not in (spec_rows.WRONG_TYPE, spec_rows.NOTHING) else "read"
    try:
        differs = any(
            _rendered(config) != _rendered(text(row, value)) for value in (row.other, row.bad) if _usable(value)
        )
    except EksaError:
        return judged
    if not differs:
        return judged
    built = cluster.read(config, environ=target.SWITCHES)
    return "rendered" if support.gaps(built, support.CREATE) else "created"


def _usable(value: t.Any) -> bool:
    return value not in (spec_rows.WRONG_TYPE, spec_rows.NOTHING)


def facts(row: Row) -> Facts:
    """All that is measured of a row."""
    return Facts(default(row), change(row), replaces(row), supported(row))


def tables() -> str:
    """The rows as the docs show them."""
    lines: list[str] = []
    for title, rows in SECTIONS.items():
        lines += [
            "",
            title,
            "-" * len(title),
            "",
            ".. list-table::",
            "   :header-rows: 1",
            "   :widths: 34 14 24 10 10 8",
            "",
        ]
        lines += _cells(("Field of ``spec``", "Default", "Rule", "May change", "Replaces", "Support"))
        for row in rows:
            known = facts(row)
            path = row.path.removeprefix("spec").removeprefix(".") or "spec"
            lines += _cells((f"``{path}``", known.default, row.rule, known.change, known.replaces, known.support))
    return "\n".join([*lines, ""])


def _cells(cells: t.Sequence[str]) -> list[str]:
    return [f"{'   * -' if index == 0 else '     -'} {cell}".rstrip() for index, cell in enumerate(cells)]


def test_the_docs_say_what_is_true() -> None:
    head, mark, shown = PAGE.read_text(encoding="utf-8").partition(MARK)
    assert mark, "the page has no place for the tables"
    measured = tables()
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        PAGE.write_text(head + mark + measured, encoding="utf-8")
        return
    assert shown == measured, "EKSA_UPDATE_GOLDENS=1 writes what is true now"
