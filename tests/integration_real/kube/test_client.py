# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The Kubernetes adapter against a real API server."""

from __future__ import annotations

import base64
import contextlib
import datetime as dt
import json
import os
import pathlib
import socket
import ssl
import subprocess
import sys
import tempfile
import threading
import typing as t
import uuid

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import HASTY, KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.tests.integration_real.conftest import ApiServers
from ansible_collections.eks.anywhere.tests.simulation.servers import ApiServer
from ansible_collections.eks.anywhere.tests.simulation.tls import kubeconfig, write_pair


def config_map(name: str, **data: str) -> Obj:
    """A ConfigMap in ``default``."""
    return {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": name, "namespace": "default"}, "data": data}


@pytest.fixture
def name() -> str:
    """A name that no other test uses."""
    return f"t-{uuid.uuid4().hex[:8]}"


def test_client_is_a_kube_port(kube: KubeClient) -> None:
    port: Kube = kube
    assert port.calls == 0


def test_an_object_comes_changes_and_goes(kube: KubeClient, name: str) -> None:
    assert kube.get(api_version="v1", kind="ConfigMap", name=name, namespace="default") is None
    created = kube.create(config_map(name, a="1"))
    with pytest.raises(EksaError) as caught:
        kube.create(config_map(name))
    assert caught.value.code == "kube.already_exists"
    changed = kube.merge(
        api_version="v1", kind="ConfigMap", name=name, namespace="default", patch={"data": {"a": None, "b": "2"}}
    )
    assert changed["data"] == {"b": "2"}
    uid = created["metadata"]["uid"]
    there: dict[str, t.Any] = {"api_version": "v1", "kind": "ConfigMap", "name": name, "namespace": "default"}
    assert not kube.delete(**there, uid=str(uuid.uuid4()))
    assert kube.get(**there) is not None
    assert kube.delete(**there, uid=uid)
    assert not kube.delete(**there)
    assert kube.calls == 8


def test_apply_is_server_side_and_settled_the_second_time(kube: KubeClient, name: str) -> None:
    first = kube.apply(config_map(name, a="1"))
    second = kube.apply(config_map(name, a="1"))
    assert first["metadata"]["resourceVersion"] == second["metadata"]["resourceVersion"]
    assert [(entry["manager"], entry["operation"]) for entry in second["metadata"]["managedFields"]] == [
        ("eks-a-cli", "Apply")
    ]
    again = kube.apply(second)
    assert again["data"] == {"a": "1"}


def test_dry_run_stores_nothing(kube: KubeClient, name: str) -> None:
    assert kube.apply(config_map(name, a="1"), dry_run=True)["data"] == {"a": "1"}
    assert kube.get(api_version="v1", kind="ConfigMap", name=name, namespace="default") is None


def test_list_by_label_gives_whole_objects(kube: KubeClient, name: str) -> None:
    for number in ("1", "2"):
        obj = config_map(f"{name}-{number}")
        obj["metadata"]["labels"] = {"of": name}
        kube.apply(obj)
    found = kube.list(api_version="v1", kind="ConfigMap", labels=f"of={name}")
    assert [(item["kind"], item["metadata"]["name"]) for item in found] == [
        ("ConfigMap", f"{name}-1"),
        ("ConfigMap", f"{name}-2"),
    ]
    assert kube.calls == 3


def test_an_unknown_kind_is_discovered_once(kube: KubeClient, name: str) -> None:
    obj = {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {"podSelector": {}},
    }
    kube.apply(obj)
    kube.apply(obj)
    assert kube.calls == 3


def test_a_kind_that_is_not_there(kube: KubeClient) -> None:
    # Unknown to us and to the server; known to us alone; a known group without that kind.
    etcd = ("etcdcluster.cluster.x-k8s.io/v1beta1", "EtcdadmCluster")
    for api_version, kind in (("nowhere.example.com/v1", "Thing"), etcd, ("apps/v1", "Thing")):
        assert kube.get(api_version=api_version, kind=kind, name="x") is None
        assert kube.list(api_version=api_version, kind=kind) == []
    with pytest.raises(EksaError) as caught:
        kube.apply({"apiVersion": "nowhere.example.com/v1", "kind": "Thing", "metadata": {"name": "x"}})
    assert caught.value.code == "kube.kind_unknown"


REFUSALS: tuple[tuple[str, Obj, str], ...] = (
    ("invalid", {**config_map("ok"), "data": {"a b": "x"}}, "kube.invalid"),
    ("namespace", {**config_map("x"), "metadata": {"name": "x", "namespace": "none"}}, "kube.namespace_missing"),
    ("no definition", {"apiVersion": "distro.eks.amazonaws.com/v1alpha1", "kind": "Release", "metadata": {"name": "x"}},
     "kube.not_found"),
)  # fmt: skip


@pytest.mark.parametrize(("obj", "code"), [case[1:] for case in REFUSALS], ids=[case[0] for case in REFUSALS])
def test_refusals_have_codes(kube: KubeClient, obj: Obj, code: str) -> None:
    with pytest.raises(EksaError) as caught:
        kube.apply(obj)
    assert caught.value.code == code
    assert obj["metadata"]["name"] in caught.value.message


def test_a_refused_secret_is_not_quoted(kube: KubeClient, name: str) -> None:
    secret: Obj = {
        "apiVersion": "v1",
        "kind": "Secret",
        "metadata": {"name": name, "namespace": "default"},
        "data": {"password": "not base64: hunter2"},
    }
    for send in (kube.apply, kube.create):
        with pytest.raises(EksaError) as caught:
            send(secret)
        assert "hunter2" not in caught.value.message


def document(server: ApiServer, **changes: t.Any) -> dict[str, t.Any]:
    """A kubeconfig with other credentials."""
    found: dict[str, t.Any] = json.loads(pathlib.Path(server.kubeconfig).read_text(encoding="utf-8"))
    found["users"][0]["user"].update(changes.get("user", {}))
    found["clusters"][0]["cluster"].update(changes.get("cluster", {}))
    return found


def test_a_wrong_token(capi_server: ApiServer) -> None:
    text = json.dumps(document(capi_server, user={"token": "wrong"}))
    with pytest.raises(EksaError) as caught:
        KubeClient.from_kubeconfig_text(text, origin="test").list(api_version="v1", kind="Node")
    assert caught.value.code == "kube.unauthorized"


def test_a_certificate_that_does_not_fit(capi_server: ApiServer, api_server: ApiServers) -> None:
    text = json.dumps(document(capi_server, cluster={"certificate-authority": api_server().certificate}))
    with pytest.raises(EksaError) as caught:
        KubeClient.from_kubeconfig_text(text, origin="test").list(api_version="v1", kind="Node")
    assert caught.value.code == "kube.tls"


@pytest.mark.parametrize(
    ("age", "words"),
    [(dt.timedelta(days=3), "certificate has expired"), (dt.timedelta(days=-3), "certificate is not yet valid")],
    ids=["over", "to come"],
)
def test_a_certificate_that_is_not_valid_now(tmp_path: pathlib.Path, age: dt.timedelta, words: str) -> None:
    with shows_certificate(tmp_path, age=age) as url:
        text = kubeconfig(url=url, certificate=tmp_path / "server.crt", token="t").decode()
        with pytest.raises(EksaError) as caught:
            KubeClient.from_kubeconfig_text(text, origin="test").list(api_version="v1", kind="Node")
    assert caught.value.code == "kube.tls"
    assert words in caught.value.message
    assert f"The clock of this machine says {dt.datetime.now(dt.UTC):%Y-%m-%d}" in caught.value.message
    assert caught.value.hint.startswith("Set that clock if it is wrong.")


@contextlib.contextmanager
def shows_certificate(home: pathlib.Path, *, age: dt.timedelta) -> t.Iterator[str]:
    """URL of a server with a certificate that is valid since ``age``, for two days; it takes one connection."""
    certificate, key = home / "server.crt", home / "server.key"
    write_pair(certificate=certificate, key=key, age=age)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=_shake_hands, args=(listening, context))
        thread.start()
        try:
            yield f"https://127.0.0.1:{listening.getsockname()[1]}"
        finally:
            thread.join(timeout=10)


def _shake_hands(listening: socket.socket, context: ssl.SSLContext) -> None:
    connection, _address = listening.accept()
    with connection, contextlib.suppress(ssl.SSLError), context.wrap_socket(connection, server_side=True):
        pass


def test_nobody_there() -> None:
    text = json.dumps(
        {
            "apiVersion": "v1",
            "kind": "Config",
            "current-context": "c",
            "clusters": [{"name": "c", "cluster": {"server": "https://127.0.0.1:9"}}],
            "users": [],
            "contexts": [{"name": "c", "context": {"cluster": "c", "user": ""}}],
        }
    )
    client = KubeClient.from_kubeconfig_text(text, origin="test", patience=HASTY)
    with pytest.raises(EksaError) as caught:
        client.get(api_version="v1", kind="Node", name="x")
    assert caught.value.code == "kube.unreachable"
    assert "Connection refused" in caught.value.message
    assert client.calls == 1


@pytest.mark.parametrize("text", ["", "a: [", "current-context: x", '{"users": [{"user": {"token": "hunter2"'])
def test_a_kubeconfig_that_is_none(text: str) -> None:
    with pytest.raises(EksaError) as caught:
        KubeClient.from_kubeconfig_text(text, origin="some.kubeconfig")
    assert caught.value.code == "kube.kubeconfig_invalid"
    assert "hunter2" not in str(caught.value.as_fail())


def test_a_kubeconfig_file_that_is_missing(tmp_path: pathlib.Path) -> None:
    path = str(tmp_path / "none")
    assert KubeClient.if_there(path, optional=True) is None
    with pytest.raises(EksaError) as caught:
        KubeClient.if_there(path, optional=False)
    assert caught.value.code == "kube.kubeconfig_unreadable"


def test_a_restart_of_the_server_is_ridden_out(api_server: ApiServers, name: str) -> None:
    server = api_server("restarted")
    client = KubeClient.from_kubeconfig(server.kubeconfig)
    client.apply(config_map(name, a="1"))
    server.stop_api()
    server.start()
    # The connection that was kept alive is dead now.
    found = client.get(api_version="v1", kind="ConfigMap", name=name, namespace="default")
    assert found is not None
    assert found["data"] == {"a": "1"}


def test_no_key_is_left_in_a_file(capi_server: ApiServer) -> None:
    """Also not when the process ends without clean-up, as Ansible's workers do."""
    home = pathlib.Path(capi_server.kubeconfig).parent
    pem = {key: base64.b64encode((home / f"server.{end}").read_bytes()).decode() for key, end in
           (("client-key-data", "key"), ("client-certificate-data", "crt"))}  # fmt: skip
    authority = {"certificate-authority-data": pem["client-certificate-data"]}
    text = json.dumps(document(capi_server, user=pem, cluster=authority))
    code = (
        "import os, sys\n"
        "from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient\n"
        "client = KubeClient.from_kubeconfig_text(sys.stdin.read(), origin='test')\n"
        "client.list(api_version='v1', kind='Node')\n"
        "os._exit(0)\n"
    )
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "TMPDIR": folder}
        subprocess.run([sys.executable, "-c", code], input=text, text=True, check=True, env=environment)
        assert list(pathlib.Path(folder).iterdir()) == []
