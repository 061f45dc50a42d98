# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The Cluster API providers of a cluster: cert-manager, what clusterctl installs, and the credentials they use."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import cert_manager, converge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import clusterctl as run
from ansible_collections.eks.anywhere.plugins.module_utils._ops.clusterctl import Ports, Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Workload, wait_rolled_out
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._render import clusterctl
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import ProviderPlan
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import encoded
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

SYSTEM_NAMESPACE = "eksa-system"
INVENTORY = {"api_version": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider"}
_CLUSTERCTL_LABEL = "clusterctl.cluster.x-k8s.io"
_PROVIDER_LABEL = "cluster.x-k8s.io/provider"


def install(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Have cert-manager, all providers and the credentials; nothing is done when they are there and available."""
    plans = clusterctl.providers(
        wanted.bundle, infrastructure=wanted.config.provider, external_etcd=wanted.config.external_etcd is not None
    )
    inventory = _Inventory.of(ports.kube)
    work = _Work(
        missing=tuple(plan for plan in plans if plan.label not in inventory.versions),
        changed=inventory.changed(plans, upgrade=wanted.upgrade),
        certificates=cert_manager.wanted(wanted.bundle, ports=ports),
    )
    system = converge.difference(ports.kube, _system_objects(wanted), waiting=ports.waiting)
    actions = [*work.actions(wanted, inventory)]
    if not check_mode:
        if actions and not wanted.upgrade:
            ports.waiting.report.line(f"Installing cluster-api providers on {wanted.target} cluster")
        _install(wanted, plans, work, inventory, ports=ports)
        if system.objects and wanted.target == "bootstrap":
            ports.waiting.report.line("Provider specific setup")
        converge.apply(ports.kube, system.objects, waiting=ports.waiting)
    actions += system.actions
    return Result(
        actions=tuple(actions),
        before="".join(f"{label} {version}\n" for label, version in sorted(inventory.versions.items())),
        after="".join(f"{plan.label} {plan.version}\n" for plan in sorted(plans, key=lambda plan: plan.label)),
        data={"providers": {plan.label: plan.version for plan in plans}},
    )


@dataclasses.dataclass(frozen=True)
class _Inventory:
    """clusterctl's inventory: versions and namespaces by label. An entry is written after all of its objects.

    ``lame`` are providers without a controller that could run: an upgrade that was cut stopped or removed it.
    """

    versions: t.Mapping[str, str]
    namespaces: t.Mapping[str, str]
    lame: frozenset[str]

    @classmethod
    def of(cls, kube: Kube) -> _Inventory:
        """What there is."""
        found = kube.list(**INVENTORY)
        running = {
            (obj["metadata"].get("labels") or {}).get(_PROVIDER_LABEL)
            for obj in kube.list(api_version="apps/v1", kind="Deployment", labels=_CLUSTERCTL_LABEL)
            if (obj.get("spec") or {}).get("replicas", 1)
        }
        versions = {obj["metadata"]["name"]: str(obj.get("version", "")) for obj in found}
        return cls(
            versions=versions,
            namespaces={obj["metadata"]["name"]: str(obj["metadata"].get("namespace", "")) for obj in found},
            lame=frozenset(versions) - running,
        )

    def changed(self, plans: t.Iterable[ProviderPlan], *, upgrade: bool) -> tuple[ProviderPlan, ...]:
        """Providers to replace; without ``upgrade`` another version is refused."""
        there = [plan for plan in plans if plan.label in self.versions]
        other = [plan for plan in there if self.versions[plan.label] != plan.version]
        if not upgrade:
            _refuse_other_versions(other, self.versions)
            return ()
        return tuple(plan for plan in there if plan in other or plan.label in self.lame)


@dataclasses.dataclass(frozen=True)
class _Work:
    """What has to be done."""

    missing: tuple[ProviderPlan, ...]
    changed: tuple[ProviderPlan, ...]
    certificates: tuple[Obj, ...]

    def actions(self, wanted: Wanted, inventory: _Inventory) -> t.Iterator[str]:
        """In plain words."""
        verb = "Upgrade" if wanted.upgrade else "Install"
        if self.certificates:
            yield f"{verb} cert-manager {wanted.bundle.cert_manager.version}"
        for plan in self.missing:
            yield f"Install provider {plan.label} {plan.version}"
        for plan in self.changed:
            before = inventory.versions[plan.label]
            yield (
                f"Upgrade provider {plan.label} {before} -> {plan.version}"
                if before != plan.version
                else f"Install provider {plan.label} {plan.version} again: its controller is gone"
            )


def _install(
    wanted: Wanted, plans: tuple[ProviderPlan, ...], work: _Work, inventory: _Inventory, *, ports: Ports
) -> None:
    """cert-manager first: the others need its certificates."""
    cert_manager.apply(work.certificates, ports=ports)
    run.init(wanted, plans, work.missing, ports=ports)
    run.upgrade(wanted, plans, work.changed, namespaces=inventory.namespaces, ports=ports)
    expected = _expected(plans, ports.kube)
    wait_rolled_out(ports.kube, expected, waiting=ports.waiting, what="providers")


def _refuse_other_versions(other: t.Sequence[ProviderPlan], installed: t.Mapping[str, str]) -> None:
    if not other:
        return
    seen = ", ".join(f"{plan.label} {installed[plan.label]} (wanted {plan.version})" for plan in other)
    raise EksaError(
        f"Providers are installed in other versions than the Bundles manifest names: {seen}.",
        code="providers.version_differs",
        hint="Upgrade the management components instead, or use the Bundles manifest that they came from.",
        details={plan.label: {"seen": installed[plan.label], "expected": plan.version} for plan in other},
    )


def _expected(plans: tuple[ProviderPlan, ...], kube: Kube) -> list[Workload]:
    """Deployments that clusterctl installed; a provider without one is an error, not a reason to go on."""
    found = kube.list(api_version="apps/v1", kind="Deployment", labels=_CLUSTERCTL_LABEL)
    present = {(obj["metadata"].get("labels") or {}).get(_PROVIDER_LABEL) for obj in found}
    lost = [plan.label for plan in plans if plan.label not in present]
    if lost:
        raise EksaError(
            f"Provider {', '.join(lost)} is in clusterctl's inventory but has no Deployment.",
            code="providers.deployment_lost",
            hint="Delete its Provider object (`kubectl get providers.clusterctl.cluster.x-k8s.io -A`) and run again.",
            details={"providers": lost},
        )
    return [Workload.of(obj) for obj in found]


def _system_objects(wanted: Wanted) -> list[Obj]:
    """Namespace and credentials that the vendor's components look for."""
    objects: list[Obj] = [{"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": SYSTEM_NAMESPACE}}]
    if wanted.config.provider != "vsphere":
        return objects
    run.require(wanted.credentials)
    cloud_username, cloud_password = wanted.credentials.cloud_provider
    data = {
        "username": encoded(wanted.credentials.username),
        "password": encoded(wanted.credentials.password),
        "usernameCP": encoded(cloud_username),
        "passwordCP": encoded(cloud_password),
    }
    return [
        *objects,
        {**_secret("vsphere-credentials", data), "type": "kubernetes.io/basic-auth"},
        {**_secret("eksa-license", {"license": encoded(wanted.license_token)}), "type": "Opaque"},
    ]


def _secret(name: str, data: t.Mapping[str, str]) -> Obj:
    metadata = {"name": name, "namespace": SYSTEM_NAMESPACE}
    return {"apiVersion": "v1", "kind": "Secret", "metadata": metadata, "data": dict(data)}


__all__ = ("INVENTORY", "Ports", "Wanted", "install")
