# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What operations are given besides the text of the config: switches and files of the environment."""

from __future__ import annotations

import pathlib

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs

from ..fakes import FakeFiles

GOLDEN = pathlib.Path(__file__).resolve().parents[1] / "golden" / "stacked.config.txt"
CONFIG = GOLDEN.read_text(encoding="utf-8")
CERTIFICATE = (pathlib.Path(__file__).resolve().parents[1] / "golden" / "ca.pem.txt").read_text(encoding="utf-8")
WITH_MIRROR = CONFIG.replace("spec:\n", "spec:\n  registryMirrorConfiguration: {endpoint: mirror.example.org}\n", 1)
WITH_ARGS = CONFIG.replace(
    "  controlPlaneConfiguration:\n", "  controlPlaneConfiguration:\n    apiServerExtraArgs: {}\n"
)


def test_the_environment_switches_features_on() -> None:
    with pytest.raises(EksaError, match="Set env var API_SERVER_EXTRA_ARGS_ENABLED"):
        inputs.cluster_config({"config": WITH_ARGS}, files=FakeFiles())
    switched = inputs.cluster_config(
        {"config": WITH_ARGS}, files=FakeFiles(), environ={"API_SERVER_EXTRA_ARGS_ENABLED": "true"}
    )
    assert switched.control_plane.api_server_extra_args == {}


def test_the_mirrors_ca_comes_from_the_file_that_the_environment_names() -> None:
    environ = {inputs.MIRROR_CA_FILE: "/pki/ca.pem"}
    found = inputs.cluster_config(
        {"config": WITH_MIRROR}, files=FakeFiles({"/pki/ca.pem": CERTIFICATE}), environ=environ
    )
    assert found.registry_mirror is not None
    assert found.registry_mirror.ca_cert == CERTIFICATE


def test_a_missing_file_with_the_mirrors_ca_is_named_where_it_is_needed() -> None:
    environ = {inputs.MIRROR_CA_FILE: "/pki/ca.pem"}
    assert inputs.cluster_config({"config": CONFIG}, files=FakeFiles(), environ=environ).registry_mirror is None
    with pytest.raises(EksaError, match=r"/pki/ca\.pem, does not exist") as caught:
        inputs.cluster_config({"config": WITH_MIRROR}, files=FakeFiles(), environ=environ)
    assert caught.value.code == "input.not_found"
