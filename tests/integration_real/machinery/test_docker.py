# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docker adapter against a real engine, with a real containerd in a container as the node."""

from __future__ import annotations

import io
import secrets
import shutil
import tarfile
import time
import typing as t

import docker
import docker.errors
import pytest
from docker.models.containers import Container

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._run.docker import DockerHost

START_SECONDS = 60.0


@pytest.fixture(scope="module")
def engine() -> t.Iterator[docker.DockerClient]:
    """The machine's docker; none fails the test and says what to do."""
    try:
        client = docker.from_env()
    except docker.errors.DockerException as exc:
        pytest.fail(f"docker does not answer ({exc}): raise the lab first (make lab-up)", pytrace=False)
    yield client
    client.close()


@pytest.fixture(scope="module")
def node_image(engine: docker.DockerClient) -> str:
    """The lab's image of a bootstrap node."""
    for found in engine.images.list():
        for tag in found.tags:
            if "/kind/node:" in tag:
                return str(tag)
    pytest.fail("docker holds no kind node image: raise the lab first (make lab-up)", pytrace=False)


@pytest.fixture(scope="module")
def image(engine: docker.DockerClient) -> t.Iterator[str]:
    """An image of a few megabytes that only this test knows."""
    name = f"eksa-test.invalid/{secrets.token_hex(4)}:v1"
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w") as tar:
        content = secrets.token_bytes(5_000_000)
        entry = tarfile.TarInfo("content")
        entry.size = len(content)
        tar.addfile(entry, io.BytesIO(content))
    repository, _colon, tag = name.rpartition(":")
    engine.api.import_image_from_data(archive.getvalue(), repository=repository, tag=tag)
    yield name
    engine.images.remove(name, force=True)


@pytest.fixture
def label() -> str:
    """A label that no other container has."""
    return f"eksa-test={secrets.token_hex(4)}"


@pytest.fixture
def node(engine: docker.DockerClient, node_image: str, label: str) -> t.Iterator[Container]:
    """A container in which nothing but containerd runs."""
    key, _equals, value = label.partition("=")
    container = engine.containers.run(
        node_image,
        entrypoint=["sh", "-c", "sleep 2; exec containerd"],
        detach=True,
        privileged=True,
        network_mode="none",
        labels={key: value},
        tmpfs={"/run": ""},
        volumes=["/var/lib/containerd"],
    )
    yield container
    container.remove(force=True, v=True)


def test_facts_are_the_engines(engine: docker.DockerClient) -> None:
    facts = DockerHost().facts()
    assert facts.version == engine.version()["Version"]
    assert facts.memory_bytes > 0
    assert facts.disk_free_bytes is None or facts.disk_free_bytes > 0


def test_containers_and_images_are_found(node: Container, node_image: str, label: str) -> None:
    host = DockerHost()
    assert [(found.name, found.running) for found in host.containers(label=label)] == [(node.name, True)]
    node.kill()
    assert [found.running for found in host.containers(label=label)] == [False]
    host.start(str(node.name))
    assert [found.running for found in host.containers(label=label)] == [True]
    assert host.containers(label="eksa-test=none") == []
    assert host.has_image(node_image)
    assert not host.has_image("eksa-test.invalid/none:v1")


def test_images_arrive_as_soon_as_the_node_can_take_them(node: Container, image: str, label: str) -> None:
    began = time.monotonic()
    transfer = DockerHost().side_load([image], label=label)
    assert time.monotonic() - began < 1
    assert transfer.finish() == (image,)
    listed = node.exec_run(["ctr", "-n", "k8s.io", "images", "ls", "-q"]).output
    assert image.encode() in listed


def test_giving_up_ends_at_once_and_leaves_nothing_behind(label: str, image: str) -> None:
    transfer = DockerHost().side_load([image], label=label)
    began = time.monotonic()
    transfer.cancel()
    assert time.monotonic() - began < 5
    assert transfer.finish() == ()


def test_no_images_need_no_node(label: str) -> None:
    assert DockerHost().side_load([], label=label).finish() == ()


def test_an_image_that_docker_lacks_is_an_error(node: Container, label: str) -> None:
    transfer = DockerHost().side_load(["eksa-test.invalid/none:v1"], label=label)
    with pytest.raises(EksaError):
        transfer.finish()
    assert node.status


@pytest.mark.parametrize(
    ("address", "programs", "code"),
    [
        ("unix:///nonexistent/docker.sock", (), "host.docker_absent"),
        ("unix:///nonexistent/docker.sock", ("dockerd",), "host.docker_not_running"),
        ("tcp://127.0.0.1:9", ("docker",), "host.docker_not_running"),
    ],
)
def test_an_engine_that_is_not_there_is_told_apart(
    address: str, programs: tuple[str, ...], code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DOCKER_HOST", address)
    monkeypatch.setattr(shutil, "which", lambda name: name if name in programs else None)
    with pytest.raises(EksaError) as caught:
        DockerHost().facts()
    assert caught.value.code == code
