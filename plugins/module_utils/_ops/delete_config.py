# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The config of a cluster that is to go: read, not judged, for what cannot be created any more can still be deleted."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files


def cluster_config(params: t.Mapping[str, t.Any], *, files: Files) -> ClusterConfig:
    """From the options ``config_file`` and ``config``."""
    return cluster.read(inputs.config_text(params, files=files))


def config_path(params: t.Mapping[str, t.Any]) -> str:
    """Where the config was read from; empty when it was given as text."""
    path = params.get("config_file")
    return str(pathlib.PurePath(path)) if path else ""


__all__ = ("cluster_config", "config_path")
