# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Certificates by their structure, whatever bytes come."""

from __future__ import annotations

import base64
import random

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import certificates

from . import samples

PEM = (samples.GOLDEN / "ca.pem.txt").read_text(encoding="utf-8")
DER = base64.b64decode("".join(PEM.splitlines()[1:-1]))
OTHER = PEM.replace("CERTIFICATE", "PRIVATE KEY").replace("MII", "AAA")


def pem(der: bytes) -> str:
    return f"-----BEGIN CERTIFICATE-----\n{base64.encodebytes(der).decode()}-----END CERTIFICATE-----\n"


@pytest.mark.parametrize(
    "text",
    [
        PEM,
        PEM.rstrip(),
        PEM * 3,
        PEM.replace("\n", "\r\n"),
        f"words before\n{PEM}words after\n",
        PEM.replace("-----\n", "-----\nProc-Type: 4\n\n", 1),
        f"-----BEGIN X-----\n*\n-----END X-----\n{PEM}",
    ],
)
def test_bundles(text: str) -> None:
    assert certificates.problem(text) == ""


@pytest.mark.parametrize(
    "text", ["", "x", "-----BEGIN CERTIFICATE-----", PEM.replace("\n", ""), PEM.replace("END", "")]
)
def test_what_is_no_pem(text: str) -> None:
    assert certificates.problem(text) == certificates.NO_PEM


@pytest.mark.parametrize(
    ("der", "words"),
    [
        (b"\x30", "malformed certificate"),
        (DER[:-1], "malformed certificate"),
        (DER + b"\x00", "malformed certificate"),
        (b"\x31" + DER[1:], "malformed certificate"),
        (b"\x30\x80", "malformed certificate"),
        (b"\x30\x81\x01\x00", "malformed certificate"),
        (b"\x30\x89" + b"\xff" * 9, "malformed certificate"),
        (b"\x30\x00", "malformed certificate"),
        (DER.replace(b"\x17\r", b"\x13\r", 1), "malformed validity"),
        (DER.replace(b"2611", b"x611", 1), "malformed validity"),
    ],
)
def test_what_is_no_certificate(der: bytes, words: str) -> None:
    said = certificates.problem(pem(der))
    assert said.startswith(certificates.MALFORMED)
    assert words in said


def test_each_certificate_of_a_bundle_counts_unless_the_first_is_asked_for() -> None:
    assert certificates.problem(PEM + OTHER).startswith(certificates.MALFORMED)
    assert certificates.problem(PEM + OTHER, first_only=True) == ""


def test_no_bytes_raise() -> None:
    chance = random.Random(7)
    for _round in range(500):
        der = bytearray(DER)
        for _change in range(chance.randint(1, 12)):
            der[chance.randrange(len(der))] = chance.randrange(256)
        certificates.problem(pem(bytes(der[: chance.randint(0, len(der))])))
