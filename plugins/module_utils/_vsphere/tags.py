# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Tags of vSphere objects. They are served by the REST API alone, which wants a session of its own."""

from __future__ import annotations

import base64
import contextlib
import http.client
import json
import ssl
import typing as t
import urllib.parse

from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import faults, route, signals, tls

SESSION = "/rest/com/vmware/cis/session"
ATTACHED = "/rest/com/vmware/cis/tagging/tag-association?~action=list-attached-tags-on-objects"
TAG = "/rest/com/vmware/cis/tagging/tag/id:"
HEADER = "vmware-api-session-id"

T = t.TypeVar("T")


class DeniedError(Exception):
    """The user may not read tags."""


class AbsentError(http.client.HTTPException):
    """There is nothing of that name, or it is no name at all."""


class TagReader:
    """Reads tags inside one short REST session that ends with the call."""

    def __init__(
        self, *, server: str, context: ssl.SSLContext, credentials: tuple[str, str], timeout_seconds: float
    ) -> None:
        self._server = server
        self._context = context
        self._credentials = credentials
        self._timeout = timeout_seconds

    def read(self, kind: str, refs: t.Sequence[str]) -> dict[str, tuple[str, ...]] | None:
        """Names of the tags attached to each object of that kind; None when the user may not read them."""
        if not refs:
            return {}
        return self._asked(lambda connection, headers: _read(connection, headers, kind, refs))

    def known(self, ids: t.Sequence[str]) -> frozenset[str] | None:
        """Those of the identifiers that are tags; None when the user may not read them."""
        return self._asked(
            lambda connection, headers: frozenset(one for one in ids if _is_tag(connection, headers, one))
        )

    def _asked(self, ask: t.Callable[[http.client.HTTPSConnection, dict[str, str]], T]) -> T | None:
        host, port = tls.address(self._server)
        connection = route.Connection(host, port, timeout=self._timeout, context=self._context)
        try:
            with faults.translated(self._server, "reading tags"), self._session(connection) as headers:
                return ask(connection, headers)
        except DeniedError:
            return None
        finally:
            connection.close()

    @contextlib.contextmanager
    def _session(self, connection: http.client.HTTPSConnection) -> t.Iterator[dict[str, str]]:
        plain = ":".join(self._credentials).encode()
        token = ""
        try:
            with signals.deferred():
                basic = {"Authorization": "Basic " + base64.b64encode(plain).decode()}
                token = str(_call(connection, "POST", SESSION, basic))
            yield {HEADER: token}
        finally:
            if token:
                with signals.deferred(), contextlib.suppress(Exception):
                    connection.close()  # an interrupted request leaves the line in no known state
                    _call(connection, "DELETE", SESSION, {HEADER: token})


def _read(
    connection: http.client.HTTPSConnection, headers: dict[str, str], kind: str, refs: t.Sequence[str]
) -> dict[str, tuple[str, ...]]:
    wanted = {"object_ids": [{"type": kind, "id": ref} for ref in refs]}
    attached = _call(connection, "POST", ATTACHED, headers, wanted) or []
    by_ref = {str(entry["object_id"]["id"]): entry.get("tag_ids") or [] for entry in attached}
    ids = sorted({tag for tags in by_ref.values() for tag in tags})
    names = {tag: str(_call(connection, "GET", TAG + tag, headers)["name"]) for tag in ids}
    return {ref: tuple(sorted(names[tag] for tag in by_ref.get(ref, ()))) for ref in refs}


def _is_tag(connection: http.client.HTTPSConnection, headers: dict[str, str], tag: str) -> bool:
    try:
        return _call(connection, "GET", TAG + urllib.parse.quote(tag, safe=":"), headers) is not None
    except AbsentError:
        return False


def _call(
    connection: http.client.HTTPSConnection, method: str, path: str, headers: dict[str, str], body: t.Any = None
) -> t.Any:
    payload = None if body is None else json.dumps(body).encode()
    json_only = {"Accept": "application/json", "Content-Type": "application/json"}
    connection.request(method, path, payload, {**json_only, **headers})
    answer = connection.getresponse()
    content = answer.read()
    if answer.status in (http.HTTPStatus.UNAUTHORIZED, http.HTTPStatus.FORBIDDEN):
        raise DeniedError
    if answer.status in (http.HTTPStatus.NOT_FOUND, http.HTTPStatus.BAD_REQUEST):
        raise AbsentError(f"{method} {path.partition('?')[0]}: {answer.status}")
    if answer.status >= http.HTTPStatus.MULTIPLE_CHOICES:
        raise http.client.HTTPException(f"{method} {path.partition('?')[0]}: {answer.status}")
    return json.loads(content).get("value") if content else None


__all__ = ("TagReader",)
