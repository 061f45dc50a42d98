# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The default template of bare metal machines.

The goldens are what the vendor's code (v0.26) makes of the same configs. Run with ``EKSA_UPDATE_GOLDENS=1`` to write
them anew, and read the difference.
"""

from __future__ import annotations

import os

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.eks.anywhere.plugins.filter import tinkerbell_template

from . import samples, test_tinkerbell
from .providers import judged

BOOTSTRAP_IP = "198.18.0.2"
PROXY = {
    "httpProxy": "http://198.18.0.9:3128",
    "httpsProxy": "http://198.18.0.9:3128",
    "noProxy": ["files.example.org"],
}


def made(family: str, text: str = test_tinkerbell.GOOD) -> str:
    """The template for machines of a family."""

    def edit(found: samples.Documents) -> None:
        for machine in (test_tinkerbell.MACHINE, test_tinkerbell.CONTROL_PLANE):
            found[machine]["spec"]["osFamily"] = family

    filters = tinkerbell_template.FilterModule().filters()
    return str(filters["tinkerbell_template"](samples.edited(edit, text), BOOTSTRAP_IP))


@pytest.mark.parametrize("family", ["ubuntu", "redhat", "bottlerocket"])
def test_the_vendor_makes_the_same(family: str) -> None:
    golden, text = samples.GOLDEN / f"tinkerbell_template_{family}.txt", made(family)
    if os.environ.get("EKSA_UPDATE_GOLDENS"):
        golden.write_text(text, encoding="utf-8")
    assert text == golden.read_text(encoding="utf-8")


def test_it_belongs_into_the_config() -> None:
    named = {"kind": "TinkerbellTemplateConfig", "name": "w01"}
    text = samples.edited(samples.assign(f"{test_tinkerbell.MACHINE}:templateRef", named), test_tinkerbell.GOOD)
    assert judged(f"{text}---\n{made('ubuntu')}") == []


def test_the_image_is_fetched_through_the_proxy() -> None:
    text = made("ubuntu", samples.edited(samples.assign("proxyConfiguration", PROXY), test_tinkerbell.GOOD))
    environment = yaml.safe_load(text)["spec"]["template"]["tasks"][0]["actions"][0]["environment"]
    assert environment == {
        "COMPRESSED": "true",
        "DEST_DISK": "{{ index .Hardware.Disks 0 }}",
        "HTTPS_PROXY": "http://198.18.0.9:3128",
        "HTTP_PROXY": "http://198.18.0.9:3128",
        "IMG_URL": test_tinkerbell.IMAGE,
        "NO_PROXY": "files.example.org,192.168.0.0/16,10.96.0.0/12,198.18.0.10,198.18.0.2,198.18.0.11",
    }


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (samples.STACKED, "Cluster w01 has no machines on bare metal"),
        (["x"], "expected the text of a config, got list"),
    ],
)
def test_what_is_refused(text: str, words: str) -> None:
    filters = tinkerbell_template.FilterModule().filters()
    with pytest.raises(AnsibleFilterError, match=words):
        filters["tinkerbell_template"](text, BOOTSTRAP_IP)
