# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""All faults, in the order in which they come."""

from __future__ import annotations

from ansible_collections.eks.anywhere.tests.faults_why import cluster, datacenter, platform

FAULTS = (*datacenter.FAULTS, *cluster.FAULTS, *platform.FAULTS)

__all__ = ("FAULTS",)
