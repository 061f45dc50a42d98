# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The lab's vCenter as the lab starts it: what a machine boots. The docker command only notes what it was asked for."""

from __future__ import annotations

import os
import pathlib
import time
import typing as t

import pytest
from pyVmomi import vim

from ansible_collections.eks.anywhere.tests.simulation.vcenter import simulator

TEMPLATES = "old=os:ubuntu,eksdRelease:one=registry/node:v1;new=os:ubuntu,eksdRelease:two=registry/node:v2"
DOCKER = '#!/bin/sh\necho "$*" >> "$NOTES"\necho 0123456789ab\n'


def test_a_machine_boots_the_image_of_the_template_it_was_cloned_from(
    lab_bin: t.Callable[[str], str], tmp_path: pathlib.Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    docker, notes = tmp_path / "docker", tmp_path / "notes"
    docker.write_text(DOCKER)
    docker.chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:{os.environ['PATH']}")
    monkeypatch.setenv("NOTES", str(notes))
    program = lab_bin("vcsim")
    running = simulator(program, "-options", "--pull never", templates=TEMPLATES, plain=False)
    with running as vcenter, vcenter.connect() as content:
        for name, template in (("w01-a", "old"), ("w01-b", "new"), ("w01-c", "old")):
            _clone(content, template, name)
        hosts = _created(notes, machines=3)
    assert {name: words[-1] for name, words in hosts.items()} == {
        "w01-a": "registry/node:v1",
        "w01-b": "registry/node:v2",
        "w01-c": "registry/node:v1",
    }
    for name, words in hosts.items():
        assert "--pull never" in " ".join(words), name
        assert any(word.startswith("VMX_GUESTINFO_BIOSUUID=") for word in words), name


def _clone(content: t.Any, template: str, name: str) -> None:
    """As the vSphere provider does, with boot data."""
    index = content.searchIndex
    folder = index.FindByInventoryPath("DC0/vm/eksa")
    place = vim.vm.RelocateSpec(pool=index.FindByInventoryPath("DC0/host/DC0_C0/Resources"), folder=folder)
    config = vim.vm.ConfigSpec(extraConfig=[vim.option.OptionValue(key="guestinfo.metadata", value="e30=")])
    source = index.FindByInventoryPath(f"DC0/vm/Templates/{template}")
    spec = vim.vm.CloneSpec(location=place, config=config, powerOn=True)
    source.CloneVM_Task(folder=folder, name=name, spec=spec)


def _created(notes: pathlib.Path, *, machines: int) -> dict[str, list[str]]:
    """Words of each container's ``docker create``, by host name."""
    until = time.monotonic() + 30
    while True:
        lines = notes.read_text(encoding="utf-8").splitlines() if notes.exists() else []
        created = [line.split() for line in lines if line.startswith("create ")]
        if len(created) == machines:
            return {words[words.index("--hostname") + 1]: words for words in created}
        assert time.monotonic() < until, lines
        time.sleep(0.05)
