# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The vendor's own code as a partner to compare with: one process, asked in JSON lines."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import subprocess
import typing as t

import yaml

Obj = dict[str, t.Any]
LOGIN = {"EKSA_VSPHERE_USERNAME": "vsphere_username", "EKSA_VSPHERE_PASSWORD": "vsphere_password"}


@dataclasses.dataclass
class Upstream:
    """A running oracle. ``programs`` is the folder that ``tests/oracle/build`` prints."""

    programs: pathlib.Path

    def __enter__(self) -> Upstream:
        self._process = subprocess.Popen(
            [str(self.programs / "oracle")],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        return self

    def __exit__(self, *_error: object) -> None:
        assert self._process.stdin is not None
        self._process.stdin.close()
        self._process.wait()

    def ask(self, op: str, **request: t.Any) -> Obj:
        """One question, one answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"op": op, **request}) + "\n")
        self._process.stdin.flush()
        answer: Obj = json.loads(self._process.stdout.readline())
        return answer

    def check(self, config: str, **request: t.Any) -> list[str]:
        """``stage: error`` of every stage that refuses the config."""
        return _problems(self.ask("check", config=config, **request))

    def update(self, previous: str, config: str, **request: t.Any) -> list[str]:
        """What the admission webhooks say against a change."""
        return _problems(self.ask("update", previous=previous, config=config, **request))

    def render(self, config: str, *, environ: t.Mapping[str, str] | None = None, **request: t.Any) -> Obj:
        """``control_plane`` and ``workers`` as the templates write them, ``typed_*`` as Go types hold them."""
        found = self.ask("render", config=config, environ=dict(environ or LOGIN), **request)
        for part in ("control_plane", "workers"):
            found[part] = [document for document in yaml.safe_load_all(found.get(part) or "") if document]
        return found

    def generate(self, name: str, provider: str) -> str:
        """What ``eksctl anywhere generate clusterconfig`` prints."""
        command = [str(self.programs / "eksctl-anywhere"), "generate", "clusterconfig", name, "--provider", provider]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def _problems(answer: Obj) -> list[str]:
    return [f"{problem['stage']}: {problem['error']}" for problem in answer["problems"]]


def by_name(objects: t.Iterable[Obj]) -> dict[tuple[str, str], Obj]:
    """Objects by kind and name, without what is empty: absent and empty mean the same to an API server."""
    return {(obj["kind"], str(obj["metadata"].get("name"))): plain(obj) for obj in objects}


def plain(value: t.Any) -> t.Any:
    """The value without empty parts; a YAML number where Go has a string is a string on both sides."""
    if isinstance(value, dict):
        kept = {key: plain(item) for key, item in value.items()}
        return {key: item for key, item in kept.items() if item not in (None, {}, [], "")}
    if isinstance(value, list):
        return [plain(item) for item in value]
    if isinstance(value, bool) or value is None:
        return value
    return str(value)


__all__ = ("LOGIN", "Upstream", "by_name", "plain")
