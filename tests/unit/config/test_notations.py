# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Small notations that configs are full of, read as Kubernetes and Go read them."""

from __future__ import annotations

import decimal

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config import addresses, quantities, versions


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12", 12),
        ("4Gi", 4 * 2**30),
        ("4G", 4 * 10**9),
        (".5Ki", 512),
        ("500m", "0.5"),
        ("-1k", -1000),
        ("1e3", 1000),
        ("1E", 10**18),
        ("1E-2", "0.01"),
    ],
)
def test_quantities(text: str, amount: int | str) -> None:
    assert quantities.amount(text) == decimal.Decimal(amount)


@pytest.mark.parametrize("text", ["", "4 Gi", "Gi", "4GiB", "1.2.3", "1e", "0x10"])
def test_what_is_no_quantity(text: str) -> None:
    assert quantities.amount(text) is None


def test_addresses_have_no_zone_and_no_leading_zeros() -> None:
    assert str(addresses.address("fe80::1")) == "fe80::1"
    assert addresses.address("fe80::1%eth0") is None
    assert addresses.address("10.0.0.01") is None


def test_networks_have_a_length_and_may_have_host_bits() -> None:
    assert str(addresses.network("10.0.0.9/24")) == "10.0.0.0/24"
    assert addresses.network("10.0.0.0") is None
    assert addresses.network("10.0.0.0/255.255.255.0") is None
    assert addresses.network("10.0.0.0/33") is None


@pytest.mark.parametrize("name", ["ubuntu-1.34", "ubuntu-1-34.gz", "ubuntu_1_34", "kube134"])
def test_a_version_in_a_name(name: str) -> None:
    assert versions.named_in("1.34", name)
    assert not versions.named_in("1.35", name)
