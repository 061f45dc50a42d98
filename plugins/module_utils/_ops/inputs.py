# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The documents that the shared options ``config_file``, ``config`` and ``bundles_file`` name."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import bundles as bundles_room
from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files


def config_text(params: t.Mapping[str, t.Any], *, files: Files) -> str:
    """Text of the cluster config, given inline or as a file."""
    text = params.get("config")
    return str(text) if text else _read(files, params.get("config_file"), option="config_file", what="cluster config")


def cluster_config(params: t.Mapping[str, t.Any], *, files: Files) -> ClusterConfig:
    """The cluster config, read and checked."""
    return cluster.load(config_text(params, files=files))


def bundles(params: t.Mapping[str, t.Any], *, files: Files) -> Bundles | None:
    """The Bundles manifest, or None when the option is not set."""
    path = params.get("bundles_file")
    if not path:
        return None
    return bundles_room.load_bundles(_read(files, path, option="bundles_file", what="Bundles manifest"))


def _read(files: Files, path: str | None, *, option: str, what: str) -> str:
    if not path:
        raise EksaError(f"No {what} was given.", code="input.missing", hint=f"Set the option {option}.")
    text = files.read(path)
    if text is None:
        raise EksaError(
            f"The {what} {path} does not exist.",
            code="input.not_found",
            hint=f"Correct the option {option}.",
            details={"path": path},
        )
    return text


__all__ = ("bundles", "cluster_config", "config_text")
