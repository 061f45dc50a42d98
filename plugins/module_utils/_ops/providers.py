# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The Cluster API providers of a cluster: cert-manager, what clusterctl installs, and the credentials they use."""

from __future__ import annotations

import dataclasses
import json
import pathlib
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import VersionsBundle
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import converge
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import (
    Waiting,
    Workload,
    wait_established,
    wait_rolled_out,
    workloads_in,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Files, Kube, Obj, Runner
from ansible_collections.eks.anywhere.plugins.module_utils._render import clusterctl
from ansible_collections.eks.anywhere.plugins.module_utils._render.clusterctl import ProviderPlan
from ansible_collections.eks.anywhere.plugins.module_utils._render.credentials import Credentials, encoded
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

SYSTEM_NAMESPACE = "eksa-system"
INVENTORY = {"api_version": "clusterctl.cluster.x-k8s.io/v1alpha3", "kind": "Provider"}
_CLUSTERCTL_LABEL = "clusterctl.cluster.x-k8s.io"
_CORE_LABEL = "clusterctl.cluster.x-k8s.io/core"
_PROVIDER_LABEL = "cluster.x-k8s.io/provider"


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    kube: Kube
    runner: Runner
    files: Files
    artifacts: Artifacts
    waiting: Waiting


@dataclasses.dataclass(frozen=True)
class Wanted:
    """Providers to have. ``target`` is ``bootstrap`` or ``workload``; ``generated_dir`` takes clusterctl's files."""

    config: ClusterConfig
    bundle: VersionsBundle
    kubeconfig: str
    generated_dir: str
    credentials: Credentials
    target: str = "bootstrap"
    license_token: str = ""


def install(wanted: Wanted, *, ports: Ports, check_mode: bool) -> Result:
    """Have cert-manager, all providers and the credentials; nothing is done when they are there and available."""
    plans = clusterctl.providers(
        wanted.bundle, infrastructure=wanted.config.provider, external_etcd=wanted.config.external_etcd is not None
    )
    installed = _installed(ports.kube)
    missing = tuple(plan for plan in plans if plan.label not in installed)
    _refuse_other_versions(plans, installed)
    certificates = () if _has_cert_manager(wanted, ports.kube) else _cert_manager(wanted, ports)
    system = converge.difference(ports.kube, _system_objects(wanted), waiting=ports.waiting)
    actions = [*_summary(certificates, wanted), *(f"Install provider {plan.label} {plan.version}" for plan in missing)]
    if not check_mode:
        if actions:
            ports.waiting.report.line(f"Installing cluster-api providers on {wanted.target} cluster")
        _install(wanted, plans, missing, certificates, ports=ports)
        if system.objects and wanted.target == "bootstrap":
            ports.waiting.report.line("Provider specific setup")
        converge.apply(ports.kube, system.objects, waiting=ports.waiting)
    actions += system.actions
    return Result(
        actions=tuple(actions),
        before="".join(f"{label} {version}\n" for label, version in sorted(installed.items())),
        after="".join(f"{plan.label} {plan.version}\n" for plan in sorted(plans, key=lambda plan: plan.label)),
        data={"providers": {plan.label: plan.version for plan in plans}},
    )


def _install(
    wanted: Wanted,
    plans: tuple[ProviderPlan, ...],
    missing: tuple[ProviderPlan, ...],
    certificates: tuple[Obj, ...],
    *,
    ports: Ports,
) -> None:
    """cert-manager first, by ourselves: clusterctl would wait for it in silence."""
    if certificates:
        _apply_cert_manager(certificates, ports)
    if missing:
        _clusterctl_init(wanted, plans, missing, ports)
    expected = _expected(plans, ports.kube)
    wait_rolled_out(ports.kube, expected, waiting=ports.waiting, what="providers")


def _installed(kube: Kube) -> dict[str, str]:
    """Providers in clusterctl's inventory: label -> version. An entry is written after all of its objects."""
    return {obj["metadata"]["name"]: str(obj.get("version", "")) for obj in kube.list(**INVENTORY)}


def _refuse_other_versions(plans: t.Iterable[ProviderPlan], installed: t.Mapping[str, str]) -> None:
    other = [plan for plan in plans if installed.get(plan.label, plan.version) != plan.version]
    if not other:
        return
    seen = ", ".join(f"{plan.label} {installed[plan.label]} (wanted {plan.version})" for plan in other)
    raise EksaError(
        f"Providers are installed in other versions than the Bundles manifest names: {seen}.",
        code="providers.version_differs",
        hint="Upgrade the management components instead, or use the Bundles manifest that they came from.",
        details={plan.label: {"seen": installed[plan.label], "expected": plan.version} for plan in other},
    )


def _has_cert_manager(wanted: Wanted, kube: Kube) -> bool:
    """Whether the bundle's version is there, complete as far as its three deployments tell."""
    found = kube.list(api_version="apps/v1", kind="Deployment", labels=f"{_CORE_LABEL}=cert-manager")
    versions = {
        (obj["metadata"].get("annotations") or {}).get(clusterctl.CERT_MANAGER_VERSION_ANNOTATION) for obj in found
    }
    return bool(found) and versions == {wanted.bundle.cert_manager.version}


def _cert_manager(wanted: Wanted, ports: Ports) -> tuple[Obj, ...]:
    uri = wanted.bundle.cert_manager.manifest_uri
    objects = converge.documents(ports.artifacts.read(uri), origin=uri)
    return tuple(clusterctl.cert_manager(objects, wanted.bundle))


def _apply_cert_manager(objects: tuple[Obj, ...], ports: Ports) -> None:
    converge.apply(ports.kube, objects, waiting=ports.waiting)
    definitions = [obj["metadata"]["name"] for obj in objects if obj["kind"] == "CustomResourceDefinition"]
    wait_established(ports.kube, definitions, waiting=ports.waiting)
    wait_rolled_out(ports.kube, workloads_in(objects), waiting=ports.waiting, what="cert-manager")


def _clusterctl_init(
    wanted: Wanted, plans: tuple[ProviderPlan, ...], missing: tuple[ProviderPlan, ...], ports: Ports
) -> None:
    folder = pathlib.Path(wanted.generated_dir).expanduser().absolute()
    overrides = folder / "overrides"
    for path, uri in clusterctl.files(wanted.bundle, plans).items():
        ports.files.write(str(overrides / path), ports.artifacts.read(uri), mode=0o644)
    settings = folder / "clusterctl_tmp.yaml"
    document = clusterctl.configuration(wanted.bundle, plans, overrides=str(overrides))
    # JSON is YAML. No credentials in it: they go by environment.
    ports.files.write(str(settings), json.dumps(document, indent=1))
    argv = ["clusterctl", "init", "--config", str(settings), "--kubeconfig", wanted.kubeconfig]
    done = ports.runner.run(
        [*argv, *clusterctl.init_arguments(missing)],
        env=_environment(wanted),
        timeout_seconds=ports.waiting.timeout_seconds,
    )
    if done.rc != 0:
        raise _failed(done.stderr, missing)


def _environment(wanted: Wanted) -> dict[str, str]:
    common = {"EXP_CLUSTER_RESOURCE_SET": "true", "CLUSTERCTL_DISABLE_VERSIONCHECK": "true"}
    if wanted.config.provider != "vsphere":
        return common
    _require(wanted.credentials)
    return {
        **common,
        "VSPHERE_USERNAME": wanted.credentials.username,
        "VSPHERE_PASSWORD": wanted.credentials.password,
    }


def _require(credentials: Credentials) -> None:
    if credentials.username and credentials.password:
        return
    raise EksaError(
        "No vSphere credentials were given.",
        code="vsphere.credentials_missing",
        hint="Set vsphere_username and vsphere_password, or EKSA_VSPHERE_USERNAME and EKSA_VSPHERE_PASSWORD.",
    )


def _failed(said: str, missing: tuple[ProviderPlan, ...]) -> EksaError:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    errors = [re.sub(r"^Error:\s*", "", line) for line in lines if line.startswith("Error:")] or lines[-2:]
    names = ", ".join(f"{plan.label} {plan.version}" for plan in missing)
    return EksaError(
        f"clusterctl could not install {names}: {' '.join(errors)[:600].rstrip('.')}.",
        code="providers.clusterctl_failed",
        hint="Mend what is named and run again; providers that are installed already are kept.",
        details={"providers": [plan.label for plan in missing]},
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
    _require(wanted.credentials)
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


def _summary(certificates: tuple[Obj, ...], wanted: Wanted) -> list[str]:
    return [f"Install cert-manager {wanted.bundle.cert_manager.version}"] if certificates else []


__all__ = ("Ports", "Wanted", "install")
