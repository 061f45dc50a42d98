# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options of a module that sees machines drained; the same block as BLOCKED_DRAIN of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Drains that a PodDisruptionBudget blocks."""

    DOCUMENTATION = r"""
options:
  blocked_drain:
    description:
      - What to do when a PodDisruptionBudget does not let the pods of a node go that is being replaced.
      - V(wait) goes on waiting, and says which pod and which budget it is.
      - V(fail) ends with the error C(wait.drain_blocked).
      - V(force) lets Cluster API replace that one machine without draining its node, by the annotation
        C(machine.cluster.x-k8s.io/exclude-node-draining). Its pods are then lost with it, so what they run may be
        interrupted.
    type: str
    choices: [wait, fail, force]
    default: wait
  blocked_drain_after_seconds:
    description:
      - For how long a drain has to last before V(fail) and V(force) of O(blocked_drain) apply. It counts from the
        beginning of the drain, also when the module runs again.
    type: int
    default: 600
"""
