# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Make sure that the templates of a config are in vCenter: import those that are not."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import endpoints, machines, naming, vsphere
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_template import TEMPLATES
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.validate import raise_errors
from ansible_collections.eks.anywhere.plugins.module_utils._plan import template as plan
from ansible_collections.eks.anywhere.plugins.module_utils._plan.template import Owner, Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    Clock,
    Inventory,
    Lookup,
    Reporter,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import (
    Order,
    Ovas,
    Source,
    TemplateVSphere,
    Unfinished,
)
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

TICK = "✅"
LOOK_SECONDS = 5.0
FORGOTTEN_SECONDS = 2 * 60 * 60.0
"""Whether a process of another machine lives cannot be seen from here; no import takes that long."""
BOTTLEROCKET = "bottlerocket"


@dataclasses.dataclass(frozen=True)
class Wishes:
    """What the task says. ``started`` tells when a process of this machine was started, empty when it is gone."""

    template: str
    ova: str
    checksum: str
    snapshot: str
    timeout_seconds: float
    owner: Owner
    started: t.Callable[[int], str]


@dataclasses.dataclass(frozen=True)
class Step:
    """One template to import, with the folders that have to be made before, the outermost first."""

    order: Order
    source: Source
    folders: tuple[str, ...]

    @property
    def path(self) -> str:
        """Where the template will be."""
        return f"{self.order.folder}/{self.order.name}"

    def actions(self) -> tuple[str, ...]:
        """In plain words."""
        made = (f"make folder {folder}" for folder in self.folders)
        return (*made, f"import template {self.path} from {self.source.uri}")

    def as_text(self) -> str:
        """For the diff."""
        order = self.order
        fields = {
            "template": self.path,
            "source": self.source.uri,
            self.source.algorithm: self.source.digest,
            "datastore": order.datastore.path,
            "network": order.network.path,
            "resource pool": order.pool.path,
            "snapshot": order.snapshot or "none",
            "tags": ", ".join(order.tags),
        }
        return "".join(f"{name}: {value}\n" for name, value in fields.items())


@dataclasses.dataclass(frozen=True)
class Import:
    """One run: the world that it works in."""

    config: ClusterConfig
    bundles: Bundles | None
    vcenter: TemplateVSphere
    ovas: Ovas
    clock: Clock
    report: Reporter
    wishes: Wishes

    def run(self, *, check_mode: bool) -> Result:
        """Data: ``templates``, each with ``path`` and whether it was ``imported``."""
        certificate = self.vcenter.certificate()
        raise_errors(self.config, endpoints.thumbprint(self.config, certificate))
        self.vcenter.login(certificate)
        steps, there = self._planned()
        paths = [{"path": path, "imported": False} for path in there]
        done = [step for step in steps if check_mode or self._imported(step, certificate)]
        paths += [{"path": step.path, "imported": step in done} for step in steps]
        return Result(
            actions=tuple(action for step in done for action in step.actions()),
            after="\n".join(step.as_text() for step in done),
            data={"templates": sorted(paths, key=lambda one: str(one["path"]))},
        )

    def _planned(self) -> tuple[list[Step], list[str]]:
        """Imports that are to be made, and paths of templates that are there."""
        wanted = plan.wanted(self.config, self.bundles, self.wishes.template)
        inventory = self._observed(wanted)
        raise_errors(self.config, vsphere.datacenter_findings(self.config, inventory))
        absent = [one for one in wanted if _is_absent(inventory.templates.get(one.path))]
        if self.wishes.ova and len(absent) > 1:
            names = ", ".join(one.path for one in absent)
            raise EksaError(f"The templates {names} are missing, and one OVA was given.", code="template.unclear")
        there = [self._there(one, inventory) for one in wanted if one not in absent]
        return [self._step(one, inventory) for one in absent], there

    def _observed(self, wanted: t.Sequence[Wanted]) -> Inventory:
        """Places of the config, the templates, and the folders that missing ones will need."""
        query = vsphere.query(self.config)
        folders = (plan.above(plan.target(one.path, query.datacenter)[0], query.datacenter) for one in wanted)
        return self.vcenter.observe(
            dataclasses.replace(
                query,
                templates=tuple(one.path for one in wanted if _is_placed(one.path, query.datacenter)),
                folders=tuple(dict.fromkeys((*query.folders, *(path for paths in folders for path in paths)))),
            )
        )

    def _there(self, one: Wanted, inventory: Inventory) -> str:
        """One that exists is left as it is: what it lacks, the checks of the config say."""
        machine = dataclasses.replace(one.machine, template=one.path)
        raise_errors(self.config, vsphere.template_findings(self.config, machine, inventory))
        path = inventory.templates[one.path].items[0].path
        self.report.line(f"{TICK} Template {path} is there")
        return path

    def _step(self, one: Wanted, inventory: Inventory) -> Step:
        place = inventory.datacenter.items[0].path
        raise_errors(self.config, vsphere.place_findings(self.config, one.machine, inventory))
        datastore, pool, network = vsphere.place_items(self.config, one.machine, inventory)
        folder, name = plan.target(one.path, place)
        source = plan.source(one, self.config, self.bundles, ova=self.wishes.ova, checksum=self.wishes.checksum)
        order = Order(
            folder=folder,
            name=name,
            stage=plan.stage(name, source, self.wishes.owner),
            pool=pool,
            datastore=datastore,
            network=network,
            tags=tuple(machines.required_tags(self.config, one.machine, self.bundles)),
            snapshot=self.wishes.snapshot,
            bottlerocket=one.machine.os_family.lower() == BOTTLEROCKET,
        )
        lacking = (path for path in plan.above(folder, place) if not inventory.folders[path].items)
        return Step(order=order, source=source, folders=tuple(lacking))

    def _imported(self, step: Step, certificate: Certificate) -> bool:
        """Whether this run made the template; somebody else may do so meanwhile."""
        for left in self._left(step.order):
            if left.is_template and plan.is_of(left.name, step.source) and self.vcenter.publish(left, step.order.name):
                self.report.line(f"{TICK} Template {step.path}, which another run had not named yet, is there")
                return True
            self.report.line(f"Removing {left.path}, which an import left that did not end")
            self.vcenter.discard(left)
        if self._is_there(step):
            self.report.line(f"{TICK} Template {step.path} is there: another run made it")
            return False
        # A download takes longer than vCenter keeps an idle session, and holds none from others meanwhile.
        self.vcenter.close()
        with self.ovas.open(step.source, report=self.report) as ova:
            self.vcenter.login(certificate)
            for folder in step.folders:
                self.vcenter.make_folder(folder)
            made = self.vcenter.import_template(step.order, ova, report=self.report)
        self.report.line(f"{TICK} Template {step.path} {'imported' if made else 'is there: another run made it'}")
        return made

    def _is_there(self, step: Step) -> bool:
        """A second look: it may have come while another run was waited for."""
        query = vsphere.query(self.config)
        seen = self.vcenter.observe(dataclasses.replace(query, templates=(step.path,)))
        return bool(seen.templates[step.path].items)

    def _left(self, order: Order) -> tuple[Unfinished, ...]:
        """What dead imports left; those that live are waited for."""
        end = self.clock.now() + self.wishes.timeout_seconds
        told = False
        while True:
            there = self.vcenter.unfinished(order.folder, plan.stages(order.name))
            ours = tuple(one for one in there if plan.owner_of(one.name))
            living = [one for one in ours if self._lives(one)]
            if not living:
                return ours
            if self.clock.now() >= end:
                raise EksaError(
                    f"Another run imports {order.folder}/{order.name} as {living[0].path} and has not finished within "
                    f"{self.wishes.timeout_seconds:.0f} s.",
                    code="template.busy",
                )
            if not told:
                self.report.line(f"Waiting for another run, which imports {order.folder}/{order.name}")
                told = True
            self.clock.sleep(LOOK_SECONDS)

    def _lives(self, one: Unfinished) -> bool:
        owner = plan.owner_of(one.name)
        if owner is None:
            return False
        if owner.realm == self.wishes.owner.realm:
            return self.wishes.started(owner.pid) == owner.started
        return one.age_seconds < FORGOTTEN_SECONDS


def _is_absent(lookup: Lookup | None) -> bool:
    """What may not be looked at may be there; what has no place in this datacenter is never there."""
    return lookup is not None and not lookup.items and not lookup.denied


def _is_placed(path: str, datacenter: str) -> bool:
    return not path.startswith("/") or naming.lies_in(path, datacenter=datacenter, folder="vm")


def ensure(run: Import, *, check_mode: bool) -> Result:
    """Run, and tell with each error of an import what to do about it."""
    try:
        return run.run(check_mode=check_mode)
    except EksaError as exc:
        rule = TEMPLATES.get(exc.code)
        if rule is None or exc.hint:
            raise
        raise EksaError(exc.message, code=exc.code, hint=rule.fix, details=exc.details) from exc


__all__ = ("Import", "Wishes", "ensure")
