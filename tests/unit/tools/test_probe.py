# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe of the upgrade suite: it keeps asking, counts what was not answered, and tells how long a gap was."""

from __future__ import annotations

import itertools
import threading

import pytest

from ansible_collections.eks.anywhere.tests.e2e.workload import Failure, Probe


def test_a_probe_goes_on_while_an_answer_is_late_and_notes_what_failed() -> None:
    numbers, enough = itertools.count(1), threading.Event()

    def ask() -> None:
        number = next(numbers)
        if number == 2:
            raise ConnectionRefusedError("nobody there")
        if number == 3:
            enough.set()
        if number == 1:
            assert enough.wait(10), "the second and third question waited for the first answer"

    with Probe(ask) as probe:
        assert enough.wait(10)
    assert probe.asked >= 3
    assert [failure.error for failure in probe.failures] == ["ConnectionRefusedError: nobody there"]


@pytest.mark.parametrize(
    ("moments", "gap"),
    [((), 0.0), ((7.0,), 0.2), ((7.0, 7.2, 7.4, 9.0), 0.6), ((9.2, 1.0, 9.0), 0.4)],
)
def test_a_gap_is_failures_in_a_row(moments: tuple[float, ...], gap: float) -> None:
    probe = Probe(lambda: None)
    probe.failures = [Failure(moment, "refused") for moment in moments]
    assert probe.longest_gap == gap
