# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What playbooks printed, as text for people: the command before each, and no paths of the machine that it ran on."""

from __future__ import annotations

import pathlib
import typing as t

from ansible_collections.eks.anywhere.tests.labkit import Run


def text(runs: t.Mapping[str, Run], *, places: t.Mapping[pathlib.Path, str]) -> str:
    """Playbook -> run, one after the other; each of ``places`` is written as what it is given, the longest first."""
    printed = "\n".join(f"$ ansible-playbook eks.anywhere.{name}\n{run.text}\n" for name, run in runs.items())
    for place in sorted(places, key=lambda path: len(str(path)), reverse=True):
        shown = places[place]
        printed = printed.replace(f"{place}/", f"{shown}/" if shown else "").replace(str(place), shown or ".")
    return printed


def write(path: pathlib.Path, runs: t.Mapping[str, Run], *, places: t.Mapping[pathlib.Path, str]) -> None:
    """Keep them in a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text(runs, places=places), encoding="utf-8")


__all__ = ("text", "write")
