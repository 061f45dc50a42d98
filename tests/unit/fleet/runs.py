# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fleets in memory, and the state of a run over them."""

from __future__ import annotations

import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._fleet.journal import (
    DONE,
    FAILED,
    UNCHANGED,
    WAITING,
    Cluster,
    Look,
    Problem,
    Run,
)

NOW = dt.datetime(2026, 8, 22, 20, 0, tzinfo=dt.UTC)


def cluster(host: str, *, outcome: str = WAITING, manager: str = "", **facts: t.Any) -> Cluster:
    """A cluster of ring main in the datacenter berlin; one that is done ended an hour ago, a failed one has a reason."""
    given = {"ring": "main", "datacenter": "berlin", "vcenter": "vc", "manager_host": manager or host, **facts}
    hour_ago = NOW - dt.timedelta(hours=1)
    return Cluster(
        host,
        facts=given,
        outcome=outcome,
        look=Look(remaining=("workers",), vms=("a", "b"), surge={"vms": 1}, expected_seconds=600, newest=hour_ago),
        ended=hour_ago if outcome in (DONE, FAILED) else None,
        problem=Problem(f"{host} is broken.\nMore of it.") if outcome == FAILED else None,
    )


def run(*clusters: Cluster) -> Run:
    """A run over these."""
    return Run(began=NOW, last=NOW, clusters={one.host: one for one in clusters})


__all__ = ("DONE", "FAILED", "NOW", "UNCHANGED", "WAITING", "cluster", "run")
