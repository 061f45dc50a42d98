# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Gentle to a shared vCenter: requests at a pace, and neighbours no further than a few pages."""

from __future__ import annotations

import types
import typing as t

import pytest
from pyVmomi import SoapStubAdapter, vim

from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import paced
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.collector import CHILDREN, Collector


def test_requests_keep_their_distance(monkeypatch: pytest.MonkeyPatch) -> None:
    now, slept = 100.0, []

    def sleep(seconds: float) -> None:
        nonlocal now
        slept.append(round(seconds, 3))
        now += seconds

    monkeypatch.setattr(paced, "time", types.SimpleNamespace(monotonic=lambda: now, sleep=sleep))
    monkeypatch.setattr(SoapStubAdapter, "InvokeMethod", lambda *_all: "answer")
    stub = paced.PacedAdapter(host="vcenter.invalid")
    assert [stub.InvokeMethod(None, None, None) for _each in range(3)] == ["answer"] * 3
    now += 1
    stub.InvokeMethod(None, None, None)
    assert slept == [paced.SECONDS_APART] * 2
    assert stub.requests == 4


class Pages:
    """A property collector that has one more page whenever it is asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def RetrievePropertiesEx(self, specs: object, options: object) -> t.Any:  # noqa: N802
        """The first page."""
        self.asked.append("first")
        return types.SimpleNamespace(objects=[], token="1")

    def ContinueRetrievePropertiesEx(self, token: str) -> t.Any:  # noqa: N802
        """One more."""
        self.asked.append("more")
        return types.SimpleNamespace(objects=[], token="1" if len(self.asked) < 9 else None)

    def CancelRetrievePropertiesEx(self, token: str) -> None:  # noqa: N802
        """Let the server forget the rest."""
        self.asked.append("cancel")


def test_a_listing_ends_after_its_pages_and_leaves_nothing_on_the_server() -> None:
    server = Pages()
    Collector(server).traverse(vim.Folder("group-1"), CHILDREN, {"Folder": ("name",)}, pages=2)
    assert server.asked == ["first", "more", "cancel"]
    whole = Pages()
    Collector(whole).traverse(vim.Folder("group-1"), CHILDREN, {"Folder": ("name",)})
    assert whole.asked == ["first", *["more"] * 8]
