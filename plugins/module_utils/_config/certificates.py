# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Certificates in PEM, judged by their structure: base64 around DER (ITU-T X.690) around X.509 (RFC 5280).

Signatures and dates are not judged: a machine may trust a certificate that nobody signed, and so does upstream.
"""

from __future__ import annotations

import base64
import re
import typing as t

NO_PEM = "failed to parse certificate PEM"
MALFORMED = "failed to parse certificate"

_BLOCK = re.compile(
    r"^-----BEGIN (?P<type>[^\n]*?)-----[ \t\r]*\n(?P<body>.*?)^-----END (?P=type)-----[ \t\r]*$",
    re.MULTILINE | re.DOTALL,
)
_HEADER = re.compile(r"^[^\n:]*:[^\n]*\n", re.MULTILINE)

_INTEGER, _BITS, _SEQUENCE = 0x02, 0x03, 0x30
_VERSION, _ISSUER_ID, _SUBJECT_ID, _EXTENSIONS = 0xA0, 0x81, 0x82, 0xA3
_TIMES: t.Mapping[int, re.Pattern[bytes]] = {
    0x17: re.compile(rb"\d{10}(\d\d)?(Z|[+-]\d{4})"),
    0x18: re.compile(rb"\d{14}Z"),
}
"""UTCTime and GeneralizedTime."""

Element = tuple[int, bytes]


def problem(text: str, *, first_only: bool = False) -> str:
    """What is wrong with a bundle of certificates, or an empty text."""
    found = list(_blocks(text))
    if not found:
        return NO_PEM
    try:
        for certificate in elements(found[0] if first_only else b"".join(found)):
            _certificate(certificate)
    except ValueError as exc:
        return f"{MALFORMED}: {exc}"
    return ""


def well_formed(text: str) -> t.Iterator[Element]:
    """The certificates among PEM blocks; keys and what else is there are passed over."""
    for block in _blocks(text):
        try:
            for element in elements(block):
                _certificate(element)
                yield element
        except ValueError:
            continue


def _blocks(text: str) -> t.Iterator[bytes]:
    """Contents of the PEM blocks; as in Go, text between them is skipped and so is a block that is not base64."""
    for found in _BLOCK.finditer(text):
        body = "".join(_HEADER.sub("", found["body"]).split())
        try:
            yield base64.b64decode(body, validate=True)
        except ValueError:
            continue


def _certificate(element: Element) -> None:
    """Certificate ::= SEQUENCE { tbsCertificate, signatureAlgorithm, signature }"""
    parts = _inside(element, _SEQUENCE)
    if [tag for tag, _content in parts] != [_SEQUENCE, _SEQUENCE, _BITS]:
        raise ValueError("malformed certificate")
    fields = _inside(parts[0], _SEQUENCE)
    if fields and fields[0][0] == _VERSION:
        fields = fields[1:]
    if [tag for tag, _content in fields[:6]] != [_INTEGER] + [_SEQUENCE] * 5:
        raise ValueError("malformed tbs certificate")
    _serial, algorithm, _issuer, validity, _subject, key, *rest = fields
    if algorithm != parts[1]:
        raise ValueError("inner and outer signature algorithm identifiers don't match")
    _validity(validity)
    if [tag for tag, _content in _inside(key, _SEQUENCE)] != [_SEQUENCE, _BITS]:
        raise ValueError("malformed spki")
    if any(tag not in (_ISSUER_ID, _SUBJECT_ID, _EXTENSIONS) for tag, _content in rest):
        raise ValueError("malformed extensions")


def _validity(element: Element) -> None:
    times = _inside(element, _SEQUENCE)
    if len(times) != 2 or not all(tag in _TIMES and _TIMES[tag].fullmatch(content) for tag, content in times):
        raise ValueError("malformed validity")


def _inside(element: Element, wanted: int) -> list[Element]:
    tag, content = element
    if tag != wanted:
        raise ValueError("malformed certificate")
    return elements(content)


def elements(data: bytes) -> list[Element]:
    """Tag and content of each element in a row; lengths must be written in the one way that DER allows."""
    found: list[Element] = []
    while data:
        if len(data) < 2 or data[0] & 0x1F == 0x1F:
            raise ValueError("malformed certificate")
        size, start = data[1], 2
        if size & 0x80:
            start += size & 0x7F
            size = int.from_bytes(data[2:start], "big")
            if start == 2 or start > 6 or size < 0x80 or data[2] == 0:
                raise ValueError("malformed certificate")
        if len(data) < start + size:
            raise ValueError("malformed certificate")
        found.append((data[0], data[start : start + size]))
        data = data[start + size :]
    return found


__all__ = ("MALFORMED", "NO_PEM", "Element", "elements", "problem", "well_formed")
