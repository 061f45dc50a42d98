# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Scalars as Go reads and prints them; each expectation was compared with the vendor's own code."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import reading

HEAD = "apiVersion: anywhere.eks.amazonaws.com/v1alpha1\nkind: Cluster\nmetadata: {name: w01}\nspec:\n"
LABELS = "  controlPlaneConfiguration: {labels: {a: %s}}"


def judged(body: str) -> tuple[dict[str, t.Any], list[str]]:
    """The spec, and messages about its shape."""
    sources, found = reading.read(HEAD + body)
    return sources[0].spec, [finding.message for finding in found]


@pytest.mark.parametrize(
    ("written", "text"),
    [
        ("1.10", "1.1"),
        ("'1.10'", "1.10"),
        ("1.0", "1"),
        ("0.1", "0.1"),
        ("1e3", "1000"),
        ("1234567.5", "1.2345675e+06"),
        ("0.00001", "1e-05"),
        ("16777217.0", "1.6777216e+07"),
        (".inf", "+Inf"),
        ("-.inf", "-Inf"),
        (".nan", "NaN"),
        ("1e400", "+Inf"),
        ("007", "7"),
        ("0o17", "15"),
        ("0x1F", "31"),
        ("0b11", "3"),
        ("1_000", "1000"),
        ("+5", "5"),
        ("08", "8"),
        ("100000000000000000000", "1e+20"),
        ("18446744073709551615", "18446744073709551615"),
        ("1:30", "1:30"),
        ("2026-01-31", "2026-01-31"),
        ("y", "true"),
        ("N", "false"),
        ("Off", "false"),
        ("yEs", "yEs"),
        ("~", ""),
        ("null", ""),
        ("'~'", "~"),
    ],
)
def test_a_scalar_where_text_belongs(written: str, text: str) -> None:
    assert judged(LABELS % written) == ({"controlPlaneConfiguration": {"labels": {"a": text}}}, [])


@pytest.mark.parametrize(("written", "text"), [("1", "1"), ("1.10", "1.1"), ("true", "true"), ("no", "false")])
def test_names_of_the_users_choice_are_text_too(written: str, text: str) -> None:
    spec, said = judged(f"  controlPlaneConfiguration: {{labels: {{{written}: x}}}}")
    assert (spec, said) == ({"controlPlaneConfiguration": {"labels": {text: "x"}}}, [])


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ("  controlPlaneConfiguration: {count: 3.5}", "cannot unmarshal number into a field of type int"),
        ("  controlPlaneConfiguration: {count: '3'}", "cannot unmarshal string into a field of type int"),
        ("  controlPlaneConfiguration: {count: 1:1}", "cannot unmarshal string into a field of type int"),
        ("  controlPlaneConfiguration: {count: 99999999999999999999}", "cannot unmarshal number"),
        (f"  controlPlaneConfiguration: {{count: {'9' * 5000}}}", "cannot unmarshal number"),
        ("  machineHealthCheck: {nodeStartupTimeout: 0}", "cannot unmarshal number into a field of type duration"),
        ("  machineHealthCheck: {nodeStartupTimeout: soon}", "time: invalid duration"),
        ("  machineHealthCheck: {maxUnhealthy: 1.5}", "cannot unmarshal number into a field of type int or string"),
        ("  machineHealthCheck: {maxUnhealthy: true}", "cannot unmarshal bool into a field of type int or string"),
        ("  controlPlaneConfiguration: {taints: [{timeAdded: x}]}", "parsing time"),
        ("  etcdEncryption: [{providers: [{kms: {cachesize: 3000000000}}]}]", "into a field of type int32"),
        ("  packages: {disable: 'yes'}", "cannot unmarshal string into a field of type bool"),
    ],
)
def test_a_scalar_that_does_not_fit(body: str, words: str) -> None:
    (said,) = judged(body)[1]
    assert words in said


@pytest.mark.parametrize(
    ("body", "value"),
    [
        ("  controlPlaneConfiguration: {count: 0o11}", {"controlPlaneConfiguration": {"count": 9}}),
        ("  controlPlaneConfiguration: {count: 3e0}", {"controlPlaneConfiguration": {"count": 3}}),
        ("  packages: {disable: y}", {"packages": {"disable": True}}),
        ("  machineHealthCheck: {nodeStartupTimeout: '0'}", {"machineHealthCheck": {"nodeStartupTimeout": "0"}}),
        (
            "  controlPlaneConfiguration: {taints: [{timeAdded: 2026-01-31T12:00:00Z}]}",
            {"controlPlaneConfiguration": {"taints": [{"timeAdded": "2026-01-31T12:00:00Z"}]}},
        ),
    ],
)
def test_a_scalar_that_fits(body: str, value: dict[str, t.Any]) -> None:
    assert judged(body) == (value, [])
