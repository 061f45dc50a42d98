# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A private registry behind TLS with all that the lab has and more: what a site without internet access keeps.

It lies over the lab's own registry, which stays as it is. The package controller is the real one, in an image that
trusts the registry, as an image of a site would. The source of its companion, which renews tokens of AWS and tells the
controller what is needed to log in to the mirror, is in no package registry: an image that says something and ends has
its place, no token is asked for, and the one Secret that it would make of what the modules tell it is in the chart.
"""

from __future__ import annotations

import contextlib
import dataclasses
import pathlib
import shutil
import subprocess
import tarfile
import typing as t

import docker
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._lab import releases
from ansible_collections.eks.anywhere.plugins.module_utils._lab.engine import NETWORK
from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import references
from ansible_collections.eks.anywhere.tests.labkit import CACHE, Lab
from ansible_collections.eks.anywhere.tests.packages.publishing import PREFIX, Chart, Publisher, Registry
from ansible_collections.eks.anywhere.tests.packages.world import MODULE, PROGRAM
from ansible_collections.eks.anywhere.tests.simulation.servers import lab_bin_dir

VERSION = MODULE.rpartition("@")[2]
IMAGES = "curated-packages"
"""Where the mirror has what the vendor keeps in the registry of images of packages."""
_ECR = "783794618700.dkr.ecr.us-west-2.amazonaws.com"
_CHART = "eks-anywhere-packages"
_AUTHORITY = "/etc/site/ca.crt"

CREDENTIAL = """
apiVersion: v1
kind: Secret
metadata:
  name: registry-mirror-cred
  namespace: {{ .Values.namespace }}
type: kubernetes.io/dockerconfigjson
data:
  .dockerconfigjson: {{ `{"auths":{}}` | b64enc }}
  config.json: {{ `{"auths":{}}` | b64enc }}
  {{ .Values.clusterName }}_ca.crt: {{ .Values.registryMirrorSecret.cacertcontent }}
"""
"""What the controller mounts, as its companion makes it of the Secret ``registry-mirror-secret``."""

HELLO = """
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  replicas: {{ .Values.replicas }}
  selector:
    matchLabels:
      app: {{ .Release.Name }}
  template:
    metadata:
      labels:
        app: {{ .Release.Name }}
    spec:
      terminationGracePeriodSeconds: 0
      containers:
        - name: hello
          image: {{ .Values.sourceRegistry }}/hello:1
          env:
            - name: TITLE
              value: {{ printf "%s %s" .Values.title .Chart.Version | quote }}
          command:
            - perl
            - -e
            - |
              use IO::Socket::INET;
              my $server = IO::Socket::INET->new(LocalPort => 8080, Listen => 5, ReuseAddr => 1) or die;
              while (my $peer = $server->accept) {
                  <$peer>;
                  my $said = $ENV{TITLE};
                  print $peer "HTTP/1.0 200 OK\\r\\nContent-Length: " . length($said) . "\\r\\n\\r\\n$said";
                  close $peer;
              }
          readinessProbe:
            tcpSocket:
              port: 8080
            periodSeconds: 1
---
apiVersion: v1
kind: Service
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
spec:
  selector:
    app: {{ .Release.Name }}
  ports:
    - port: 80
      targetPort: 8080
"""


@dataclasses.dataclass(frozen=True)
class Mirror:
    """The registry, who publishes in it, and the release that names the package controller."""

    registry: Registry
    publisher: Publisher
    bundles_file: pathlib.Path

    def config(self, documents: list[dict[str, t.Any]]) -> list[dict[str, t.Any]]:
        """A cluster config that takes everything from here."""
        host, _colon, port = self.registry.address.partition(":")
        cluster = next(one for one in documents if one["kind"] == "Cluster")
        cluster["spec"]["registryMirrorConfiguration"] = {
            "endpoint": host,
            "port": port,
            "caCertContent": self.registry.certificate.read_text(encoding="utf-8"),
            "ociNamespaces": [
                {"registry": "public.ecr.aws", "namespace": ""},
                # The sandbox of each pod.
                {"registry": "registry.k8s.io", "namespace": ""},
                {"registry": _ECR, "namespace": IMAGES},
            ],
        }
        return documents


def hello(version: str) -> Chart:
    """The chart of a service that answers with its title and the version of the chart."""
    return Chart("hello", version, template=HELLO)


@contextlib.contextmanager
def raised(lab: Lab, home: pathlib.Path, *, minor: str) -> t.Iterator[Mirror]:
    """The mirror, which serves as long as the context lasts."""
    with _laid_over(CACHE / "lab" / "registry", home / "storage") as data:
        folder = _made(home / "registry")
        registry = Registry(folder, host=_gateway(), data=data)
        registry.start()
        try:
            publisher = Publisher(registry, minor=minor)
            _publish_images(registry)
            with _node_image(registry):
                yield Mirror(registry, publisher, _release(lab, home, public_key=publisher.public_key))
        finally:
            registry.stop()


@contextlib.contextmanager
def _node_image(registry: Registry) -> t.Iterator[None]:
    """The image of the bootstrap cluster is in no registry of the lab: the engine has it, as if pulled from here."""
    images, public = docker.from_env().images, references(releases.FIRST)["kind-node"]
    repository, _colon, tag = public.replace("public.ecr.aws", registry.address).rpartition(":")
    images.get(public).tag(repository, tag)
    try:
        yield
    finally:
        images.remove(f"{repository}:{tag}")


def _made(folder: pathlib.Path) -> pathlib.Path:
    folder.mkdir(mode=0o700)
    return folder


def _gateway() -> str:
    """This machine as the lab's machines see it."""
    network = docker.from_env().networks.get(NETWORK)
    return str(network.attrs["IPAM"]["Config"][0]["Gateway"])


@contextlib.contextmanager
def _laid_over(below: pathlib.Path, home: pathlib.Path) -> t.Iterator[pathlib.Path]:
    """What is written to the folder stays apart from the one that it shows."""
    _home, upper, work, merged = (_made(folder) for folder in (home, home / "upper", home / "work", home / "merged"))
    options = f"lowerdir={below},upperdir={upper},workdir={work}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, str(merged)], check=True)
    try:
        yield merged
    finally:
        subprocess.run(["umount", str(merged)], check=True)


def _publish_images(registry: Registry) -> None:
    programs, authority = lab_bin_dir(), registry.certificate
    registry.push_files(
        f"{PREFIX}/eks-anywhere-packages",
        VERSION,
        files={"/package-manager": programs / PROGRAM, _AUTHORITY: authority},
        entry="/package-manager",
    )
    registry.push_files(
        f"{PREFIX}/ecr-token-refresher", VERSION, files={"/helm": programs / "helm"}, entry="/helm version"
    )
    # It has a shell and perl, and the machines hold its layers already.
    registry.copy(f"{PREFIX}/cilium/cilium", f"{IMAGES}/hello", tag=releases.CILIUM, as_tag="1")


def _release(lab: Lab, home: pathlib.Path, *, public_key: str) -> pathlib.Path:
    """The lab's release once more, with the package controller."""
    source = pathlib.Path(lab.variables["eksa_bundles_file"])
    folder = home / "release"
    shutil.copytree(source.parent, folder)
    _pack_chart(folder / f"{_CHART}.tgz", home / _CHART, public_key=public_key)
    manifest = yaml.safe_load((folder / source.name).read_text(encoding="utf-8"))
    for bundle in manifest["spec"]["versionsBundles"]:
        bundle["packageController"]["helmChart"] = {"name": _CHART, "uri": f"{_CHART}.tgz"}
    (folder / source.name).write_text(yaml.safe_dump(manifest), encoding="utf-8")
    return folder / source.name


def _pack_chart(file: pathlib.Path, folder: pathlib.Path, *, public_key: str) -> None:
    """The chart as a release has it: with the tags of its images, and here with another key and our authority."""
    shutil.copytree(CACHE / "go" / "mod" / MODULE / "charts" / _CHART, folder)
    for path in (folder, *folder.rglob("*")):
        path.chmod(path.stat().st_mode | 0o200)
    values = yaml.safe_load((folder / "values.yaml").read_text(encoding="utf-8"))
    environment = {"EKSA_PUBLIC_KEY": public_key, "SSL_CERT_FILE": _AUTHORITY}
    values["controller"]["env"] = [{"name": name, "value": value} for name, value in environment.items()]
    for image in ("controller", "cronjob"):
        values[image]["tag"] = VERSION
    (folder / "values.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    (folder / "templates" / "registrymirrorcred.yaml").write_text(CREDENTIAL, encoding="utf-8")
    with tarfile.open(file, "w:gz") as archive:
        archive.add(folder, arcname=_CHART)


__all__ = ("Mirror", "hello", "raised")
