# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What counts as a difference, what does not, and how it reads."""

from __future__ import annotations

import itertools
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._plan import machines
from ansible_collections.eks.anywhere.plugins.module_utils._plan.content import WHOLE, differences
from ansible_collections.eks.anywhere.tests.unit.config.samples import GOLDEN

NAMED = [{"name": "a", "value": "1"}, {"name": "b", "value": "2"}]
LONG = "x" * 100
ROWS: tuple[tuple[t.Any, t.Any, list[str]], ...] = (
    ({"a": 1}, {"a": 1}, []),
    ({"a": 1}, {"a": 2}, ["s.a 1 -> 2"]),
    ({"a": 1, "filled in": 5}, {"a": 1}, []),
    ({}, {"a": 1}, ["s.a added"]),
    (None, {"a": {"b": 1}}, ["s added"]),
    ({}, {"a": {}, "b": [], "c": "", "d": False, "e": 0, "f": None}, []),
    ({"a": {"b": 1}}, {"a": {"b": 1}}, []),
    ({"a": False}, {"a": True}, ["s.a false -> true"]),
    ({"a": "x\ny"}, {"a": "z"}, ["s.a changed"]),
    ({"a": LONG}, {"a": "z"}, ["s.a changed"]),
    ({"a": ["x"]}, {"a": ["x"]}, []),
    ({"a": ["x"]}, {"a": ["x", "y"]}, ["s.a changed"]),
    ({"a": ["x"]}, {"a": []}, ["s.a removed"]),
    ({"a": []}, {"a": ["x"]}, ["s.a added"]),
    ({"a": ["x", "y"]}, {"a": ["y", "x"]}, ["s.a changed"]),
    ({"a": NAMED}, {"a": [NAMED[0], {"name": "b", "value": "3"}]}, ["s.a[b].value 2 -> 3"]),
    ({"a": NAMED}, {"a": NAMED[:1]}, ["s.a[b] removed"]),
    ({"a": NAMED[:1]}, {"a": NAMED}, ["s.a[b] added"]),
    ({"a": NAMED}, {"a": NAMED[::-1]}, ["s.a (order) changed"]),
    ({"a": [{"x": 1}, {"x": 2}]}, {"a": [{"x": 1}, {"x": 3}]}, ["s.a[1].x 2 -> 3"]),
    ({"a": [{"x": 1}]}, {"a": [{"x": 1}, {"x": 3}]}, ["s.a changed"]),
    (
        {"files": [{"path": "/p.conf", "content": "secret"}]},
        {"files": [{"path": "/p.conf", "content": "other"}]},
        ["s.files[/p.conf].content changed"],
    ),
    ({"proxy": {"httpsProxy": "http://me:secret@p"}}, {"proxy": {"httpsProxy": "p"}}, ["s.proxy.httpsProxy changed"]),
    ({"taints": [{"key": "a", "value": "v"}]}, {"taints": [{"key": "a"}]}, ["s.taints[a].value removed"]),
    (
        {"files": [{"path": "/p", "permissions": "0600"}]},
        {"files": [{"path": "/p"}]},
        ["s.files[/p].permissions removed"],
    ),
    ({"may": 1, "must": 1}, {}, ["s.may removed"]),
    ({"skip": {"a": 1}, "skipped": 1}, {"skip": {"a": 2}, "skipped": 2}, ["s.skipped 1 -> 2"]),
)


@pytest.mark.parametrize(("live", "wanted", "words"), ROWS)
def test_differences(live: t.Any, wanted: t.Any, words: list[str]) -> None:
    found = differences(live, wanted, path="s", optional=["may"], ignored=["skip"])
    assert [str(one) for one in found] == words


def test_values_stay_out_of_reprs() -> None:
    (found,) = differences({"a": "secret"}, {"a": "other"}, path="s")
    assert "secret" not in repr(found)


def _only_sometimes(one: t.Any, other: t.Any, path: str = "") -> t.Iterator[str]:
    """Fields that ``one`` has and ``other`` has not, lists and what is whole aside."""
    for key, value in one.items():
        place = f"{path}{key}"
        if value and key not in other:
            yield place
        elif isinstance(value, dict) and key not in WHOLE:
            yield from _only_sometimes(value, other[key], f"{place}.")


LASTING = frozenset(
    {
        "bottlerocketConfig",
        "cloudInitConfig",
        "cloudInitConfig.installDir",
        "clusterConfiguration.certificatesDir",
        "clusterConfiguration.etcd.external",
        "clusterConfiguration.etcd.local",
        "etcdadmInstallCommands",
        "format",
        "joinConfiguration.nodeRegistration.name",
        "preEtcdadmCommands",
        "users",
    }
)
"""What follows from the operating system and the topology of etcd, which never change."""
SETTLED = frozenset({"cloneMode", "diskGiB"})
"""What is filled in once the template's facts are known, and never taken away again."""


@pytest.mark.parametrize("kind", sorted(machines.OPTIONAL))
def test_every_field_that_is_rendered_only_sometimes_is_known(kind: str) -> None:
    """Else its removal would go unnoticed: the goldens hold clusters that have it and clusters that have not."""
    texts = [path.read_text(encoding="utf-8") for path in sorted(GOLDEN.glob("*.objects.txt"))]
    content = [
        machines.dig(obj, machines.CONTENT.get(kind, machines.TEMPLATE))
        for text in texts
        for obj in yaml.safe_load_all(text)
        if obj and obj["kind"] == kind
    ]
    assert len(content) > 1
    found = {place for pair in itertools.permutations(content, 2) for place in _only_sometimes(*pair)}
    unknown = found - LASTING - SETTLED - set(machines.OPTIONAL[kind])
    # Nothing rolls machines that only the init configuration says.
    assert {place for place in unknown if not place.startswith("initConfiguration.")} == set()
