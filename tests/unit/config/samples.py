# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Configs to start tests from, and small edits of them."""

from __future__ import annotations

import copy
import pathlib
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import findings

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden"
STACKED = (GOLDEN / "stacked.config.txt").read_text(encoding="utf-8")
FULL = (GOLDEN / "full.config.txt").read_text(encoding="utf-8")
SWITCHES = {"API_SERVER_EXTRA_ARGS_ENABLED": "true"}
"""Environment that the full config needs."""

Documents = dict[str, dict[str, t.Any]]
Edit = t.Callable[[Documents], object]


def documents(text: str = STACKED) -> Documents:
    """Documents by kind, or by kind and name where a kind comes more than once."""
    loaded = [copy.deepcopy(document) for document in yaml.safe_load_all(text)]
    kinds = [document["kind"] for document in loaded]
    named = {
        document["kind"]
        if kinds.count(document["kind"]) == 1
        else f"{document['kind']}/{document['metadata']['name']}": (document)
        for document in loaded
    }
    named["Cluster"]["spec"]["kubernetesVersion"] = str(named["Cluster"]["spec"]["kubernetesVersion"])
    return named


def edited(edit: Edit, text: str = STACKED) -> str:
    """The config with an edit applied."""
    found = documents(text)
    edit(found)
    return yaml.safe_dump_all(found.values())


def assign(path: str, value: t.Any) -> Edit:
    """An edit that puts a value at ``Kind:a.b.0.c``; ``...`` removes what is there."""
    kind, _colon, field = path.rpartition(":")
    keys: list[t.Any] = [int(key) if key.isdigit() else key for key in field.split(".")]

    def edit(found: Documents) -> None:
        target: t.Any = found[kind or "Cluster"]["spec"]
        for key in keys[:-1]:
            target = target.setdefault(key, {}) if isinstance(target, dict) else target[key]
        if value is ...:
            del target[keys[-1]]
        elif isinstance(target, list) and keys[-1] == len(target):
            target.append(value)
        else:
            target[keys[-1]] = value

    return edit


def errors(text: str, *, environ: t.Mapping[str, str] | None = None, previous: str | None = None) -> list[str]:
    """Error findings as ``path: message``."""
    found = findings(text, environ=environ or {}, previous=previous)
    return [f"{finding.path}: {finding.message}" for finding in found if finding.severity == "error"]
