# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""``awx_setup`` by the real modules of awx.awx, against an API that stores what it is given.

The collection is found in the folder that ``EKSA_AWX_COLLECTIONS`` names (``ansible-galaxy collection install -p``).
"""

from __future__ import annotations

import json
import os
import pathlib
import subprocess
import sys

from ansible_collections.eks.anywhere.tests.simulation.awx_api import Api, serve

ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAYBOOK = pathlib.Path(sys.executable).with_name("ansible-playbook")
GIVEN = {
    "eksa_awx_image": "registry.example.com/ee:1",
    "eksa_awx_scm_url": "https://git.example.com/fleet.git",
    # Nobody updates the project.
    "eksa_awx_wait": False,
}


def set_up(url: str) -> str:
    """Run it; what it printed."""
    where = os.environ.get("EKSA_AWX_COLLECTIONS")
    assert where, "say in EKSA_AWX_COLLECTIONS where the collection awx.awx is"
    environ = {
        **os.environ,
        "ANSIBLE_COLLECTIONS_PATH": f"{os.environ['ANSIBLE_COLLECTIONS_PATH']}:{where}",
        "CONTROLLER_HOST": url,
        "CONTROLLER_OAUTH_TOKEN": "token",
    }
    argv = [str(PLAYBOOK), str(ROOT / "playbooks" / "awx_setup.yml"), "-e", json.dumps(GIVEN)]
    done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_second_run_writes_nothing() -> None:
    api = Api()
    with serve(api) as url:
        assert "changed=10 " in set_up(url)
        written = api.writes
        assert written > 20
        assert "changed=0 " in set_up(url)
        assert api.writes == written
    nodes = api.items["workflow_job_template_nodes"]
    names = {number: node["identifier"] for number, node in nodes.items()}
    follows = {
        names[int(path.split("/")[-3])]: [names[number] for number in chosen]
        for path, chosen in api.associated.items()
        if path.endswith("/success_nodes/")
    }
    assert follows == {"plan": ["approve"], "approve": ["canary"], "canary": ["fleet"]}
    templates = {item["name"]: item for item in api.items["job_templates"].values()}
    assert templates["EKS Anywhere upgrade"]["allow_simultaneous"] is False
    injected = next(item for item in api.items["credential_types"].values() if item["name"].endswith("vCenter"))
    assert injected["injectors"]["env"]["EKSA_VSPHERE_PASSWORD"] == "{{ password }}"
