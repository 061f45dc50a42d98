# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""One session on one vCenter: opened once, given back always."""

from __future__ import annotations

import contextlib
import sys
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError, MissingLibrary
from ansible_collections.eks.anywhere.plugins.module_utils._ports import (
    Certificate,
    FoundMachines,
    Inventory,
    InventoryQuery,
    MachineFacts,
    MachineItem,
    MachineQuery,
    MachineSearch,
)
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import faults, guests, removal, route, signals, tls
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.inventory import Reader
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tags import TagReader

try:
    from pyVmomi import SoapStubAdapter, vim

    MISSING = ""
except ImportError as exc:
    SoapStubAdapter = vim = None
    MISSING = str(exc)

MINIMUM = "8.0.1.0"
# Every vCenter that is supported speaks this version of the API, so none has to be asked which ones it speaks.
API_VERSION = "vim.version.v7_0"
LOGOUT_SECONDS = 10.0


class VCenter:
    """The VSphere port over pyVmomi. Use it as a context manager: leaving logs out, whatever happened inside."""

    ADAPTER: t.ClassVar[t.Any] = SoapStubAdapter

    def __init__(self, *, server: str, username: str, password: str, timeout_seconds: float = 30.0) -> None:
        self._server = server
        self._username = username
        self._password = password
        self._timeout = timeout_seconds
        self._stub: t.Any = None
        self._content: t.Any = None
        self._certificate: Certificate | None = None
        self._refused: EksaError | None = None
        self._stack = contextlib.ExitStack()

    def __enter__(self) -> t.Self:
        """Nothing is sent yet."""
        self._stack.enter_context(signals.unwinding())
        self._stack.callback(self.close)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        value: BaseException | None,
        trace: types.TracebackType | None,
    ) -> None:
        """Log out, then restore the signal handlers."""
        self._stack.close()

    def certificate(self) -> Certificate:
        """Reach the server and see its certificate; no credentials are sent."""
        return tls.look(self._server, timeout_seconds=self._timeout)

    def login(self, certificate: Certificate) -> None:
        """Log in, to that very certificate. A refused password is never sent a second time."""
        if MISSING:
            raise MissingLibrary(
                f"The Python package pyvmomi >= {MINIMUM} is not importable by {sys.executable}: {MISSING}.",
                code="library.missing",
                hint=f"Install it: {sys.executable} -m pip install 'pyvmomi>={MINIMUM}'.",
            )
        if not self._username or not self._password:
            variable = "EKSA_VSPHERE_PASSWORD" if self._username else "EKSA_VSPHERE_USERNAME"
            raise EksaError(
                f"{variable} is not set or is empty.",
                code="vsphere.credentials_missing",
                hint="Set vsphere_username and vsphere_password, or the environment variables of the controller.",
            )
        if self._refused:
            raise self._refused
        if self._content is not None:
            return
        with faults.translated(self._server, "logging in"):
            self._open(certificate)

    def observe(self, query: InventoryQuery) -> Inventory:
        """Look up all of the query with few requests, whatever the size of the inventory."""
        if self._content is None or self._certificate is None:
            raise EksaError("The inventory was asked for before the login.", code="vsphere.not_logged_in")
        with faults.translated(self._server, "reading the inventory"):
            return Reader(content=self._content, tags=self._tag_reader(self._certificate)).read(query)

    def machines(self, queries: t.Sequence[MachineQuery]) -> t.Mapping[str, MachineFacts]:
        """How virtual machines are doing, by the names in the query."""
        if self._content is None:
            raise EksaError("Virtual machines were asked for before the login.", code="vsphere.not_logged_in")
        with faults.translated(self._server, "looking at virtual machines"):
            return guests.read(queries, content=self._content)

    def search(self, query: MachineSearch) -> FoundMachines:
        """All virtual machines of the query, with few requests."""
        if self._content is None:
            raise EksaError("Virtual machines were searched for before the login.", code="vsphere.not_logged_in")
        with faults.translated(self._server, "searching virtual machines"):
            return removal.search(query, content=self._content)

    def destroy(self, machine: MachineItem) -> None:
        """Switch off and destroy, if it is still that very machine; harmless when it is gone."""
        if self._content is None:
            raise EksaError("A virtual machine was to be destroyed before the login.", code="vsphere.not_logged_in")
        with faults.translated(self._server, f"destroying {machine.path}"):
            removal.destroy(machine, content=self._content)

    def close(self) -> None:
        """Log out; harmless when not logged in, and never raises."""
        with signals.deferred():
            content, self._content = self._content, None
            stub, self._stub = self._stub, None
            if content is not None:
                with contextlib.suppress(Exception):  # the session ends by itself some day; nobody can do more here
                    stub.schemeArgs["timeout"] = min(self._timeout, LOGOUT_SECONDS)
                    content.sessionManager.Logout()
            if stub is not None:
                stub.DropConnections()

    def _open(self, certificate: Certificate) -> None:
        self._stub = self._adapter(certificate, path="/sdk", version=API_VERSION)
        content = vim.ServiceInstance("ServiceInstance", self._stub).RetrieveContent()
        if content.about.apiType != "VirtualCenter":
            raise faults.not_vcenter(self._server, f"it is a {content.about.fullName or content.about.apiType}")
        with signals.deferred():
            try:
                content.sessionManager.Login(self._username, self._password, None)
            except (vim.fault.InvalidLogin, vim.fault.PasswordExpired) as exc:
                self._refused = faults.login_refused(self._server, self._username)
                raise self._refused from exc
            self._content = content
            self._certificate = certificate

    def _adapter(self, certificate: Certificate, *, path: str, version: str) -> t.Any:
        host, port = tls.address(self._server)
        adapter = self.ADAPTER(
            host=host,
            port=port,
            path=path,
            version=version,
            sslContext=_context(certificate),
            httpConnectionTimeout=self._timeout,
        )
        # Its own way through a proxy repeats the proxy's password in the headers of each request to the server.
        adapter.scheme = route.Connection
        return adapter

    def _tag_reader(self, certificate: Certificate) -> TagReader:
        return TagReader(
            server=self._server,
            context=_context(certificate),
            credentials=(self._username, self._password),
            timeout_seconds=self._timeout,
        )


def _context(certificate: Certificate) -> t.Any:
    """A server this machine does not trust is accepted by the very certificate that was judged, and no other."""
    return tls.pinned_context(certificate.sha256) if certificate.problem else tls.verified_context()


__all__ = ("VCenter",)
