# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a config needs around it: variables, files, a license."""

from __future__ import annotations

import base64
import datetime as dt
import json
import pathlib
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._checks import surroundings
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles, load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import load

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
TEXT = (GOLDEN / "stacked.config.txt").read_text(encoding="utf-8")
NOW = dt.datetime(2026, 12, 3, 1, tzinfo=dt.UTC)
HEAD = "apiVersion: anywhere.eks.amazonaws.com/v1alpha1\nkind: "
GITHUB = "github_pat_" + "a" * 22 + "_" + "b" * 59


def judged(
    text: str, *, environ: dict[str, str] | None = None, bundles: Bundles | None = None, full: tuple[str, ...] = ()
) -> list[str]:
    found = surroundings.findings(
        load(text), bundles, environ=environ or {}, has_content=lambda path: path in full, now=NOW
    )
    return [f"{one.code}: {one}" for one in found]


def with_spec(line: str, more: str = "") -> str:
    return TEXT.replace("spec:\n", f"spec:\n  {line}\n", 1) + more


def test_a_plain_config_needs_nothing() -> None:
    assert judged(TEXT) == []


def test_a_mirror_with_a_login_needs_its_variables() -> None:
    text = with_spec("registryMirrorConfiguration: {endpoint: mirror.example.org, authenticate: true}")
    found = judged(text, environ={"REGISTRY_USERNAME": ""})
    assert len(found) == 1
    assert found[0].startswith("input.environment: the environment variable REGISTRY_PASSWORD is not set")
    assert judged(text, environ={"REGISTRY_USERNAME": "me", "REGISTRY_PASSWORD": "x"}) == []


def flux(spec: dict[str, t.Any], kind: str = "FluxConfig") -> str:
    document = f"---\n{HEAD}{kind}\nmetadata: {{name: g}}\nspec: {json.dumps(spec)}\n"
    return with_spec(f"gitOpsRef: {{kind: {kind}, name: g}}", document)


@pytest.mark.parametrize(
    ("environ", "full", "words"),
    [
        ({}, (), ["EKSA_GIT_PRIVATE_KEY is not set", "EKSA_GIT_KNOWN_HOSTS is not set"]),
        (
            {"EKSA_GIT_PRIVATE_KEY": "/key", "EKSA_GIT_KNOWN_HOSTS": "/hosts"},
            ("/hosts",),
            ["EKSA_GIT_PRIVATE_KEY names /key, which does not exist or is empty"],
        ),
        ({"EKSA_GIT_PRIVATE_KEY": "/key", "EKSA_GIT_KNOWN_HOSTS": "/hosts"}, ("/hosts", "/key"), []),
    ],
)
def test_flux_on_git_needs_its_files(environ: dict[str, str], full: tuple[str, ...], words: list[str]) -> None:
    found = judged(flux({"git": {"repositoryUrl": "ssh://git@example.org/a"}}), environ=environ, full=full)
    assert len(found) == len(words)
    assert all(wanted in line for wanted, line in zip(words, found, strict=True))


GITHUB_SPEC = {"github": {"owner": "o", "repository": "r"}}


@pytest.mark.parametrize(("kind", "spec"), [("FluxConfig", GITHUB_SPEC), ("GitOpsConfig", {"flux": GITHUB_SPEC})])
@pytest.mark.parametrize(("token", "count"), [("", 1), ("ghp_short", 1), ("ghp_" + "a" * 36, 0), (GITHUB, 0)])
def test_flux_on_github_needs_a_token(kind: str, spec: dict[str, t.Any], token: str, count: int) -> None:
    assert len(judged(flux(spec, kind), environ={"EKSA_GITHUB_TOKEN": token})) == count


def token(header: t.Any, claims: t.Any) -> str:
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode().rstrip("=") for part in (header, claims))
    return ".".join([*parts, "c2ln"])


ES256 = {"alg": "ES256", "typ": "JWT"}


@pytest.mark.parametrize(
    ("end", "given", "words"),
    [
        ("2026-12-03", "", ""),
        ("", "", ""),
        ("someday", "", ""),
        ("2026-12-02", "", "licenseToken is required for extended kubernetes support"),
        ("2026-12-02", "a.b", "token is malformed"),
        ("2026-12-02", "a.b.c", "token is malformed"),
        ("2026-12-02", token([], {}), "token is malformed"),
        ("2026-12-02", token({"alg": "HS256"}, {}), "signing method not supported: HS256"),
        ("2026-12-02", token(ES256, {}), "license validity field missing from the licenseToken"),
        ("2026-12-02", token(ES256, {"endValidity": "2027"}), "parsing endValidity field from licenseToken"),
        ("2026-12-02", token(ES256, {"endValidity": "2027-01-01"}), "parsing endValidity field from licenseToken"),
        ("2026-12-02", token(ES256, {"endValidity": "2026-12-02T23:59:59Z"}), "license is expired"),
        ("2026-12-02", token(ES256, {"endValidity": "2026-12-03T00:00:00Z"}), ""),
    ],
)
def test_a_version_past_its_standard_support_needs_a_license(end: str, given: str, words: str) -> None:
    text = (GOLDEN / "bundles.yaml").read_text(encoding="utf-8")
    bundles = load_bundles(text)
    section = t.cast("dict[str, t.Any]", bundles.versions["1.34"].raw)
    section["endOfStandardSupport"] = end
    found = judged(with_spec(f"licenseToken: '{given}'") if given else TEXT, bundles=bundles)
    if words:
        assert len(found) == 1
        assert found[0].startswith("config.license: ")
        assert words in found[0]
    else:
        assert found == []
