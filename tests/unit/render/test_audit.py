# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The built-in audit policies; the old one is pinned by its digest, because machines would be replaced for a byte."""

from __future__ import annotations

import hashlib

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._render import audit

# Of the file that upstream puts on machines of Kubernetes 1.23 and before.
OLD = "b7fe3d08759d07988d8035792aa351726e0a0ae060fb335b3caa22110c8259e6"


def _policy(version: str, own: str = "") -> str:
    return str(audit.policy_file(own, kubernetes_version=version)["content"]).removesuffix("\n")


def test_the_old_policy_is_the_very_same() -> None:
    assert hashlib.sha256(_policy("1.23").encode()).hexdigest() == OLD


@pytest.mark.parametrize(("version", "api"), [("1.19", "v1beta1"), ("1.23", "v1beta1"), ("1.24", "v1"), ("1.34", "v1")])
def test_the_api_version_follows_kubernetes(version: str, api: str) -> None:
    assert yaml.safe_load(_policy(version))["apiVersion"] == f"audit.k8s.io/{api}"


def test_both_say_nearly_the_same() -> None:
    old, new = (yaml.safe_load(_policy(version))["rules"] for version in ("1.23", "1.24"))
    assert [rule["level"] for rule in old] == [rule["level"] for rule in new]


def test_the_users_own_policy_wins() -> None:
    assert _policy("1.19", own="apiVersion: audit.k8s.io/v1\n") == "apiVersion: audit.k8s.io/v1"
