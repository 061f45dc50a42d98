# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The Kube port over HTTPS: raw JSON requests, server-side apply, a count of requests, a timeout on each."""

from __future__ import annotations

import dataclasses
import json
import threading
import time
import typing as t
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlencode

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube import connect, paths
from ansible_collections.eks.anywhere.plugins.module_utils._kube.errors import refusal
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

FIELD_MANAGER = "eks-a-cli"
LOG_LINES = 500


@dataclasses.dataclass(frozen=True)
class Patience:
    """How long one request may take and how often one that may be repeated is repeated."""

    connect_seconds: float = 5.0
    read_seconds: float = 35.0
    attempts: int = 3
    pause_seconds: float = 0.3


HASTY = Patience(connect_seconds=2.0, read_seconds=10.0, attempts=1)
"""For a look at a server that may not be there: somebody waits for the answer."""


@dataclasses.dataclass(frozen=True)
class _Request:
    method: str
    path: str
    what: str
    body: t.Any = None
    content_type: str = "application/json"
    query: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    repeatable: bool = True
    secret: bool = False


class KubeClient:
    """One API server, safe to use from several threads."""

    def __init__(self, connection: connect.Connection, *, patience: Patience = Patience()) -> None:
        self._connection = connection
        self._patience = patience
        self._calls = 0
        self._lock = threading.Lock()
        self._discovered: dict[tuple[str, str], paths.Resource] = {}

    @classmethod
    def from_kubeconfig(cls, path: str, *, patience: Patience = Patience()) -> KubeClient:
        """Client of the current context of a kubeconfig file. No request is sent yet."""
        return cls(connect.from_file(path), patience=patience)

    @classmethod
    def if_there(cls, path: str, *, optional: bool) -> KubeClient | None:
        """As ``from_kubeconfig``; None instead of an error when the file is missing and ``optional``."""
        return None if optional and not Path(path).exists() else cls.from_kubeconfig(path)

    @classmethod
    def from_kubeconfig_text(cls, text: str, *, origin: str, patience: Patience = Patience()) -> KubeClient:
        """Client of a kubeconfig document; ``origin`` names it in errors."""
        return cls(connect.from_text(text, origin=origin), patience=patience)

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones included."""
        return self._calls

    @property
    def server(self) -> str:
        """Address of the API server."""
        return self._connection.host

    def get(self, *, api_version: str, kind: str, name: str, namespace: str | None = None) -> Obj | None:
        """The object, or None when it or its kind does not exist."""
        resource = self._resource(api_version=api_version, kind=kind)
        if resource is None:
            return None
        path = resource.path(name=name, namespace=namespace or "default")
        return self._send(_Request(method="GET", path=path, what=f"{kind} {name}"), missing_is_none=True)

    def list(self, *, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> list[Obj]:
        """Objects of one kind, of all namespaces when none is given; empty when the kind does not exist."""
        resource = self._resource(api_version=api_version, kind=kind)
        if resource is None:
            return []
        query = {"labelSelector": labels} if labels else {}
        path = resource.path(namespace=namespace)
        answer = self._send(
            _Request(method="GET", path=path, what=f"list of {kind}", query=query), missing_is_none=True
        )
        # A list leaves out what every item has in common; callers get whole objects.
        return [{"apiVersion": api_version, "kind": kind, **item} for item in (answer or {}).get("items") or ()]

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """Server-side apply by field manager ``eks-a-cli``, conflicts forced. Returns the stored object."""
        query = {"fieldManager": FIELD_MANAGER, "force": "true", **({"dryRun": "All"} if dry_run else {})}
        metadata = {key: value for key, value in obj["metadata"].items() if key != "managedFields"}
        request = _Request(
            method="PATCH",
            path=self._path_of(obj),
            what=f"apply of {_label(obj)}",
            body={**obj, "metadata": metadata},
            content_type="application/apply-patch+yaml",
            query=query,
            secret=obj["kind"] == "Secret",
        )
        return self._send(request) or {}

    def create(self, obj: Obj) -> Obj:
        """Create; an object that exists already raises ``EksaError`` with code ``kube.already_exists``."""
        request = _Request(
            method="POST",
            path=self._path_of(obj, collection=True),
            what=f"creation of {_label(obj)}",
            body=obj,
            query={"fieldManager": FIELD_MANAGER},
            repeatable=False,
            secret=obj["kind"] == "Secret",
        )
        return self._send(request) or {}

    def merge(self, *, api_version: str, kind: str, name: str, namespace: str | None = None, patch: Obj) -> Obj:
        """JSON merge patch; a missing object raises ``EksaError`` with code ``kube.not_found``."""
        target = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        request = _Request(
            method="PATCH",
            path=self._path_of(target),
            what=f"change of {kind} {name}",
            body=patch,
            content_type="application/merge-patch+json",
            query={"fieldManager": FIELD_MANAGER},
            secret=kind == "Secret",
        )
        return self._send(request) or {}

    def merge_status(self, *, api_version: str, kind: str, name: str, namespace: str, patch: Obj) -> Obj:
        """JSON merge patch of the status; a missing object raises ``EksaError`` with code ``kube.not_found``."""
        target = {"apiVersion": api_version, "kind": kind, "metadata": {"name": name, "namespace": namespace}}
        request = _Request(
            method="PATCH",
            path=f"{self._path_of(target)}/status",
            what=f"change of the status of {kind} {name}",
            body=patch,
            content_type="application/merge-patch+json",
            query={"fieldManager": FIELD_MANAGER},
        )
        return self._send(request) or {}

    def pod_log(self, *, name: str, namespace: str) -> str:
        """The end of what a pod of one container said; empty while it cannot be read."""
        pod = {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": name, "namespace": namespace}}
        path, query = f"{self._path_of(pod)}/log", {"tailLines": str(LOG_LINES)}
        status, answer = self._once(_Request(method="GET", path=path, what=f"log of Pod {name}", query=query))
        return answer.decode("utf-8", errors="replace") if status == HTTPStatus.OK else ""

    def delete(
        self, *, api_version: str, kind: str, name: str, namespace: str | None = None, uid: str | None = None
    ) -> bool:
        """Delete in the background; with ``uid`` only that very object. False when it was not there."""
        resource = self._resource(api_version=api_version, kind=kind)
        if resource is None:
            return False
        options: Obj = {"apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": "Background"}
        if uid:
            options["preconditions"] = {"uid": uid}
        request = _Request(
            method="DELETE",
            path=resource.path(name=name, namespace=namespace or "default"),
            what=f"deletion of {kind} {name}",
            body=options,
            # Without a uid a repeated request could hit a new object of the same name.
            repeatable=bool(uid),
        )
        try:
            return self._send(request, missing_is_none=True) is not None
        except EksaError as exc:
            # The uid belongs to an object that is gone; the one there now is another.
            if uid and exc.code == "kube.conflict":
                return False
            raise

    def _path_of(self, obj: Obj, *, collection: bool = False) -> str:
        resource = self._resource(api_version=obj["apiVersion"], kind=obj["kind"])
        if resource is None:
            raise EksaError(
                f"{self.server} does not know the kind {obj['kind']} of {obj['apiVersion']}.",
                code="kube.kind_unknown",
                hint="Install the component that brings its definition first.",
            )
        metadata = obj["metadata"]
        name = "" if collection else metadata["name"]
        return resource.path(name=name, namespace=metadata.get("namespace") or "default")

    def _resource(self, *, api_version: str, kind: str) -> paths.Resource | None:
        """Where the kind lives; None when the server does not know it, which is asked again next time."""
        found = paths.known(api_version=api_version, kind=kind) or self._discovered.get((api_version, kind))
        if found:
            return found
        group, version = paths.split(api_version)
        request = _Request(method="GET", path=paths.root(group=group, version=version), what=f"kinds of {api_version}")
        listing = self._send(request, missing_is_none=True)
        found = paths.discovered(api_version=api_version, kind=kind, listing=listing or {})
        if found:
            self._discovered[(api_version, kind)] = found
        return found

    def _send(self, request: _Request, *, missing_is_none: bool = False) -> Obj | None:
        """Send, again where that is safe; the decoded answer, or None for 404 when the caller takes that."""
        attempts = self._patience.attempts
        for attempt in range(1, attempts + 1):
            last = attempt == attempts
            try:
                status, answer = self._once(request)
            except EksaError as exc:
                if last or not (request.repeatable and exc.code == "kube.unreachable"):
                    raise
                self._pause(attempt)
                continue
            if HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
                return _decode(answer, what=request.what)
            if status == HTTPStatus.NOT_FOUND and missing_is_none:
                return None
            if status == HTTPStatus.TOO_MANY_REQUESTS and not last:
                # Refused before it was looked at, so even a creation may be repeated.
                self._pause(attempt)
                continue
            raise refusal(status=status, body=answer, what=request.what, secret=request.secret)
        raise AssertionError("the last attempt returns or raises")

    def _once(self, request: _Request) -> tuple[int, bytes]:
        with self._lock:
            self._calls += 1
        return self._connection.request(
            request.method,
            request.path + (f"?{urlencode(request.query)}" if request.query else ""),
            body=None if request.body is None else json.dumps(request.body).encode(),
            content_type=request.content_type,
            timeout=(self._patience.connect_seconds, self._patience.read_seconds),
            what=request.what,
        )

    def _pause(self, attempt: int) -> None:
        time.sleep(self._patience.pause_seconds * 2 ** (attempt - 1))


def _label(obj: Obj) -> str:
    return f"{obj['kind']} {obj['metadata'].get('name') or obj['metadata'].get('generateName')}"


def _decode(answer: bytes, *, what: str) -> Obj:
    try:
        decoded: Obj = json.loads(answer)
    except ValueError as exc:
        raise EksaError(
            f"The answer to {what} is not JSON.",
            code="kube.not_an_api_server",
            hint="Something else answers at the kubeconfig's server address, for instance a proxy.",
        ) from exc
    return decoded


__all__ = ("FIELD_MANAGER", "HASTY", "KubeClient", "Patience")
