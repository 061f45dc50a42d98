# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What boot data says about whose a machine is, without ever saying what it holds."""

from __future__ import annotations

import base64

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import boot_data

KEY = "guestinfo.userdata"


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("kubeadm join 192.0.2.10:6443 --token x", ("192.0.2.10", "kubeadm")),
        ("controlPlaneEndpoint: 192.0.2.10:6443", ("192.0.2.10",)),
        ('server = "https://192.0.2.10:6443"', ("192.0.2.10",)),
        ("value: 192.0.2.10.", ("192.0.2.10",)),
        ("kubeadm join 192.0.2.100:6443", ("kubeadm",)),
        ("join 10.192.0.2.10:6443", ()),
        ("[settings.host-containers.kubeadm-bootstrap]", ()),
        ("", ()),
    ],
)
def test_words_stand_by_themselves(text: str, wanted: tuple[str, ...]) -> None:
    assert boot_data.marks({KEY: encoded(text)}, ("192.0.2.10", "kubeadm")) == wanted


def test_data_that_is_not_encoded_is_read_as_it_is() -> None:
    assert boot_data.marks({KEY: "kubeadm join 192.0.2.10:6443"}, ("192.0.2.10",)) == ("192.0.2.10",)
    assert boot_data.marks({}, ("192.0.2.10",)) == ()


def test_user_data_inside_the_settings_of_bottlerocket_counts() -> None:
    inner = encoded("EtcdadmJoin etcdadm-bootstrap controlPlaneEndpoint: 192.0.2.10:6443 and more words")
    outer = f'[settings.host-containers.kubeadm-bootstrap]\nuser-data = "{inner}"\n'
    assert boot_data.marks({KEY: encoded(outer)}, ("192.0.2.10",)) == ("192.0.2.10",)


def test_ignition_counts() -> None:
    assert boot_data.marks({"guestinfo.ignition.config.data": encoded("a 192.0.2.10 b")}, ("192.0.2.10",))


def test_the_hostname_is_the_one_of_the_metadata() -> None:
    metadata = '\ninstance-id: "prod-x2x9l"\nlocal-hostname: "prod-x2x9l"\nwait-on-network:\n'
    assert boot_data.hostname({"guestinfo.metadata": encoded(metadata)}) == "prod-x2x9l"
    assert boot_data.hostname({}) == ""
    assert boot_data.hostname({"guestinfo.metadata": encoded("nothing")}) == ""
