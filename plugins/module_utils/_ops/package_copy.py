# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Copying a bundle of packages into a registry of one's own: the charts and images of some packages, and no others.

Everything is known by its digest, so a copy that was cut goes on where it was: what is there already is not sent again.
The bundle comes last, for it says that all the rest is there.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import bundle as bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import PackageBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, sections, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge
from ansible_collections.eks.anywhere.plugins.module_utils._ops.package_bundle import Holds, verify
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Registries, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

BUNDLES = "eks-anywhere-packages-bundles"


@dataclasses.dataclass(frozen=True)
class Route:
    """From where to where: registries with the path that all their repositories are below."""

    charts: str
    images: str
    destination: str


@dataclasses.dataclass(frozen=True)
class Settings:
    """``tag`` of the bundle; ``packages`` to copy with what they depend on, all when empty."""

    route: Route
    tag: str
    packages: tuple[str, ...]
    check_mode: bool
    public_key: str = ""
    verify: bool = True


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    registries: Registries
    report: Reporter
    holds: Holds


@dataclasses.dataclass(frozen=True)
class Artifact:
    """A chart or an image: where it is, where it goes, and the digest that the bundle gives it."""

    source: str
    repository: str
    digest: str
    tag: str = ""

    @property
    def label(self) -> str:
        """For people."""
        return f"{self.repository}:{self.tag}" if self.tag else f"{self.repository}@{self.digest}"


def copy(settings: Settings, *, ports: Ports) -> Result:
    """Have the bundle with all it needs at the destination."""
    route = settings.route
    place = f"{route.charts}/{BUNDLES}"
    content, kind = _found(ports.registries, f"{place}:{settings.tag}")
    manifest = json.loads(content)
    found = _bundle(place, manifest, registries=ports.registries)
    if settings.verify:
        verify(found, public_key=settings.public_key, holds=ports.holds)
    todo = [one for one in _artifacts(found, settings) if not _there(one, route, registries=ports.registries)]
    tags = _tags(found.name)
    stale = [tag for tag in tags if ports.registries.digest(f"{route.destination}/{BUNDLES}:{tag}") != _digest(content)]
    if not settings.check_mode:
        for number, one in enumerate(todo, start=1):
            ports.report.line(f"  [{number}/{len(todo)}] {one.label}")
            _copy_one(one, route, registries=ports.registries)
        if stale:
            _copy_parts(place, f"{route.destination}/{BUNDLES}", manifest, registries=ports.registries)
        for tag in stale:
            ports.registries.put_manifest(f"{route.destination}/{BUNDLES}:{tag}", content, media_type=kind)
    return Result(
        actions=(
            *(f"Copy {one.label}" for one in todo),
            *((f"Copy bundle {found.name} as {', '.join(stale)}",) if stale else ()),
        ),
        after="".join(f"{route.destination}/{one.label}\n" for one in todo),
        data={"bundle": found.name, "artifacts": len(todo)},
    )


def _bundle(place: str, manifest: t.Mapping[str, t.Any], *, registries: Registries) -> PackageBundle:
    layers = sections(manifest, "layers")
    if not layers:
        raise _invalid(place, "is no bundle: it has no layer")
    words = registries.blob(place, text(layers[0], "digest")).decode("utf-8", errors="replace")
    found = [obj for obj in converge.documents(words, origin=place) if obj["kind"] == "PackageBundle"]
    if len(found) != 1:
        raise _invalid(place, "does not hold one PackageBundle")
    return bundles.read(found[0])


def _invalid(place: str, seen: str) -> EksaError:
    return EksaError(f"{place} {seen}.", code="packages.bundle_invalid", hint="Correct the registry and the bundle.")


def _artifacts(bundle: PackageBundle, settings: Settings) -> list[Artifact]:
    """Charts of all versions of the packages, and the images that the bundle names for them."""
    wanted = _with_dependencies(bundle, settings.packages)
    found: dict[str, Artifact] = {}
    for package in sections(section(bundle.raw, "spec"), "packages"):
        if text(package, "name") not in wanted:
            continue
        source = section(package, "source")
        for version in sections(source, "versions"):
            repository = text(source, "repository")
            chart = Artifact(settings.route.charts, repository, text(version, "digest"), text(version, "name"))
            images = [
                Artifact(settings.route.images, text(image, "repository"), text(image, "digest"))
                for image in sections(version, "images")
            ]
            found |= {one.label: one for one in (chart, *images)}
    return list(found.values())


def _with_dependencies(bundle: PackageBundle, names: t.Sequence[str]) -> set[str]:
    todo = list(names) or [entry.name for entry in bundle.entries]
    found: set[str] = set()
    while todo:
        entry = bundle.entry(todo.pop())
        if entry.name not in found:
            found.add(entry.name)
            todo += [name for version in entry.versions for name in version.dependencies]
    return found


def _there(one: Artifact, route: Route, *, registries: Registries) -> bool:
    reference = f"{route.destination}/{one.repository}{f':{one.tag}' if one.tag else f'@{one.digest}'}"
    return registries.digest(reference) == one.digest


def _copy_one(one: Artifact, route: Route, *, registries: Registries) -> None:
    place, target = f"{one.source}/{one.repository}", f"{route.destination}/{one.repository}"
    content, kind = _found(registries, f"{place}@{one.digest}")
    _refuse_other(place, content, one.digest)
    _copy_parts(place, target, json.loads(content), registries=registries)
    name = f":{one.tag}" if one.tag else f"@{one.digest}"
    registries.put_manifest(f"{target}{name}", content, media_type=kind)


def _copy_parts(place: str, target: str, manifest: t.Mapping[str, t.Any], *, registries: Registries) -> None:
    """What a manifest refers to: blobs, or for several architectures manifests."""
    for inner in sections(manifest, "manifests"):
        digest = text(inner, "digest")
        if registries.digest(f"{target}@{digest}") == digest:
            continue
        content, kind = _found(registries, f"{place}@{digest}")
        _refuse_other(place, content, digest)
        _copy_parts(place, target, json.loads(content), registries=registries)
        registries.put_manifest(f"{target}@{digest}", content, media_type=kind)
    for blob in (section(manifest, "config"), *sections(manifest, "layers")):
        if text(blob, "digest"):
            registries.copy_blob(place, target, text(blob, "digest"))


def _found(registries: Registries, reference: str) -> tuple[bytes, str]:
    found = registries.manifest(reference)
    if found is None:
        raise EksaError(
            f"{reference} is not there.",
            code="packages.artifact_missing",
            hint="Correct the registry, or take another bundle.",
            details={"reference": reference},
        )
    return found


def _refuse_other(place: str, content: bytes, digest: str) -> None:
    if _digest(content) != digest:
        raise EksaError(
            f"{place} answers with {_digest(content)} when asked for {digest}.",
            code="packages.digest_wrong",
            hint="Somebody changed what is there on the way; do not use that registry.",
        )


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"


def _tags(name: str) -> tuple[str, str]:
    """The bundle's own name, by which it is found again when it was removed, and what its Kubernetes looks for."""
    major, minor = [*name.split("-"), "", ""][:2]
    return name, f"{major}-{minor}-latest"


__all__ = ("BUNDLES", "Ports", "Route", "Settings", "copy")
