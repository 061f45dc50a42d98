# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The files that the collection made for a cluster. Anything else in its folder is somebody's, and stays."""

from __future__ import annotations

import posixpath

from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files

LOCK = "run.lock"
"""The lease of this very run; it takes the folder with it when it is given back."""


def ours(folder: Folder, *, files: Files, keep: str = "") -> tuple[str, ...]:
    """Paths to remove, in the order to do it: the kubeconfig last, as without it the cluster cannot be asked again.

    ``keep`` is a path that the user gave, which may lie in the folder.
    """
    made = (folder.generated, folder.config_file, folder.ssh_key, f"{folder.ssh_key}.pub", folder.kubeconfig)
    there = tuple(path for path in made if path != keep and files.exists(path))
    known = {posixpath.basename(path) for path in there}
    empty = files.exists(folder.path) and set(files.names(folder.path)) <= known
    return (*there, *([folder.path] if empty else []))


def foreign(folder: Folder, *, files: Files, keep: str = "") -> tuple[str, ...]:
    """What else is in the folder."""
    known = {LOCK, *(posixpath.basename(path) for path in ours(folder, files=files, keep=keep))}
    return tuple(posixpath.join(folder.path, name) for name in files.names(folder.path) if name not in known)


def remove(folder: Folder, *, files: Files, keep: str = "") -> tuple[str, ...]:
    """Remove them; returns what was removed."""
    doomed = ours(folder, files=files, keep=keep)
    for path in doomed:
        files.remove(path)
    return doomed


__all__ = ("foreign", "ours", "remove")
