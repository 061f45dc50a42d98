# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A PackageBundle: which packages there are, in which versions, and what changes from one bundle to another.

The first version in the list of a package is its ``latest``; neither versions nor bundles are ever sorted by name, as
the package controller does not do so either.
"""

from __future__ import annotations

import dataclasses
import difflib

from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import Data, section, sections, text, texts
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

API = "packages.eks.amazonaws.com/v1alpha1"
NAMESPACE = "eksa-packages"
CONTROLLER = "eks-anywhere-packages"
"""The helm release of the package controller, and the Package by which it looks after itself."""
LATEST = "latest"
_SHOWN = 3


def namespace_of(cluster: str) -> str:
    """Where the packages of a cluster are, on its management cluster."""
    return f"{NAMESPACE}-{cluster}"


def keeper_of(cluster: str) -> str:
    """The Package by which a management cluster's package controller looks after another cluster."""
    return f"{CONTROLLER}-{cluster}"


@dataclasses.dataclass(frozen=True)
class Source:
    """What the package controller notes of where it takes a package from."""

    registry: str
    repository: str
    version: str
    digest: str

    @classmethod
    def of_status(cls, data: Data) -> Source:
        """From ``status.source`` of a Package."""
        return cls(*(text(data, field) for field in ("registry", "repository", "version", "digest")))


@dataclasses.dataclass(frozen=True)
class Version:
    """One version of a package. ``schema`` is as the bundle has it: base64 of a gzipped JSON schema."""

    name: str
    digest: str
    schema: str = dataclasses.field(default="", repr=False)
    dependencies: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Entry:
    """A package of a bundle; ``workload_only`` ones are refused on a management cluster."""

    name: str
    registry: str
    repository: str
    versions: tuple[Version, ...]
    workload_only: bool = False

    def source(self, version: Version) -> Source:
        """What the package controller takes for that version."""
        return Source(self.registry, self.repository, version.name, version.digest)


@dataclasses.dataclass(frozen=True)
class PackageBundle:
    """A bundle. ``state`` is the package controller's word on it, ``raw`` the whole object for its signature."""

    name: str
    entries: tuple[Entry, ...]
    state: str = ""
    raw: Data = dataclasses.field(default_factory=dict, repr=False, compare=False)

    def entry(self, package: str) -> Entry:
        """The package of that name, in whatever case; an unknown one is told with the nearest."""
        for entry in self.entries:
            if entry.name.lower() == package.lower():
                return entry
        near = difflib.get_close_matches(
            package.lower(), [entry.name.lower() for entry in self.entries], n=_SHOWN, cutoff=0.4
        )
        told = [entry.name for name in near for entry in self.entries if entry.name.lower() == name]
        raise EksaError(
            f"Package {package!r} is not in the bundle {self.name}{'; nearest: ' + ', '.join(told) if told else ''}.",
            code="packages.unknown",
            hint="Correct the name, or activate a bundle that has it.",
            details={"package": package, "bundle": self.name, "nearest": told},
        )

    def version(self, package: str, wanted: str) -> tuple[Entry, Version]:
        """A version by its name or digest; the first one for ``latest`` and for no wish."""
        entry = self.entry(package)
        for version in entry.versions:
            if wanted in ("", LATEST, version.name, version.digest):
                return entry, version
        known = ", ".join(version.name for version in entry.versions)
        raise EksaError(
            f"Package {entry.name} has no version {wanted!r} in the bundle {self.name}; it has {known or 'none'}.",
            code="packages.version_unknown",
            hint="Take one of these versions, or activate a bundle that has the other.",
            details={"package": entry.name, "version": wanted, "bundle": self.name},
        )


@dataclasses.dataclass(frozen=True)
class Difference:
    """How ``latest`` of a package differs between two bundles; an empty version is a package that is not there."""

    package: str
    before: str
    after: str

    def __str__(self) -> str:
        if not self.before:
            return f"{self.package} {self.after} is new"
        if not self.after:
            return f"{self.package} {self.before} is gone"
        return f"{self.package} {self.before} -> {self.after}"


def read(obj: Data) -> PackageBundle:
    """A bundle out of its object; what is missing is empty."""
    return PackageBundle(
        name=text(section(obj, "metadata"), "name"),
        entries=tuple(_entry(item) for item in sections(section(obj, "spec"), "packages")),
        state=text(section(obj, "status"), "state"),
        raw=obj,
    )


def _entry(data: Data) -> Entry:
    source = section(data, "source")
    return Entry(
        name=text(data, "name"),
        registry=text(source, "registry"),
        repository=text(source, "repository"),
        versions=tuple(
            Version(text(one, "name"), text(one, "digest"), text(one, "schema"), tuple(texts(one, "dependencies")))
            for one in sections(source, "versions")
        ),
        workload_only=data.get("workloadonly") is True,
    )


def differences(before: PackageBundle, after: PackageBundle) -> tuple[Difference, ...]:
    """Packages whose ``latest`` is another version or other content, by name."""
    old, new = _latest(before), _latest(after)
    return tuple(
        Difference(name, _words(old.get(name)), _words(new.get(name)))
        for name in sorted({*old, *new})
        if old.get(name) != new.get(name)
    )


def _latest(bundle: PackageBundle) -> dict[str, tuple[str, str]]:
    return {
        entry.name: (entry.versions[0].name, entry.versions[0].digest) for entry in bundle.entries if entry.versions
    }


def _words(version: tuple[str, str] | None) -> str:
    return version[0] if version else ""


def available(detail: str) -> str:
    """Name of the newer bundle out of what a PackageBundleController says: ``v1-34-2 available``."""
    name, _space, rest = detail.partition(" ")
    return name if rest == "available" else ""


__all__ = (
    "API",
    "CONTROLLER",
    "LATEST",
    "NAMESPACE",
    "Difference",
    "Entry",
    "PackageBundle",
    "Source",
    "Version",
    "available",
    "differences",
    "keeper_of",
    "namespace_of",
    "read",
)
