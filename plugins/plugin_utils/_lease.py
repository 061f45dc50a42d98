# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Keeping the leases of a run while a task of it works, however long a step of that task takes."""

from __future__ import annotations

import contextlib
import threading
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines, Operate

KEEPERS = {"eksa_lease": "eks.anywhere.cluster_lease", "eksa_clone_slot": "eks.anywhere.clone_slot"}
"""Where a playbook registers a result with a ``lease``, and the action that renews it."""
RENEWALS = 4
"""In the time that a lease lasts; ``cluster_lease`` tells the API servers in some of them."""


@contextlib.contextmanager
def kept(lease: t.Mapping[str, t.Any], operate: Operate) -> t.Iterator[None]:
    """Renew by the operation that took it, now and again until the block ends; a lease that was lost raises at once.

    An interrupted block gives the lease back: no later task will.
    """
    ended = threading.Event()

    def act(state: str) -> None:
        operate({**lease, "state": state}, Context(check_mode=False, report=Lines()))

    def beat() -> None:
        while not ended.wait(int(lease["seconds"]) / RENEWALS):
            # What is lost meanwhile is told at the beginning of the next task.
            with contextlib.suppress(EksaError):
                act("renewed")

    act("renewed")
    threading.Thread(target=beat, name="eksa-lease", daemon=True).start()
    try:
        yield
    except Exception:
        raise
    except BaseException:
        act("absent")
        raise
    finally:
        ended.set()


__all__ = ("KEEPERS", "kept")
