# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What is needed to make the lab's things: where they are kept, how they are keyed, what is there already."""

from __future__ import annotations

import dataclasses
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, parts
from ansible_collections.eks.anywhere.plugins.module_utils._lab.engine import Engine
from ansible_collections.eks.anywhere.plugins.module_utils._lab.go import Go
from ansible_collections.eks.anywhere.plugins.module_utils._lab.registry import Registry
from ansible_collections.eks.anywhere.plugins.module_utils._lab.store import Store, fingerprint

RECIPES = 1
"""Counts changes of the recipes that make older results unusable."""


@dataclasses.dataclass(frozen=True)
class Workshop:
    """All that the recipes use. ``files`` is the role's folder of Go modules and image sources."""

    files: Path
    store: Store
    logs: Path
    go: Go
    engine: Engine
    registry: Registry
    _keys: dict[str, str] = dataclasses.field(default_factory=dict)

    def key(self, component: parts.Component) -> str:
        """Content key: the recipe, the files it reads, and the keys of what it needs."""
        if component.name not in self._keys:
            by_name = {item.name: item for item in catalog.COMPONENTS}
            needs = [self.key(by_name[need]) for need in component.needs]
            self._keys[component.name] = fingerprint(RECIPES, component, needs, *self._inputs(component))
        return self._keys[component.name]

    def _inputs(self, component: parts.Component) -> tuple[object, ...]:
        if isinstance(component, parts.Program):
            return (self.files / "go" / component.module,)
        if isinstance(component, parts.EngineImage):
            versions = [catalog.MODULE_VERSIONS[module] for module, _path, _place in component.modules]
            return (self.files / "images" / component.folder, versions)
        if isinstance(component, (parts.Manifest, parts.Chart)):
            return (catalog.MODULE_VERSIONS[component.module],)
        if isinstance(component, parts.Kit):
            return (self.files / "kits" / component.name,)
        return ()

    def present(self, component: parts.Component) -> bool:
        """Whether the component is there already, with this very content."""
        key = self.key(component)
        if isinstance(component, (parts.Rootfs, parts.EngineImage)) and not self.engine.has(tag_of(component, key)):
            return False
        reference = getattr(component, "reference", "")
        if reference:
            return self._pushed(component.name, key) == (self.registry.digest(reference) or "-")
        if isinstance(component, (parts.Rootfs, parts.EngineImage)):
            return True
        return self.store.has(component.name, key)

    def _pushed(self, name: str, key: str) -> str:
        ledger = self.store.entry(name, key) / "digest"
        return ledger.read_text() if ledger.is_file() else ""

    def link(self, component: parts.Component) -> None:
        """Make a built program known by its name."""
        if isinstance(component, parts.Program):
            self.store.link(component.name, self.store.entry(component.name, self.key(component)) / component.name)

    def program(self, name: str) -> Path:
        """Path of a built program, independent of what ``bin`` points at."""
        component = next(item for item in catalog.PROGRAMS if item.name == name)
        return self.store.entry(name, self.key(component)) / name

    def artifact(self, name: str, file: str) -> Path:
        """Path of a file of a manifest or chart component."""
        known: tuple[parts.Manifest | parts.Chart, ...] = (*catalog.MANIFESTS, *catalog.CHARTS)
        component = next(item for item in known if item.name == name)
        return self.store.entry(name, self.key(component)) / file

    def kit(self, name: str) -> Path:
        """Folder of a built kit."""
        component = next(item for item in catalog.KITS if item.name == name)
        return self.store.entry(name, self.key(component))

    def image_tag(self, name: str) -> str:
        """Tag by which the docker engine knows one of its images."""
        component = next(item for item in catalog.ENGINE_IMAGES if item.name == name)
        return tag_of(component, self.key(component))

    def source(self, module: str, name: str) -> Path:
        """Sources of a module at the lab's version."""
        return self.go.source(module, catalog.MODULE_VERSIONS[module], logs_name=name)


def tag_of(component: parts.Component, key: str) -> str:
    """Name of an image for the docker engine."""
    return f"eks.anywhere.lab/{component.name}:{key}"


__all__ = ("Workshop", "tag_of")
