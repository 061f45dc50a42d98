# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What an update of a config may not do. The rules are those of upstream's admission webhooks and upgrade command."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import examine
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import kinds, upgrading
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.change import PAUSED, Change
from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing.skew import SKIP_RELEASE_SKEW
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import Finding
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source


def findings(text: str, *, previous: str | None, environ: t.Mapping[str, str]) -> list[Finding]:
    """All there is to say about a config and, with the text of the ``previous`` one, about the change."""
    sources, found = examine(text, environ)
    return found if previous is None else [*found, *changes(examine(previous, environ)[0], sources)]


def changes(before: t.Sequence[Source], after: t.Sequence[Source]) -> list[Finding]:
    """Findings about a change from one set of documents to another; none when nothing changed.

    What a webhook refuses is an error. What only the upgrade command refuses is a warning with ``on_create``.
    """
    old = next((source for source in before if source.kind == "Cluster"), None)
    new = next((source for source in after if source.kind == "Cluster"), None)
    if old is None or new is None:
        return []
    # A cluster has one name; under another one it is still the same document to compare.
    paired = [(old, new), *_same_name(before, after)]
    found = [
        finding for was, now in paired for rule in kinds.RULES.get(now.kind, ()) for finding in rule(Change(was, now))
    ]
    return [*found, *upgrading.refusals(before, after)]


def _same_name(before: t.Sequence[Source], after: t.Sequence[Source]) -> t.Iterator[tuple[Source, Source]]:
    known = {(source.kind, source.name): source for source in before}
    for source in after:
        earlier = known.get((source.kind, source.name))
        if earlier is not None and source.kind != "Cluster":
            yield earlier, source


__all__ = ("PAUSED", "SKIP_RELEASE_SKEW", "changes", "findings")
