# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Files that cloud-init writes on machines."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import block

File = dict[str, t.Any]


def file(path: str, content: str, *, permissions: str = "") -> File:
    """A file of root's with the given content."""
    written = {"content": block(content), "owner": "root:root", "path": path}
    return {**written, "permissions": permissions} if permissions else written


def secret_file(path: str, *, secret: str, key: str) -> File:
    """A file whose content a Secret holds."""
    source = {"secret": {"name": secret, "key": key}}
    return {"contentFrom": source, "owner": "root:root", "path": path, "permissions": "0640"}


__all__ = ("File", "file", "secret_file")
