# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Kubernetes' rules for labels."""

from __future__ import annotations

import re
import typing as t

_NAME = re.compile(r"([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]")
_DOMAIN = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
_MAX_NAME = 63
_MAX_DOMAIN = 253


def problems(labels: t.Mapping[str, str]) -> t.Iterator[str]:
    """One sentence for each label that the API server would refuse."""
    for key, value in sorted(labels.items()):
        domain, slash, name = key.rpartition("/")
        if not name or len(name) > _MAX_NAME or not _NAME.fullmatch(name):
            yield (
                f'Invalid value: "{key}": name part must be no more than {_MAX_NAME} characters and must consist of '
                "alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character"
            )
        if slash and (len(domain) > _MAX_DOMAIN or not _DOMAIN.fullmatch(domain)):
            yield f'Invalid value: "{key}": prefix part must be a lowercase RFC 1123 subdomain'
        if value and (len(value) > _MAX_NAME or not _NAME.fullmatch(value)):
            yield (
                f'Invalid value: "{value}": a valid label must be an empty string or consist of alphanumeric '
                f"characters, '-', '_' or '.', start and end with one, and be no more than {_MAX_NAME} characters"
            )


__all__ = ("problems",)
