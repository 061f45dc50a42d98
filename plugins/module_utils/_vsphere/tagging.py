# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Attaches tags ``category:value`` to an object, and makes category and tag where they do not exist."""

from __future__ import annotations

import http.client
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tags import (
    TAG,
    AbsentError,
    TagReader,
    _call,
)

CATEGORIES = "/rest/com/vmware/cis/tagging/category"
TAGS = "/rest/com/vmware/cis/tagging/tag"
ASSOCIATION = "/rest/com/vmware/cis/tagging/tag-association/id:"


class TagWriter(TagReader):
    """Writes tags inside one short REST session that ends with the call."""

    def attach(self, kind: str, ref: str, tags: t.Sequence[str]) -> bool:
        """Attach all of them; False when the user may not."""

        def write(connection: http.client.HTTPSConnection, headers: dict[str, str]) -> bool:
            for tag in tags:
                found = _Api(connection, headers).tag(tag, kind)
                body = {"object_id": {"type": kind, "id": ref}}
                _call(connection, "POST", f"{ASSOCIATION}{found}?~action=attach", headers, body)
            return True

        return bool(self._asked(write))


class _Api:
    def __init__(self, connection: http.client.HTTPSConnection, headers: dict[str, str]) -> None:
        self._connection = connection
        self._headers = headers

    def tag(self, name: str, kind: str) -> str:
        """Identifier of the tag, which is named ``category:value`` as a whole."""
        category = self._category(name.partition(":")[0], kind)
        spec = {"name": name, "category_id": category, "description": "EKS Anywhere"}
        below = f"{TAGS}/id:{category}?~action=list-tags-for-category"
        return self._there_or_made(name, listed=("POST", below), item=TAG, create=TAGS, spec=spec)

    def _category(self, name: str, kind: str) -> str:
        """By the vendor's CLI categories are for virtual machines alone, which have one of their tags each."""
        spec = {"name": name, "cardinality": "SINGLE", "associable_types": [kind], "description": "EKS Anywhere"}
        item = f"{CATEGORIES}/id:"
        return self._there_or_made(name, listed=("GET", CATEGORIES), item=item, create=CATEGORIES, spec=spec)

    def _there_or_made(
        self, name: str, *, listed: tuple[str, str], item: str, create: str, spec: dict[str, t.Any]
    ) -> str:
        there = self._named(name, listed, item)
        if there:
            return there
        try:
            return str(self._ask("POST", create, {"create_spec": spec}))
        except AbsentError:  # it is refused when somebody else made it at this moment
            there = self._named(name, listed, item)
            if not there:
                raise
            return there

    def _named(self, name: str, listed: tuple[str, str], item: str) -> str:
        return next((one for one in self._ask(*listed) or () if self._ask("GET", item + one)["name"] == name), "")

    def _ask(self, method: str, path: str, body: t.Any = None) -> t.Any:
        return _call(self._connection, method, path, self._headers, body)


__all__ = ("TagWriter",)
