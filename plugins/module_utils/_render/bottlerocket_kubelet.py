# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Settings of Bottlerocket's kubelet: fewer than a KubeletConfiguration has, and some of another name."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import durations, shapes
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

Data = t.Mapping[str, t.Any]

_NOT_SETTINGS = ("apiVersion", "kind")
_NAMES = {name.lower(): name for name in shapes.BOTTLEROCKET_KUBERNETES.names}
"""As Go matches them: whatever the case of the letters."""
_DURATIONS = frozenset(("cpuManagerReconcilePeriod", "shutdownGracePeriod", "shutdownGracePeriodCriticalPods"))
_POINTERS = _DURATIONS | {"cpuCFSQuota"}
"""Kept also when they are zero or false; of the others zero means "not set"."""


def settings(kubelet: Data | None, *, own: Data | None) -> Obj | None:
    """Settings of a KubeletConfiguration, else the machine's ``own``; None when there is neither."""
    if kubelet is None:
        return None if own is None else _kept(own)
    given = {name: value for name, value in kubelet.items() if name not in _NOT_SETTINGS}
    unknown = sorted(name for name in given if name.lower() not in _NAMES)
    if unknown:
        raise EksaError(
            f"Bottlerocket has no such setting of kubeletConfiguration: {', '.join(unknown)}.",
            code="render.kubelet_setting_unknown",
            hint=f"It has: {', '.join(sorted(_NAMES.values()))}.",
        )
    return _kept({_NAMES[name.lower()]: value for name, value in given.items()})


def _kept(given: Data) -> Obj:
    """Without the node's identity, which the provider sets, and without empty values."""
    return {
        name: durations.canonical(str(value)) if name in _DURATIONS else value
        for name, value in given.items()
        if name != "providerID" and (value or (name in _POINTERS and value is not None))
    }


__all__ = ("settings",)
