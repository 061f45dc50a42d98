# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A reason: one sentence on why one object is not ready."""

from __future__ import annotations

import dataclasses
import enum


class Weight(enum.IntEnum):
    """How much a reason tells: a cause before a step under way, a step before a summary."""

    CAUSE = 0
    STEP = 1
    SUMMARY = 2


@dataclasses.dataclass(frozen=True)
class Reason:
    """Why ``kind name`` is not ready. ``hopeless``: waiting alone will not mend it; ``code`` then names the error."""

    kind: str
    name: str
    text: str
    weight: Weight = Weight.STEP
    code: str = ""
    hint: str = ""

    @property
    def hopeless(self) -> bool:
        """Whether somebody has to do something before this goes away."""
        return bool(self.code)

    @property
    def sentence(self) -> str:
        """``Machine w01-abc: waiting for VSphereVM to get an IP address``."""
        return f"{self.kind} {self.name}: {self.text}"


__all__ = ("Reason", "Weight")
