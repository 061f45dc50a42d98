# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Until when a certificate holds and whose it is, from its own bytes."""

from __future__ import annotations

import dataclasses
import datetime as dt

from ansible_collections.eks.anywhere.plugins.module_utils._config.certificates import (
    Element,
    elements,
    well_formed,
)

_VERSION, _UTC_TIME, _SET, _NAME_TEXTS = 0xA0, 0x17, 0x31, (0x0C, 0x13, 0x14, 0x16)
_COMMON_NAME = bytes((0x55, 0x04, 0x03))
_OF_THIS_CENTURY = 50
"""UTCTime has two digits for the year; RFC 5280 takes those from 50 on as of the century before."""


@dataclasses.dataclass(frozen=True)
class Validity:
    """A certificate: the common name of its subject, empty when it has none, and its last moment."""

    subject: str
    expires: dt.datetime


def validities(text: str) -> tuple[Validity, ...]:
    """Those of all certificates in PEM; none when the text is no such thing. Keys beside them are passed over."""
    return tuple(_validity(found) for found in well_formed(text))


def soonest(text: str) -> Validity | None:
    """The one of a bundle that expires first."""
    return min(validities(text), key=lambda one: one.expires, default=None)


def _validity(certificate: Element) -> Validity:
    fields = elements(elements(certificate[1])[0][1])
    if fields[0][0] == _VERSION:
        fields = fields[1:]
    _serial, _algorithm, _issuer, validity, subject = fields[:5]
    _begins, ends = elements(validity[1])
    return Validity(subject=_common_name(subject), expires=_moment(ends))


def _moment(element: Element) -> dt.datetime:
    tag, content = element
    digits = content.decode("ascii").rstrip("Z").partition("+")[0].partition("-")[0]
    if tag == _UTC_TIME:
        digits = ("20" if int(digits[:2]) < _OF_THIS_CENTURY else "19") + digits
    return dt.datetime.strptime(digits.ljust(14, "0"), "%Y%m%d%H%M%S").replace(tzinfo=dt.UTC)


def _common_name(subject: Element) -> str:
    for relative in elements(subject[1]):
        for attribute in elements(relative[1]) if relative[0] == _SET else ():
            kind, value, *_more = elements(attribute[1])
            if kind[1] == _COMMON_NAME and value[0] in _NAME_TEXTS:
                return value[1].decode("utf-8", errors="replace")
    return ""


__all__ = ("Validity", "soonest", "validities")
