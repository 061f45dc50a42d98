# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A cluster config to start from, as text or as a file that is never overwritten by accident."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import generate_config
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result


def generate(*, name: str, provider: str, dest: str | None, force: bool, files: Files, check_mode: bool) -> Result:
    """``config`` is the text that ``dest`` holds afterwards; an existing file stays as it is without ``force``."""
    text = generate_config(name, provider)
    if not dest:
        return Result(data={"config": text})
    before = files.read(dest)
    if before == text or (before is not None and not force):
        return Result(before=before, after=before, data={"config": before, "dest": dest})
    if not check_mode:
        files.write(dest, text, mode=0o644)
    return Result(actions=(f"write {dest}",), before=before or "", after=text, data={"config": text, "dest": dest})


__all__ = ("generate",)
