# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Faults of vCenter and of the way to it, as errors a user can act on."""

from __future__ import annotations

import contextlib
import http.client
import typing as t
import xml.parsers.expat

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.tls import unreachable

try:
    from pyVmomi import vim, vmodl
except ImportError:  # the session says so when it is opened
    vim = vmodl = None

REFUSED_HINT = (
    "Check vsphere_username and vsphere_password (EKSA_VSPHERE_USERNAME, EKSA_VSPHERE_PASSWORD). "
    "The password was sent once and is not tried again, so that the account is not locked."
)


@contextlib.contextmanager
def translated(server: str, doing: str) -> t.Iterator[None]:
    """Turn whatever a call to the server raises into an ``EksaError`` that says what we were doing."""
    try:
        yield
    except EksaError:
        raise
    except OSError as exc:
        raise unreachable(server, exc) from exc
    except (http.client.HTTPException, xml.parsers.expat.ExpatError) as exc:
        raise not_vcenter(server, f"{type(exc).__name__} while {doing}") from exc
    except vmodl.MethodFault as exc:
        raise _fault(server, doing, exc) from exc


def login_refused(server: str, username: str) -> EksaError:
    """The server knows no such user and password."""
    return EksaError(
        f"vCenter {server} refused the password of {username}.",
        code="vsphere.login_refused",
        hint=REFUSED_HINT,
        details={"server": server, "username": username},
    )


def not_vcenter(server: str, seen: str) -> EksaError:
    """Something answers that is no vCenter."""
    return EksaError(
        f"vCenter {server} does not answer as a vCenter does: {seen}.",
        code="vsphere.not_vcenter",
        hint="Check spec.server of the VSphereDatacenterConfig.",
        details={"server": server},
    )


def no_permission(server: str, doing: str, privilege: str) -> EksaError:
    """The user is known, but may not do this."""
    return EksaError(
        f"The user may not do this on vCenter {server}: {doing} needs the privilege {privilege}.",
        code="vsphere.no_permission",
        hint="Grant the user the privileges of the documented EKS Anywhere roles on the objects that the config names.",
        details={"server": server, "privilege": privilege},
    )


def _fault(server: str, doing: str, exc: t.Any) -> EksaError:
    if isinstance(exc, vim.fault.NotAuthenticated):
        return EksaError(
            f"vCenter {server} ended our session while {doing}.",
            code="vsphere.session_lost",
            hint="Run again; if it happens each time, somebody or some policy terminates idle sessions early.",
            details={"server": server},
        )
    if isinstance(exc, vmodl.fault.SecurityError):
        return no_permission(server, doing, getattr(exc, "privilegeId", None) or "System.View")
    name = type(exc).__name__.rpartition(".")[2]
    seen = f"{name}: {exc.msg}" if exc.msg else name
    return EksaError(
        f"vCenter {server} failed while {doing}: {seen}.",
        code="vsphere.fault",
        hint="See the task and event log of vCenter at this time for the cause.",
        details={"server": server, "fault": name},
    )


__all__ = ("login_refused", "no_permission", "not_vcenter", "translated")
