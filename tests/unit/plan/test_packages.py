# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is done with each declared package, and what is refused."""

from __future__ import annotations

import base64
import gzip
import json
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import (
    API,
    Entry,
    PackageBundle,
    Source,
    Version,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.wanted import wanted
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.packages import INTERNAL, Ground, Step, step
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import CENSORED

SCHEMA = {
    "type": "object",
    "additionalProperties": False,
    "properties": {"title": {}, "auth": {}, "imagePullSecrets": {}},
}
PACKED = base64.b64encode(gzip.compress(json.dumps(SCHEMA).encode())).decode()
HELLO = Entry("hello", "", "charts/hello", (Version("2.0.0", "sha256:b", PACKED), Version("1.0.0", "sha256:a", PACKED)))
GROUND = Ground("shop", PackageBundle("v1-34-1", (HELLO,)), "images.local")


def live(spec: dict[str, t.Any] | None = None, **metadata: t.Any) -> Obj:
    """A Package that is there."""
    return {
        "apiVersion": API,
        "kind": "Package",
        "metadata": {"name": "hi", "namespace": "eksa-packages-shop", "uid": "1", **metadata},
        "spec": {"packageName": "hello", **(spec or {})},
    }


def planned(there: Obj | None, ground: Ground = GROUND, **declared: t.Any) -> Step:
    """The step for one declared package called hi."""
    return step(wanted({"name": "hi", "package": "hello", **declared}), there, ground=ground)


def test_a_new_package_is_installed_with_what_was_said() -> None:
    todo = planned(None, config={"title": "x"}, target_namespace="web")
    assert (todo.verb, todo.words, todo.before) == ("Install", "hello 2.0.0", "")
    assert todo.obj["metadata"] == {"name": "hi", "namespace": "eksa-packages-shop"}
    assert todo.obj["spec"] == {"packageName": "hello", "targetNamespace": "web", "config": "title: x\n"}
    assert todo.target.source == Source("", "charts/hello", "2.0.0", "sha256:b")
    assert todo.target.config == {"title": "x", "sourceRegistry": "images.local"}


@pytest.mark.parametrize(
    "declared",
    [{}, {"config": {"title": "x"}}, {"config": "{title: x}"}, {"package": "Hello"}, {"version": "1.0.0"}],
)
def test_what_means_the_same_changes_nothing(declared: dict[str, t.Any]) -> None:
    there = live({"config": "# a comment\ntitle:   x\n", "packageVersion": "1.0.0"})
    todo = planned(there, **declared)
    assert (todo.verb, todo.obj) == ("", {})
    assert todo.target.source == Source("", "charts/hello", "1.0.0", "sha256:a")


def test_a_change_keeps_what_is_not_managed() -> None:
    todo = planned(live({"config": "title: x\n", "targetNamespace": "web"}), version="1.0.0", config={"title": "y"})
    assert todo.obj["spec"] == {
        "packageName": "hello",
        "packageVersion": "1.0.0",
        "targetNamespace": "web",
        "config": 'title: "y"\n',
    }
    assert todo.words == "version latest -> 1.0.0, configuration of title"
    assert planned(live({"packageVersion": "1.0.0"}), version="latest").words == "version 1.0.0 -> latest (2.0.0)"


def test_an_empty_configuration_takes_the_values_away() -> None:
    todo = planned(live({"config": "title: x\n"}), config={})
    assert todo.verb == "Change"
    assert "config" not in todo.obj["spec"]


def test_the_diff_hides_what_is_sensitive() -> None:
    there = live({"config": "auth: {password: old}\ntitle: x\n"})
    todo = planned(there, config={"auth": {"password": "new"}, "title": "y"}, sensitive=["auth.password"])
    assert "old" not in todo.before
    assert "new" not in todo.after
    assert CENSORED in todo.before
    assert CENSORED in todo.after


def refused(there: Obj | None, **declared: t.Any) -> EksaError:
    """The refusal of a step."""
    with pytest.raises(EksaError) as caught:
        planned(there, **declared)
    return caught.value


def test_refusals() -> None:
    internal = live(annotations={INTERNAL: "true"})
    assert refused(internal, state="absent").code == "packages.internal"
    assert refused(live({"targetNamespace": "web"}), target_namespace="db").code == "packages.immutable"
    assert refused(live({"packageName": "other"})).code == "packages.immutable"
    assert refused(None, package="helo").code == "packages.unknown"
    assert refused(None, version="7").code == "packages.version_unknown"
    wrong = refused(None, config={"titel": "x"})
    assert wrong.code == "packages.config_invalid"
    assert 'did you mean "title"?' in wrong.message
    forced = Ground("shop", GROUND.bundle, "images.local", force=True)
    assert planned(internal, ground=forced, state="absent").verb == "Remove"


def test_removal() -> None:
    todo = planned(live({"config": "title: x\n"}), state="absent")
    assert (todo.verb, todo.words, todo.after) == ("Remove", "hello", "")
    assert todo.target.absent
    assert planned(None, state="absent").verb == ""


def test_pull_secrets_are_warned_of() -> None:
    (words,) = planned(None, config={"imagePullSecrets": []}).warnings
    assert "again and again" in words


def test_without_a_bundle_nothing_is_judged() -> None:
    nothing = Ground("shop", None, "images.local")
    assert planned(None, ground=nothing, package="whatever", config={"any": 1}).verb == "Install"
