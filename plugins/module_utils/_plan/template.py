# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Which templates a config needs, what each is made of, and the names under which imports go on."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, MachineConfig
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports_template import Source

DEFAULT_FOLDER = "Templates"
"""Where upstream imports to."""
ALGORITHMS: t.Mapping[int, str] = {64: "sha256", 128: "sha512"}
"""By the number of hexadecimal digits."""
CHECKSUM = re.compile(r"(?:(sha256|sha512):)?([0-9a-f]+)")
NAME_LETTERS = 80
"""Of a virtual machine, at most."""
PREFIX = "eksa-import-"
STAGE = re.compile(PREFIX + r"[0-9a-f]{6}-([0-9a-f]{6})-([0-9a-f]{8})-([0-9]+)-([0-9a-z]+)-.*")


@dataclasses.dataclass(frozen=True)
class Wanted:
    """A template by the ``path`` that the config or the task has, and the first machine config that is cloned of it."""

    path: str
    machine: MachineConfig


@dataclasses.dataclass(frozen=True)
class Owner:
    """The process that imports: ``realm`` is where its number counts, ``started`` tells it from later ones."""

    pid: int
    started: str
    realm: str

    @classmethod
    def of(cls, described: str) -> Owner:
        """Out of ``pid:started:realm``; the realm is shortened to what a name can hold."""
        pid, started, realm = described.split(":", 2)
        return cls(pid=int(pid), started=started, realm=_short(realm, 8))


def wanted(config: ClusterConfig, bundles: Bundles | None, given: str) -> tuple[Wanted, ...]:
    """The template that was given, else all of the config; each once, with the first machine config that names it."""
    machines = {path: machine for machine in reversed(config.machines) if (path := _path(config, bundles, machine))}
    if given:
        first = config.control_plane.machine or config.machines[0]
        return (Wanted(given, machines.get(given, first)),)
    return tuple(Wanted(path, machine) for path, machine in reversed(machines.items()))


def _path(config: ClusterConfig, bundles: Bundles | None, machine: MachineConfig) -> str:
    """Upstream imports Bottlerocket under a name of its own where the config names none."""
    if machine.template or bundles is None:
        return machine.template
    name = bundles.for_version(config.kubernetes_version).bottlerocket_template
    return f"{DEFAULT_FOLDER}/{name}" if name else ""


def target(path: str, datacenter: str) -> tuple[str, str]:
    """Folder and name of what is to be made; a bare name goes where upstream imports to."""
    below = f"/{datacenter.strip('/')}/vm"
    full = path if path.startswith("/") else f"{below}/{path if '/' in path else f'{DEFAULT_FOLDER}/{path}'}"
    folder, _slash, name = full.rstrip("/").rpartition("/")
    return folder, name


def above(folder: str, datacenter: str) -> tuple[str, ...]:
    """The folders of a path below the datacenter's own, the outermost first, itself included."""
    root = f"/{datacenter.strip('/')}/vm"
    parts = [part for part in folder.removeprefix(root).split("/") if part]
    return tuple(f"{root}/{'/'.join(parts[: number + 1])}" for number in range(len(parts)))


def source(one: Wanted, config: ClusterConfig, bundles: Bundles | None, *, ova: str, checksum: str) -> Source:
    """What the task says, else the OVA of the machine's family in the Bundles manifest, which has its SHA-256."""
    if ova:
        return _checked(ova, checksum)
    raw = bundles.for_version(config.kubernetes_version).raw if bundles else {}
    published = section(section(section(raw, "eksD"), "ova"), one.machine.os_family.lower())
    uri, digest = text(published, "uri"), text(published, "sha256")
    if not uri or not digest:
        raise EksaError(
            f"Template {one.path} is not there, and no OVA of {one.machine.os_family} is known to import it from.",
            code="template.source_missing",
        )
    return _checked(uri, digest)


def _checked(uri: str, checksum: str) -> Source:
    match = CHECKSUM.fullmatch(checksum.strip().lower())
    algorithm = ALGORITHMS.get(len(match[2])) if match else None
    if match is None or algorithm is None or match[1] not in (None, algorithm):
        raise EksaError(f"The checksum {checksum!r} of {uri} is not valid.", code="template.checksum_invalid")
    return Source(uri=uri, algorithm=algorithm, digest=match[2])


def stages(name: str) -> str:
    """How the names of all imports of a template begin, whoever imports."""
    return f"{PREFIX}{_short(name, 6)}-"


def stage(name: str, source: Source, owner: Owner) -> str:
    """The name during the import. It tells who imports what, so that no other record of it is needed."""
    start = f"{stages(name)}{source.digest[:6]}-{owner.realm}-{owner.pid}-{owner.started}-"
    return (start + name)[:NAME_LETTERS]


def owner_of(stage: str) -> Owner | None:
    """Who imports under such a name; None when it is none of ours."""
    match = STAGE.fullmatch(stage)
    return Owner(pid=int(match[3]), started=match[4], realm=match[2]) if match else None


def is_of(stage: str, source: Source) -> bool:
    """Whether what has this name was made of that very OVA."""
    match = STAGE.fullmatch(stage)
    return match is not None and match[1] == source.digest[:6]


def _short(words: str, digits: int) -> str:
    return hashlib.sha256(words.encode()).hexdigest()[:digits]


__all__ = ("Owner", "Wanted", "above", "is_of", "owner_of", "source", "stage", "stages", "target", "wanted")
