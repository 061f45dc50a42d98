# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""AWX as code, without AWX: the options that the modules of awx.awx have, and what the pieces say of each other.

``awx_options.json`` was recorded from the argument specs of awx.awx at AWX 24.6.
"""

from __future__ import annotations

import json
import pathlib
import typing as t

import pytest
import yaml

ROOT = pathlib.Path(__file__).resolve().parents[3]
OPTIONS = json.loads((pathlib.Path(__file__).parent / "awx_options.json").read_text("utf-8"))


class Loader(yaml.SafeLoader):
    """Knows texts that are no templates."""


Loader.add_constructor("!unsafe", lambda loader, node: loader.construct_scalar(t.cast(yaml.ScalarNode, node)))
(PLAY,) = yaml.load((ROOT / "playbooks" / "awx_setup.yml").read_text("utf-8"), Loader=Loader)
TASKS = [(task["name"], module, task[module]) for task in PLAY["tasks"] for module in task if module.startswith("awx.")]


@pytest.mark.parametrize(("name", "module", "given"), TASKS, ids=[name for name, _module, _given in TASKS])
def test_tasks_use_options_that_there_are(name: str, module: str, given: dict[str, t.Any]) -> None:
    options = OPTIONS[module.removeprefix("awx.awx.")]
    assert set(given) <= set(options)
    assert {option for option, spec in options.items() if spec.get("required")} <= set(given)
    for option, value in given.items():
        assert value in options[option].get("choices", [value]), option


def test_every_task_is_judged() -> None:
    assert len(TASKS) == len(PLAY["tasks"]) == 10


def test_jobs_run_playbooks_that_there_are() -> None:
    for job in PLAY["vars"]["eksa_awx_jobs"]:
        assert (ROOT / "playbooks" / job["playbook"]).is_file()


def test_injected_variables_are_those_that_playbooks_read() -> None:
    texts = "".join(path.read_text("utf-8") for path in (ROOT / "playbooks").rglob("*.yml") if path.stem != "awx_setup")
    asked = [item["variable"] for item in PLAY["vars"]["eksa_awx_survey"]["spec"]]
    injected = [name for _task, _module, given in TASKS for name in given.get("injectors", {}).get("extra_vars", {})]
    assert len(asked + injected) == 4
    assert all(name in texts for name in asked + injected)


def test_secrets_are_secret() -> None:
    for _name, module, given in TASKS:
        if module == "awx.awx.credential_type":
            named = {field["id"]: field for field in given["inputs"]["fields"]}
            assert all(named[name].get("secret") for name in set(named) - {"username"})


def test_the_workflow_waits_for_approval_before_it_changes_anything() -> None:
    nodes = next(given for _name, _module, given in TASKS if "workflow_nodes" in given)["workflow_nodes"]
    follows = {
        node["identifier"]: [one["identifier"] for one in node.get("related", {}).get("success_nodes", [])]
        for node in nodes
    }
    assert follows == {"plan": ["approve"], "approve": ["canary"], "canary": ["fleet"], "fleet": []}
    kinds = {node["identifier"]: node["unified_job_template"]["type"] for node in nodes}
    assert kinds["approve"] == "workflow_approval"
    assert nodes[2]["limit"] == "eksa_ring_canary"
