# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Batched property reads: exact paths of exact objects, or of the objects a short traversal selects."""

from __future__ import annotations

import dataclasses
import typing as t

try:
    from pyVmomi import vim, vmodl
except ImportError:  # the session says so when it is opened
    vim = vmodl = None

PAGE = 500
ALL_PAGES = -1


@dataclasses.dataclass(frozen=True)
class Row:
    """Properties of one object. ``denied`` names the privilege that reading some of them lacked."""

    ref: t.Any
    values: t.Mapping[str, t.Any]
    denied: str = ""

    @property
    def kind(self) -> str:
        """Managed object type."""
        return str(self.ref._wsdlName)

    @property
    def moid(self) -> str:
        """Managed object identifier."""
        return str(self.ref._GetMoId())


@dataclasses.dataclass(frozen=True)
class Hop:
    """One step of a traversal: from objects of a kind along a property, then on by the hops of these names."""

    name: str
    kind: str
    path: str
    then: tuple[str, ...] = ()


POOLS = (
    Hop("folder", "Folder", "childEntity", ("folder", "compute")),
    Hop("compute", "ComputeResource", "resourcePool", ("pool",)),
    Hop("pool", "ResourcePool", "resourcePool", ("pool",)),
)
FOLDERS = (Hop("folder", "Folder", "childEntity", ("folder",)),)
CHILDREN = (Hop("folder", "Folder", "childEntity"),)
GRANDCHILDREN = (Hop("folder", "Folder", "childEntity", ("below",)), Hop("below", "Folder", "childEntity"))


class Collector:
    """The server's property collector; counts nothing, caches nothing, leaves nothing on the server."""

    def __init__(self, property_collector: t.Any) -> None:
        self._server = property_collector

    def read(self, refs: t.Sequence[t.Any], paths: t.Mapping[str, t.Sequence[str]]) -> list[Row]:
        """Properties (``{kind: paths}``) of these objects, in one request per page."""
        if not refs:
            return []
        specs = vmodl.query.PropertyCollector
        return self._retrieve([specs.ObjectSpec(obj=ref, skip=False) for ref in refs], paths)

    def read_one(self, ref: t.Any, paths: t.Sequence[str]) -> Row | None:
        """Properties of one object; None when it is gone, as machines and old tasks are."""
        try:
            rows = self.read([ref], {type(ref).__name__.rpartition(".")[2]: paths})
        except vmodl.fault.ManagedObjectNotFound:
            return None
        return rows[0] if rows else None

    def traverse(
        self, root: t.Any, hops: t.Sequence[Hop], paths: t.Mapping[str, t.Sequence[str]], *, pages: int = ALL_PAGES
    ) -> list[Row]:
        """Properties of the objects of these kinds that the hops lead to, the root included; the first ``pages``."""
        return self.traverse_all([root], hops, paths, pages=pages)

    def traverse_all(
        self,
        roots: t.Sequence[t.Any],
        hops: t.Sequence[Hop],
        paths: t.Mapping[str, t.Sequence[str]],
        *,
        pages: int = ALL_PAGES,
    ) -> list[Row]:
        """The same from several roots, in one request per page."""
        specs = vmodl.query.PropertyCollector
        select = [
            specs.TraversalSpec(
                name=hop.name,
                type=getattr(vim, hop.kind),
                path=hop.path,
                skip=False,
                selectSet=[specs.SelectionSpec(name=name) for name in hop.then],
            )
            for hop in hops
        ]
        objects = [specs.ObjectSpec(obj=root, skip=False, selectSet=select) for root in roots]
        return self._retrieve(objects, paths, pages=pages)

    def _retrieve(
        self, objects: list[t.Any], paths: t.Mapping[str, t.Sequence[str]], *, pages: int = ALL_PAGES
    ) -> list[Row]:
        specs = vmodl.query.PropertyCollector
        wanted = [
            specs.PropertySpec(type=getattr(vim, kind), pathSet=list(names), all=False) for kind, names in paths.items()
        ]
        options = specs.RetrieveOptions(maxObjects=PAGE)
        page = self._server.RetrievePropertiesEx([specs.FilterSpec(propSet=wanted, objectSet=objects)], options)
        rows: list[Row] = []
        while page is not None:
            rows.extend(_row(content) for content in page.objects)
            pages -= 1
            if page.token and not pages:
                self._server.CancelRetrievePropertiesEx(page.token)
                break
            page = self._server.ContinueRetrievePropertiesEx(page.token) if page.token else None
        return rows


def _row(content: t.Any) -> Row:
    denied = next(
        (
            missing.fault.privilegeId or "System.Read"
            for missing in content.missingSet
            if isinstance(missing.fault, vim.fault.NoPermission)
        ),
        "",
    )
    return Row(ref=content.obj, values={prop.name: prop.val for prop in content.propSet}, denied=denied)


def with_paths(rows: t.Sequence[Row], root: t.Any, root_path: str) -> dict[str, Row]:
    """Inventory paths of traversed rows, which must carry ``name`` and ``parent``; the root itself is left out."""
    known = {row.moid: row for row in rows}
    root_id = str(root._GetMoId())

    def path(row: Row) -> str:
        parts: list[str] = []
        while row.moid != root_id:
            parts.append(str(row.values.get("name", "")))
            parent = row.values.get("parent")
            above = known.get(str(parent._GetMoId())) if parent is not None else None
            if above is None:
                break
            row = above
        return "/".join((root_path, *reversed(parts)))

    return {path(row): row for row in rows if row.moid != root_id}


__all__ = ("CHILDREN", "FOLDERS", "GRANDCHILDREN", "POOLS", "Collector", "Hop", "Row", "with_paths")
