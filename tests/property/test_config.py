# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for every config: a valid one may be written in any way, a broken one makes nothing raise."""

from __future__ import annotations

import copy
import hashlib
import json
import os
import random
import re
import subprocess
import sys
import typing as t

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from ansible_collections.eks.anywhere.plugins.module_utils._config import (
    cluster,
    comparing,
    defaults,
    reading,
    schema,
    shapes,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import obstacles
from ansible_collections.eks.anywhere.plugins.module_utils._config.support import RENDER, gaps
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.tests.fuzz import mutations, target
from ansible_collections.eks.anywhere.tests.property import configs

RANDOM = st.randoms(use_true_random=False)


def findings(text: str, previous: str | None = None) -> list[str]:
    """What is found, where in the config but not where in the text."""
    found = comparing.findings(text, previous=previous, environ=target.SWITCHES)
    return sorted(f"{one.severity} {one.path}: {one.message} {one.value}" for one in found)


def objects(text: str) -> tuple[Obj, ...] | None:
    """Rendered objects; None for what we do not render yet."""
    config = cluster.load(text, environ=target.SWITCHES)
    return None if gaps(config, RENDER) else target.objects(config)


@given(configs.CONFIGS)
def test_a_valid_config_has_no_obstacle_and_renders(documents: configs.Documents) -> None:
    text = mutations.dumped(documents)
    assert [str(one) for one in obstacles(cluster.findings(text, environ=target.SWITCHES))] == []
    target.examine(text)


@given(configs.CONFIGS)
def test_rendering_again_gives_the_same(documents: configs.Documents) -> None:
    text = mutations.dumped(documents)
    first = json.dumps(objects(text))
    assert json.dumps(objects(text)) == first


def shuffled(node: mutations.Node, rng: random.Random) -> mutations.Node:
    """The same objects with their keys in another order; lists stay."""
    if isinstance(node, list):
        return [shuffled(item, rng) for item in node]
    if not isinstance(node, dict):
        return node
    keys = list(node)
    rng.shuffle(keys)
    return {key: shuffled(node[key], rng) for key in keys}


@given(configs.CONFIGS, RANDOM, st.booleans())
def test_the_order_of_keys_and_documents_does_not_matter(
    documents: configs.Documents, rng: random.Random, flow: bool
) -> None:
    other = t.cast(configs.Documents, shuffled(documents, rng))
    rng.shuffle(other)
    text, rewritten = mutations.dumped(documents), mutations.dumped(other, flow=flow)
    assert findings(rewritten) == findings(text)
    assert objects(rewritten) == objects(text)
    assert findings(rewritten, previous=text) == findings(text)


@given(configs.CONFIGS, RANDOM)
def test_the_order_of_keys_does_not_matter_in_a_broken_config_either(
    documents: configs.Documents, rng: random.Random
) -> None:
    broken = mutations.mutated(documents, rng)
    assert findings(mutations.dumped(shuffled(broken, rng))) == findings(mutations.dumped(broken))


class _Plain(yaml.SafeDumper):
    """Writes no quotes around a number that is a string."""


class _Quoted(yaml.SafeDumper):
    """Writes quotes around every string."""


def _plain(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    number = re.fullmatch(r"[1-9]\d*(\.\d+)?", text)
    tag = dumper.resolve(yaml.ScalarNode, text, (True, False)) if number else "tag:yaml.org,2002:str"
    return yaml.ScalarNode(tag, text)


_Plain.add_representer(str, _plain)
_Quoted.add_representer(str, lambda dumper, text: yaml.ScalarNode("tag:yaml.org,2002:str", text, style='"'))


@given(configs.CONFIGS)
def test_quotes_around_a_number_do_not_matter_where_a_string_is_wanted(documents: configs.Documents) -> None:
    plain, quoted = (yaml.dump_all(documents, Dumper=dumper, allow_unicode=True) for dumper in (_Plain, _Quoted))
    version = documents[0]["spec"]["kubernetesVersion"]
    assert f"kubernetesVersion: {version}\n" in plain
    assert f'"kubernetesVersion": "{version}"\n' in quoted
    assert findings(plain) == findings(quoted)
    assert objects(plain) == objects(quoted)


@given(configs.CONFIGS | st.builds(mutations.mutated, configs.CONFIGS, RANDOM))
def test_defaults_applied_again_change_nothing(documents: list[mutations.Node]) -> None:
    sources, _found = reading.read(mutations.dumped(documents))
    defaults.apply(sources, target.SWITCHES)
    once = copy.deepcopy([source.data for source in sources])
    defaults.apply(sources, target.SWITCHES)
    assert [source.data for source in sources] == once


@given(configs.CONFIGS)
def test_a_config_compared_with_itself_changes_nothing(documents: configs.Documents) -> None:
    text = mutations.dumped(documents)
    assert findings(text, previous=text) == findings(text)


@given(configs.CONFIGS, RANDOM, st.integers(1, 6))
@settings(max_examples=150)
def test_a_broken_config_is_told_about(documents: configs.Documents, rng: random.Random, times: int) -> None:
    target.examine(mutations.dumped(mutations.mutated(documents, rng, times=times)))


@given(configs.CONFIGS, configs.CONFIGS, RANDOM)
def test_any_change_is_told_about(before: configs.Documents, after: configs.Documents, rng: random.Random) -> None:
    texts = [mutations.dumped(mutations.mutated(one, rng)) for one in (before, after)]
    assert set(findings(texts[1])) <= set(findings(texts[1], previous=texts[0]))


@given(st.text())
def test_any_text_is_told_about(text: str) -> None:
    target.examine(text)


def _names(wanted: shapes.Schema) -> t.Iterator[str]:
    if isinstance(wanted, shapes.Fields):
        for name, inner in wanted.names.items():
            yield name
            yield from _names(inner)
    elif isinstance(wanted, (shapes.ListOf, shapes.MapOf)):
        yield from _names(wanted.item)
    elif isinstance(wanted, shapes.Kept):
        yield from _names(wanted.shape)


NAMES = sorted({name for kind in ("Cluster", *configs.KINDS) for name in _names(schema.of_kind(kind))})
SCALARS = st.one_of(
    st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=20), st.sampled_from(mutations.ODD_VALUES)
)
TREES = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4),
    max_leaves=20,
)


@given(st.sampled_from(["Cluster", *configs.KINDS]), TREES, TREES)
@settings(max_examples=150)
def test_any_tree_is_told_about(kind: str, metadata: mutations.Node, spec: mutations.Node) -> None:
    document = {"apiVersion": configs.API_VERSION, "kind": kind, "metadata": metadata, "spec": spec}
    target.examine(mutations.dumped([document]))


HASHED = """
import hashlib, json, sys
from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.tests.fuzz import target
text = sys.stdin.read()
found = [str(one) for one in cluster.findings(text, environ=target.SWITCHES)]
objects = target.objects(cluster.load(text, environ=target.SWITCHES))
print(hashlib.sha256(json.dumps([found, objects]).encode()).hexdigest())
"""


@pytest.mark.parametrize("name", ["stacked", "full"])
def test_rendering_does_not_depend_on_the_seed_of_hashes(name: str) -> None:
    text = (target.GOLDEN / f"{name}.config.txt").read_text(encoding="utf-8")
    printed = {
        subprocess.run(
            [sys.executable, "-c", HASHED],
            input=text,
            env={**os.environ, "PYTHONHASHSEED": seed},
            capture_output=True,
            text=True,
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }
    assert len(printed) == 1
    assert len(printed.pop().strip()) == hashlib.sha256().digest_size * 2
