# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lab is given on demand: kits with what is in them and how machines come by them, and later releases."""

from __future__ import annotations

import os
import pathlib
import tarfile
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, parts, recipes
from ansible_collections.eks.anywhere.plugins.module_utils._lab.datacenter import Datacenter
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import LATER
from ansible_collections.eks.anywhere.plugins.module_utils._lab.store import Store
from ansible_collections.eks.anywhere.plugins.module_utils._lab.workshop import Workshop
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeClock, FakeReporter

FILES = pathlib.Path(__file__).resolve().parents[3] / "roles" / "eksa_lab" / "files"
(KIT,) = catalog.KITS


class Builder:
    """Makes kits out of programs that do nothing."""

    def __init__(self, shop: Workshop) -> None:
        self._shop = shop

    def build(self, components: t.Sequence[parts.Component]) -> tuple[str, ...]:
        """Every program is its own name; what is there already is not built."""
        made: list[str] = []
        for component in components:
            key = self._shop.key(component)
            if self._shop.store.has(component.name, key):
                continue
            made.append(component.name)
            if isinstance(component, parts.Kit):
                recipes.make(self._shop, component)
                continue
            with self._shop.store.publishing(component.name, key) as scratch:
                (scratch / component.name).write_text(component.name)
                (scratch / component.name).chmod(0o755)
        return tuple(made)


@pytest.fixture
def shop(tmp_path: pathlib.Path) -> Workshop:
    """A workshop with an empty cache and nothing to build with."""
    nothing: t.Any = None
    store = Store(tmp_path / "lab")
    return Workshop(files=FILES, store=store, logs=tmp_path, go=nothing, engine=nothing, registry=nothing)


def test_what_a_member_of_etcd_finds_in_its_root(shop: Workshop) -> None:
    Builder(shop).build(catalog.closure([KIT.name]))
    root = shop.kit(KIT.name)
    found = {str(path.relative_to(root)): path for path in root.rglob("*") if path.is_file()}
    assert found.keys() == {"usr/local/bin/etcdadm", "usr/libexec/etcdadm", KIT.archive}
    assert all(os.access(found[name], os.X_OK) for name in ("usr/local/bin/etcdadm", "usr/libexec/etcdadm"))
    folder = pathlib.PurePath(KIT.archive).name.removesuffix(".tar.gz")
    with tarfile.open(found[KIT.archive]) as archive:
        assert archive.getnames() == [f"{folder}/etcd", f"{folder}/etcdctl"]
        assert all(member.mode & 0o111 for member in archive.getmembers())


def test_machines_get_a_kit_once_and_a_new_one_in_its_place(shop: Workshop, tmp_path: pathlib.Path) -> None:
    lab = Datacenter(root=tmp_path / "lab", files=FILES, clock=FakeClock(), report=FakeReporter())
    lab.run.mkdir(parents=True)
    builder: t.Any = Builder(shop)
    assert lab._equip(shop, builder, []) == []
    assert list(lab.kits.iterdir()) == []
    older = lab.kits / f"{KIT.name}-0123456789abcdef"
    older.mkdir()
    assert lab._equip(shop, builder, [KIT.name])[-1] == "gave the machines external-etcd"
    assert [path.name for path in lab.kits.iterdir()] == [shop.kit(KIT.name).name]
    assert lab._equip(shop, builder, [KIT.name]) == []


def test_a_release_stays_in_the_lab_that_was_given_it(tmp_path: pathlib.Path) -> None:
    lab = Datacenter(root=tmp_path / "lab", files=FILES, clock=FakeClock(), report=FakeReporter())
    assert lab._later([]) == ()
    assert lab._later([LATER[0].name]) == LATER[:1]
    (lab.run / LATER[0].folder).mkdir(parents=True)
    assert lab._later([]) == LATER[:1]
