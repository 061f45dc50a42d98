# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The vCenter of a cluster that is being deleted: which of its machines are there. Each question is a short session."""

from __future__ import annotations

import contextlib
import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks import endpoints
from ansible_collections.eks.anywhere.plugins.module_utils._checks.naming import full_path
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete import Machines
from ansible_collections.eks.anywhere.plugins.module_utils._plan.delete_machines import (
    Owner,
    known_machines,
    verdicts,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import MachineVSphere, Obj

Open = t.Callable[[str], contextlib.AbstractContextManager[MachineVSphere]]
"""A vCenter out of its address; leaving it logs out."""


class Datacenter:
    """Where the machines of one cluster are."""

    def __init__(self, config: ClusterConfig, *, vcenter: Open) -> None:
        self._config = config
        self._vcenter = vcenter

    @property
    def server(self) -> str:
        """Address of the vCenter; empty when the cluster has none."""
        return self._config.datacenter.server if self._config.datacenter else ""

    def owner(self, objects: t.Iterable[Obj] = ()) -> Owner:
        """By what the cluster's machines are told, with what its objects know of them."""
        config, place = self._config, self._config.datacenter
        domains = place.failure_domains if place else ()
        folders = [*(machine.folder for machine in config.machines), *(domain.folder for domain in domains)]
        everywhere = tuple(dict.fromkeys(self._full(folder) for folder in folders if folder))
        known = known_machines(objects)
        return Owner(
            cluster=config.name,
            endpoint=config.endpoint,
            groups=tuple(group.name for group in config.workers),
            folders=everywhere,
            # What is left of a machine may not say any more where it was.
            known=tuple(
                dataclasses.replace(one, folders=tuple(self._full(path) for path in one.folders) or everywhere)
                for one in known
            ),
        )

    @contextlib.contextmanager
    def session(self) -> t.Iterator[MachineVSphere]:
        """Logged in to the very server that the config means."""
        with self._vcenter(self.server) as session:
            certificate = session.certificate()
            wrong = endpoints.thumbprint(self._config, certificate)
            if wrong:
                raise EksaError(str(wrong[0]), code=wrong[0].code, hint=wrong[0].fix)
            session.login(certificate)
            yield session

    def machines(self, objects: t.Iterable[Obj] = ()) -> Machines:
        """Those that are or may be the cluster's; a vCenter that cannot be asked is told, not raised."""
        if not self.server:
            return Machines()
        try:
            with self.session() as session:
                owner = self.owner(objects)
                return Machines(verdicts=verdicts(session.search(owner.search), owner))
        except MissingLibrary:
            raise
        except EksaError as exc:
            return Machines(silence=exc.message)

    def _full(self, folder: str) -> str:
        place = self._config.datacenter
        return full_path(folder, datacenter=place.datacenter if place else "", folder="vm")


__all__ = ("Datacenter", "Open")
