# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""As much of the API of AWX as the modules of awx.awx ask of it: lists with filters, objects, associations, surveys.

It stores what it is given, and answers as the real one where these modules look: links, ids, status codes, and secrets
that are never shown. It starts nothing and judges no values; names of fields are judged by the modules alone.
"""

from __future__ import annotations

import contextlib
import http.server
import json
import re
import threading
import typing as t
import urllib.parse

Item = dict[str, t.Any]
ROOT = "/api/v2/"
TYPES = {
    "credential_types": "credential_type",
    "execution_environments": "execution_environment",
    "inventories": "inventory",
    "inventory_sources": "inventory_source",
    "job_templates": "job_template",
    "organizations": "organization",
    "projects": "project",
    "schedules": "schedule",
    "workflow_approval_templates": "workflow_approval_template",
    "workflow_job_template_nodes": "workflow_job_template_node",
    "workflow_job_templates": "workflow_job_template",
}
UNIFIED = ("job_templates", "projects", "inventory_sources", "workflow_job_templates")
LINKS = (
    "credentials", "labels", "instance_groups", "survey_spec", "workflow_nodes", "success_nodes", "failure_nodes",
    "always_nodes", "notification_templates_started", "notification_templates_success", "notification_templates_error",
    "notification_templates_approvals", "galaxy_credentials",
)  # fmt: skip


class Api:
    """What is stored, and how often it was written to."""

    def __init__(self) -> None:
        self.items: dict[str, dict[int, Item]] = {name: {} for name in TYPES}
        self.associated: dict[str, list[int]] = {}
        self.surveys: dict[str, Item] = {}
        self.writes = 0
        self._next = 1
        self.add("organizations", {"name": "Default"})

    def add(self, kind: str, values: Item) -> Item:
        """A new object."""
        number, self._next = self._next, self._next + 1
        path = f"{ROOT}{kind}/{number}/"
        related = {link: f"{path}{link}/" for link in LINKS}
        item = {"id": number, "type": TYPES[kind], "url": path, "related": related, "summary_fields": {}, **values}
        self.items[kind][number] = item
        return item

    def answer(self, method: str, path: str, query: t.Mapping[str, str], body: Item) -> tuple[int, t.Any]:
        """Status and content."""
        self.writes += method not in ("GET", "HEAD")
        parts = path.removeprefix(ROOT).strip("/").split("/")
        if parts[0] in ("ping", "me", "tokens", "config", ""):
            return 200, {"version": "24.6.1", "results": [{"id": 1}], "count": 1}
        if len(parts) == 1:
            return self._collection(method, parts[0], query, body)
        kind, number = parts[0], int(parts[1])
        if number not in self.items[kind]:
            return 404, {"detail": "Not found."}
        if len(parts) == 2:
            return self._object(method, self.items[kind][number], body)
        return self._related(method, path, parts[2], self.items[kind][number], body)

    def _collection(self, method: str, kind: str, query: t.Mapping[str, str], body: Item) -> tuple[int, t.Any]:
        if method == "POST":
            return 201, self.add(kind, body)
        kinds = UNIFIED if kind == "unified_job_templates" else (kind,)
        found = [item for one in kinds for item in self.items[one].values() if _matches(item, query)]
        return 200, {"count": len(found), "next": None, "previous": None, "results": found}

    def _object(self, method: str, item: Item, body: Item) -> tuple[int, t.Any]:
        if method == "PATCH":
            item.update(body)
        return 200, item

    def _related(self, method: str, path: str, link: str, item: Item, body: Item) -> tuple[int, t.Any]:
        if link == "survey_spec":
            if method == "POST":
                self.surveys[path] = body
            return 200, self.surveys.get(path, {})
        if link == "create_approval_template":
            made = self.add("workflow_approval_templates", body)
            item["unified_job_template"] = made["id"]
            item["related"]["unified_job_template"] = made["url"]
            return 201, made
        chosen = self.associated.setdefault(path, [])
        if method == "POST":
            (chosen.remove if body.get("disassociate") else chosen.append)(body["id"])
            return 204, None
        return 200, {"count": len(chosen), "next": None, "previous": None, "results": [{"id": one} for one in chosen]}


def _matches(item: Item, query: t.Mapping[str, str]) -> bool:
    return all(str(item.get(name)) == value for name, value in query.items() if not name.startswith("or__"))


@contextlib.contextmanager
def serve(api: Api) -> t.Iterator[str]:
    """The API on a free port; its address."""

    class Handler(http.server.BaseHTTPRequestHandler):
        def _any(self) -> None:
            url = urllib.parse.urlparse(self.path)
            size = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(size) or "{}") if size else {}
            path = re.sub("//+", "/", url.path)
            if not path.startswith(ROOT):
                self.send_error(404)
                return
            status, content = api.answer(self.command, path, dict(urllib.parse.parse_qsl(url.query)), body)
            text = b"" if content is None else json.dumps(content).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("X-API-Product-Name", "AWX")
            self.send_header("X-API-Product-Version", "24.6.1")
            self.send_header("Content-Length", str(len(text)))
            self.end_headers()
            self.wfile.write(text)

        do_GET = do_POST = do_PATCH = do_DELETE = _any  # noqa: N815 - names that the library gives

        def log_message(self, format: str, *args: t.Any) -> None:  # noqa: A002
            """Nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        thread.join()


__all__ = ("Api", "serve")
