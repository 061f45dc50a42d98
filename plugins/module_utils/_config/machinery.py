# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Namespaces in which that runs which makes clusters: the same in every release and on every provider."""

from __future__ import annotations

import types
import typing as t

CAPI = ("capi-system", "capi-kubeadm-bootstrap-system", "capi-kubeadm-control-plane-system")
ETCD = ("etcdadm-bootstrap-provider-system", "etcdadm-controller-system")
INFRASTRUCTURE: t.Mapping[str, str] = types.MappingProxyType({"vsphere": "capv-system", "docker": "capd-system"})
"""Provider of a config -> namespace of its controllers."""
CERT_MANAGER = "cert-manager"
EKSA = "eksa-system"

ALL = frozenset({*CAPI, *ETCD, *INFRASTRUCTURE.values(), CERT_MANAGER, EKSA})

__all__ = ("ALL", "CAPI", "CERT_MANAGER", "EKSA", "ETCD", "INFRASTRUCTURE")
