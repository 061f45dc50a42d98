# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a row of the table of changes is, and how a config and a release become those after it."""

from __future__ import annotations

import dataclasses
import itertools
import pathlib
import typing as t

import yaml

from ansible_collections.eks.anywhere.tests.unit.config import samples

Obj = dict[str, t.Any]
CP, MD = "control_plane", "workers/md-0"
GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "unit" / "golden"
MINORS = ("33", "35", "36")
"""Minor versions that the release has beside 1.34, made in its image."""


@dataclasses.dataclass(frozen=True)
class Kind:
    """One kind of change, as a row of the documentation.

    ``edits`` put values into the documents of the config, ``...`` takes one away; ``CP:``, ``MD:`` and ``DC:`` are the
    machine configs of the control plane and of the workers, and the datacenter's. ``release`` replaces texts in the
    Bundles manifest and all that belongs to it.

    ``rolls`` are the parts whose machines are all replaced, ``removed`` those that go, ``fewer`` says of parts how many
    of their machines go because less of them are wanted. ``refused`` is the code of the refusal. Rows of the ``sample``
    make a way of their own.
    """

    title: str
    edits: t.Mapping[str, t.Any] = dataclasses.field(default_factory=dict)
    rolls: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    fewer: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    refused: str = ""
    adds: tuple[Obj, ...] = ()
    drops: tuple[str, ...] = ()
    release: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    sample: bool = False


@dataclasses.dataclass(frozen=True)
class State:
    """A config and a release."""

    name: str
    text: str
    bundles: str
    releases: t.Mapping[str, str]

    def after(self, kind: Kind) -> State:
        """What is wanted by a change of that kind."""
        documents = samples.documents(self.text)
        for path in kind.drops:
            del documents[self._full(path)]
        for document in kind.adds:
            documents[f"{document['kind']}/{document['metadata']['name']}"] = document
        for path, value in kind.edits.items():
            samples.assign(self._full(path), value)(documents)
        return dataclasses.replace(
            self,
            text=yaml.safe_dump_all(documents.values()),
            bundles=_replaced(self.bundles, kind.release),
            releases={uri: _replaced(text, kind.release) for uri, text in self.releases.items()},
        )

    def _full(self, path: str) -> str:
        prefix, colon, rest = path.partition(":")
        machine = {"CP": f"/{self.name}-cp", "MD": f"/{self.name}"}.get(prefix)
        if machine is not None:
            return f"VSphereMachineConfig{machine}{colon}{rest}"
        return f"VSphereDatacenterConfig{colon}{rest}" if prefix == "DC" else path


def chain(first: State, kinds: t.Iterable[Kind]) -> t.Iterator[tuple[Kind, State, State]]:
    """Each kind with the states before and after it: a row starts from where the last one led that was not refused."""
    before = first
    for kind in kinds:
        after = before.after(kind)
        yield kind, before, after
        before = before if kind.refused else after


def first_state(name: str, text: str, *, versions: t.Mapping[str, str] | None = None) -> State:
    """A config with the golden release and its further minor versions; ``versions`` replaces some in the manifest."""
    manifest = yaml.safe_load(_replaced((GOLDEN / "bundles.yaml").read_text(encoding="utf-8"), versions or {}))
    bundle = manifest["spec"]["versionsBundles"][0]
    manifest["spec"]["versionsBundles"] = [bundle, *(_minor(bundle, minor) for minor in MINORS)]
    release = yaml.safe_load((GOLDEN / "kubernetes-1-34-eks-9.yaml").read_text(encoding="utf-8"))
    texts = {minor: _minor(release, minor) for minor in MINORS}
    releases = {
        f"releases/kubernetes-1-{minor}-eks-9.yaml": yaml.safe_dump(found)
        for minor, found in itertools.chain([("34", release)], texts.items())
    }
    return State(name=name, text=text, bundles=yaml.safe_dump(manifest), releases=releases)


def _minor(obj: Obj, minor: str) -> Obj:
    text = _replaced(yaml.safe_dump(obj), {"1.34": f"1.{minor}", "1-34": f"1-{minor}"})
    return t.cast(Obj, yaml.safe_load(text))


def _replaced(text: str, words: t.Mapping[str, str]) -> str:
    for before, after in words.items():
        text = text.replace(before, after)
    return text


__all__ = ("CP", "MD", "Kind", "State", "chain", "first_state")
