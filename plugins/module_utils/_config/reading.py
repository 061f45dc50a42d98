# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""YAML text -> documents, each value checked against its schema and remembered with its source line.

The text is composed by libyaml into nodes; this module turns nodes into plain data under the guidance of the schema.
So a number where a string belongs becomes one (``port: 5000``), as in Go.
"""

from __future__ import annotations

import dataclasses
import difflib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import composing, scalars, schema
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import WARNING, Finding, shown
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml


@dataclasses.dataclass(frozen=True)
class Source:
    """One document of the text: its data, and the line of each path that the user wrote."""

    kind: str
    data: dict[str, t.Any]
    lines: t.Mapping[str, int]

    @property
    def api_version(self) -> str:
        """``apiVersion``."""
        return str(self.data.get("apiVersion", ""))

    @property
    def name(self) -> str:
        """``metadata.name``, empty when missing."""
        return str(self.data.get("metadata", {}).get("name", ""))

    @property
    def namespace(self) -> str:
        """``metadata.namespace``, empty when missing."""
        return str(self.data.get("metadata", {}).get("namespace", ""))

    @property
    def spec(self) -> dict[str, t.Any]:
        """``spec``, empty when missing."""
        found: dict[str, t.Any] = self.data.get("spec", {})
        return found

    def path(self, field: str) -> str:
        """A field of this document as findings name it."""
        return field if self.kind == "Cluster" else f"{self.kind}[{self.name}].{field}"

    def line(self, field: str) -> int:
        """Source line of a field or, when the user did not write it, of the nearest object around it."""
        while field and field not in self.lines:
            field = field[: max(field.rfind("."), field.rfind("["), 0)]
        return self.lines.get(field, 0)


def read(text: str) -> tuple[list[Source], list[Finding]]:
    """The EKS Anywhere documents of a text, in order, and what is wrong with their shape. Never raises on any text."""
    try:
        return _documents(composing.nodes(text))
    except (*composing.UNREADABLE,) as exc:  # ansible-test takes the name alone for something that is no exception
        line, words = composing.reason(exc)
        return [], [Finding("", words, line=line)]


def _documents(nodes: t.Sequence[yaml.Node]) -> tuple[list[Source], list[Finding]]:
    sources: list[Source] = []
    findings: list[Finding] = []
    for node in nodes:
        if not isinstance(node, yaml.MappingNode):
            if node.tag != scalars.NULL:
                findings.append(Finding("", "could not parse: a document must be an object", line=_line(node)))
            continue
        head = {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}
        findings.extend(_head_problems(head))
        kind = _text(head.get("kind"))
        if not kind and not _text(head.get("apiVersion")):
            continue
        if not _text(head.get("apiVersion")):
            findings.append(Finding("apiVersion", f"apiVersion not set for Kind: {kind}", line=_line(node)))
            continue
        if kind not in schema.SPECS:
            continue
        walk = _Walk()
        data = walk.value(node, schema.of_kind(kind), "")
        source = Source(kind=kind, data=data or {}, lines=walk.lines)
        sources.append(source)
        findings.extend(dataclasses.replace(found, path=source.path(found.path)) for found in walk.findings)
    return sources, findings


def _head_problems(head: t.Mapping[str, yaml.Node]) -> t.Iterator[Finding]:
    """What a document is says a real string, in documents that are nobody's business, too."""
    for name in ("apiVersion", "kind"):
        node = head.get(name)
        if node is not None and node.tag != scalars.NULL and _word(node) != "string":
            yield Finding(name, f"cannot unmarshal {_word(node)} into a field of type string", line=_line(node))


def _word(node: yaml.Node) -> str:
    """What messages call a value of this kind."""
    return _COLLECTIONS.get(type(node)) or scalars.NUMBERS_AND_BOOLS.get(node.tag, "string")


def _text(node: yaml.Node | None) -> str:
    return node.value if isinstance(node, yaml.ScalarNode) and node.tag != scalars.NULL else ""


def _line(node: yaml.Node) -> int:
    return int(node.start_mark.line) + 1


class _Walk:
    """Turns the nodes of one document into data. ``None`` stands for a value that is absent, null or unusable.

    Unknown and duplicate fields are errors. Upstream's parsers of single kinds read all documents so strictly, its
    command only the Cluster; but a field that is silently ignored elsewhere is as much of a surprise.
    """

    def __init__(self) -> None:
        self.lines: dict[str, int] = {}
        self.findings: list[Finding] = []
        self._values = 0
        self._depth = 0

    def value(self, node: yaml.Node, wanted: schema.Schema, path: str) -> t.Any:
        """One value, of the wanted shape."""
        self.lines[path] = _line(node)
        if isinstance(wanted, schema.Leaf):
            return self._leaf(node, wanted, path)
        if node.tag == scalars.NULL and isinstance(node, yaml.ScalarNode):
            return None
        self._enter()
        try:
            if isinstance(wanted, schema.ListOf):
                return self._list(node, wanted, path)
            if isinstance(wanted, schema.Kept):
                return self._kept(node, wanted, path)
            return self._object(node, wanted, path)
        finally:
            self._depth -= 1

    def _enter(self) -> None:
        self._values += 1
        self._depth += 1
        if self._values > composing.MAX_VALUES:
            raise composing.Overflow(f"the text expands to more than {composing.MAX_VALUES} values")
        if self._depth > composing.MAX_DEPTH:
            raise composing.Overflow(f"values are nested deeper than {composing.MAX_DEPTH} levels")

    def _wrong(self, node: yaml.Node, path: str, wanted: str) -> None:
        value = node.value if isinstance(node, yaml.ScalarNode) else None
        message = f"cannot unmarshal {_word(node)} into a field of type {wanted}"
        self.findings.append(Finding(path, message, line=_line(node), value=shown(value)))

    def _list(self, node: yaml.Node, wanted: schema.ListOf, path: str) -> list[t.Any] | None:
        if not isinstance(node, yaml.SequenceNode):
            self._wrong(node, path, "array")
            return None
        items = (self.value(item, wanted.item, f"{path}[{index}]") for index, item in enumerate(node.value))
        return [_EMPTY.get(type(wanted.item), "") if item is None else item for item in items]

    def _kept(self, node: yaml.Node, wanted: schema.Kept, path: str) -> dict[str, t.Any] | None:
        if self._object(node, wanted.shape, path) is None:
            return None
        told = len(self.findings)
        found: dict[str, t.Any] = self._free(node)
        del self.findings[told:]  # the first walk said it, with the path
        if not isinstance(found.get("kind"), str) or not found["kind"]:
            self.findings.append(Finding(path, "Object 'Kind' is missing", line=_line(node)))
        return found

    def _object(self, node: yaml.Node, wanted: schema.Fields | schema.MapOf, path: str) -> dict[str, t.Any] | None:
        if not isinstance(node, yaml.MappingNode):
            self._wrong(node, path, "object")
            return None
        found: dict[str, t.Any] = {}
        for key, item in self._pairs(node, path):
            name = self._name(key, wanted, path) if isinstance(wanted, schema.Fields) else scalars.string(key)
            if name is None:
                continue
            item_schema = wanted.names[name] if isinstance(wanted, schema.Fields) else wanted.item
            value = self.value(item, item_schema, f"{path}.{name}" if path else name)
            if value is not None:
                found[name] = value
            elif isinstance(wanted, schema.MapOf):
                found[name] = ""
        return found

    def _pairs(self, node: yaml.MappingNode, path: str) -> t.Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        """Key and value nodes with merge keys resolved; the document's own keys win, duplicates are findings."""
        own: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        merged: dict[str, tuple[yaml.ScalarNode, yaml.Node]] = {}
        for key, item in node.value:
            if key.tag == scalars.MERGE:
                for source in item.value if isinstance(item, yaml.SequenceNode) else [item]:
                    merged |= {
                        pair[0].value: pair for pair in self._merged(source, path) if pair[0].value not in merged
                    }
            elif not isinstance(key, yaml.ScalarNode):
                self.findings.append(Finding(path, "a field name must be a plain string", line=_line(key)))
            elif key.value in own:
                where = f"{path}.{key.value}" if path else key.value
                message = f'duplicate field: key "{key.value}" already set in map on line {_line(own[key.value][0])}'
                self.findings.append(Finding(where, message, line=_line(key)))
                own[key.value] = (key, item)
            else:
                own[key.value] = (key, item)
        yield from {**merged, **own}.values()

    def _merged(self, node: yaml.Node, path: str) -> t.Iterator[tuple[yaml.ScalarNode, yaml.Node]]:
        if not isinstance(node, yaml.MappingNode):
            self.findings.append(
                Finding(path, "map merge requires map or sequence of maps as the value", line=_line(node))
            )
            return
        self._enter()
        yield from self._pairs(node, path)
        self._depth -= 1

    def _name(self, key: yaml.ScalarNode, wanted: schema.Fields, path: str) -> str | None:
        """The known name that the user meant, or None; as upstream, names may differ in case."""
        if key.value in wanted.names:
            return str(key.value)
        where = f"{path}.{key.value}" if path else str(key.value)
        same = [name for name in wanted.names if name.lower() == key.value.lower()]
        if same:
            self.findings.append(Finding(where, f'read as "{same[0]}"', WARNING, _line(key)))
            return same[0]
        near = difflib.get_close_matches(key.value, wanted.names, n=1, cutoff=0.5)
        advice = f'; did you mean "{near[0]}"?' if near else ""
        self.findings.append(Finding(where, f'unknown field "{key.value}"{advice}', line=_line(key)))
        return None

    def _leaf(self, node: yaml.Node, wanted: schema.Leaf, path: str) -> t.Any:
        if wanted is schema.FREE:
            return self._free(node)
        if not isinstance(node, yaml.ScalarNode):
            self._wrong(node, path, wanted.type)
            return None
        if node.tag == scalars.NULL:
            return None
        value = scalars.LEAVES[wanted](node)
        if value is None:
            self._malformed(node, path, wanted)
        return value

    def _malformed(self, node: yaml.ScalarNode, path: str, wanted: schema.Leaf) -> None:
        rule = scalars.RULES.get(wanted)
        if rule is None or _word(node) != "string":
            self._wrong(node, path, wanted.type)
        else:
            self.findings.append(Finding(path, rule, line=_line(node), value=shown(node.value)))

    def _free(self, node: yaml.Node) -> t.Any:
        self._enter()
        try:
            if isinstance(node, yaml.SequenceNode):
                return [self._free(item) for item in node.value]
            if isinstance(node, yaml.MappingNode):
                return {scalars.string(key): self._free(item) for key, item in self._pairs(node, "")}
            return scalars.plain(node) if isinstance(node, yaml.ScalarNode) else None
        finally:
            self._depth -= 1


_COLLECTIONS: t.Mapping[type, str] = {yaml.SequenceNode: "array", yaml.MappingNode: "object"}
_EMPTY: t.Mapping[type, t.Any] = {schema.Fields: {}, schema.MapOf: {}, schema.Kept: {}, schema.ListOf: []}


__all__ = ("Source", "read")
