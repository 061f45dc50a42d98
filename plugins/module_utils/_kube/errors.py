# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What an API server's refusal means, as one of our errors."""

from __future__ import annotations

import json
import typing as t
from http import HTTPStatus

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

_HINTS = {
    "kube.unauthorized": "The kubeconfig's credentials are not accepted; fetch a current kubeconfig.",
    "kube.forbidden": "Give the kubeconfig's user the missing permission.",
    "kube.invalid": "Correct the named fields.",
    "kube.namespace_missing": "Create the namespace first.",
    "kube.webhook_unavailable": "The controller behind the webhook is not up; look at its pods.",
    "kube.busy": "The API server asks to slow down; try again in a moment.",
    "kube.server_error": "Look at the API server's and etcd's logs.",
}


def refusal(*, status: int, body: bytes, what: str, secret: bool) -> EksaError:
    """The error of a response that is not 2xx. ``secret`` keeps the server's words, which may quote values, out."""
    said = _status(body)
    reason = str(said.get("reason") or "")
    code = _code(status=status, reason=reason, message=str(said.get("message") or ""))
    if code == "kube.not_found" and (said.get("details") or {}).get("kind") == "namespaces" and "Namespace" not in what:
        code = "kube.namespace_missing"
    words = _fields(said) if secret else str(said.get("message") or "no message")
    return EksaError(
        f"{what}: HTTP {status} {reason}: {words}".replace("  ", " ").rstrip(": ") + ".",
        code=code,
        hint=_HINTS.get(code, ""),
        details={"status": status, "reason": reason},
    )


def _status(body: bytes) -> dict[str, t.Any]:
    """The ``Status`` object of a refusal; proxies and dying servers answer in plain text."""
    try:
        said = json.loads(body)
    except ValueError:
        return {"message": body[:200].decode("utf-8", "replace").strip()}
    return said if isinstance(said, dict) else {}


def _fields(said: t.Mapping[str, t.Any]) -> str:
    causes = (said.get("details") or {}).get("causes") or ()
    return ", ".join(str(cause.get("field")) for cause in causes if cause.get("field"))


def _code(*, status: int, reason: str, message: str) -> str:
    if "failed calling webhook" in message or "conversion webhook" in message:
        return "kube.webhook_unavailable"
    if status == HTTPStatus.CONFLICT:
        return "kube.already_exists" if reason == "AlreadyExists" else "kube.conflict"
    if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
        return "kube.busy"
    named = {400: "invalid", 401: "unauthorized", 403: "forbidden", 404: "not_found", 410: "expired", 422: "invalid"}
    return f"kube.{named.get(status, 'server_error' if status >= HTTPStatus.INTERNAL_SERVER_ERROR else 'refused')}"


__all__ = ("refusal",)
