# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle is copied with what it needs and nothing else, verified, and goes on where it was cut."""

from __future__ import annotations

import hashlib
import json
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.package_copy import (
    BUNDLES,
    Ports,
    Route,
    Settings,
    copy,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter, Fuse, Killed

PUBLIC, IMAGES, OURS = "public.example/eks", "images.example", "ours.example/mirror"
KIND = "application/vnd.oci.image.manifest.v1+json"


def digest_of(content: bytes) -> str:
    """As registries name content."""
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


class Registries:
    """All registries in memory, by repository; each write is counted and may be the last."""

    def __init__(self) -> None:
        self.manifests: dict[str, bytes] = {}
        self.blobs: dict[str, bytes] = {}
        self.fuse = Fuse()

    def push(self, repository: str, tag: str, content: bytes) -> str:
        """An artifact of one layer."""
        layer = digest_of(content)
        self.blobs[f"{repository}@{layer}"] = content
        manifest = json.dumps({"config": {"digest": layer}, "layers": [{"digest": layer}]}).encode()
        return self.store(repository, tag, manifest)

    def store(self, repository: str, tag: str, manifest: bytes) -> str:
        """A manifest by its tag and its digest."""
        digest = digest_of(manifest)
        self.manifests[f"{repository}@{digest}"] = manifest
        if tag:
            self.manifests[f"{repository}:{tag}"] = manifest
        return digest

    def digest(self, reference: str) -> str:
        """See the port."""
        found = self.manifests.get(reference)
        return digest_of(found) if found else ""

    def manifest(self, reference: str) -> tuple[bytes, str] | None:
        """See the port."""
        found = self.manifests.get(reference)
        return (found, KIND) if found else None

    def blob(self, repository: str, digest: str) -> bytes:
        """See the port."""
        return self.blobs[f"{repository}@{digest}"]

    def copy_blob(self, source: str, target: str, digest: str) -> bool:
        """See the port."""
        if f"{target}@{digest}" in self.blobs:
            return False
        self.fuse.write()
        self.blobs[f"{target}@{digest}"] = self.blobs[f"{source}@{digest}"]
        return True

    def put_manifest(self, reference: str, content: bytes, *, media_type: str) -> None:
        """See the port; a registry refuses a manifest whose blobs it does not have."""
        self.fuse.write()
        repository, _at, digest = reference.partition("@")
        tag = "" if digest else repository.rpartition(":")[2]
        repository = repository if digest else repository.rpartition(":")[0]
        for layer in json.loads(content).get("layers", ()):
            assert f"{repository}@{layer['digest']}" in self.blobs
        self.store(repository, tag, content)


def world() -> Registries:
    """A bundle of three packages; the image of hello is of two architectures, greeter needs hello."""
    there = Registries()
    inner = [there.push(f"{IMAGES}/hello", "", name) for name in (b"amd64", b"arm64")]
    index = json.dumps({"manifests": [{"digest": one} for one in inner]}).encode()
    image = {"repository": "hello", "digest": there.store(f"{IMAGES}/hello", "", index)}
    packages = []
    for name, needs, images in (("hello", [], [image]), ("greeter", ["hello"], []), ("other", [], [])):
        chart = there.push(f"{PUBLIC}/charts/{name}", "1.0.0", name.encode())
        version = {"name": "1.0.0", "digest": chart, "dependencies": needs, "images": images}
        packages.append({"name": name, "source": {"repository": f"charts/{name}", "versions": [version]}})
    metadata = {"name": "v1-34-7", "namespace": "eksa-packages", "annotations": {"eksa.aws.com/signature": "good"}}
    bundle = {"kind": "PackageBundle", "metadata": metadata, "spec": {"packages": packages}}
    there.push(f"{PUBLIC}/{BUNDLES}", "v1-34-latest", yaml.safe_dump(bundle).encode())
    return there


def run(there: Registries, *packages: str, **settings: t.Any) -> Result:
    """Copy."""
    chosen = Settings(
        **{
            "route": Route(PUBLIC, IMAGES, OURS),
            "tag": "v1-34-latest",
            "packages": packages,
            "check_mode": False,
            **settings,
        }
    )
    ports = Ports(there, FakeReporter(), holds=lambda key, given, content: key != "theirs")
    return copy(chosen, ports=ports)


def ours(there: Registries) -> set[str]:
    """What is tagged at the destination."""
    return {name.removeprefix(f"{OURS}/") for name in there.manifests if name.startswith(OURS) and "@" not in name}


def test_only_what_is_needed_is_copied_and_again_is_nothing() -> None:
    there = world()
    assert run(there, "greeter", check_mode=True).changed
    assert ours(there) == set()
    result = run(there, "greeter")
    assert result.data == {"bundle": "v1-34-7", "artifacts": 3}
    bundle = {f"{BUNDLES}:v1-34-7", f"{BUNDLES}:v1-34-latest"}
    assert ours(there) == {"charts/hello:1.0.0", "charts/greeter:1.0.0", *bundle}
    assert len([name for name in there.manifests if name.startswith(f"{OURS}/hello@")]) == 3
    assert not run(there, "greeter").changed
    assert run(there).actions == ("Copy charts/other:1.0.0",)


def test_a_copy_that_was_cut_goes_on_and_the_bundle_comes_last() -> None:
    whole = world()
    run(whole)
    for kill_at in range(1, whole.fuse.writes + 1):
        there = world()
        there.fuse = Fuse(kill_at)
        with pytest.raises(Killed):
            run(there)
        done = ours(there)
        if any(name.startswith(BUNDLES) for name in done):
            assert {name for name in ours(whole) if not name.startswith(BUNDLES)} <= done
        there.fuse = Fuse()
        run(there)
        assert ours(there) == ours(whole)
        assert there.fuse.writes <= whole.fuse.writes - kill_at + 1


def test_what_is_not_what_the_bundle_says_is_refused() -> None:
    there = world()
    name = next(name for name in there.manifests if name.startswith(f"{PUBLIC}/charts/other@"))
    there.manifests[name] = there.manifests[name] + b" "
    with pytest.raises(EksaError) as caught:
        run(there, "other")
    assert caught.value.code == "packages.digest_wrong"
    del there.manifests[name]
    with pytest.raises(EksaError, match="is not there"):
        run(there, "other")


def test_a_bundle_that_is_none_or_not_signed_is_refused() -> None:
    with pytest.raises(EksaError, match="not signed with the expected key"):
        run(world(), public_key="theirs")
    with pytest.raises(EksaError, match="nearest: other"):
        run(world(), "othr")
    there = world()
    there.push(f"{PUBLIC}/{BUNDLES}", "v1-34-latest", b"kind: ConfigMap\n")
    with pytest.raises(EksaError, match="does not hold one PackageBundle"):
        run(there)
    there.store(f"{PUBLIC}/{BUNDLES}", "v1-34-latest", b"{}")
    with pytest.raises(EksaError, match="it has no layer"):
        run(there)
