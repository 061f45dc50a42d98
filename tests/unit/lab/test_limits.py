# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Limits of the kernel while the lab is up."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._lab import limits

INSTANCES, WATCHES = limits.WANTED


@pytest.fixture
def settings(tmp_path: pathlib.Path) -> pathlib.Path:
    """A kernel with one limit that is too low."""
    folder = tmp_path / "sys"
    for name, value in {INSTANCES: 128, WATCHES: 10**6}.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(f"{value}\n", encoding="utf-8")
    return folder


def test_what_is_too_low_is_raised_and_put_back(tmp_path: pathlib.Path, settings: pathlib.Path) -> None:
    assert limits.lift(tmp_path, settings=settings) == ("raised fs.inotify.max_user_instances to 1024",)
    assert int((settings / INSTANCES).read_text()) == 1024
    assert limits.put_back(tmp_path, settings=settings) == ("set fs.inotify.max_user_instances back to 128",)
    assert int((settings / INSTANCES).read_text()) == 128
    assert int((settings / WATCHES).read_text()) == 10**6
    assert limits.put_back(tmp_path, settings=settings) == ()


def test_raised_twice_it_is_put_back_to_what_was_there_first(tmp_path: pathlib.Path, settings: pathlib.Path) -> None:
    limits.lift(tmp_path, settings=settings)
    assert limits.lift(tmp_path, settings=settings) == ()
    (settings / INSTANCES).write_text("256", encoding="utf-8")
    limits.lift(tmp_path, settings=settings)
    limits.put_back(tmp_path, settings=settings)
    assert int((settings / INSTANCES).read_text()) == 128
