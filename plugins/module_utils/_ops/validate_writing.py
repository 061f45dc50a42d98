# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Privileges that vCenter tells are believed once something was made and removed."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.finding import Finding, found
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import SurveyedVSphere


def attempts(folders: t.Iterable[InventoryItem], vcenter: SurveyedVSphere) -> dict[str, tuple[Finding, ...]]:
    """What is wrong with writing to each of the folders, by path; nothing where it works. Each is tried once."""
    return {path: _attempt(folder, vcenter) for path, folder in {one.path: one for one in folders}.items()}


def _attempt(folder: InventoryItem, vcenter: SurveyedVSphere) -> tuple[Finding, ...]:
    try:
        vcenter.try_folder(folder)
    except EksaError as exc:
        return (found("vsphere.probe_failed", object=f"folder {folder.path}", problem=exc.message.rstrip(".")),)
    return ()


__all__ = ("attempts",)
