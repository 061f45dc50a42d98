# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Fakes of the ports. They behave as the real thing does where an operation can tell the difference, and no further."""

from __future__ import annotations

import dataclasses
import datetime as dt
import itertools
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    Completed,
    Container,
    HostFacts,
    Inventory,
    InventoryQuery,
    Lookup,
    MachineFacts,
    MachineQuery,
    Obj,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey, SurveyQuery

T = t.TypeVar("T")
ObjectId = tuple[str, str, str, str]
"""API group, kind, namespace, name."""


class Killed(BaseException):
    """The process dies here: nothing may catch it, as nothing catches SIGKILL."""


@dataclasses.dataclass
class Fuse:
    """Counts writes over all servers that share it, and kills the process instead of write number ``kill_at``."""

    kill_at: int | None = None
    writes: int = 0

    def write(self) -> None:
        """A write is about to happen."""
        self.writes += 1
        if self.writes == self.kill_at:
            raise Killed


class FakeKube:
    """An API server in memory: uids, resource versions, finalizers, field managers; CRs keep status apart.

    ``after`` is called after each write, for invariants that must hold at every moment.
    """

    def __init__(self, name: str, *, fuse: Fuse | None = None) -> None:
        self.name = name
        self.fuse = fuse or Fuse()
        self.after: t.Callable[[], None] = lambda: None
        self.objects: dict[ObjectId, Obj] = {}
        self.log: list[str] = []
        self.pod_logs: dict[str, str] = {}
        self._numbers = itertools.count(1)
        self._calls = 0
        self.seed({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "kube-system"}})

    @property
    def calls(self) -> int:
        """Requests so far."""
        return self._calls

    def seed(self, obj: Obj) -> Obj:
        """Put an object there as it is, uncounted; returns it with its uid."""
        stored = _clone(obj)
        self._stamp(stored)
        self.objects[object_id(stored)] = stored
        return _clone(stored)

    def get(self, *, api_version: str, kind: str, name: str, namespace: str | None = None) -> Obj | None:
        """See the port."""
        self._calls += 1
        found = self.objects.get(_id(api_version, kind, namespace, name))
        return _clone(found)

    def list(self, *, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> list[Obj]:
        """See the port; of label selectors only ``name`` and ``name=value`` are known."""
        self._calls += 1
        group = api_version.rpartition("/")[0]
        return [
            _clone(obj)
            for (its_group, its_kind, its_namespace, _name), obj in sorted(self.objects.items())
            if (its_group, its_kind) == (group, kind)
            and namespace in (None, its_namespace)
            and _matches(obj["metadata"].get("labels") or {}, labels)
        ]

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """See the port; what is applied is merged into what is there."""
        there = self.objects.get(object_id(obj))
        if dry_run:
            self._calls += 1
            return _clone(_merged(there or {}, obj))
        self._write(f"apply {_label(obj)}")
        stored = _merged(there, obj) if there else _clone(obj)
        return self._store(stored, manager=("eks-a-cli", "Apply"))

    def create(self, obj: Obj) -> Obj:
        """See the port."""
        self._write(f"create {_label(obj)}")
        if object_id(obj) in self.objects:
            raise EksaError(f"{_label(obj)} exists already.", code="kube.already_exists")
        for reference in obj["metadata"].get("ownerReferences") or ():
            if not any(there["metadata"]["uid"] == reference["uid"] for there in self.objects.values()):
                raise AssertionError(f"{_label(obj)}: no owner with uid {reference['uid']} on {self.name}")
        stored = _clone(obj)
        if "/" in obj["apiVersion"]:
            stored.pop("status", None)
        stored["metadata"].pop("uid", None)
        return self._store(stored, manager=("eks-a-cli", "Update"))

    def merge(self, *, api_version: str, kind: str, name: str, namespace: str | None = None, patch: Obj) -> Obj:
        """See the port; ``metadata.uid`` and ``metadata.resourceVersion`` in the patch are preconditions."""
        self._write(f"merge {kind} {name}")
        there = self.objects.get(_id(api_version, kind, namespace, name))
        if there is None:
            raise EksaError(f"{kind} {name} does not exist.", code="kube.not_found")
        wanted = patch.get("metadata") or {}
        if wanted.get("uid", there["metadata"]["uid"]) != there["metadata"]["uid"]:
            raise EksaError(f"{kind} {name}: metadata.uid: field is immutable.", code="kube.invalid")
        if wanted.get("resourceVersion", there["metadata"]["resourceVersion"]) != there["metadata"]["resourceVersion"]:
            raise EksaError(f"{kind} {name} has been modified.", code="kube.conflict")
        merged = _merged(there, patch)
        if merged["metadata"].get("deletionTimestamp") and not merged["metadata"].get("finalizers"):
            del self.objects[object_id(there)]
            self.after()
            return _clone(merged)
        only_record = set(patch) == {"metadata"} and set(wanted) <= {"uid", "managedFields"}
        return self._store(merged, manager=None if only_record else ("eks-a-cli", "Update"))

    def delete(
        self, *, api_version: str, kind: str, name: str, namespace: str | None = None, uid: str | None = None
    ) -> bool:
        """See the port."""
        self._write(f"delete {kind} {name}")
        there = self.objects.get(_id(api_version, kind, namespace, name))
        if there is None or (uid is not None and there["metadata"]["uid"] != uid):
            return False
        if there["metadata"].get("finalizers"):
            there["metadata"].setdefault("deletionTimestamp", "2026-01-01T00:00:00Z")
        else:
            del self.objects[object_id(there)]
        self.after()
        return True

    def merge_status(self, *, api_version: str, kind: str, name: str, namespace: str, patch: Obj) -> Obj:
        """See the port."""
        return self.merge(api_version=api_version, kind=kind, name=name, namespace=namespace, patch=patch)

    def pod_log(self, *, name: str, namespace: str) -> str:
        """See the port."""
        return self.pod_logs.get(name, "")

    def _write(self, what: str) -> None:
        self._calls += 1
        self.fuse.write()
        self.log.append(what)

    def _store(self, obj: Obj, *, manager: tuple[str, str] | None) -> Obj:
        obj["metadata"]["resourceVersion"] = str(next(self._numbers))
        self._stamp(obj)
        if manager is not None:
            entries = obj["metadata"].setdefault("managedFields", [])
            if manager not in {(entry["manager"], entry["operation"]) for entry in entries}:
                entries.append({"manager": manager[0], "operation": manager[1]})
        self.objects[object_id(obj)] = obj
        self.after()
        return _clone(obj)

    def _stamp(self, obj: Obj) -> None:
        metadata = obj["metadata"]
        metadata.setdefault("uid", f"{self.name}-{next(self._numbers):04d}")
        metadata.setdefault("resourceVersion", str(next(self._numbers)))
        metadata.setdefault("creationTimestamp", "2026-01-01T00:00:00Z")


class FakeVSphere:
    """The VSphere port with a fixed inventory; ``unreachable`` and ``refused`` are raised where they would be."""

    def __init__(
        self,
        *,
        inventory: Inventory | None = None,
        shown: Certificate = Certificate(sha1="AB:CD", sha256="EF:01"),  # noqa: B008 - frozen
        unreachable: EksaError | None = None,
        refused: EksaError | None = None,
        machines: t.Mapping[str, MachineFacts] | None = None,
        survey: Survey | None = None,
    ) -> None:
        self.logins = 0
        self.surveys: list[SurveyQuery] = []
        self._survey = survey or Survey()
        self.queries: list[InventoryQuery] = []
        self.closed = 0
        self._inventory = inventory or Inventory(datacenter=Lookup())
        self._shown = shown
        self._unreachable = unreachable
        self._refused = refused
        self._machines = dict(machines or {})

    def certificate(self) -> Certificate:
        """What the server shows."""
        if self._unreachable:
            raise self._unreachable
        return self._shown

    def login(self, certificate: Certificate) -> None:
        """Count a login."""
        assert certificate == self._shown
        self.logins += 1
        if self._refused:
            raise self._refused

    def observe(self, query: InventoryQuery) -> Inventory:
        """The fixed inventory."""
        self.queries.append(query)
        return self._inventory

    def survey(self, query: SurveyQuery) -> Survey:
        """The fixed answer."""
        self.surveys.append(query)
        return self._survey

    def machines(self, queries: t.Sequence[MachineQuery]) -> t.Mapping[str, MachineFacts]:
        """The fixed facts of those asked for."""
        return {query.name: self._machines.get(query.name, MachineFacts()) for query in queries}

    def close(self) -> None:
        """Count a logout."""
        self.closed += 1


class FakeProbe:
    """The Probe port: every host answers on ``port``, or none does."""

    def __init__(self, port: int | None = None) -> None:
        self.asked: list[str] = []
        self._port = port

    def answering_port(self, *, host: str, ports: t.Sequence[int], timeout_seconds: float = 0.5) -> int | None:
        """Remember who was asked."""
        self.asked.append(host)
        return self._port


class FakeClock:
    """Time passes by sleeping; ``on_sleep`` lets the world change meanwhile."""

    def __init__(self, on_sleep: t.Callable[[], None] = lambda: None) -> None:
        self.time = 0.0
        self.on_sleep = on_sleep

    def now(self) -> float:
        """Seconds slept so far."""
        return self.time

    def today(self) -> dt.datetime:
        """Noon of the day on which all fakes live, and the seconds slept since."""
        return dt.datetime(2026, 9, 1, 12, tzinfo=dt.UTC) + dt.timedelta(seconds=self.time)

    def sleep(self, seconds: float) -> None:
        """Let time pass."""
        self.time += seconds
        self.on_sleep()


class FakeReporter:
    """Keeps the lines."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """Keep one line."""
        self.lines.append(text)


class FakeRunner:
    """The Runner port: answers by the first words of a command, and remembers what was run with which environment."""

    def __init__(self, answers: t.Mapping[str, Completed | t.Callable[[tuple[str, ...]], Completed]]) -> None:
        self.answers = dict(answers)
        self.runs: list[tuple[str, ...]] = []
        self.environments: list[dict[str, str]] = []
        self.inputs: list[str | None] = []

    def run(
        self,
        argv: t.Sequence[str],
        *,
        env: t.Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout_seconds: float = 600.0,
    ) -> Completed:
        """The answer to the longest known beginning of the command."""
        command = tuple(argv)
        self.runs.append(command)
        self.environments.append(dict(env or {}))
        self.inputs.append(stdin)
        line = " ".join(command)
        known = sorted((words for words in self.answers if line.startswith(words)), key=len, reverse=True)
        assert known, f"no answer for: {line}"
        answer = self.answers[known[0]]
        return answer(command) if callable(answer) else answer


class FakeFiles:
    """The Files port in memory; ``modes`` keeps how each file was written."""

    def __init__(self, files: t.Mapping[str, str] | None = None) -> None:
        self.files: dict[str, str] = dict(files or {})
        self.modes: dict[str, int] = {}

    def read(self, path: str) -> str | None:
        """See the port."""
        return self.files.get(path)

    def write(self, path: str, text: str, *, mode: int = 0o600) -> None:
        """See the port."""
        self.files[path] = text
        self.modes[path] = mode

    def exists(self, path: str) -> bool:
        """See the port."""
        return any(name == path or name.startswith(f"{path}/") for name in self.files)

    def names(self, path: str) -> tuple[str, ...]:
        """See the port."""
        below = (name.removeprefix(f"{path}/") for name in self.files if name.startswith(f"{path}/"))
        return tuple(sorted({name.partition("/")[0] for name in below}))

    def remove(self, path: str) -> bool:
        """See the port."""
        gone = [name for name in self.files if name == path or name.startswith(f"{path}/")]
        for name in gone:
            del self.files[name]
        return bool(gone)


class FakeArtifacts:
    """The Artifacts port: texts by URI."""

    def __init__(self, texts: t.Mapping[str, str]) -> None:
        self.texts = dict(texts)

    def read(self, uri: str) -> str:
        """See the port."""
        if uri not in self.texts:
            raise EksaError(f"Artifact {uri!r} was not found.", code="artifact.not_found")
        return self.texts[uri]

    def path(self, uri: str) -> str:
        """See the port."""
        return uri if uri.startswith("oci://") else f"/artifacts/{uri}"


class FakeSideLoad:
    """Images that arrive at once."""

    def __init__(self, images: t.Sequence[str]) -> None:
        self.images = tuple(images)
        self.cancelled = False

    def finish(self) -> tuple[str, ...]:
        """All of them."""
        return self.images

    def cancel(self) -> None:
        """Remember it."""
        self.cancelled = True


class FakeHost:
    """The ContainerHost port: a docker engine with some containers and images."""

    def __init__(self, *, facts: HostFacts | None = None, images: t.Collection[str] = ()) -> None:
        self.shown = facts or HostFacts(
            version="27.5.1", memory_bytes=16 << 30, root_dir="/var/lib/docker", disk_free_bytes=40 << 30
        )
        self.images = frozenset(images)
        self.running: dict[str, Container] = {}
        self.loads: list[FakeSideLoad] = []
        self.started: list[str] = []

    def facts(self) -> HostFacts:
        """See the port."""
        return self.shown

    def containers(self, *, label: str) -> list[Container]:
        """See the port."""
        return [self.running[label]] if label in self.running else []

    def start(self, name: str) -> None:
        """See the port."""
        self.started.append(name)
        for label, container in self.running.items():
            if container.name == name:
                self.running[label] = Container(name=name, running=True)

    def has_image(self, image: str) -> bool:
        """See the port."""
        return image in self.images

    def side_load(self, images: t.Sequence[str], *, label: str) -> FakeSideLoad:
        """See the port."""
        self.loads.append(FakeSideLoad(images))
        return self.loads[-1]


def _clone(value: T) -> T:
    """A deep copy of plain JSON; ``copy.deepcopy`` takes ten times as long."""
    if isinstance(value, dict):
        return t.cast(T, {name: _clone(item) for name, item in value.items()})
    return t.cast(T, [_clone(item) for item in value]) if isinstance(value, list) else value


def object_id(obj: Obj) -> ObjectId:
    """How FakeKube files an object."""
    metadata = obj["metadata"]
    return _id(obj["apiVersion"], obj["kind"], metadata.get("namespace"), metadata["name"])


def _id(api_version: str, kind: str, namespace: str | None, name: str) -> ObjectId:
    return (api_version.rpartition("/")[0], kind, namespace or "", name)


def _label(obj: Obj) -> str:
    return f"{obj['kind']} {obj['metadata']['name']}"


def _matches(labels: t.Mapping[str, str], selector: str) -> bool:
    name, equals, value = selector.partition("=")
    return not selector or (labels.get(name) == value if equals else name in labels)


def _merged(there: Obj, patch: Obj) -> Obj:
    """JSON merge patch (RFC 7396)."""
    merged = _clone(there)
    for name, value in patch.items():
        if value is None:
            merged.pop(name, None)
        elif isinstance(value, dict):
            below = merged.get(name)
            merged[name] = _merged(below if isinstance(below, dict) else {}, value)
        else:
            merged[name] = _clone(value)
    return merged


__all__ = (
    "FakeArtifacts",
    "FakeClock",
    "FakeFiles",
    "FakeHost",
    "FakeKube",
    "FakeProbe",
    "FakeReporter",
    "FakeRunner",
    "FakeSideLoad",
    "FakeVSphere",
    "Fuse",
    "Killed",
    "ObjectId",
    "object_id",
)
