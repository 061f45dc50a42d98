# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The one exception family. An error names the object, what was seen, what was expected and the next step."""

from __future__ import annotations

import typing as t


class EksaError(Exception):
    """Something a user must act on.

    ``message`` says what failed on which object, with the observed and the expected value.
    ``code`` is a stable identifier in dotted lower case (``vsphere.template_not_found``).
    ``hint`` is the next step, one sentence. ``details`` holds a few small machine-readable values.
    """

    def __init__(
        self,
        message: str,
        *,
        code: str,
        hint: str = "",
        details: t.Mapping[str, t.Any] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code
        self.hint = hint
        self.details: dict[str, t.Any] = dict(details or {})

    def as_fail(self) -> dict[str, t.Any]:
        """Shape for ``fail_json``: ``{msg, error_code, hint, details}``."""
        msg = f"{self.message} {self.hint}".strip()
        return {"msg": msg, "error_code": self.code, "hint": self.hint, "details": self.details}


class WaitTimeout(EksaError):
    """A wait ran out of time; ``message`` carries the last reason why the object was not ready."""


class MissingLibrary(EksaError):
    """A Python package that an adapter needs is not importable by the interpreter in use."""


__all__ = ("EksaError", "MissingLibrary", "WaitTimeout")
