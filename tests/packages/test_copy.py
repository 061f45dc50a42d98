# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A bundle is copied between real registries, the second of which wants a token of its own service."""

from __future__ import annotations

import base64
import contextlib
import http.server
import json
import pathlib
import shutil
import ssl
import threading
import typing as t

import pytest

from ansible_collections.eks.anywhere.plugins.modules import package_copy
from ansible_collections.eks.anywhere.tests.packages import runs
from ansible_collections.eks.anywhere.tests.packages.publishing import PREFIX, Publisher, Registry
from ansible_collections.eks.anywhere.tests.packages.world import first_packages
from ansible_collections.eks.anywhere.tests.simulation.servers import free_ports

LOGIN = base64.b64encode(b"me:secret").decode()


class Tokens:
    """A service that gives tokens for a login, as registries have it."""

    def __init__(self, registry: Registry, home: pathlib.Path) -> None:
        self.asked: list[str] = []
        asked = self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                asked.append(self.path)
                allowed = self.headers.get("Authorization") == f"Basic {LOGIN}"
                body = json.dumps({"token": "a-token"} if allowed else {}).encode()
                self.send_response(200 if allowed else 401)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *arguments: t.Any) -> None:
                """Say nothing."""

        (port,) = free_ports(1)
        self.url = f"https://localhost:{port}/token"
        self._server = http.server.ThreadingHTTPServer(("127.0.0.1", port), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(home / "good.crt", home / "good.key")
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        """End it."""
        self._server.shutdown()
        self._server.server_close()


class Pair:
    """The public registry with a bundle, and our own."""

    def __init__(self, home: pathlib.Path, stack: contextlib.ExitStack) -> None:
        for name in ("public", "ours"):
            (home / name).mkdir()
        self.public, self.ours = Registry(home / "public"), Registry(home / "ours")
        for file in ("good.crt", "good.key"):
            # One authority for both: two of one name would be taken for each other.
            shutil.copy(home / "public" / file, home / "ours" / file)
        tokens = Tokens(self.ours, home / "ours")
        stack.callback(tokens.stop)
        self.asked = tokens.asked
        self.public.start()
        stack.callback(self.public.stop)
        self.ours.start(token_service=tokens.url)
        stack.callback(self.ours.stop)
        self.publisher = Publisher(self.public, minor="1.34")
        self.publisher.publish(1, first_packages())
        self.logins = home / "config.json"
        self.logins.write_text(json.dumps({"auths": {self.ours.address: {"auth": LOGIN}}}))

    kubeconfig = ""

    def run(self, *, check: bool = False, **options: t.Any) -> runs.Outcome:
        """Copy."""
        given = {
            "bundle": "v1-34-latest",
            "packages": ["greeter"],
            "source_registry": f"{self.public.address}/{PREFIX}",
            "source_image_registry": self.public.address,
            "destination": f"{self.ours.address}/mirror",
            "ca_file": str(self.public.certificate),
            "docker_config": str(self.logins),
            "public_key": self.publisher.public_key,
        }
        return runs.run(package_copy, t.cast(t.Any, self), check=check, **{**given, **options})


@pytest.fixture(scope="module")
def pair(tmp_path_factory: pytest.TempPathFactory) -> t.Iterator[Pair]:
    """Both registries."""
    with contextlib.ExitStack() as stack:
        yield Pair(tmp_path_factory.mktemp("registries"), stack)


def test_copy_and_again_is_nothing(pair: Pair) -> None:
    assert pair.run(check=True).changed
    done = pair.run()
    assert not done.error, done
    assert done.data["actions"] == [
        "Copy charts/hello:0.1.1",
        "Copy charts/hello:0.1.0",
        "Copy charts/greeter:1.0.0",
        "Copy bundle v1-34-1 as v1-34-1, v1-34-latest",
    ]
    assert any("scope=repository%3Amirror%2Fcharts%2Fhello%3Apull%2Cpush" in path for path in pair.asked)
    assert not pair.run().changed
    # What was copied is a source like any other, and the signature still holds there.
    again = pair.run(source_registry=f"{pair.ours.address}/mirror", bundle="v1-34-1", check=True)
    assert not again.error, again
    assert not again.changed


def test_a_registry_that_refuses_is_told(pair: Pair) -> None:
    pair.logins.write_text("{}")
    try:
        assert pair.run(packages=["broken"]).code == "packages.registry_refused"
    finally:
        pair.logins.write_text(json.dumps({"auths": {pair.ours.address: {"auth": LOGIN}}}))
    strange = pair.run(ca_file=str(pair.public.certificate.with_name("other.crt")))
    assert strange.code == "packages.registry_unreachable"
    assert "certificate" in strange.error
    assert pair.run(bundle="v1-99-latest").code == "packages.artifact_missing"
