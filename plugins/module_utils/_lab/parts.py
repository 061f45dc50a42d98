# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Kinds of things that the lab is made of. The catalog lists the things, the recipes make them."""

from __future__ import annotations

import dataclasses
import typing as t


@dataclasses.dataclass(frozen=True)
class Program:
    """A static Go program, found afterwards as ``bin/<name>``."""

    name: str
    package: str
    module: str = "kubernetes"
    ldflags: str = ""
    tags: str = ""
    needs: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Rootfs:
    """A minimal Debian as an image of the docker engine."""

    name: str
    suite: str
    needs: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class EngineImage:
    """An image that the docker engine builds from ``files/images/<sources>``, by default the folder of its own name.

    ``programs`` go to ``bin/`` of the build context under the given names, ``modules`` are (module, path in it,
    path in the context). With a ``reference`` it is pushed to the lab's registry.
    """

    name: str
    base: str
    programs: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    modules: tuple[tuple[str, str, str], ...] = ()
    arguments: t.Mapping[str, str] = dataclasses.field(default_factory=dict)
    reference: str = ""
    # The content of the folder is in the image's key, its name is not.
    sources: str = dataclasses.field(default="", repr=False)

    @property
    def folder(self) -> str:
        """Folder of its sources."""
        return self.sources or self.name

    @property
    def needs(self) -> tuple[str, ...]:
        """The base and the programs."""
        return (self.base, *self.programs.values())


@dataclasses.dataclass(frozen=True)
class ScratchImage:
    """An image of nothing but static programs, written straight into the registry."""

    name: str
    reference: str
    files: t.Mapping[str, str]
    entrypoint: tuple[str, ...] = ()
    user: str = ""

    @property
    def needs(self) -> tuple[str, ...]:
        """The programs in it."""
        return tuple(self.files.values())


@dataclasses.dataclass(frozen=True)
class Manifest:
    """A provider's ``components.yaml``: a kustomization inside a module with its image replaced."""

    name: str
    module: str
    path: str
    images: t.Mapping[str, str]
    needs: tuple[str, ...] = ("kubectl",)


@dataclasses.dataclass(frozen=True)
class Chart:
    """A helm chart inside a module: packed as a .tgz, and rendered when ``values`` are given.

    ``templates`` are files of the module that its release process adds to the chart's templates.
    """

    name: str
    module: str
    path: str
    version: str
    values: t.Mapping[str, t.Any] | None = None
    templates: str = ""
    needs: tuple[str, ...] = ("helm",)


@dataclasses.dataclass(frozen=True)
class Kit:
    """Files that the lab's machines find in their root beside those of their image, when the lab is asked for them.

    ``files/kits/<name>`` is its content, to which come ``programs`` (path -> program) and one ``archive``: the path of
    a .tar.gz and the programs in it, in a folder of the archive's own name.
    """

    name: str
    programs: t.Mapping[str, str]
    archive: str
    archived: tuple[str, ...]

    @property
    def needs(self) -> tuple[str, ...]:
        """The programs in it."""
        return (*self.programs.values(), *self.archived)


Component = t.Union[Program, Rootfs, EngineImage, ScratchImage, Manifest, Chart, Kit]

__all__ = ("Chart", "Component", "EngineImage", "Kit", "Manifest", "Program", "Rootfs", "ScratchImage")
