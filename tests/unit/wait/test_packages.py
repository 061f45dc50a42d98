# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""When a package is settled, and what the package controller's words mean."""

from __future__ import annotations

import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import Source
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._wait.packages import Verdict, dependencies, hint_for, judge

SOURCE = Source("", "charts/hello", "2.0.0", "sha256:b")
CONFIG = {"title": "x", "sourceRegistry": "images.local"}


def package(**status: t.Any) -> Obj:
    """A Package whose status is that of one installed as wanted, but for what is given."""
    installed = {
        "state": "installed",
        "currentVersion": "2.0.0",
        "source": {"registry": "", "repository": "charts/hello", "version": "2.0.0", "digest": "sha256:b"},
        "spec": {"config": "title: x"},
    }
    return {"metadata": {"name": "hi"}, "spec": {}, "status": {**installed, **status}}


def verdict(live: Obj | None) -> Verdict:
    """The verdict on a package."""
    return judge(live, source=SOURCE, config=CONFIG, image_registry="images.local")


def test_installed_as_wanted_is_settled_however_the_text_reads() -> None:
    assert verdict(package()).settled
    assert verdict(package(spec={"config": "# same\ntitle:   'x'\nsourceRegistry: images.local\n"})).settled
    assert verdict(package(detail="Deprecated package namespace. Move to eksa-packages-mgmt")).settled


OLDER = {"registry": "", "repository": "charts/hello", "version": "1.0.0", "digest": "sha256:a"}


@pytest.mark.parametrize(
    ("live", "failing", "unseen", "words"),
    [
        (package(source=OLDER), False, True, r"not seen the change yet (1.0.0 -> 2.0.0)"),
        (package(spec={"config": "title: old"}), False, True, "not seen the change yet (configuration)"),
        (package(currentVersion="1.0.0"), False, True, "not seen"),
        (package(state="installing"), False, False, "installing"),
        (package(state="", detail=""), False, False, "has not seen it yet"),
        (package(state="installing dependencies", detail="Waiting for dependencies: a, b"), False, False, "a, b"),
        (package(state="installing", detail="installing helm chart hi: parse\n error"), True, False, "hi: parse error"),
        (
            package(source=OLDER, detail="Package hello is not in the active bundle (b)."),
            True,
            True,
            "not in the active",
        ),
        (package(spec={"config": "- a list"}), False, True, "not seen"),
        (None, True, False, "gone"),
    ],
)
def test_installed_says_nothing_by_itself(live: Obj | None, *, failing: bool, unseen: bool, words: str) -> None:
    seen = verdict(live)
    assert not seen.settled
    assert (seen.failing, seen.unseen) == (failing, unseen)
    assert words in seen.reason


@pytest.mark.parametrize(
    ("detail", "hint"),
    [
        (
            "tls: failed to verify certificate: x509: certificate signed by unknown authority",
            "certificate is not trusted",
        ),
        ("denied: Your authorization token has expired. Reauthenticate and try again.", "token has expired"),
        ("unexpected status code 401 Unauthorized", "refuses the credentials"),
        ("dial tcp 127.0.0.1:5000: connect: connection refused", "does not answer"),
        ('namespaces "web" not found', "Create the namespace"),
        ("locating helm chart oci://r/x tag sha256:1: r/x:1: not found", "no such chart"),
        ("execution error at (x.yaml:1:3): no", "cannot be rendered"),
        ("something nobody has seen", ""),
    ],
)
def test_the_next_step_comes_with_the_words(detail: str, hint: str) -> None:
    found = hint_for(detail)
    assert hint in found
    assert bool(found) == bool(hint)


def test_dependencies_are_named() -> None:
    assert dependencies("Waiting for dependencies: a, b") == ["a", "b"]
    assert dependencies("anything else") == ()
