# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A cause: one sentence on why a cluster is not ready, what was seen, and what to do about it."""

from __future__ import annotations

import dataclasses
import re
import textwrap
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._wait.conditions import flat

WORDS = 400
"""So much of a message is evidence; controllers repeat whole requests in theirs."""
WIDTH = 110

HOPELESS = frozenset(
    {
        "why.datacenter_missing",
        "why.datastore_missing",
        "why.folder_missing",
        "why.machine_template_missing",
        "why.network_missing",
        "why.resource_pool_missing",
        "why.template_missing",
        "why.vcenter_ambiguous",
        "why.vcenter_credentials_refused",
        "why.vcenter_permission_denied",
    }
)
"""Causes that no waiting mends: somebody has to change the cluster config, or vCenter."""

_NAMES = "password|passwd|secret|token|api[-_]?key"
_SECRETS = (
    (re.compile(r"(://)[^/@\s\"']+@"), r"\1***@"),
    (re.compile(r"(?i)\b(bearer|basic)\s+[\w.~+/=-]{8,}"), r"\1 ***"),
    (re.compile(rf"(?i)((?:{_NAMES})[\"']?\s*[:=]\s*)(\"[^\"]*\"|'[^']*'|\S+)"), r"\1***"),
    (re.compile(r"-----BEGIN [^-]+-----.*?(?:-----END [^-]+-----|$)", re.DOTALL), "***"),
)
"""What programs print and nobody may see. Names of Secrets and of fields stay."""


@dataclasses.dataclass(frozen=True)
class Seen:
    """One piece of evidence: ``object`` as ``Kind name``, and what was seen of it."""

    object: str
    seen: str

    @classmethod
    def of(cls, what: str, words: str) -> Seen:
        """In one line of bearable length, without secrets."""
        clean = flat(without_secrets(words))
        return cls(what, clean if len(clean) <= WORDS else clean[: WORDS - 2] + " …")


@dataclasses.dataclass(frozen=True)
class Cause:
    """``sentence`` has no full stop, so that it can stand in a line; ``since`` is a time as Kubernetes writes it."""

    code: str
    sentence: str
    fix: str
    evidence: tuple[Seen, ...] = ()
    since: str = ""

    @property
    def ready(self) -> bool:
        """Whether there is nothing to explain."""
        return self.code == "why.ready"

    @property
    def under_way(self) -> bool:
        """Whether waiting is all there is to do."""
        return self.code == "why.in_progress"

    def as_dict(self) -> dict[str, t.Any]:
        """Shape for a result: ``{code, cause, evidence, fix, since}``."""
        return {
            "code": self.code,
            "cause": f"{self.sentence}.",
            "evidence": [dataclasses.asdict(seen) for seen in self.evidence],
            "fix": self.fix,
            "since": self.since,
        }


def cause(code: str, sentence: str, *, fix: str, evidence: t.Iterable[Seen] = (), since: str = "") -> Cause:
    """A cause that carries no secret, whatever its sentence quotes."""
    return Cause(code, flat(without_secrets(sentence)).rstrip("."), fix, tuple(dict.fromkeys(evidence)), since)


def without_secrets(text: str) -> str:
    """Blank what looks like a credential."""
    for pattern, replacement in _SECRETS:
        text = pattern.sub(replacement, text)
    return text


def told(name: str, found: Cause, others: t.Sequence[Cause] = ()) -> str:
    """The text for a person: the sentence, the evidence as a list, the next step."""
    head = f"{found.sentence}." if found.ready else f"Cluster {name} is not ready: {found.sentence}."
    parts = [_wrapped(head)]
    if found.evidence:
        parts.append(_section("Seen", [f"{seen.object}: {seen.seen}" for seen in found.evidence]))
    if found.since:
        parts.append(_section("Since", [found.since]))
    if found.fix:
        parts.append(_section("Next", [found.fix]))
    if others:
        parts.append(_section("Also", [f"{other.sentence}." for other in others]))
    return "\n\n".join(parts)


def _section(title: str, lines: t.Iterable[str]) -> str:
    return "\n".join((title, *(_wrapped(line, first="  ", then="    ") for line in lines)))


def _wrapped(line: str, *, first: str = "", then: str = "") -> str:
    """Names and paths stay whole, so that they can be copied."""
    return textwrap.fill(
        line, WIDTH, initial_indent=first, subsequent_indent=then, break_long_words=False, break_on_hyphens=False
    )


__all__ = ("HOPELESS", "Cause", "Seen", "cause", "told", "without_secrets")
