# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""One cluster that goes from change to change, as upgrades would take it; before each the plan is made.

The plan is that of ``cluster_upgrade_info``, what is done is done by the operations of the upgrade's roles, and the
controllers that replace machines are the real ones. Cilium is left out: no node has pods here.
"""

from __future__ import annotations

import collections
import contextlib
import dataclasses
import pathlib
import shutil
import tempfile
import typing as t
import unittest.mock

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster, keys
from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import load_bundles
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import (
    components,
    files,
    sources,
    upgrade_info,
    upgrade_info_wanted,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ops.apply_parts import apply_parts
from ansible_collections.eks.anywhere.plugins.module_utils._ops.drains import WAIT
from ansible_collections.eks.anywhere.plugins.module_utils._ops.prune import Ports as PrunePorts
from ansible_collections.eks.anywhere.plugins.module_utils._ops.prune import Subject as Pruned
from ansible_collections.eks.anywhere.plugins.module_utils._ops.prune import prune
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.settling import Server
from ansible_collections.eks.anywhere.plugins.module_utils._plan.parts import CONTROL_PLANE, REST, WORKERS
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed
from ansible_collections.eks.anywhere.plugins.module_utils._render import names
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import CERT_MANAGER_VERSION_ANNOTATION
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.tests.faults_why.site import NAME, Site, site
from ansible_collections.eks.anywhere.tests.integration_real.upgrade.changing import Changing, Hands
from ansible_collections.eks.anywhere.tests.simulation.clusters import NAMESPACE
from ansible_collections.eks.anywhere.tests.simulation.configs import TEMPLATES
from ansible_collections.eks.anywhere.tests.simulation.definitions import DESCRIBED, definition
from ansible_collections.eks.anywhere.tests.simulation.providers import INVENTORY, PROVIDERS
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS
from ansible_collections.eks.anywhere.tests.unit.config import samples
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeArtifacts, FakeFiles, FakeReporter, FakeRunner
from ansible_collections.eks.anywhere.tests.upgrade_kinds.kind import Kind, Obj, State, first_state
from ansible_collections.eks.anywhere.tests.upgrade_kinds.table import NEXT_TEMPLATE

SECONDS = 300.0
KUBECONFIG = f"/state/{NAME}/{NAME}-eks-a-cluster.kubeconfig"
ALL_TEMPLATES = f"{TEMPLATES};{NEXT_TEMPLATE.rpartition('/')[2]}={TEMPLATES.partition('=')[2]}"
ETCDADM = {"bootstrap-etcdadm-bootstrap": "v1.0.17", "bootstrap-etcdadm-controller": "v1.0.25"}
NO_CHART = Completed(argv=(), rc=0, stdout="", stderr="")


@dataclasses.dataclass(frozen=True)
class Outcome:
    """BIOS UUIDs of machines that the plan has gone, and of those that are gone; ``refused`` are codes."""

    planned: frozenset[str] = frozenset()
    gone: frozenset[str] = frozenset()
    replaced: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    removed: t.Mapping[str, int] = dataclasses.field(default_factory=dict)
    refused: frozenset[str] = frozenset()

    def mismatches(self, kind: Kind) -> list[str]:
        """What is not as the plan, or as the table, says."""
        compared = (
            ("machines that go", sorted(self.planned), sorted(self.gone)),
            ("parts that are replaced", set(self.replaced), set(kind.rolls)),
            ("parts that lose machines", set(self.removed), {*kind.removed, *kind.fewer}),
            ("machines that are too many", {part: self.removed.get(part) for part in kind.fewer}, dict(kind.fewer)),
            ("refused", bool(self.refused), bool(kind.refused)),
            ("code of the refusal", kind.refused in {"", *self.refused}, True),
        )
        return [f"{what}: {found}, not {wanted}" for what, found, wanted in compared if found != wanted]


class Course:
    """A cluster between real controllers, with the state that it is in."""

    def __init__(self, found: Site) -> None:
        self._site = found
        self._changing = Changing(found)
        self._report = FakeReporter()
        self._waiting = Waiting(clock=SystemClock(), report=self._report, timeout_seconds=SECONDS)
        self._files = FakeFiles({KUBECONFIG: "kubeconfig"})
        self.state = first_state(NAME, found.cluster.config(found.vcenter), versions={"v1.12.2": PROVIDERS[0].version})
        found.management.apply([*(definition(*described) for described in DESCRIBED), *_installed()])
        self._carry_out(self.state)
        self._machines: set[str] | None = self._changing.uuids()

    def take(self, kind: Kind) -> Outcome:
        """Plan a change, carry it out and wait until nothing is left to do."""
        wanted = self.state.after(kind)
        before = self._changing.uuids()
        # After a change that failed nothing is known.
        assert self._machines in (None, before), "machines changed after all was done"
        try:
            plan = self._info(wanted)
        except EksaError as exc:
            findings = exc.details.get("findings", ()) if exc.details else ()
            assert self._changing.uuids() == before
            return Outcome(refused=frozenset({exc.code, *(str(one.get("code")) for one in findings)}))
        self.state, self._machines = wanted, None
        self._carry_out(wanted)
        after = self._machines = self._changing.uuids()
        replaced, removed = plan["machines_replaced"], plan["machines_removed"]
        return Outcome(
            planned=frozenset(one["uuid"] for one in (*replaced, *removed)),
            gone=frozenset(before - after),
            replaced=collections.Counter(one["part"] for one in replaced),
            removed=collections.Counter(one["part"] for one in removed),
        )

    def _info(self, state: State) -> t.Mapping[str, t.Any]:
        with self._fitted():
            return upgrade_info.info(self._subject(state), ports=self._ports(state), check_mode=True).data

    def _carry_out(self, state: State) -> None:
        subject, ports, kube = self._subject(state), self._ports(state), self._site.kube
        with self._fitted():
            objects = upgrade_info_wanted.wanted(subject, ports=ports, kube=kube).cluster
        server = Server(kube=kube, clock=SystemClock(), report=self._report, check_mode=False)
        apply_parts(objects, (REST, CONTROL_PLANE, WORKERS), server=server)
        self._site.wait(self._changing.is_at_rest, seconds=SECONDS)
        prune(
            Pruned(NAME, namespace=NAMESPACE, objects=objects),
            ports=PrunePorts(kube, waiting=self._waiting, policy=WAIT),
            check_mode=False,
        )
        described = components.Ports(kube=kube, artifacts=ports.artifacts, waiting=self._waiting)
        components.create_objects(subject.config, subject.bundles, ports=described, check_mode=False)
        files.converge(subject.config, state_dir="/state", state="present", files=self._files, check_mode=False)
        self._finish(state)

    def _finish(self, state: State) -> None:
        """A second plan has nothing to do, as soon as machines have told that they are ready."""
        left: list[t.Any] = []

        def is_finished() -> bool:
            found = self._info(state)
            left[:] = [phase for phase in found["phases"] if not phase["done"]]
            return bool(found["finished"])

        try:
            self._site.wait(is_finished, seconds=SECONDS)
        except AssertionError as exc:
            raise AssertionError(f"left to do: {left}") from exc
        self._site.wait(self._changing.is_at_rest)

    def _subject(self, state: State) -> upgrade_info.Subject:
        return upgrade_info.Subject(
            config=keys.completed(cluster.load(state.text, environ=samples.SWITCHES), ""),
            bundles=load_bundles(state.bundles),
            state_dir="/state",
            credentials=Credentials(username=ADMIN, password=PASSWORDS[ADMIN]),
            environ=samples.SWITCHES,
        )

    def _ports(self, state: State) -> upgrade_info.Ports:
        texts = {"releases/eksd-crds.yaml": "", "manifests/eksa-components.yaml": "", **state.releases}
        return upgrade_info.Ports(
            files=self._files,
            artifacts=FakeArtifacts(texts),
            runner=FakeRunner({"helm template": NO_CHART}),
            clock=SystemClock(),
            report=self._report,
            open_file=lambda _path: self._site.kube,
        )

    def _fitted(self) -> contextlib.AbstractContextManager[t.Any]:
        """Rendering with what is different in the simulation."""
        rendered = sources.made_of
        return unittest.mock.patch.object(
            sources, "made_of", lambda *args, **more: self._site.fitted(rendered(*args, **more))
        )


def _installed() -> list[Obj]:
    """What tells of components that do not run here which version is installed.

    Nor does the collection make the certificate of the IAM authenticator yet: it is here as the vendor's CLI leaves it.
    """
    labels = {"clusterctl.cluster.x-k8s.io/core": "cert-manager"}
    annotations = {CERT_MANAGER_VERSION_ANNOTATION: "v1.20.2"}
    pod = {"metadata": {"labels": labels}, "spec": {"containers": [{"name": "manager", "image": "x/cert-manager"}]}}
    return [
        {
            "apiVersion": "v1",
            "kind": "Secret",
            "metadata": {"name": names.iam_authenticator_ca(NAME), "namespace": NAMESPACE},
            "data": dict.fromkeys(("cert.pem", "key.pem"), ""),
        },
        {
            "apiVersion": "apps/v1",
            "kind": "Deployment",
            "metadata": {"name": "cert-manager", "namespace": "default", "labels": labels, "annotations": annotations},
            "spec": {"selector": {"matchLabels": labels}, "template": pod},
        },
        *(
            {
                "apiVersion": INVENTORY,
                "kind": "Provider",
                "metadata": {"name": name, "namespace": "default"},
                "version": version,
            }
            for name, version in ETCDADM.items()
        ),
    ]


@contextlib.contextmanager
def course() -> t.Iterator[Course]:
    """Start a world and a cluster of one control plane machine and one worker in it."""
    home = pathlib.Path(tempfile.mkdtemp(prefix="eksa-kinds-"))
    try:
        with site(home, templates=ALL_TEMPLATES) as found, Hands(found):
            yield Course(found)
    finally:
        shutil.rmtree(home, ignore_errors=True)


__all__ = ("Course", "Outcome", "course")
