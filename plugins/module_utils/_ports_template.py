# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the import of a template asks of the outside world beyond ``_ports``."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._ports import InventoryItem, Reporter, VSphere


class Ova(t.Protocol):
    """An open OVA: a descriptor and the disks that it names."""

    @property
    def descriptor(self) -> str:
        """Text of the OVF."""

    def size(self, name: str) -> int | None:
        """Bytes of a file; None when it is not in there."""

    def chunks(self, name: str) -> t.Iterator[bytes]:
        """Contents of a file, piece by piece."""


@dataclasses.dataclass(frozen=True)
class Source:
    """An OVA: URL or path, and the ``digest`` (hexadecimal) that its whole file has to have by ``algorithm``."""

    uri: str
    algorithm: str
    digest: str


class Ovas(t.Protocol):
    """Where OVAs come from."""

    def open(self, source: Source, *, report: Reporter) -> contextlib.AbstractContextManager[Ova]:
        """An OVA whose checksum holds, else ``EksaError``; nothing is left on this machine afterwards."""


@dataclasses.dataclass(frozen=True)
class Order:
    """A template to be made: as ``stage`` until it is complete, then under its ``name``.

    ``folder`` is an inventory path that exists. ``snapshot`` is the name of one, or empty for none.
    """

    folder: str
    name: str
    stage: str
    pool: InventoryItem
    datastore: InventoryItem
    network: InventoryItem
    tags: tuple[str, ...]
    snapshot: str = ""
    bottlerocket: bool = False


@dataclasses.dataclass(frozen=True)
class Unfinished:
    """A virtual machine under a name that imports work with. ``age_seconds`` is by the clock of vCenter.

    One that ``is_template`` lacks its name alone.
    """

    path: str
    ref: str
    name: str
    age_seconds: float
    is_template: bool


class TemplateVSphere(VSphere, t.Protocol):
    """A vCenter in which templates are made."""

    def make_folder(self, path: str) -> None:
        """A folder in one that exists; harmless when it is there already."""

    def unfinished(self, folder: str, prefix: str) -> tuple[Unfinished, ...]:
        """What is directly in a folder under names that begin so; nothing without the folder."""

    def discard(self, item: Unfinished) -> None:
        """Destroy it, if it is still that very one; harmless when it is gone."""

    def publish(self, item: Unfinished, name: str) -> bool:
        """Give it its name; False when that is taken."""

    def import_template(self, order: Order, ova: Ova, *, report: Reporter) -> bool:
        """Make it whole or leave nothing. False when the name was taken meanwhile."""


__all__ = ("Order", "Ova", "Ovas", "Source", "TemplateVSphere", "Unfinished")
