# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""New credentials and certificates with the real providers, the vCenter simulator and real API servers.

One file, since all of it is about one datacenter that takes a minute to begin.
"""

from __future__ import annotations

import base64
import contextlib
import json
import typing as t

import pytest
import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube.client import KubeClient
from ansible_collections.eks.anywhere.plugins.module_utils._ops import certificates_info, credentials
from ansible_collections.eks.anywhere.plugins.module_utils._ops.certificates_renew import renew
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target, kubeconfig_of
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials import MARK
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials_places import Pair
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.clock import SystemClock
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.handshake import TlsHandshake
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Lines
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter
from ansible_collections.eks.anywhere.tests.simulation.vcenter import ADMIN, PASSWORDS, READER
from ansible_collections.eks.anywhere.tests.simulation.world import World
from ansible_collections.eks.anywhere.tests.unit.fakes import Fuse, Killed

FORMER, NEW = Pair(ADMIN, PASSWORDS[ADMIN]), Pair(READER, PASSWORDS[READER])
C1 = Target("c1", "eksa-system")
SHARED = ("eksa-system", "vsphere-credentials")
COPIES = {
    "source": (SHARED, ("eksa-system", "c1-vsphere-credentials")),
    "c1": (("kube-system", "cloud-provider-vsphere-credentials"),),
}


class Fused(KubeClient):
    """A client whose process dies instead of a write."""

    fuse: t.ClassVar[Fuse] = Fuse()

    def merge(self, **where: t.Any) -> Obj:
        """See the port."""
        self.fuse.write()
        return super().merge(**where)


@contextlib.contextmanager
def _vcenter(server: str, pair: Pair) -> t.Iterator[VCenter]:
    with VCenter(server=server, username=pair.username, password=pair.password) as session:
        yield session


def rotate(found: World, pair: Pair, *, seconds: float = 90.0, client: type[KubeClient] = KubeClient) -> Result:
    """The operation, with everything real."""
    ports = credentials.Ports(
        kube=client.from_kubeconfig(found.source.api.kubeconfig),
        connect=lambda text: client.from_kubeconfig_text(text, origin="c1"),
        vcenter=_vcenter,
        waiting=Waiting(clock=SystemClock(), report=Lines(), timeout_seconds=seconds),
    )
    return credentials.rotate(credentials.Asked(pair), ports=ports, check_mode=False)


def held(found: World) -> set[Pair]:
    """The pairs in all places that were looked at: plain, keyed, and in the manifest that is delivered."""
    source = found.source.kube
    sides = {"source": source, "c1": KubeClient.from_kubeconfig(found.clusters[0].api.kubeconfig)}
    data = [_data(sides[side], *place) for side, places in COPIES.items() for place in places]
    nested = _data(source, "eksa-system", "c1-cloud-provider-vsphere-credentials")["data"]
    inner = yaml.safe_load(nested)["data"]
    data.append({key: base64.b64decode(value).decode() for key, value in inner.items()})
    return {
        Pair(
            next(text for key, text in one.items() if key.endswith("username")),
            next(text for key, text in one.items() if key.endswith("password")),
        )
        for one in data
    }


def _data(kube: KubeClient, namespace: str, name: str) -> dict[str, str]:
    found = kube.get(api_version="v1", kind="Secret", name=name, namespace=namespace)
    assert found is not None
    return {key: base64.b64decode(value).decode() for key, value in found["data"].items()}


def test_wrong_password_is_sent_once(datacenter: World) -> None:
    before = datacenter.vcenter.sessions()["refused"]
    with pytest.raises(EksaError) as caught:
        rotate(datacenter, Pair(READER, "wrong"))
    assert caught.value.code == "vsphere.login_refused"
    assert datacenter.vcenter.sessions()["refused"] == before + 1
    assert held(datacenter) == {FORMER}


def test_provider_that_does_not_log_in_takes_everything_back(datacenter: World) -> None:
    datacenter.source.providers.broken.add("capv")
    try:
        with pytest.raises(EksaError) as caught:
            rotate(datacenter, NEW, seconds=5)
    finally:
        datacenter.source.providers.broken.discard("capv")
    assert caught.value.code == "credentials.not_in_use"
    assert caught.value.details["rolled_back"] is True
    assert held(datacenter) == {FORMER}


@pytest.mark.parametrize("number", [3, 4])
def test_run_that_is_killed_between_writes_is_ended_by_the_next(datacenter: World, number: int) -> None:
    pair = NEW if held(datacenter) == {FORMER} else FORMER
    Fused.fuse = Fuse(kill_at=number)
    with pytest.raises(Killed):
        rotate(datacenter, pair, client=Fused)
    assert len(held(datacenter)) == 2, "cut in the middle"
    result = rotate(datacenter, pair)
    assert held(datacenter) == {pair}
    readers = {(proof["site"], proof["reader"]) for proof in result.data["proofs"]}
    assert readers == {("c1", "VSphereCluster c1"), ("c1", "DaemonSet vsphere-cloud-controller-manager")}
    assert f'username="{pair.username}"' in datacenter.source.providers.log("capv", lines=2000)
    marked = datacenter.source.kube.get(api_version="v1", kind="Secret", name=SHARED[1], namespace=SHARED[0])
    assert MARK not in json.dumps(marked)


def test_second_run_asks_nobody(datacenter: World) -> None:
    (pair,) = held(datacenter)
    again = rotate(datacenter, pair)
    assert not again.changed
    assert not again.data["verified"]


def test_certificates_of_secrets_and_of_the_server_are_seen(datacenter: World) -> None:
    kube, lines = datacenter.source.kube, Lines()
    ports = certificates_info.Ports(kube, TlsHandshake(), LocalFiles(), SystemClock(), lines)
    found = certificates_info.info(files=[], warn_days=30, ports=ports).data
    by_name = {one["name"]: one for one in found["certificates"]}
    assert by_name["Secret eksa-system/c1-kubeconfig"]["subject"] == "kubernetes-admin"
    assert 363 <= by_name["Secret eksa-system/c1-kubeconfig"]["days_left"] <= 365
    assert 3640 <= by_name["Secret eksa-system/c1-etcd"]["days_left"] <= 3660
    port = datacenter.clusters[0].api.url.rpartition(":")[2]
    shown = by_name[f"API server at 127.0.0.1:{port}"]
    assert (shown["subject"], shown["days_left"], shown["state"]) == ("eks-anywhere-test", 1, "expiring")
    assert lines.lines[0].startswith("⚠️  c1")


def test_kubeconfig_is_made_anew_by_the_control_plane_provider(datacenter: World) -> None:
    kube = datacenter.source.kube
    before = kubeconfig_of(C1, kube=kube)
    waiting = Waiting(clock=SystemClock(), report=Lines(), timeout_seconds=240)
    result = renew(within_days=400, kube=kube, waiting=waiting, check_mode=False)
    assert result.data["renewed"] == ["Secret eksa-system/c1-kubeconfig"]
    after = kubeconfig_of(C1, kube=kube)
    assert after != before
    for text in (before, after):
        client = KubeClient.from_kubeconfig_text(text, origin="c1")
        assert client.list(api_version="v1", kind="Node"), "the one that was replaced holds until its end"
