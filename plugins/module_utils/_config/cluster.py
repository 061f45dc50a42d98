# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Cluster config text -> findings, or the config as a value. The public entrance of this room."""

from __future__ import annotations

import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import (
    building,
    checking,
    defaults,
    reading,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding, obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

_NOTHING: t.Mapping[str, str] = types.MappingProxyType({})


def load(text: str, *, environ: t.Mapping[str, str] = _NOTHING) -> ClusterConfig:
    """The config, fit to make a cluster of; else ``EksaError`` (``config.invalid``) with all that is against it."""
    sources, found = examine(text, environ)
    wrong = obstacles(found)
    if wrong:
        raise _invalid(wrong)
    return building.build(sources)


def read(text: str, *, environ: t.Mapping[str, str] = _NOTHING) -> ClusterConfig:
    """The config without judging it; only one too broken to build raises ``EksaError`` (``config.invalid``)."""
    sources, found = examine(text, environ)
    try:
        return building.build(sources)
    except (IndexError, KeyError, StopIteration) as exc:
        raise _invalid(obstacles(found)) from exc


def findings(text: str, *, environ: t.Mapping[str, str] = _NOTHING) -> list[Finding]:
    """All there is to say about a config by itself; about a change of one see ``comparing``."""
    return examine(text, environ)[1]


def examine(text: str, environ: t.Mapping[str, str] = _NOTHING) -> tuple[list[reading.Source], list[Finding]]:
    """The defaulted documents of a config, and what there is to say about them."""
    sources, found = reading.read(text)
    if found and not sources:
        return sources, found
    defaults.apply(sources, environ)
    return sources, [*found, *checking.check(sources, environ)]


def _invalid(wrong: t.Sequence[Finding]) -> EksaError:
    lines = "\n".join(f"  {finding}" for finding in wrong)
    return EksaError(
        f"invalid cluster config:\n{lines}\n",
        code="config.invalid",
        hint="Correct the fields named above.",
        details={"findings": [finding.as_dict() for finding in wrong]},
    )


__all__ = ("examine", "findings", "load", "read")
