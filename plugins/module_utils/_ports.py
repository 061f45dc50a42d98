# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The outside world as operations see it. Adapters implement these; unit tests fake them; nothing else is faked."""

from __future__ import annotations

import dataclasses
import datetime as dt
import typing as t

Obj = dict[str, t.Any]
"""A Kubernetes object as plain JSON."""


class Kube(t.Protocol):
    """One Kubernetes API server. Every method is one request (``calls`` counts them) and raises ``EksaError``."""

    @property
    def calls(self) -> int:
        """Requests sent so far."""

    def get(self, *, api_version: str, kind: str, name: str, namespace: str | None = None) -> Obj | None:
        """The object, or None when it or its kind does not exist."""

    def list(self, *, api_version: str, kind: str, namespace: str | None = None, labels: str = "") -> list[Obj]:
        """Objects of one kind, of all namespaces when none is given; empty when the kind does not exist."""

    def apply(self, obj: Obj, *, dry_run: bool = False) -> Obj:
        """Server-side apply by field manager ``eks-a-cli``, conflicts forced. Returns the stored object."""

    def create(self, obj: Obj) -> Obj:
        """Create; an object that exists already raises ``EksaError`` with code ``kube.already_exists``."""

    def merge(self, *, api_version: str, kind: str, name: str, namespace: str | None = None, patch: Obj) -> Obj:
        """JSON merge patch; a missing object raises ``EksaError`` with code ``kube.not_found``."""

    def delete(
        self, *, api_version: str, kind: str, name: str, namespace: str | None = None, uid: str | None = None
    ) -> bool:
        """Delete in the background; with ``uid`` only that very object. False when it was not there."""


class ControllerKube(Kube, t.Protocol):
    """An API server whose controllers are asked to look again, and whose pods are listened to."""

    def merge_status(self, *, api_version: str, kind: str, name: str, namespace: str, patch: Obj) -> Obj:
        """JSON merge patch of the status; a missing object raises ``EksaError`` with code ``kube.not_found``."""

    def pod_log(self, *, name: str, namespace: str) -> str:
        """The end of what a pod of one container said; empty while it cannot be read."""


@dataclasses.dataclass(frozen=True)
class Completed:
    """A finished command."""

    argv: tuple[str, ...]
    rc: int
    stdout: str
    stderr: str


class Runner(t.Protocol):
    """Commands on the machine that runs the operation. No shell is involved; secrets go by ``env`` or ``stdin``."""

    def run(
        self,
        argv: t.Sequence[str],
        *,
        env: t.Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout_seconds: float = 600.0,
    ) -> Completed:
        """Run to the end. A program that is missing or does not end in time raises ``EksaError``; a bad rc does not."""


class Clock(t.Protocol):
    """The only source of time."""

    def now(self) -> float:
        """Seconds on a monotonic scale."""

    def today(self) -> dt.datetime:
        """Date and time of day, with time zone: for comparisons with what a server wrote, never to measure."""

    def sleep(self, seconds: float) -> None:
        """Let that many seconds pass."""


class Reporter(t.Protocol):
    """Where an operation says what happens, for people. Lines carry no secrets."""

    def line(self, text: str) -> None:
        """One line, shown at once where the connection allows it."""


class Artifacts(t.Protocol):
    """Files that a Bundles manifest names by URI (``https://``, ``file://``, or a path relative to the manifest)."""

    def read(self, uri: str) -> str:
        """The text; a missing one raises ``EksaError`` with code ``artifact.not_found``."""

    def path(self, uri: str) -> str:
        """A local path that holds the content (``oci://`` references are returned unchanged)."""


class Files(t.Protocol):
    """Files on the machine that runs the operation."""

    def read(self, path: str) -> str | None:
        """The text, or None when there is no such file."""

    def write(self, path: str, text: str, *, mode: int = 0o600) -> None:
        """Replace the file in one step; missing folders are made with mode 0700."""

    def exists(self, path: str) -> bool:
        """Whether there is a file or folder."""

    def names(self, path: str) -> tuple[str, ...]:
        """Names in a folder, sorted; none when there is no such folder."""

    def remove(self, path: str) -> bool:
        """Remove a file, or a folder and all in it. False when there was none."""


class Journal(t.Protocol):
    """A file that several tasks of one run add lines to, each line whole."""

    def read(self, path: str) -> str:
        """All lines; empty without a file."""

    def append(self, path: str, line: str) -> None:
        """Add a line."""

    def restart(self, path: str, line: str, *, keep: str) -> None:
        """Begin anew with a line; what was there before stays under the name ``keep`` in the same folder."""


class Registries(t.Protocol):
    """OCI registries, by ``host/path``, ``host/path:tag`` or ``host/path@sha256:...``. They raise ``EksaError``."""

    def digest(self, reference: str) -> str:
        """Digest of a manifest; empty when it is not there."""

    def manifest(self, reference: str) -> tuple[bytes, str] | None:
        """Content and media type of a manifest; None when it is not there."""

    def blob(self, repository: str, digest: str) -> bytes:
        """A small blob, verified."""

    def copy_blob(self, source: str, target: str, digest: str) -> bool:
        """Copy a blob between repositories, verified on the way. False when it was there."""

    def put_manifest(self, reference: str, content: bytes, *, media_type: str) -> None:
        """Write a manifest; what it refers to has to be there."""


class Vault(t.Protocol):
    """Encryption with a password, in a format that people have a tool for."""

    def encrypt(self, text: str) -> str:
        """The text as Ansible Vault keeps it, another one each time."""

    def decrypt(self, text: str) -> str | None:
        """What was encrypted; None when the text is damaged, or was encrypted with another password."""


@dataclasses.dataclass(frozen=True)
class HostFacts:
    """What the container engine says about its machine. ``disk_free_bytes`` is None when it is not visible here."""

    version: str
    memory_bytes: int
    root_dir: str
    disk_free_bytes: int | None


@dataclasses.dataclass(frozen=True)
class Container:
    """One container."""

    name: str
    running: bool


class SideLoad(t.Protocol):
    """Images on their way into a node."""

    def finish(self) -> tuple[str, ...]:
        """Wait for the end; returns the images that the node has now. Raises ``EksaError`` when one failed."""

    def cancel(self) -> None:
        """Give up; returns when nothing is on its way any more."""


class ContainerHost(t.Protocol):
    """The container engine below the bootstrap cluster. Every method raises ``EksaError`` when it is not there."""

    def facts(self) -> HostFacts:
        """Version, memory and disk."""

    def containers(self, *, label: str) -> list[Container]:
        """Containers with this label (``name=value``), stopped ones too."""

    def start(self, name: str) -> None:
        """Start a stopped container."""

    def has_image(self, image: str) -> bool:
        """Whether the engine holds the image."""

    def side_load(self, images: t.Sequence[str], *, label: str) -> SideLoad:
        """Copy images into the container with this label as soon as its containerd answers; returns at once."""


@dataclasses.dataclass(frozen=True)
class Certificate:
    """What a server showed in its TLS handshake. ``problem`` says why this machine does not trust it, else empty."""

    sha1: str
    sha256: str
    problem: str = ""


@dataclasses.dataclass(frozen=True)
class InventoryItem:
    """An object of the datacenter: full inventory path, managed object type and identifier."""

    path: str
    kind: str
    ref: str


@dataclasses.dataclass(frozen=True)
class DatastoreItem(InventoryItem):
    """A datastore and its space in bytes."""

    capacity_bytes: int = 0
    free_bytes: int = 0
    accessible: bool = True


@dataclasses.dataclass(frozen=True)
class TemplateItem(InventoryItem):
    """A virtual machine asked for as template. ``tags`` is None when the user may not read them.

    ``datastores`` are references of those that it lies on.
    """

    is_template: bool = False
    disks_kib: tuple[int, ...] = ()
    has_snapshot: bool = False
    tags: tuple[str, ...] | None = None
    datastores: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class InventoryQuery:
    """Inventory paths to look up. A pool or template without leading ``/`` is searched by its last parts."""

    datacenter: str
    networks: tuple[str, ...] = ()
    datastores: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    resource_pools: tuple[str, ...] = ()
    templates: tuple[str, ...] = ()
    compute_clusters: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class Lookup:
    """What one path of a query led to. ``near``: paths around a missing one; ``denied``: privilege lacked."""

    items: tuple[InventoryItem, ...] = ()
    near: tuple[str, ...] = ()
    denied: str = ""


@dataclasses.dataclass(frozen=True)
class Inventory:
    """Answer to a query, keyed by the paths as they were asked."""

    datacenter: Lookup
    networks: t.Mapping[str, Lookup] = dataclasses.field(default_factory=dict)
    datastores: t.Mapping[str, Lookup] = dataclasses.field(default_factory=dict)
    folders: t.Mapping[str, Lookup] = dataclasses.field(default_factory=dict)
    resource_pools: t.Mapping[str, Lookup] = dataclasses.field(default_factory=dict)
    templates: t.Mapping[str, Lookup] = dataclasses.field(default_factory=dict)
    compute_clusters: t.Mapping[str, Lookup] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True)
class MachineQuery:
    """A virtual machine and the task that was started for it last, by their identifiers; either may be unknown."""

    name: str
    ref: str = ""
    task: str = ""


@dataclasses.dataclass(frozen=True)
class MachineFacts:
    """A virtual machine as the datacenter sees it. ``failed_task`` and ``events`` are vCenter's own words."""

    there: bool = False
    power: str = ""
    connection: str = ""
    tools: str = ""
    addresses: tuple[str, ...] = ()
    running_task: str = ""
    failed_task: str = ""
    events: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class MachineSearch:
    """Virtual machines to find: by the beginning of their names directly in folders (inventory paths), and by BIOS or
    instance UUID wherever they are. ``marks`` are words that their boot data may hold.
    """

    folders: tuple[str, ...] = ()
    prefix: str = ""
    uuids: tuple[str, ...] = ()
    instance_uuids: tuple[str, ...] = ()
    marks: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class MachineItem(InventoryItem):
    """A virtual machine that was found. ``hostname`` is the one it was given to boot with; ``marks`` are those of the
    words asked for that its boot data holds, which itself holds secrets and stays where it is.
    """

    name: str = ""
    uuid: str = ""
    instance_uuid: str = ""
    power: str = ""
    is_template: bool = False
    hostname: str = ""
    marks: tuple[str, ...] = ()


@dataclasses.dataclass(frozen=True)
class FoundMachines:
    """Answer to a search. Of ``unseen`` folders, which are missing or may not be read, nothing is known."""

    items: tuple[MachineItem, ...] = ()
    unseen: tuple[str, ...] = ()


class VSphere(t.Protocol):
    """One vCenter and at most one session on it, read only. Every method raises ``EksaError``."""

    def certificate(self) -> Certificate:
        """Reach the server and see its certificate; no credentials are sent."""

    def login(self, certificate: Certificate) -> None:
        """Log in, to that very certificate. A refused password is never sent a second time."""

    def observe(self, query: InventoryQuery) -> Inventory:
        """Look up all of the query with few requests, whatever the size of the inventory."""

    def machines(self, queries: t.Sequence[MachineQuery]) -> t.Mapping[str, MachineFacts]:
        """How virtual machines are doing, by the names in the query."""

    def close(self) -> None:
        """Log out; harmless when not logged in, and never raises."""


class MachineVSphere(VSphere, t.Protocol):
    """A vCenter whose virtual machines are found by what they are, and destroyed."""

    def search(self, query: MachineSearch) -> FoundMachines:
        """All machines of the query, with few requests."""

    def destroy(self, machine: MachineItem) -> None:
        """Switch off and destroy, if it is still that very machine; harmless when it is gone."""


class Probe(t.Protocol):
    """Whether an address is taken."""

    def answering_port(self, *, host: str, ports: t.Sequence[int], timeout_seconds: float = 0.5) -> int | None:
        """The first of these TCP ports at which the host accepts, refuses or resets; None when nothing answers."""


class Handshake(t.Protocol):
    """What a server shows before anything is sent to it."""

    def certificate(self, *, host: str, port: int) -> str:
        """The certificate in PEM, trusted or not; empty when nothing answers there, or not in TLS."""


__all__ = (
    "Artifacts",
    "Certificate",
    "Clock",
    "Completed",
    "Container",
    "ContainerHost",
    "ControllerKube",
    "DatastoreItem",
    "Files",
    "FoundMachines",
    "Handshake",
    "HostFacts",
    "Inventory",
    "InventoryItem",
    "InventoryQuery",
    "Kube",
    "Lookup",
    "MachineFacts",
    "MachineItem",
    "MachineQuery",
    "MachineSearch",
    "MachineVSphere",
    "Obj",
    "Probe",
    "Registries",
    "Reporter",
    "Runner",
    "SideLoad",
    "TemplateItem",
    "VSphere",
    "Vault",
)
