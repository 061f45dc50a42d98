# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The files of a cluster: its config as applied, and the folder that only a creation needs."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._plan import upgrade_times
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._plan.upgrade_times import Mark
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

CONFIG_MODE = 0o644


def converge(
    config: ClusterConfig,
    *,
    state_dir: str,
    state: str,
    files: Files,
    check_mode: bool,
    marks: t.Sequence[Mark] = (),
    parts: t.Iterable[str] = (),
) -> Result:
    """``present``: the config is written with its defaults; ``absent``: the generated files are gone.

    ``marks`` are those of an upgrade that has just ended, which replaced machines of these ``parts``.
    """
    folder = Folder(state_dir=state_dir, name=config.name)
    if state == "absent":
        return absent(folder, files=files, check_mode=check_mode)
    if marks and not check_mode:
        _keep_times(folder.upgrade_times, marks, parts, files=files)
    text = "---\n".join(dumped(document) for document in config.documents)
    return present(folder, text=text, files=files, check_mode=check_mode)


def present(folder: Folder, *, text: str, files: Files, check_mode: bool) -> Result:
    """Write the cluster config unless the file holds that text already."""
    data = {"config_path": folder.config_file, "generated_dir": folder.generated}
    before = files.read(folder.config_file)
    if before == text:
        return Result(data=data)
    if not check_mode:
        files.write(folder.config_file, text, mode=CONFIG_MODE)
    verb = "Write" if before is None else "Replace"
    return Result(actions=(f"{verb} {folder.config_file}",), before=before or "", after=text, data=data)


def _keep_times(path: str, marks: t.Sequence[Mark], parts: t.Iterable[str], *, files: Files) -> None:
    """How long an upgrade took, for the next plan. A note, so no change that anybody would want to hear of."""
    files.write(path, upgrade_times.added(files.read(path), upgrade_times.run(marks, parts)), mode=CONFIG_MODE)


def absent(folder: Folder, *, files: Files, check_mode: bool) -> Result:
    """Remove the generated folder; the config and the kubeconfig stay."""
    data = {"config_path": folder.config_file, "generated_dir": folder.generated}
    there = files.exists(folder.generated)
    if there and not check_mode:
        files.remove(folder.generated)
    return Result(actions=(f"Remove {folder.generated}",) if there else (), data=data)


__all__ = ("CONFIG_MODE", "absent", "converge", "present")
