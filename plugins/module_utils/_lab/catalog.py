# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What the lab is made of, as data: programs, images and manifests, each with what it is made from.

Every program resolves through the Go module proxy at the versions of ``roles/eksa_lab/files/go/*/go.mod``; every file
of an image that is not ours comes from a module at build time. Nothing here does anything.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._lab import releases
from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import (
    ENGINE_IMAGES,
    SCRATCH_IMAGES,
    of_release,
    references,
)
from ansible_collections.eks.anywhere.plugins.module_utils._lab.parts import Chart, Component, Kit, Manifest, Rootfs
from ansible_collections.eks.anywhere.plugins.module_utils._lab.programs import PACKAGES_CONTROLLER, PROGRAMS
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import FIRST, LATER, MODULE_VERSIONS, Release

_FIRST_IMAGES = references(FIRST)
_STAGING = "gcr.io/k8s-staging-cluster-api"


def _manifests_of(release: Release) -> tuple[Manifest, ...]:
    """The manifests of a release's Cluster API and vSphere provider: they name its images."""
    names, own = references(release), release.manager
    return (
        Manifest(
            own("cluster-api"),
            releases.FORK,
            "config/default",
            {f"{_STAGING}/cluster-api-controller:main": names["capi"]},
        ),
        Manifest(
            own("bootstrap-kubeadm"),
            releases.FORK,
            "bootstrap/kubeadm/config/default",
            {f"{_STAGING}/kubeadm-bootstrap-controller:main": names["cabpk"]},
        ),
        Manifest(
            own("control-plane-kubeadm"),
            releases.FORK,
            "controlplane/kubeadm/config/default",
            {f"{_STAGING}/kubeadm-control-plane-controller:main": names["kcp"]},
        ),
        Manifest(
            own("infrastructure-vsphere"),
            releases.CAPV_MODULE,
            "config/default",
            {"gcr.io/k8s-staging-capi-vsphere/cluster-api-vsphere-controller:main": names["capv"]},
        ),
    )


_SHARED_MANIFESTS = (
    Manifest(
        "bootstrap-etcdadm-bootstrap",
        releases.ETCDADM_BOOTSTRAP_MODULE,
        "config/default",
        {"${ETCDADM_BOOTSTRAP_IMAGE}": _FIRST_IMAGES["etcdadm-bootstrap"]},
    ),
    Manifest(
        "bootstrap-etcdadm-controller",
        releases.ETCDADM_CONTROLLER_MODULE,
        "config/default",
        {"${ETCDADM_CONTROLLER_IMAGE}": _FIRST_IMAGES["etcdadm-controller"]},
    ),
)


def manifests(release: Release) -> t.Mapping[str, Manifest]:
    """The manifests that a release names: provider -> component."""
    own = {manifest.name.removesuffix(release.manager("")): manifest for manifest in _manifests_of(release)}
    return {**own, **{manifest.name: manifest for manifest in _SHARED_MANIFESTS}}


MANIFESTS: tuple[Manifest, ...] = (
    *manifests(FIRST).values(),
    *(manifest for release in LATER if release.has_own_managers for manifest in _manifests_of(release)),
)


def _repository(image: str) -> dict[str, str]:
    repository, tag = image.rsplit(":", 1)
    return {"repository": repository, "tag": tag}


CHARTS: tuple[Chart, ...] = (
    Chart("cilium-chart", releases.CILIUM_MODULE, "install/kubernetes/cilium", releases.CILIUM.removeprefix("v")),
    Chart(
        "cert-manager-chart",
        releases.CERT_MANAGER_MODULE,
        "deploy/charts/cert-manager",
        releases.CERT_MANAGER,
        {
            "installCRDs": True,
            "startupapicheck": {"enabled": False},
            "image": _repository(_FIRST_IMAGES["cert-manager-controller"]),
            "webhook": {"image": _repository(_FIRST_IMAGES["cert-manager-webhook"])},
            "cainjector": {"image": _repository(_FIRST_IMAGES["cert-manager-cainjector"])},
        },
        templates="deploy/crds/crd-*.yaml",
    ),
)

EXTERNAL_ETCD = "external-etcd"
BY_NAME = (PACKAGES_CONTROLLER,)
"""Programs that no image of the lab holds: tests start them beside an API server."""
KITS: tuple[Kit, ...] = (
    # etcdadm installs etcd from its cache; without the archive there it would download one from GitHub.
    Kit(
        EXTERNAL_ETCD,
        {"usr/libexec/etcdadm": "etcdadm"},
        f"var/cache/etcdadm/etcd/{FIRST.etcd}/etcd-{FIRST.etcd}-linux-amd64.tar.gz",
        ("etcd", "etcdctl"),
    ),
)

COMPONENTS: tuple[Component, ...] = (
    *PROGRAMS,
    Rootfs("rootfs", "bookworm"),
    *ENGINE_IMAGES,
    *SCRATCH_IMAGES,
    *MANIFESTS,
    *CHARTS,
    *KITS,
)


def names_of(release: Release) -> tuple[str, ...]:
    """Names of the images and manifests that are not the same in each release; the programs are in them."""
    return tuple(component.name for component in (*of_release(release), *_manifests_of(release)))


def _wanted_by(names: t.Iterable[str]) -> dict[str, Component]:
    """The named components with all they need, dependencies first."""
    by_name = {component.name: component for component in COMPONENTS}
    ordered: dict[str, Component] = {}

    def visit(name: str) -> None:
        if name in ordered:
            return
        for need in by_name[name].needs:
            visit(need)
        ordered[name] = by_name[name]

    for name in names:
        visit(name)
    return ordered


def _usual() -> tuple[str, ...]:
    """What a lab has without being asked; etcdctl is only in a kit, etcd is in an image too."""
    asked_for = [*BY_NAME, *(kit.name for kit in KITS), *(name for one in LATER for name in names_of(one))]
    apart = _wanted_by(asked_for)
    roots = [component for component in COMPONENTS if component.name not in apart]
    return tuple(_wanted_by(component.name for component in roots))


ON_DEMAND = frozenset(component.name for component in COMPONENTS) - frozenset(_usual())
"""What a lab does without until it is asked for a kit, a later release or the program itself."""


def closure(names: t.Collection[str]) -> tuple[Component, ...]:
    """The named components with all they need, dependencies first; without a name all but those on demand."""
    known = [component.name for component in COMPONENTS]
    unknown = sorted(set(names) - set(known))
    if unknown:
        raise KeyError(f"the lab has no component {', '.join(unknown)}; it has {', '.join(sorted(known))}")
    return tuple(_wanted_by(names or (name for name in known if name not in ON_DEMAND)).values())


__all__ = (
    "BY_NAME",
    "CHARTS",
    "COMPONENTS",
    "ENGINE_IMAGES",
    "EXTERNAL_ETCD",
    "KITS",
    "MANIFESTS",
    "MODULE_VERSIONS",
    "ON_DEMAND",
    "PROGRAMS",
    "closure",
    "manifests",
    "names_of",
)
