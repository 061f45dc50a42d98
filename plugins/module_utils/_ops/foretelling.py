# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which machines a change of config or release would roll, foretold without a cluster to look at."""

from __future__ import annotations

import dataclasses
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._plan.rolling import Rolls, rolls
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render.texts import render

_NOTHING: t.Mapping[str, t.Any] = types.MappingProxyType({})


@dataclasses.dataclass(frozen=True)
class State:
    """A config with the texts of the release that it runs: Bundles manifest, and EKS Distro releases it may name."""

    config: ClusterConfig
    bundles: str
    releases: tuple[str, ...]


def foretold(
    before: State,
    after: State,
    *,
    environ: t.Mapping[str, str] = _NOTHING,
    template_facts: t.Mapping[str, t.Mapping[str, t.Any]] = _NOTHING,
) -> Rolls:
    """What the change does to the machines of a cluster that is as ``before`` says."""

    def objects(state: State) -> tuple[Obj, ...]:
        return render(
            state.config,
            bundles=state.bundles,
            releases=state.releases,
            environ=environ,
            template_facts=template_facts,
        ).objects

    return rolls(objects(before), objects(after))


__all__ = ("State", "foretold")
