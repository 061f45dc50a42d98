# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A registry that speaks TLS, and what a publisher of packages puts into it: charts, bundles, signatures."""

from __future__ import annotations

import base64
import dataclasses
import gzip
import hashlib
import http.server
import io
import json
import pathlib
import re
import ssl
import subprocess
import tarfile
import threading
import time
import typing as t
import urllib.error
import urllib.parse
import urllib.request

import pytest
import yaml
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages import signature
from ansible_collections.eks.anywhere.plugins.module_utils._lab.registry import layer
from ansible_collections.eks.anywhere.tests.simulation.servers import die_with_parent, end_process, free_ports
from ansible_collections.eks.anywhere.tests.simulation.tls import write_pair

PREFIX = "eks-anywhere"
BUNDLES = f"{PREFIX}/eks-anywhere-packages-bundles"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_ANY = f"{_MANIFEST}, application/vnd.docker.distribution.manifest.v2+json"
_EXCLUDES = base64.b64encode(b".spec.packages[].source.registry\n.spec.packages[].source.repository\n").decode()
EXPIRED = "Your authorization token has expired. Reauthenticate and try again."


class Registry:
    """The lab's registry program behind TLS on a free port; ``certificate`` is what clients are to trust.

    It serves ``data`` on a ``host``, by default what is pushed to it, on loopback.
    """

    def __init__(self, home: pathlib.Path, *, host: str = "127.0.0.1", data: pathlib.Path | None = None) -> None:
        self._home = home
        self._host = host
        self._data = data or home / "data"
        (self.port,) = free_ports(1)
        self._process: subprocess.Popen[bytes] | None = None
        self._stand_in: http.server.ThreadingHTTPServer | None = None
        self._pair("good")
        self._pair("other")

    @property
    def address(self) -> str:
        """``host:port``."""
        return f"{'localhost' if self._host == '127.0.0.1' else self._host}:{self.port}"

    @property
    def certificate(self) -> pathlib.Path:
        """The certificate of the authority that clients trust."""
        return self._home / "good.crt"

    def start(self, *, certificate: str = "good", token_service: str = "") -> None:
        """Serve; with the certificate ``other`` nobody trusts it, with a token service it wants a token of that."""
        settings: dict[str, t.Any] = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": False}},
            "storage": {"filesystem": {"rootdirectory": str(self._data)}, "delete": {"enabled": True}},
            "http": {
                "addr": f"{self._host}:{self.port}",
                "tls": {
                    "certificate": str(self._home / f"{certificate}.crt"),
                    "key": str(self._home / f"{certificate}.key"),
                },
            },
        }
        if token_service:
            settings["auth"] = {"silly": {"realm": token_service, "service": "registry"}}
        file = self._home / "registry.yml"
        file.write_text(yaml.safe_dump(settings))
        with (self._home / "registry.log").open("ab") as log:
            self._process = subprocess.Popen(
                ["docker-registry", "serve", str(file)],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={"OTEL_TRACES_EXPORTER": "none", "PATH": "/usr/bin:/bin"},
                preexec_fn=die_with_parent,  # noqa: PLW1509 - it makes one system call and takes no lock
            )
        if certificate == "good":
            self._until_it_answers()
        else:
            time.sleep(1)

    def asked_for(self, repository: str) -> bool:
        """Whether a machine wanted an image of that repository."""
        wanted = re.escape(f" /v2/{repository}/manifests/")
        return re.search(f"{wanted}.*containerd/", (self._home / "registry.log").read_text("utf-8")) is not None

    def refuse_expired(self) -> None:
        """Answer each request as ECR does when a token is too old, which no real account is needed for."""
        body = json.dumps({"errors": [{"code": "DENIED", "message": EXPIRED}]}).encode()

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.send_response(403)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(b"" if self.command == "HEAD" else body)

            do_HEAD = do_GET  # noqa: N815 - the name that the server looks for

            def log_message(self, *arguments: t.Any) -> None:
                """Say nothing."""

        self._stand_in = http.server.ThreadingHTTPServer(("127.0.0.1", self.port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self._home / "good.crt", self._home / "good.key")
        self._stand_in.socket = context.wrap_socket(self._stand_in.socket, server_side=True)
        threading.Thread(target=self._stand_in.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """Serve no more; what was pushed stays."""
        end_process(self._process)
        self._process = None
        if self._stand_in:
            self._stand_in.shutdown()
            self._stand_in.server_close()
            self._stand_in = None

    def push(
        self,
        repository: str,
        tags: t.Sequence[str],
        *,
        layer: bytes,
        kind: str,
        config: t.Any,
        config_kind: str = "application/vnd.cncf.helm.config.v1+json",
    ) -> str:
        """One OCI manifest of one layer, under some tags; its digest."""
        settings = json.dumps(config).encode()
        manifest = json.dumps(
            {
                "schemaVersion": 2,
                "mediaType": _MANIFEST,
                "config": self._blob(repository, settings, config_kind),
                "layers": [self._blob(repository, layer, kind)],
            }
        ).encode()
        for tag in tags:
            self._call("PUT", f"/v2/{repository}/manifests/{tag}", manifest, _MANIFEST)
        return f"sha256:{hashlib.sha256(manifest).hexdigest()}"

    def copy(self, source: str, target: str, *, tag: str, as_tag: str) -> None:
        """Have an image of one layer or more that is there under another name, too."""
        manifest = self._read(f"/v2/{source}/manifests/{tag}")
        parsed = json.loads(manifest)
        for blob in (parsed["config"], *parsed["layers"]):
            self._call("POST", f"/v2/{target}/blobs/uploads/?mount={blob['digest']}&from={source}")
        self._call("PUT", f"/v2/{target}/manifests/{as_tag}", manifest, parsed["mediaType"])

    def push_files(self, repository: str, tag: str, *, files: t.Mapping[str, pathlib.Path], entry: str) -> None:
        """An image of nothing but these files and a home that its user may write to."""
        content = layer(files)
        started = {"Entrypoint": entry.split(), "User": "65532:65532", "Env": ["HOME=/tmp"]}
        settings = {"architecture": "amd64", "os": "linux", "config": started}
        diff = f"sha256:{hashlib.sha256(content).hexdigest()}"
        self.push(
            repository,
            [tag],
            layer=content,
            kind="application/vnd.oci.image.layer.v1.tar",
            config={**settings, "rootfs": {"type": "layers", "diff_ids": [diff]}},
            config_kind="application/vnd.oci.image.config.v1+json",
        )

    def _pair(self, name: str) -> None:
        write_pair(certificate=self._home / f"{name}.crt", key=self._home / f"{name}.key", address=self._host)

    def _blob(self, repository: str, content: bytes, kind: str) -> dict[str, t.Any]:
        digest = f"sha256:{hashlib.sha256(content).hexdigest()}"
        place = self._call("POST", f"/v2/{repository}/blobs/uploads/")
        parts = urllib.parse.urlsplit(place)
        self._call("PUT", f"{parts.path}?{parts.query}&digest={digest}", content, "application/octet-stream")
        return {"mediaType": kind, "digest": digest, "size": len(content)}

    def _call(self, method: str, path: str, body: bytes | None = None, kind: str = "") -> str:
        request = urllib.request.Request(f"https://{self.address}{path}", data=body, method=method)
        if kind:
            request.add_header("Content-Type", kind)
        with self._open(request) as answer:
            return str(answer.headers.get("Location") or "")

    def _read(self, path: str) -> bytes:
        with self._open(urllib.request.Request(f"https://{self.address}{path}", headers={"Accept": _ANY})) as answer:
            return bytes(answer.read())

    def _open(self, request: urllib.request.Request) -> t.Any:
        trusted = ssl.create_default_context(cafile=str(self.certificate))
        return urllib.request.urlopen(request, timeout=60, context=trusted)

    def _until_it_answers(self) -> None:
        until = time.monotonic() + 20
        while time.monotonic() < until:
            try:
                self._call("GET", "/v2/")
            except urllib.error.HTTPError:
                return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
            else:
                return
        pytest.fail(f"registry: {(self._home / 'registry.log').read_text()[-800:]}", pytrace=False)


@dataclasses.dataclass(frozen=True)
class Chart:
    """A chart of one ConfigMap with its values; ``template`` replaces its template, ``needs`` are packages.

    ``schema`` is what the bundle says of its values.
    """

    name: str
    version: str
    template: str = ""
    needs: tuple[str, ...] = ()
    schema: t.Mapping[str, t.Any] = dataclasses.field(default_factory=lambda: SCHEMA)

    @property
    def repository(self) -> str:
        """Where it is, below the registry's prefix."""
        return f"charts/{self.name}"

    def packed(self) -> bytes:
        """The archive that helm wants."""
        files = {
            "Chart.yaml": yaml.safe_dump(self.about()),
            "values.yaml": yaml.safe_dump({"title": self.name, "replicas": 1}),
            "templates/configmap.yaml": self.template or TEMPLATE,
        }
        buffer = io.BytesIO()
        with tarfile.open(fileobj=buffer, mode="w") as archive:
            for path, text in files.items():
                info = tarfile.TarInfo(f"{self.name}/{path}")
                info.size = len(text.encode())
                archive.addfile(info, io.BytesIO(text.encode()))
        return gzip.compress(buffer.getvalue(), mtime=0)

    def about(self) -> dict[str, t.Any]:
        """``Chart.yaml``."""
        return {"apiVersion": "v2", "name": self.name, "version": self.version, "type": "application"}


TEMPLATE = """
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ .Release.Name }}
  namespace: {{ .Release.Namespace }}
data:
  title: {{ .Values.title | quote }}
  replicas: {{ .Values.replicas | quote }}
  version: {{ .Chart.Version | quote }}
"""
BROKEN = '{{ fail "this chart is broken on purpose" }}'
SCHEMA = {
    "$schema": "https://json-schema.org/draft-07/schema#",
    "type": "object",
    "additionalProperties": False,
    "properties": {
        "title": {"type": "string", "default": "hello"},
        "replicas": {"type": "integer", "default": 1},
        "sourceRegistry": {"type": "string"},
    },
}


class Publisher:
    """Packs charts, makes bundles of them, signs those, and pushes all into a registry."""

    def __init__(self, registry: Registry, *, minor: str) -> None:
        self._registry = registry
        self._minor = minor
        self._key = ec.generate_private_key(ec.SECP256R1())

    @property
    def public_key(self) -> str:
        """As the package controller and our module take it."""
        encoded = self._key.public_key().public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        )
        return base64.b64encode(encoded).decode()

    def name(self, number: int) -> str:
        """Name of a bundle."""
        return f"v{self._minor.replace('.', '-')}-{number}"

    def publish(self, number: int, packages: t.Mapping[str, t.Sequence[Chart]]) -> None:
        """A signed bundle of packages with their charts, the newest first; ``latest`` is now this one."""
        bundle = self.signed(self.bundle(number, packages))
        tags = [bundle["metadata"]["name"], f"v{self._minor.replace('.', '-')}-latest"]
        self._registry.push(BUNDLES, tags, layer=yaml.safe_dump(bundle).encode(), kind="application/yaml", config={})

    def bundle(self, number: int, packages: t.Mapping[str, t.Sequence[Chart]]) -> dict[str, t.Any]:
        """A bundle without signature; its charts are in the registry."""
        entries = [self._entry(name, charts) for name, charts in packages.items()]
        return {
            "apiVersion": "packages.eks.amazonaws.com/v1alpha1",
            "kind": "PackageBundle",
            "metadata": {
                "name": self.name(number),
                "namespace": "eksa-packages",
                "annotations": {"eksa.aws.com/excludes": _EXCLUDES},
            },
            "spec": {"minControllerVersion": "v0.4.0", "packages": entries},
        }

    def signed(self, bundle: dict[str, t.Any], *, key: ec.EllipticCurvePrivateKey | None = None) -> dict[str, t.Any]:
        """With the signature of the publisher, or of somebody else."""
        made = (key or self._key).sign(signature.signed_bytes(bundle), ec.ECDSA(hashes.SHA256()))
        bundle["metadata"]["annotations"]["eksa.aws.com/signature"] = base64.b64encode(made).decode()
        return bundle

    def _entry(self, name: str, charts: t.Sequence[Chart]) -> dict[str, t.Any]:
        versions = []
        for chart in charts:
            packed = base64.b64encode(gzip.compress(json.dumps(chart.schema).encode(), mtime=0)).decode()
            digest = self._registry.push(
                f"{PREFIX}/{chart.repository}",
                [chart.version],
                layer=chart.packed(),
                kind="application/vnd.cncf.helm.chart.content.v1.tar+gzip",
                config=chart.about(),
            )
            version: dict[str, t.Any] = {"name": chart.version, "digest": digest, "schema": packed}
            versions.append({**version, **({"dependencies": list(chart.needs)} if chart.needs else {})})
        return {"name": name, "source": {"repository": charts[0].repository, "versions": versions}}
