# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What keeps a check from the vCenter: whoever reaches for the server says ``problem``, in its own words."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule


def _rule(cause: str, *, fix: str, check: str = "server") -> Rule:
    return Rule(cause=cause, check=check, seen="{problem}", expected="", fix=fix)


_CREDENTIALS = (
    "Check vsphere_username and vsphere_password (EKSA_VSPHERE_USERNAME, EKSA_VSPHERE_PASSWORD). "
    "The password was sent once and is not tried again, so that the account is not locked."
)

CONNECTION: t.Mapping[str, Rule] = {
    "vsphere.certificate_changed": _rule(
        "The vCenter showed another certificate than the moment before.",
        check="certificate",
        fix="Find out what answers at that address (several vCenters behind one name, a proxy), then run again.",
    ),
    "vsphere.connection_refused": _rule(
        "Nothing listens at the vCenter's port.",
        fix="Check spec.server of the VSphereDatacenterConfig (host and port) and that vCenter is running.",
    ),
    "vsphere.credentials_missing": _rule(
        "No user name or password was given.",
        check="login",
        fix="Set vsphere_username and vsphere_password, or the environment variables EKSA_VSPHERE_USERNAME and "
        "EKSA_VSPHERE_PASSWORD of the controller.",
    ),
    "vsphere.fault": _rule(
        "vCenter answered with a fault, which is quoted.",
        check="vCenter",
        fix="See the task and event log of vCenter at this time for the cause.",
    ),
    "vsphere.login_refused": _rule("vCenter refused user name or password.", check="login", fix=_CREDENTIALS),
    "vsphere.not_logged_in": _rule(
        "The inventory was asked for before the login, which is a mistake of the collection.",
        check="login",
        fix="Please report it.",
    ),
    "vsphere.not_tls": _rule(
        "What listens at the vCenter's port does not speak TLS.",
        fix="Check that spec.server of the VSphereDatacenterConfig names the HTTPS port of vCenter.",
    ),
    "vsphere.not_vcenter": _rule(
        "Something answers that is no vCenter.",
        fix="Check spec.server of the VSphereDatacenterConfig.",
    ),
    "vsphere.proxy_invalid": _rule(
        "HTTPS_PROXY names no proxy that connections to vCenter can be made through.",
        check="proxy",
        fix="Set HTTPS_PROXY to a URL like http://proxy.example.com:3128, or name the vCenter in NO_PROXY.",
    ),
    "vsphere.proxy_refused": _rule(
        "The proxy that HTTPS_PROXY names was reached, and makes no connection to the vCenter.",
        check="proxy",
        fix="Name the vCenter in NO_PROXY if this machine reaches it without the proxy; else let the proxy CONNECT to "
        "it. An answer of 407 asks for user and password in HTTPS_PROXY; 502 to 504 say that it does not reach it.",
    ),
    "vsphere.proxy_unreachable": _rule(
        "The proxy that HTTPS_PROXY names cannot be reached.",
        check="proxy",
        fix="Correct HTTPS_PROXY, or name the vCenter in NO_PROXY if this machine reaches it without the proxy.",
    ),
    "vsphere.session_lost": _rule(
        "vCenter ended the session while it was used.",
        check="session",
        fix="Run again; if it happens each time, somebody or some policy terminates idle sessions early.",
    ),
    "vsphere.unknown_host": _rule(
        "The name of the vCenter does not resolve on this machine.",
        fix="Check spec.server of the VSphereDatacenterConfig and the DNS settings of this machine.",
    ),
    "vsphere.unreachable": _rule(
        "The vCenter did not answer in time or there is no route.",
        fix="Check spec.server of the VSphereDatacenterConfig and that a route and the firewall allow HTTPS to it.",
    ),
}

__all__ = ("CONNECTION",)
