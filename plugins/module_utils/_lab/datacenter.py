# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The running lab: registry, vCenter and the files that a first cluster starts from. Up, down, both idempotent."""

from __future__ import annotations

import dataclasses
import json
import shutil
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._lab import catalog, limits, needs, parts, release
from ansible_collections.eks.anywhere.plugins.module_utils._lab.build import Builder
from ansible_collections.eks.anywhere.plugins.module_utils._lab.engine import Engine, install
from ansible_collections.eks.anywhere.plugins.module_utils._lab.first_cluster import (
    Place,
    write_configs,
    write_first_cluster,
)
from ansible_collections.eks.anywhere.plugins.module_utils._lab.go import Go
from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import references
from ansible_collections.eks.anywhere.plugins.module_utils._lab.process import Processes
from ansible_collections.eks.anywhere.plugins.module_utils._lab.registry import Registry
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST, LATER, Release
from ansible_collections.eks.anywhere.plugins.module_utils._lab.services import ADMIN, LOOPBACK, VCENTER_PORT, Services
from ansible_collections.eks.anywhere.plugins.module_utils._lab.store import Store, fingerprint
from ansible_collections.eks.anywhere.plugins.module_utils._lab.workshop import Workshop
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder, node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml


@dataclasses.dataclass(frozen=True)
class Datacenter:
    """The lab on this machine, below ``root`` (the cache) with what runs now in ``root/run``."""

    root: Path
    files: Path
    clock: Clock
    report: Reporter

    @property
    def run(self) -> Path:
        """Folder of everything that exists only while the lab is up."""
        return self.root / "run"

    @property
    def processes(self) -> Processes:
        """The lab's background processes."""
        return Processes(self.run, clock=self.clock)

    @property
    def inventory(self) -> Path:
        """The inventory of the lab's clusters."""
        return self.run / "inventory.yml"

    @property
    def kits(self) -> Path:
        """What each machine finds below ``/opt/lab``: a folder per kit."""
        return self.run / "kits"

    def converge(
        self,
        state: str,
        *,
        components: t.Collection[str],
        kits: t.Collection[str],
        releases: t.Collection[str],
        check_mode: bool,
    ) -> tuple[str, ...]:
        """Bring the lab into a state; what was done. In check mode: whether there is anything to do at all."""
        if check_mode:
            return (f"lab would become {state}",) if self.run.is_dir() != (state == "present") else ()
        if state == "built":
            return tuple(f"built {name}" for name in self.build(components))
        return self.up(kits, self._later(releases)) if state == "present" else self.down()

    def workshop(self) -> Workshop:
        """The builder's tools."""
        logs = self.root / "logs"
        store = Store(self.root)
        go = Go(cache=self.root.parent / "go", logs=logs)
        registry = Registry(LOOPBACK)
        shop: list[Workshop] = []
        engine = Engine(
            root=self.root,
            run=self.run,
            loopback=LOOPBACK,
            clock=self.clock,
            shim=lambda: shop[0].program("runtime_shim"),
        )
        shop.append(Workshop(files=self.files, store=store, logs=logs, go=go, engine=engine, registry=registry))
        return shop[0]

    def build(self, names: t.Collection[str]) -> tuple[str, ...]:
        """Have the named components in the cache (programs and manifests only); the names of those built."""
        components = catalog.closure(names)
        alone = (parts.Program, parts.Manifest, parts.Chart)
        wrong = [item.name for item in components if not isinstance(item, alone)]
        if wrong:
            raise EksaError(
                f"{', '.join(wrong)} are images: they need the running lab.",
                code="lab.not_a_program",
                hint="Use state=present, which builds and starts everything.",
            )
        return Builder(shop=self.workshop(), clock=self.clock, report=self.report).build(components)

    def _later(self, names: t.Collection[str]) -> tuple[Release, ...]:
        """The releases to have beside the first: those asked for, and those that the running lab has."""
        return tuple(one for one in LATER if one.name in names or (self.run / one.folder).is_dir())

    def up(self, kits: t.Collection[str], later: t.Collection[Release]) -> tuple[str, ...]:
        """Build what is missing and start what is not running; what was done, in words."""
        shop = self.workshop()
        done: list[str] = []
        needs.require(cache=self.root, warm=shop.store.folder.is_dir())
        install(
            ("debootstrap", "docker-registry", "iproute2"),
            programs=("debootstrap", "docker-registry", "ip"),
            log=self.root / "logs" / "packages.log",
        )
        builder = Builder(shop=shop, clock=self.clock, report=self.report)
        # The shim has to be there before the engine, and the registry before the images.
        done += [f"built {name}" for name in builder.build(catalog.closure(["runtime_shim"]))]
        self.run.mkdir(parents=True, exist_ok=True)
        self.run.chmod(0o700)
        done += limits.lift(self.run)
        if shop.engine.ensure():
            done.append("started docker")
        gateway, subnet, made = shop.engine.network()
        done += [f"made the docker network {subnet}"] if made else []
        services = Services(root=self.root, run=self.run, clock=self.clock)
        done += services.registry("registry", "127.0.0.1", read_only=False)
        done += [f"built {name}" for name in builder.build(catalog.closure(()))]
        done += self._equip(shop, builder, kits)
        done += services.registry("mirror", gateway, read_only=True)
        for one in later:
            done += [f"built {name}" for name in builder.build(catalog.closure(catalog.names_of(one)))]
        for one in (FIRST, *later):
            shop.engine.tag(shop.image_tag(one.own("node")), references(one)["kind-node"])
        done += services.vcenter(shop.program("vcsim"), gateway, kits=self.kits)
        done += self._describe(shop, subnet, later)
        return tuple(done)

    def _equip(self, shop: Workshop, builder: Builder, kits: t.Collection[str]) -> list[str]:
        """Give the kits to all machines that boot from now on."""
        self.kits.mkdir(exist_ok=True)
        done: list[str] = []
        for name in sorted(kits):
            done += [f"built {part}" for part in builder.build(catalog.closure([name]))]
            folder = shop.kit(name)
            place = self.kits / folder.name
            if place.is_dir():
                continue
            for older in self.kits.glob(f"{name}-*"):
                shutil.rmtree(older)
            shutil.copytree(folder, place)
            done.append(f"gave the machines {name}")
        return done

    def _describe(self, shop: Workshop, subnet: str, later: t.Collection[Release]) -> list[str]:
        # Whoever knew an earlier vCenter by this address may be heard of before it.
        lines = self.processes.log("vcsim").read_text().splitlines()
        said = json.loads(next(line for line in lines if line.startswith("{")))
        place = Place(
            server=said["url"].removeprefix("https://").removesuffix(f":{VCENTER_PORT}"),
            thumbprint=said["thumbprint"],
            subnet=subnet,
            username=ADMIN,
        )
        described = self.run / "described"
        wanted = fingerprint(place, later, [shop.key(item) for item in catalog.COMPONENTS], Path(__file__).parent)
        if described.is_file() and described.read_text() == wanted:
            return []
        bundles = release.write_release(shop, self.run / FIRST.folder, FIRST)
        write_first_cluster(self.run, place, bundles=bundles, tools=shop.store.bin)
        for one in later:
            bundles = release.write_release(shop, self.run / one.folder, one)
            write_configs(self.run, dataclasses.replace(place, release=one), bundles=bundles)
        described.write_text(wanted)
        return [f"wrote the inventory {self.inventory}", *(f"wrote {self.run / one.folder}" for one in later)]

    def down(self) -> tuple[str, ...]:
        """Stop and remove all that the lab started; the cache of built things stays."""
        processes = self.processes
        engine = self.workshop().engine
        done: list[str] = []
        # An engine that crashed left its containers running: only an engine can remove them.
        if engine.ours() and not engine.works():
            engine.ensure()
        if engine.works():
            for cluster in sorted(self._clusters()):
                done += engine.remove_containers(label=node_label(Folder("", cluster).bootstrap_name))
        done += ["stopped the vCenter"] if processes.stop("vcsim") else []
        if engine.works():
            done += engine.remove_all()
        done += [f"stopped the {name}" for name in ("mirror", "registry") if processes.stop(name)]
        done += ["stopped docker"] if engine.stop() else []
        done += limits.put_back(self.run)
        if self.run.is_dir():
            shutil.rmtree(self.run)
            done.append(f"removed {self.run}")
        return tuple(done)

    def _clusters(self) -> set[str]:
        try:
            inventory = yaml.safe_load(self.inventory.read_text())
        except FileNotFoundError:
            return set()
        return set(inventory["eksa_clusters"]["hosts"])


__all__ = ("Datacenter",)
