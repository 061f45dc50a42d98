# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Are a target's Cluster API providers those of the source, and not older?"""

from __future__ import annotations

import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

_VERSION = re.compile(r"^v?(\d+)\.(\d+)\.(\d+)(?:-([0-9A-Za-z.-]+))?")


def provider_gaps(*, source: t.Iterable[Obj], target: t.Iterable[Obj]) -> list[str]:
    """Providers (from the inventories of ``clusterctl init``) that the target lacks or has in an older version."""
    newest: dict[tuple[str, str], str] = {}
    for provider in target:
        name = _name(provider)
        if name not in newest or _order(provider["version"]) > _order(newest[name]):
            newest[name] = provider["version"]
    gaps = []
    for provider in source:
        found = newest.get(_name(provider))
        wanted = provider["version"]
        if found is None:
            gaps.append(f"provider {provider['providerName']} {wanted}")
        elif _order(found) < _order(wanted):
            gaps.append(f"provider {provider['providerName']} {wanted} (it has {found})")
    return sorted(set(gaps))


def _name(provider: Obj) -> tuple[str, str]:
    return (provider["providerName"], provider["type"])


def _order(version: str) -> tuple[t.Any, ...]:
    """Semantic versions in order: a pre-release comes before its release."""
    match = _VERSION.match(version)
    if match is None:
        return ((0, 0, 0), False, ())
    numbers = tuple(int(part) for part in match.group(1, 2, 3))
    pre = tuple((not part.isdigit(), part.zfill(20)) for part in (match.group(4) or "").split(".") if part)
    return (numbers, not pre, pre)


__all__ = ("provider_gaps",)
