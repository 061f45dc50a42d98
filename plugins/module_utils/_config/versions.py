# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Version numbers as Kubernetes and EKS Anywhere write them."""

from __future__ import annotations

import re

_KUBERNETES = re.compile(r"v?(\d{1,9})\.(\d{1,9})(\.\d+)?(\D.*)?")
_NO_SEPARATORS = str.maketrans("", "", "-._")
_SEMVER = re.compile(
    r"v?(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})\.(0|[1-9]\d{0,8})"
    r"(?:-(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(?:\.(?:0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?"
    r"(?:\+[0-9a-zA-Z-]+(?:\.[0-9a-zA-Z-]+)*)?"
)


def kubernetes(text: str) -> tuple[int, int] | None:
    """``1.34`` -> (1, 34); None when it is no version."""
    found = _KUBERNETES.fullmatch(text)
    return (int(found[1]), int(found[2])) if found else None


def semver(text: str) -> tuple[int, int, int] | None:
    """``v0.26.0`` -> (0, 26, 0); None when it is no semantic version."""
    found = _SEMVER.fullmatch(text)
    return (int(found[1]), int(found[2]), int(found[3])) if found else None


def beyond(release: str, manager: str) -> bool:
    """Whether a release of EKS Anywhere is newer than its management cluster's; what is no version is not judged.

    A management cluster that was built from sources (v0.0.0) serves every release.
    """
    wanted, serves = semver(release), semver(manager)
    return wanted is not None and serves is not None and serves != (0, 0, 0) and wanted > serves


def named_in(version: str, text: str) -> bool:
    """Whether the name of an image or template has the version in it: ``1.34``, ``1-34``, ``1_34`` or ``134``."""
    bare, name = (value.translate(_NO_SEPARATORS) for value in (version, text))
    return bare in name


__all__ = ("beyond", "kubernetes", "named_in", "semver")
