# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Building what is missing: recipes per kind of component, and the order in which they run."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import io
import json
import shutil
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog
from ansible_collections.eks.anywhere.plugins.module_utils._lab.engine import Engine
from ansible_collections.eks.anywhere.plugins.module_utils._lab.go import Go
from ansible_collections.eks.anywhere.plugins.module_utils._lab.registry import Registry
from ansible_collections.eks.anywhere.plugins.module_utils._lab.shell import output_of, run_logged
from ansible_collections.eks.anywhere.plugins.module_utils._lab.store import Store, fingerprint
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

LANES = 3
STILL_SECONDS = 30.0
RECIPES = 1
"""Counts changes of the recipes below that make older results unusable."""


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

    def key(self, component: catalog.Component) -> str:
        """Content key: the recipe, the files it reads, and the keys of what it needs."""
        if component.name not in self._keys:
            by_name = {item.name: item for item in catalog.COMPONENTS}
            needs = [self.key(by_name[need]) for need in component.needs]
            self._keys[component.name] = fingerprint(RECIPES, component, needs, *self._inputs(component))
        return self._keys[component.name]

    def _inputs(self, component: catalog.Component) -> tuple[object, ...]:
        if isinstance(component, catalog.Program):
            return (self.files / "go" / component.module,)
        if isinstance(component, catalog.EngineImage):
            versions = [catalog.MODULE_VERSIONS[module] for module, _path, _place in component.modules]
            return (self.files / "images" / component.name, versions)
        if isinstance(component, (catalog.Manifest, catalog.Chart)):
            return (catalog.MODULE_VERSIONS[component.module],)
        if isinstance(component, catalog.Kit):
            return (self.files / "kits" / component.name,)
        return ()

    def present(self, component: catalog.Component) -> bool:
        """Whether the component is there already, with this very content."""
        key = self.key(component)
        if isinstance(component, (catalog.Rootfs, catalog.EngineImage)) and not self.engine.has(_tag(component, key)):
            return False
        reference = getattr(component, "reference", "")
        if reference:
            return self._pushed(component.name, key) == (self.registry.digest(reference) or "-")
        if isinstance(component, (catalog.Rootfs, catalog.EngineImage)):
            return True
        return self.store.has(component.name, key)

    def _pushed(self, name: str, key: str) -> str:
        ledger = self.store.entry(name, key) / "digest"
        return ledger.read_text() if ledger.is_file() else ""

    def make(self, component: catalog.Component) -> None:
        """Build one component; what it needs is there."""
        key = self.key(component)
        recipe = _RECIPES[type(component)]
        recipe(self, component, key)

    def link(self, component: catalog.Component) -> None:
        """Make a built program known by its name."""
        if isinstance(component, catalog.Program):
            self.store.link(component.name, self.store.entry(component.name, self.key(component)) / component.name)

    def program(self, name: str) -> Path:
        """Path of a built program, independent of what ``bin`` points at."""
        component = next(item for item in catalog.PROGRAMS if item.name == name)
        return self.store.entry(name, self.key(component)) / name

    def artifact(self, name: str, file: str) -> Path:
        """Path of a file of a manifest or chart component."""
        known: tuple[catalog.Manifest | catalog.Chart, ...] = (*catalog.MANIFESTS, *catalog.CHARTS)
        component = next(item for item in known if item.name == name)
        return self.store.entry(name, self.key(component)) / file

    def kit(self, name: str) -> Path:
        """Folder of a built kit."""
        component = next(item for item in catalog.KITS if item.name == name)
        return self.store.entry(name, self.key(component))

    def image_tag(self, name: str) -> str:
        """Tag by which the docker engine knows one of its images."""
        component = next(item for item in catalog.ENGINE_IMAGES if item.name == name)
        return _tag(component, self.key(component))

    def source(self, module: str, name: str) -> Path:
        """Sources of a module at the lab's version."""
        return self.go.source(module, catalog.MODULE_VERSIONS[module], logs_name=name)


def _tag(component: catalog.Component, key: str) -> str:
    return f"eks.anywhere.lab/{component.name}:{key}"


def _make_program(shop: Workshop, component: catalog.Program, key: str) -> None:
    with shop.store.publishing(component.name, key) as scratch:
        shop.go.build(
            package=component.package,
            module=shop.files / "go" / component.module,
            ldflags=component.ldflags,
            tags=component.tags,
            output=scratch / component.name,
            name=component.name,
        )


def _make_rootfs(shop: Workshop, component: catalog.Rootfs, key: str) -> None:
    with shop.store.publishing(component.name, key) as scratch:
        root = scratch / "root"
        argv = ["debootstrap", "--variant=minbase", "--include=ca-certificates", component.suite, str(root)]
        run_logged(argv, log=shop.logs / "rootfs.log", what="Making the base image")
        sources = "deb $(SITE) $(RELEASE) $(COMPONENT)"
        lines = output_of(["apt-get", "indextargets", "--format", sources, "Identifier: Packages"]).splitlines()
        ours = sorted({line for line in lines if f" {component.suite}" in line})
        (root / "etc/apt/sources.list").write_text("\n".join(ours) + "\n")
        shop.engine.import_root(root, tag=_tag(component, key))
        shutil.rmtree(root)


def _make_engine_image(shop: Workshop, component: catalog.EngineImage, key: str) -> None:
    bases: tuple[catalog.Component, ...] = (*catalog.ENGINE_IMAGES, _rootfs())
    base = next(item for item in bases if item.name == component.base)
    arguments = {"BASE": _tag(base, shop.key(base)), **component.arguments}
    tag = _tag(component, key)
    shop.engine.build(
        context=_context(shop, component), arguments=arguments, tag=tag, log=shop.logs / f"{component.name}-image.log"
    )
    if component.reference:
        shop.engine.push(tag, reference=component.reference, log=shop.logs / f"{component.name}-push.log")
        _keep_digest(shop, component.name, key, component.reference)


def _rootfs() -> catalog.Rootfs:
    return next(item for item in catalog.COMPONENTS if isinstance(item, catalog.Rootfs))


def _context(shop: Workshop, component: catalog.EngineImage) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(shop.files / "images" / component.name, arcname=".")
        for place, program in component.programs.items():
            archive.add(shop.program(program), arcname=f"bin/{place}")
        for module, path, place in component.modules:
            archive.add(shop.source(module, component.name) / path, arcname=place, filter=_writable)
    return buffer.getvalue()


def _writable(info: tarfile.TarInfo) -> tarfile.TarInfo:
    # The module cache is read-only; an image must not be.
    info.mode |= 0o755 if info.isdir() else 0o644
    return info


def _make_scratch_image(shop: Workshop, component: catalog.ScratchImage, key: str) -> None:
    files = {path: shop.program(program) for path, program in component.files.items()}
    shop.registry.push(component.reference, files=files, entrypoint=component.entrypoint, user=component.user)
    _keep_digest(shop, component.name, key, component.reference)


def _keep_digest(shop: Workshop, name: str, key: str, reference: str) -> None:
    shutil.rmtree(shop.store.entry(name, key), ignore_errors=True)
    with shop.store.publishing(name, key) as scratch:
        (scratch / "digest").write_text(shop.registry.digest(reference))


def _make_manifest(shop: Workshop, component: catalog.Manifest, key: str) -> None:
    source = shop.source(component.module, component.name) / component.path
    text = output_of([str(shop.program("kubectl")), "kustomize", str(source)])
    for image, ours in component.images.items():
        text = text.replace(f"image: {image}", f"image: {ours}")
    text = text.replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent")
    with shop.store.publishing(component.name, key) as scratch:
        (scratch / "components.yaml").write_text(text)


def _make_chart(shop: Workshop, component: catalog.Chart, key: str) -> None:
    module = shop.source(component.module, component.name)
    with shop.store.publishing(component.name, key) as scratch:
        folder = scratch / Path(component.path).name
        shutil.copytree(module / component.path, folder)
        (folder / "templates").chmod(0o755)
        for file in module.glob(component.templates) if component.templates else ():
            shutil.copy(file, folder / "templates")
        for file in (folder, *folder.rglob("*")):
            file.chmod(file.stat().st_mode | 0o200)
        chart = yaml.load(_chart_file(folder).read_text(), Loader=yaml.CSafeLoader)
        (folder / "Chart.yaml").write_text(
            yaml.dump({**chart, "version": component.version, "appVersion": component.version}, sort_keys=False)
        )
        with tarfile.open(scratch / "chart.tgz", "w:gz") as archive:
            archive.add(folder, arcname=folder.name)
        if component.values is not None:
            (scratch / "components.yaml").write_text(_rendered(shop, component, folder))


def _chart_file(folder: Path) -> Path:
    # cert-manager keeps a template of its Chart.yaml beside the chart.
    return next(file for file in (folder / "Chart.yaml", folder / "Chart.template.yaml") if file.is_file())


def _rendered(shop: Workshop, component: catalog.Chart, folder: Path) -> str:
    name = folder.name
    argv = [str(shop.program("helm")), "template", name, str(folder), "--namespace", name, "--values", "-"]
    text = output_of(argv, stdin=json.dumps(component.values).encode())
    namespace = yaml.dump({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return f"{namespace}---\n{text}"


def _make_kit(shop: Workshop, component: catalog.Kit, key: str) -> None:
    with shop.store.publishing(component.name, key) as scratch:
        shutil.copytree(shop.files / "kits" / component.name, scratch, dirs_exist_ok=True)
        archive = scratch / component.archive
        for place in (archive, *(scratch / path for path in component.programs)):
            place.parent.mkdir(parents=True, exist_ok=True)
        for path, program in component.programs.items():
            shutil.copy(shop.program(program), scratch / path)
        with tarfile.open(archive, "w:gz", compresslevel=1) as packed:
            folder = archive.name.removesuffix(".tar.gz")
            for program in component.archived:
                packed.add(shop.program(program), arcname=f"{folder}/{program}")


_RECIPES: t.Mapping[type, t.Callable[[Workshop, t.Any, str], None]] = {
    catalog.Program: _make_program,
    catalog.Rootfs: _make_rootfs,
    catalog.EngineImage: _make_engine_image,
    catalog.ScratchImage: _make_scratch_image,
    catalog.Manifest: _make_manifest,
    catalog.Chart: _make_chart,
    catalog.Kit: _make_kit,
}


class Builder:
    """Builds missing components in parallel lanes, dependencies first, and says how far it is."""

    def __init__(self, *, shop: Workshop, clock: Clock, report: Reporter) -> None:
        self._shop = shop
        self._clock = clock
        self._report = report
        self._started: dict[str, float] = {}

    def missing(self, components: t.Sequence[catalog.Component]) -> tuple[catalog.Component, ...]:
        """The components that are not in the cache."""
        return tuple(component for component in components if not self._shop.present(component))

    def build(self, components: t.Sequence[catalog.Component]) -> tuple[str, ...]:
        """Build what is missing and return the names. The first failure stops the rest and is raised."""
        missing = self.missing(components)
        if missing:
            cached = len(components) - len(missing)
            self._report.line(f"Building {len(missing)} components of the lab ({cached} are in the cache)")
            self._run(missing)
        for component in components:
            self._shop.link(component)
        return tuple(component.name for component in missing)

    def _run(self, missing: t.Sequence[catalog.Component]) -> None:
        waiting = {component.name: component for component in missing}
        done: set[str] = set()
        running: dict[concurrent.futures.Future[None], str] = {}
        with concurrent.futures.ThreadPoolExecutor(max_workers=LANES) as lanes:
            try:
                while waiting or running:
                    for name in _startable(waiting, missing, done, running.values()):
                        running[lanes.submit(self._one, waiting.pop(name))] = name
                    self._collect(running, done, total=len(missing))
            except BaseException as exc:
                lanes.shutdown(wait=False, cancel_futures=True)
                self._report.line(f"  stopped by: {str(exc).splitlines()[0]}; waiting for what is being built to end")
                raise

    def _one(self, component: catalog.Component) -> None:
        self._started[component.name] = self._clock.now()
        self._shop.make(component)

    def _collect(self, running: dict[concurrent.futures.Future[None], str], done: set[str], *, total: int) -> None:
        finished, _rest = concurrent.futures.wait(
            running, timeout=STILL_SECONDS, return_when=concurrent.futures.FIRST_COMPLETED
        )
        for future in finished:
            name = running.pop(future)
            future.result()
            done.add(name)
            self._report.line(f"  [{len(done):2}/{total}] {name} built in {self._seconds(name):.0f} s")
        if not finished:
            busy = sorted(name for name in running.values() if name in self._started)
            told = ", ".join(f"{name} ({self._seconds(name):.0f} s)" for name in busy)
            self._report.line(f"  [{len(done):2}/{total}] building {told}")

    def _seconds(self, name: str) -> float:
        return self._clock.now() - self._started[name]


def _startable(
    waiting: t.Mapping[str, catalog.Component],
    missing: t.Sequence[catalog.Component],
    done: t.Collection[str],
    running: t.Collection[str],
) -> list[str]:
    """What may start now: all it needs is there, a lane is free, and at most one program compiles.

    One ``go build`` uses all cores by itself, and two at a time would compile the packages that they share twice.
    """
    building = {item.name for item in missing}
    programs = {item.name for item in missing if isinstance(item, catalog.Program)}
    chosen: list[str] = []
    compiling = any(name in programs for name in running)
    for name, item in waiting.items():
        if len(running) + len(chosen) == LANES:
            break
        if any(need in building and need not in done for need in item.needs) or (name in programs and compiling):
            continue
        chosen.append(name)
        compiling = compiling or name in programs
    return chosen


__all__ = ("Builder", "Workshop")
