# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Curated packages."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import Findings, Scope


def packages(scope: Scope) -> Findings:
    """Curated packages are set up by the management cluster."""
    if scope.self_managed:
        return
    for section in ("controller", "cronjob"):
        if section in scope.spec.get("packages", {}):
            message = f"packages: {section} should not be specified for a workload cluster"
            yield scope.error(f"spec.packages.{section}", message)


CHECKS = (packages,)

__all__ = ("CHECKS",)
