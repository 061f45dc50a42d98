# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The creation of a cluster with nothing but kind, clusterctl, kubectl and helm, as in somebody's shell script.

Everything that such a script would have at hand is written before the clock starts, so only the tools are timed. The
result is the same as that of ``create_cluster``: same objects, same versions, same order.
"""

from __future__ import annotations

import base64
import contextlib
import dataclasses
import json
import pathlib
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.bundles import Bundles
from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, network, sources, validate
from ansible_collections.eks.anywhere.plugins.module_utils._ops.converge import documents
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import Folder
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Artifacts, Clock, Files, Obj, Runner
from ansible_collections.eks.anywhere.plugins.module_utils._render import audit, clusterctl, eksa_objects
from ansible_collections.eks.anywhere.plugins.module_utils._render.cilium import cilium_values
from ansible_collections.eks.anywhere.plugins.module_utils._render.kind import kind_config
from ansible_collections.eks.anywhere.plugins.module_utils._render.names import CLUSTER_LABEL, NAMESPACE
from ansible_collections.eks.anywhere.plugins.module_utils._run.artifacts import LocalArtifacts
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.probe import TcpProbe
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter
from ansible_collections.eks.anywhere.tests.unit.fakes import FakeReporter

WAIT_SECONDS = 1800
PATIENCE_SECONDS = 300.0
TAIL_LINES = 5
STORAGE_CLASS: Obj = {
    "apiVersion": "storage.k8s.io/v1",
    "kind": "StorageClass",
    "metadata": {"name": "standard", "annotations": {"storageclass.kubernetes.io/is-default-class": "true"}},
    "provisioner": "csi.vsphere.vmware.com",
    "parameters": {"storagePolicyName": "vSAN Default Storage Policy"},
}
"""The one of the role ``eksa_storage`` as it comes."""


class CommandFailed(RuntimeError):
    """A command of the script ended with an error."""


@dataclasses.dataclass(frozen=True)
class Desk:
    """What lies ready before the clock starts; the secrets of ``objects`` and ``login`` show in no ``repr``."""

    name: str
    folder: pathlib.Path
    kubeconfig: pathlib.Path
    node_image: str
    kubernetes_version: str
    machines: int
    providers: tuple[str, ...]
    chart: tuple[str, ...]
    components: tuple[str, ...]
    values: Obj
    described: tuple[Obj, ...]
    objects: tuple[Obj, ...] = dataclasses.field(repr=False)
    login: t.Mapping[str, str] = dataclasses.field(repr=False)

    @property
    def kind_config(self) -> pathlib.Path:
        """Configuration of kind."""
        return self.folder / "kind.yaml"

    @property
    def clusterctl_config(self) -> pathlib.Path:
        """Configuration of clusterctl."""
        return self.folder / "clusterctl.yaml"

    @property
    def bootstrap_kubeconfig(self) -> pathlib.Path:
        """Kubeconfig of the bootstrap cluster."""
        return self.folder / "bootstrap.kubeconfig"


def lay_out(variables: t.Mapping[str, t.Any], *, folder: pathlib.Path, kubeconfig: pathlib.Path) -> Desk:
    """Write the files of the script into ``folder`` and look up what its manifests have to say of the templates."""
    files = LocalFiles()
    params = {
        "config_file": variables["eksa_config_file"],
        "bundles_file": variables["eksa_bundles_file"],
        "vsphere_username": variables["eksa_vsphere_username"],
        "vsphere_password": variables["eksa_vsphere_password"],
        "namespace": NAMESPACE,
    }
    artifacts = LocalArtifacts(inputs.bundles_folder(params))
    config = inputs.cluster_config(params, files=files)
    bundles = inputs.needed_bundles(params, files=files)
    bundle = bundles.for_version(config.kubernetes_version)
    release = inputs.eksd_release(bundle, artifacts=artifacts)
    policy = folder / "audit-policy.yaml"
    files.write(str(policy), audit.built_in(), mode=0o644)
    # JSON is YAML.
    files.write(str(folder / "kind.yaml"), json.dumps(kind_config(config, release, audit_policy_path=str(policy))))
    facts = _template_facts(config, bundles, params)
    return Desk(
        name=config.name,
        folder=folder,
        kubeconfig=kubeconfig,
        node_image=bundle.kind_node_image,
        kubernetes_version=config.kubernetes_version,
        machines=config.control_plane.count + sum(group.count for group in config.workers),
        providers=_providers(config, bundles, folder=folder, files=files, artifacts=artifacts),
        chart=tuple(network.chart_arguments(bundle.cilium.chart_uri, config=config, artifacts=artifacts)),
        components=tuple(
            artifacts.path(uri) for uri in (bundle.eksd_components_uri, bundle.eksa_components_uri) if uri
        ),
        values=cilium_values(
            config, agent_image=bundle.cilium.agent_image, operator_image=bundle.cilium.operator_image
        ),
        described=_described(config, bundles, artifacts),
        objects=tuple(sources.objects({**params, "template_facts": facts}, files=files, artifacts=artifacts)),
        login={"VSPHERE_USERNAME": params["vsphere_username"], "VSPHERE_PASSWORD": params["vsphere_password"]},
    )


def _providers(
    config: ClusterConfig, bundles: Bundles, *, folder: pathlib.Path, files: Files, artifacts: Artifacts
) -> tuple[str, ...]:
    """Write clusterctl's files; the options of ``init`` that name the providers."""
    bundle = inputs.management_bundle(bundles)
    plans = clusterctl.providers(bundle, infrastructure=config.provider, external_etcd=config.external_etcd is not None)
    overrides = folder / "overrides"
    for path, uri in clusterctl.files(bundle, plans).items():
        files.write(str(overrides / path), artifacts.read(uri), mode=0o644)
    settings = clusterctl.configuration(bundle, plans, overrides=str(overrides))
    files.write(str(folder / "clusterctl.yaml"), json.dumps(settings))
    return tuple(clusterctl.init_arguments(plans))


def _template_facts(config: ClusterConfig, bundles: Bundles, params: t.Mapping[str, t.Any]) -> t.Any:
    """Decides whether machines are linked or full clones, which must be the same on both sides."""
    login = {"username": params["vsphere_username"], "password": params["vsphere_password"]}
    with VCenter(server=validate.server(config), **login) as vcenter:
        checked = validate.validate(
            config=config,
            bundles=bundles,
            vcenter=vcenter,
            probe=TcpProbe(),
            report=FakeReporter(),
            skip_ip_check=True,
        )
    return checked.data["template_facts"]


def _described(config: ClusterConfig, bundles: Bundles, artifacts: Artifacts) -> tuple[Obj, ...]:
    """The vendor's objects that describe the cluster, what they refer to first."""
    uri = bundles.for_version(config.kubernetes_version).eksd_manifest_uri
    releases = [obj for obj in documents(artifacts.read(uri), origin=uri) if obj["kind"] == "Release"]
    return (
        eksa_objects.bundles_object(bundles),
        eksa_objects.eksa_release(config, bundles),
        *(eksa_objects.placed(obj, eksa_objects.SYSTEM_NAMESPACE) for obj in releases),
        *eksa_objects.cluster_objects(config, bundles),
    )


class Script:
    """The script. Each of its phases does what the role of that name does."""

    def __init__(self, desk: Desk, *, runner: Runner, clock: Clock) -> None:
        self._desk = desk
        self._runner = runner
        self._clock = clock
        self._files = LocalFiles()

    def run(self) -> dict[str, float]:
        """All phases; seconds by their names. A failure takes the bootstrap cluster away and is raised."""
        phases: dict[str, t.Callable[[], None]] = {
            "bootstrap": self._bootstrap,
            "workload": self._workload,
            "network": self._network,
            "storage": self._storage,
            "management": self._management,
            "pivot": self._pivot,
            "components": self._components,
            "cleanup": self._cleanup,
        }
        seconds: dict[str, float] = {}
        try:
            for name, work in phases.items():
                print(f"by hand: {name}", flush=True)
                began = self._clock.now()
                work()
                seconds[name] = self._clock.now() - began
        except BaseException:
            # What went wrong first is what has to be told.
            with contextlib.suppress(CommandFailed):
                self._cleanup()
            raise
        return seconds

    def _bootstrap(self) -> None:
        desk = self._desk
        kubeconfig = str(desk.bootstrap_kubeconfig)
        options = [
            "--name",
            Folder("", desk.name).bootstrap_name,
            "--image",
            desk.node_image,
            "--config",
            str(desk.kind_config),
        ]
        self._do("kind", "create", "cluster", "--kubeconfig", kubeconfig, *options)
        # Not waited for: that the objects of the cluster are accepted shows soon enough that the providers are up.
        self._init(kubeconfig)
        self._do("kubectl", "--kubeconfig", kubeconfig, "create", "namespace", NAMESPACE)

    def _init(self, kubeconfig: str, *options: str) -> None:
        settings = ["--config", str(self._desk.clusterctl_config), "--kubeconfig", kubeconfig]
        self._do("clusterctl", "init", *settings, *options, *self._desk.providers, env=self._desk.login)

    def _workload(self) -> None:
        desk = self._desk
        bootstrap = ["--kubeconfig", str(desk.bootstrap_kubeconfig), "--namespace", NAMESPACE]
        self._apply(desk.bootstrap_kubeconfig, objects=desk.objects)
        up = "jsonpath={.status.initialization.controlPlaneInitialized}=true"
        self._wait(f"clusters.cluster.x-k8s.io/{desk.name}", f"--for={up}", where=bootstrap)
        secret = ["get", "secret", f"{desk.name}-kubeconfig", "--output=jsonpath={.data.value}"]
        text = base64.b64decode(self._do("kubectl", *bootstrap, *secret)).decode()
        self._files.write(str(desk.kubeconfig), text, mode=0o600)
        chosen = ["machines.cluster.x-k8s.io", "--selector", f"{CLUSTER_LABEL}={desk.name}"]
        # A wait is about what is there already, so first all machines have to be.
        self._until(
            lambda: len(self._do("kubectl", *bootstrap, "get", *chosen, "--output=name").split()) == desk.machines,
            "the machines to be made",
        )
        self._wait(*chosen, "--for=jsonpath={.status.nodeRef.name}", where=bootstrap)

    def _network(self) -> None:
        desk = self._desk
        options = ["--namespace", "kube-system", "--kube-version", desk.kubernetes_version, "--values", "-"]
        rendered = self._do("helm", "template", "cilium", *desk.chart, *options, stdin=json.dumps(desk.values))
        self._apply(desk.kubeconfig, text=rendered)
        workload = ["--kubeconfig", str(desk.kubeconfig), "--namespace", "kube-system"]
        self._wait("nodes", "--all", "--for=condition=Ready", where=workload)
        for name in ("daemonset/cilium", "deployment/cilium-operator"):
            self._do("kubectl", *workload, "rollout", "status", name, f"--timeout={WAIT_SECONDS}s")

    def _storage(self) -> None:
        self._apply(self._desk.kubeconfig, objects=(STORAGE_CLASS,))

    def _management(self) -> None:
        self._init(str(self._desk.kubeconfig), "--wait-providers")

    def _pivot(self) -> None:
        desk = self._desk
        where = ["--kubeconfig", str(desk.bootstrap_kubeconfig), "--to-kubeconfig", str(desk.kubeconfig)]
        self._do("clusterctl", "move", "--config", str(desk.clusterctl_config), *where, "--namespace", NAMESPACE)

    def _components(self) -> None:
        desk = self._desk
        for path in desk.components:
            self._apply(desk.kubeconfig, path=path)
        workload = ["--kubeconfig", str(desk.kubeconfig)]
        self._wait("customresourcedefinitions", "--all", "--for=condition=Established", where=workload)
        self._apply(desk.kubeconfig, objects=desk.described)

    def _cleanup(self) -> None:
        desk = self._desk
        options = ["--name", Folder("", desk.name).bootstrap_name, "--kubeconfig", str(desk.bootstrap_kubeconfig)]
        self._do("kind", "delete", "cluster", *options)

    def _apply(
        self, kubeconfig: pathlib.Path, *, objects: t.Sequence[Obj] = (), text: str = "", path: str = "-"
    ) -> None:
        """Apply objects or a text (through standard input) or a file, again and again until webhooks answer."""
        given = text or (json.dumps({"apiVersion": "v1", "kind": "List", "items": objects}) if objects else None)
        argv = ["kubectl", "--kubeconfig", str(kubeconfig), "apply", "--server-side", "--force-conflicts"]
        deadline = self._clock.now() + PATIENCE_SECONDS
        while True:
            try:
                self._do(*argv, "--filename", path, stdin=given)
            except CommandFailed:
                if self._clock.now() > deadline:
                    raise
                self._clock.sleep(1)
            else:
                return

    def _wait(self, *what: str, where: t.Sequence[str]) -> None:
        self._do("kubectl", *where, "wait", *what, f"--timeout={WAIT_SECONDS}s")

    def _until(self, reached: t.Callable[[], bool], what: str) -> None:
        deadline = self._clock.now() + PATIENCE_SECONDS
        while not reached():
            if self._clock.now() > deadline:
                _fail(f"waited {PATIENCE_SECONDS:.0f} s in vain for {what}")
            self._clock.sleep(1)

    def _do(self, *argv: str, stdin: str | None = None, env: t.Mapping[str, str] | None = None) -> str:
        """Run a command to its end; what it printed. Caches and settings of the tools stay in the folder."""
        environment = {
            "CLUSTERCTL_DISABLE_VERSIONCHECK": "true",
            "EXP_CLUSTER_RESOURCE_SET": "true",
            "KUBECACHEDIR": str(self._desk.folder / "cache"),
            "XDG_CONFIG_HOME": str(self._desk.folder / "config"),
            **(env or {}),
        }
        words = " ".join(argv).replace(f"{self._desk.folder}/", "").replace(f"{self._desk.kubeconfig.parent}/", "")
        problem, said = "", ""
        began = self._clock.now()
        try:
            done = self._runner.run(argv, env=environment, stdin=stdin, timeout_seconds=WAIT_SECONDS + 60)
        except EksaError as exc:
            problem = exc.message
        else:
            said = done.stdout
            if done.rc != 0:
                problem = f"exit {done.rc}: {' | '.join((done.stderr or said).strip().splitlines()[-TAIL_LINES:])}"
        print(f"  {self._clock.now() - began:6.1f} s  {words}{' (failed)' if problem else ''}", flush=True)
        if problem:
            _fail(f"{words}: {problem}")
        return said


def _fail(message: str) -> t.NoReturn:
    """A function of its own: pytest shows the arguments of the one that raises, and those above are secrets."""
    raise CommandFailed(message)


__all__ = ("CommandFailed", "Desk", "Script", "lay_out")
