# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input and broken surroundings: one clear error with code and next step, nothing left behind, no secret said."""

from __future__ import annotations

import dataclasses
import functools
import pathlib
import re
import shutil
import socket
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.tests.faults.conftest import NAME, Victim
from ansible_collections.eks.anywhere.tests.labkit import Run, containers

FAILED, INTERRUPTED = 2, 99
REASON_SECONDS = 120


def one_problem(run: Run, victim: Victim, *, code: str, words: t.Sequence[str] = (), exit_code: int = FAILED) -> str:
    """The message of the one error of a run; ``code`` is a pattern."""
    assert run.code == exit_code, run.text
    (problem,) = run.problems()
    assert re.fullmatch(code, problem["code"]), problem
    assert problem["next"], problem
    for word in words:
        assert word in problem["message"] + problem["next"], problem
    assert victim.lab.our_sessions() == 0
    secret = victim.lab.password
    assert secret not in run.text
    assert secret not in str(run.timeline)
    return problem["message"]


@dataclasses.dataclass(frozen=True)
class Case:
    """How the config is spoiled and what the error says."""

    id: str
    spoil: t.Callable[[Victim], object]
    code: str
    words: tuple[str, ...]
    variables: t.Mapping[str, str] = dataclasses.field(default_factory=dict)


def _server(server: str) -> t.Callable[[Victim], object]:
    return lambda victim: victim.document("VSphereDatacenterConfig").update(server=server)


@functools.cache
def _silent() -> socket.socket:
    """A server that takes connections and never says a word."""
    return socket.create_server(("127.0.0.1", 0))


def _silent_server(victim: Victim) -> None:
    _server(f"127.0.0.1:{_silent().getsockname()[1]}")(victim)


def _misspell_template(victim: Victim) -> None:
    spec = victim.document("VSphereMachineConfig")
    spec["template"] = spec["template"][:-1] + "x"


def _pods(block: str) -> t.Callable[[Victim], object]:
    return lambda victim: victim.document("Cluster")["clusterNetwork"]["pods"].update(cidrBlocks=[block])


CASES = [
    Case("unknown-host", _server("no-such-host.invalid"), "vsphere.unknown_host", ("no-such-host.invalid",)),
    Case("refused", _server("127.0.0.1:1"), "vsphere.connection_refused", ("127.0.0.1", "port 1")),
    Case(
        "unreachable",
        _silent_server,
        "vsphere.unreachable",
        ("127.0.0.1", "no answer in time"),
    ),
    Case(
        "wrong-password",
        lambda victim: None,
        "vsphere.login_refused",
        ("vsphere_password", "EKSA_VSPHERE_PASSWORD"),
        {"eksa_vsphere_password": "not-the-passw0rd"},
    ),
    Case("invalid-config", _pods("192.168.0.0/99"), "config.invalid", ("clusterNetwork.pods", "192.168.0.0/99")),
]


@pytest.mark.parametrize("case", CASES, ids=[case.id for case in CASES])
def test_bad_input(victim: Victim, case: Case) -> None:
    case.spoil(victim)
    run = victim.create(case.variables)
    one_problem(run, victim, code=case.code, words=case.words)
    assert "Creating new bootstrap cluster" not in run.lines
    assert "not-the-passw0rd" not in run.text
    assert not victim.traces()


def test_a_refused_password_is_sent_once(victim: Victim) -> None:
    before = victim.lab.sessions()
    victim.create({"eksa_vsphere_password": "not-the-passw0rd"})
    assert victim.lab.sessions()["refused"] == before["refused"] + 1


def test_a_missing_template_comes_with_the_nearest_names(victim: Victim) -> None:
    right = victim.document("VSphereMachineConfig")["template"].rpartition("/")[2]
    _misspell_template(victim)
    words = (right, right[:-1] + "x")
    one_problem(victim.create(), victim, code=r"vsphere\.(template_\w+|validation_failed)", words=words)


def test_an_endpoint_in_use(victim: Victim) -> None:
    """The address of the machine itself, on which the lab's registry answers."""
    host = victim.lab.server.partition(":")[0]
    victim.document("Cluster")["controlPlaneConfiguration"]["endpoint"] = {"host": host}
    run = victim.create({"eksa_skip_ip_check": "false"})
    one_problem(run, victim, code="vsphere.endpoint_in_use", words=(host, "in use", "TCP port"))


def test_docker_absent(victim: Victim) -> None:
    nowhere = str(victim.folder / "no-docker.sock")
    run = victim.create(environment={"DOCKER_HOST": f"unix://{nowhere}"})
    one_problem(run, victim, code=r"host\.docker_\w+", words=("ocker", nowhere))


def test_disk_full(victim: Victim) -> None:
    """The state folder is a file system without a free byte, seen by this one run alone."""
    state = victim.folder / "clusters"
    state.mkdir()
    launcher = victim.folder / "bin" / "ansible-playbook"
    launcher.parent.mkdir()
    real = shutil.which("ansible-playbook")
    fill = f"mount -t tmpfs -o size=4k tmpfs {state} && head -c 4096 /dev/zero > {state}/full"
    launcher.write_text(f'#!/bin/sh\nexec unshare -rm sh -c \'{fill} && exec {real} "$@"\' sh "$@"\n', encoding="utf-8")
    launcher.chmod(0o755)
    run = victim.create(environment={"PATH": f"{launcher.parent}:{_path()}"})
    one_problem(run, victim, code="host.disk_full", words=("space",))


def test_a_registry_that_lacks_an_image(victim: Victim) -> None:
    lost = "no-such-tag"
    bundles = _bundles_without_an_image(victim, lost)
    run = victim.create({"eksa_bundles_file": str(bundles), "eksa_bootstrap_timeout_seconds": "150"})
    began = run.stamp("Installing cluster-api providers on bootstrap cluster")
    first = next(stamp for line, stamp in zip(run.lines, run.stamps, strict=True) if lost in line and "ull" in line)
    assert first - began < REASON_SECONDS
    one_problem(run, victim, code=r"\w+\.\w+", words=(lost,))


@pytest.mark.parametrize("line", ["✅ Authenticated to vSphere", "Creating new bootstrap cluster"])
def test_ctrl_c(victim: Victim, line: str) -> None:
    run = victim.create(cut_at=line)
    one_problem(run, victim, code="run.interrupted", exit_code=INTERRUPTED)
    assert run.timeline["outcome"] == "interrupted"


def test_a_cut_run_continues(victim: Victim) -> None:
    """Up to the bootstrap cluster; what comes later is the business of the suites that create."""
    victim.create(cut_at="Creating new bootstrap cluster")
    run = victim.create(cut_at="Installing cluster-api providers on bootstrap cluster")
    assert "Creating new bootstrap cluster" in run.lines
    assert f"{NAME}-eks-a-cluster-control-plane" in containers()


def _path() -> str:
    real = shutil.which("ansible-playbook")
    assert real is not None
    return f"{pathlib.Path(real).parent}:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


def _bundles_without_an_image(victim: Victim, tag: str) -> pathlib.Path:
    """A copy of the lab's release with one controller image that no registry has."""
    origin = pathlib.Path(victim.lab.variables["eksa_bundles_file"])
    path = victim.folder / "release" / origin.name
    shutil.copytree(origin.parent, path.parent)
    bundles = yaml.safe_load(path.read_text(encoding="utf-8"))
    for bundle in bundles["spec"]["versionsBundles"]:
        image = bundle["bootstrap"]["controller"]
        image["uri"] = f"{image['uri'].rpartition(':')[0]}:{tag}"
    path.write_text(yaml.safe_dump(bundles), encoding="utf-8")
    return path
