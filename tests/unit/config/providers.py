# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the providers' configs share: a generated config with its blanks filled, and what is said of it."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings
from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import generate_config

from . import samples

ERROR, CREATE, WARNING = "error", "create", "warning"
"""Refused by the vendor's parser; refused when a cluster is created; only noteworthy."""

Row = tuple[str, t.Any, str, str, str]
"""What to put where, and the level, the path and the words of what is said then."""


def filled(provider: str, values: t.Mapping[str, t.Any]) -> str:
    """A generated config with values at ``Kind:a.b.0.c``."""

    def edit(found: samples.Documents) -> None:
        for path, value in values.items():
            samples.assign(path, value)(found)

    return samples.edited(edit, generate_config("w01", provider))


def judged(text: str) -> list[tuple[str, str, str]]:
    """Level, path and message of each finding."""
    return [
        (
            CREATE if found.on_create else found.severity,
            found.path,
            found.message.replace(" (refused when a cluster is created)", ""),
        )
        for found in findings(text)
    ]


def assert_said(text: str, row: Row) -> None:
    """The edit of the row makes exactly one more finding about its path: the expected one."""
    path, value, level, where, words = row
    said = [line for line in judged(samples.edited(samples.assign(path, value), text)) if line[1].endswith(where)]
    assert [line[0] for line in said] == [level], said
    assert words in said[0][2]
