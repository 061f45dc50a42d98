# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Cluster config text -> findings, or the config as a value. The public entrance of this room."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import building, checking, comparing, defaults, reading
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding, errors
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError


def load(text: str, *, environ: t.Mapping[str, str] = {}) -> ClusterConfig:
    """The config; any error finding raises ``EksaError`` (``config.invalid``) that lists them all."""
    sources, found = _examine(text, environ)
    wrong = errors(found)
    if wrong:
        raise EksaError(
            "invalid cluster config:\n" + "\n".join(f"  {finding}" for finding in wrong),
            code="config.invalid",
            hint="Correct the fields named above.",
            details={"findings": [finding.as_dict() for finding in wrong]},
        )
    return building.build(sources)


def findings(text: str, *, previous: str | None = None, environ: t.Mapping[str, str] = {}) -> list[Finding]:
    """All there is to say about a config and, with the text of the ``previous`` one, about the change."""
    sources, found = _examine(text, environ)
    if previous is None:
        return found
    before, _ignored = _examine(previous, environ)
    return [*found, *comparing.changes(before, sources)]


def _examine(text: str, environ: t.Mapping[str, str]) -> tuple[list[reading.Source], list[Finding]]:
    sources, found = reading.read(text)
    if errors(found) and not sources:
        return sources, found
    defaults.apply(sources, environ)
    return sources, [*found, *checking.check(sources, environ)]


__all__ = ("findings", "load")
