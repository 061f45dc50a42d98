# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""How each kind of component is made."""

from __future__ import annotations

import io
import json
import shutil
import tarfile
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, parts
from ansible_collections.eks.anywhere.plugins.module_utils._lab.shell import output_of, run_logged
from ansible_collections.eks.anywhere.plugins.module_utils._lab.workshop import Workshop, tag_of
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml


def _make_program(shop: Workshop, component: parts.Program, key: str) -> None:
    with shop.store.publishing(component.name, key) as scratch:
        shop.go.build(
            package=component.package,
            module=shop.files / "go" / component.module,
            ldflags=component.ldflags,
            tags=component.tags,
            output=scratch / component.name,
            name=component.name,
        )


def _make_rootfs(shop: Workshop, component: parts.Rootfs, key: str) -> None:
    with shop.store.publishing(component.name, key) as scratch:
        root = scratch / "root"
        argv = ["debootstrap", "--variant=minbase", "--include=ca-certificates", component.suite, str(root)]
        run_logged(argv, log=shop.logs / "rootfs.log", what="Making the base image")
        sources = "deb $(SITE) $(RELEASE) $(COMPONENT)"
        lines = output_of(["apt-get", "indextargets", "--format", sources, "Identifier: Packages"]).splitlines()
        ours = sorted({line for line in lines if f" {component.suite}" in line})
        (root / "etc/apt/sources.list").write_text("\n".join(ours) + "\n")
        shop.engine.import_root(root, tag=tag_of(component, key))
        shutil.rmtree(root)


def _make_engine_image(shop: Workshop, component: parts.EngineImage, key: str) -> None:
    bases: tuple[parts.Component, ...] = (*catalog.ENGINE_IMAGES, _rootfs())
    base = next(item for item in bases if item.name == component.base)
    arguments = {"BASE": tag_of(base, shop.key(base)), **component.arguments}
    tag = tag_of(component, key)
    shop.engine.build(
        context=_context(shop, component), arguments=arguments, tag=tag, log=shop.logs / f"{component.name}-image.log"
    )
    if component.reference:
        shop.engine.push(tag, reference=component.reference, log=shop.logs / f"{component.name}-push.log")
        _keep_digest(shop, component.name, key, component.reference)


def _rootfs() -> parts.Rootfs:
    return next(item for item in catalog.COMPONENTS if isinstance(item, parts.Rootfs))


def _context(shop: Workshop, component: parts.EngineImage) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        archive.add(shop.files / "images" / component.folder, arcname=".")
        for place, program in component.programs.items():
            archive.add(shop.program(program), arcname=f"bin/{place}")
        for module, path, place in component.modules:
            archive.add(shop.source(module, component.name) / path, arcname=place, filter=_writable)
    return buffer.getvalue()


def _writable(info: tarfile.TarInfo) -> tarfile.TarInfo:
    # The module cache is read-only; an image must not be.
    info.mode |= 0o755 if info.isdir() else 0o644
    return info


def _make_scratch_image(shop: Workshop, component: parts.ScratchImage, key: str) -> None:
    files = {path: shop.program(program) for path, program in component.files.items()}
    shop.registry.push(component.reference, files=files, entrypoint=component.entrypoint, user=component.user)
    _keep_digest(shop, component.name, key, component.reference)


def _keep_digest(shop: Workshop, name: str, key: str, reference: str) -> None:
    shutil.rmtree(shop.store.entry(name, key), ignore_errors=True)
    with shop.store.publishing(name, key) as scratch:
        (scratch / "digest").write_text(shop.registry.digest(reference))


def _make_manifest(shop: Workshop, component: parts.Manifest, key: str) -> None:
    source = shop.source(component.module, component.name) / component.path
    text = output_of([str(shop.program("kubectl")), "kustomize", str(source)])
    for image, ours in component.images.items():
        text = text.replace(f"image: {image}", f"image: {ours}")
    text = text.replace("imagePullPolicy: Always", "imagePullPolicy: IfNotPresent")
    with shop.store.publishing(component.name, key) as scratch:
        (scratch / "components.yaml").write_text(text)


def _make_chart(shop: Workshop, component: parts.Chart, key: str) -> None:
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


def _rendered(shop: Workshop, component: parts.Chart, folder: Path) -> str:
    name = folder.name
    argv = [str(shop.program("helm")), "template", name, str(folder), "--namespace", name, "--values", "-"]
    text = output_of(argv, stdin=json.dumps(component.values).encode())
    namespace = yaml.dump({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}})
    return f"{namespace}---\n{text}"


def _make_kit(shop: Workshop, component: parts.Kit, key: str) -> None:
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


def make(shop: Workshop, component: parts.Component) -> None:
    """Make one component; what it needs is there."""
    _RECIPES[type(component)](shop, component, shop.key(component))


_RECIPES: t.Mapping[type, t.Callable[[Workshop, t.Any, str], None]] = {
    parts.Program: _make_program,
    parts.Rootfs: _make_rootfs,
    parts.EngineImage: _make_engine_image,
    parts.ScratchImage: _make_scratch_image,
    parts.Manifest: _make_manifest,
    parts.Chart: _make_chart,
    parts.Kit: _make_kit,
}


__all__ = ("make",)
