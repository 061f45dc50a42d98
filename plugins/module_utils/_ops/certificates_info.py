# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Facts of every certificate of the clusters that a management cluster manages, the one that ends first before all."""

from __future__ import annotations

import concurrent.futures
import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import CAPI, CLUSTER_LABEL
from ansible_collections.eks.anywhere.plugins.module_utils._plan import certificates as dates
from ansible_collections.eks.anywhere.plugins.module_utils._plan.certificates import Dated
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock, Files, Handshake, Kube, Obj, Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

LANES = 16
EKSA = "anywhere.eks.amazonaws.com/v1alpha1"
_CONTROL_PLANE = "cluster.x-k8s.io/control-plane"
_ETCD = "cluster.x-k8s.io/etcd-cluster"
_API_PORT, _ETCD_PORT = 6443, 2379
_REACHABLE = ("ExternalIP", "InternalIP")


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation looks through."""

    kube: Kube
    handshake: Handshake
    files: Files
    clock: Clock
    report: Reporter


@dataclasses.dataclass(frozen=True)
class _Server:
    """An address that shows a certificate."""

    cluster: str
    kind: str
    name: str
    host: str
    port: int


def info(*, files: t.Sequence[str], warn_days: int, ports: Ports) -> Result:
    """Read them all. Nothing is changed, so check mode is the same."""
    now = ports.clock.today()
    clusters = ports.kube.list(api_version=CAPI, kind="Cluster")
    machines = ports.kube.list(api_version=CAPI, kind="Machine")
    names = sorted(obj["metadata"]["name"] for obj in clusters)
    shown, silent = _shown(_servers(clusters, machines), ports.handshake)
    found = [
        *dates.of_secrets(ports.kube.list(api_version="v1", kind="Secret"), names),
        *dates.of_machines(machines, CLUSTER_LABEL),
        *dates.of_status(ports.kube.list(api_version=EKSA, kind="Cluster"), now),
        *shown,
        *(one for path in files for one in _file(path, names, ports.files)),
    ]
    found.sort(key=lambda one: (one.expires, one.cluster, one.name))
    rows = [_row(name, [one for one in found if one.cluster == name], now) for name in ["", *names]]
    rows = [row for row in rows if row["certificates"]]
    for line in _table(rows, warn_days):
        ports.report.line(line)
    shapes = [one.as_dict(now, warn_days=warn_days) for one in found]
    return Result(
        data={
            "certificates": shapes,
            "clusters": rows,
            "expiring": [shape for shape in shapes if shape["state"] != "ok"],
            "unseen": silent,
        }
    )


def _servers(clusters: t.Iterable[Obj], machines: t.Iterable[Obj]) -> t.Iterator[_Server]:
    for obj in clusters:
        endpoint = (obj.get("spec") or {}).get("controlPlaneEndpoint") or {}
        if endpoint.get("host"):
            name, host, port = obj["metadata"]["name"], str(endpoint["host"]), int(endpoint.get("port") or _API_PORT)
            yield _Server(name, "machine", f"API server at {host}:{port}", host, port)
    for obj in machines:
        labels = obj["metadata"].get("labels") or {}
        port = _ETCD_PORT if _ETCD in labels else _API_PORT if _CONTROL_PLANE in labels else 0
        addresses = {one.get("type"): one.get("address") for one in (obj.get("status") or {}).get("addresses") or ()}
        host = next((str(addresses[kind]) for kind in _REACHABLE if addresses.get(kind)), "")
        if port and host:
            kind, what = ("etcd", "etcd") if port == _ETCD_PORT else ("machine", "API server")
            title = f"{what} on Machine {obj['metadata']['name']}"
            yield _Server(labels.get(CLUSTER_LABEL, ""), kind, title, host, port)


def _shown(servers: t.Iterable[_Server], handshake: Handshake) -> tuple[list[Dated], list[str]]:
    """What servers show, and the names of those that did not answer; they are asked side by side."""
    wanted = list(servers)
    with concurrent.futures.ThreadPoolExecutor(max_workers=LANES) as lanes:
        texts = list(lanes.map(lambda one: handshake.certificate(host=one.host, port=one.port), wanted))
    found = [
        dated
        for one, text in zip(wanted, texts, strict=True)
        for dated in dates.of_server(text, cluster=one.cluster, kind=one.kind, name=one.name)
    ]
    return found, [one.name for one, text in zip(wanted, texts, strict=True) if not text]


def _file(path: str, names: t.Sequence[str], files: Files) -> t.Iterator[Dated]:
    text = files.read(path)
    if text is None:
        raise EksaError(
            f"Kubeconfig {path} does not exist.",
            code="kube.kubeconfig_unreadable",
            hint="Correct kubeconfig_files, or have it written with cluster_kubeconfig.",
        )
    base = path.rpartition("/")[2]
    cluster = max((name for name in names if base.startswith(f"{name}-")), key=len, default="")
    return dates.of_kubeconfig(text, cluster=cluster, kind="file", name=f"file {path}")


def _row(cluster: str, found: t.Sequence[Dated], now: dt.datetime) -> dict[str, t.Any]:
    """``found`` is sorted; the first is the one that a person has to know of."""
    first = found[0] if found else None
    return {
        "name": cluster,
        "certificates": len(found),
        "first": first.name if first else "",
        "days_left": first.days_left(now) if first else None,
        "expires": first.expires.strftime("%Y-%m-%d") if first else "",
    }


def _table(rows: t.Sequence[t.Mapping[str, t.Any]], warn_days: int) -> t.Iterator[str]:
    titles = [row["name"] or "(management)" for row in rows]
    width = max((len(title) for title in titles), default=0)
    for title, row in sorted(zip(titles, rows, strict=True), key=lambda pair: pair[1]["days_left"]):
        sign = "❌" if row["days_left"] < 0 else "⚠️ " if row["days_left"] < warn_days else "✅"
        yield f"{sign} {title:<{width}}  {row['days_left']:>5} days  {row['expires']}  {row['first']}"


__all__ = ("Ports", "info")
