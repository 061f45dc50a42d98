# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Replace the vSphere credentials of a management cluster and all its clusters: everywhere, or nowhere.

Asked of vCenter once, written to every holder, every reader seen to log in. What fails on the way is taken back, as
long as vCenter still accepts the former credentials; a run that was cut is ended by the next one.
"""

from __future__ import annotations

import contextlib
import dataclasses
import datetime as dt
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops import credentials_look as looking
from ansible_collections.eks.anywhere.plugins.module_utils._ops import credentials_proof as proving
from ansible_collections.eks.anywhere.plugins.module_utils._ops.credentials_look import Connect, Seen
from ansible_collections.eks.anywhere.plugins.module_utils._ops.credentials_proof import Proof, Reader
from ansible_collections.eks.anywhere.plugins.module_utils._ops.rollout import Waiting
from ansible_collections.eks.anywhere.plugins.module_utils._ops.why_vcenter import is_meant
from ansible_collections.eks.anywhere.plugins.module_utils._plan import credentials as plan
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials import MARK, Holder, Use, Wanted
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials_places import Pair, undo
from ansible_collections.eks.anywhere.plugins.module_utils._ports import ControllerKube, Obj, VSphere
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

Open = t.Callable[[str, Pair], contextlib.AbstractContextManager[VSphere]]
"""A vCenter, with the pair to log in with."""


@dataclasses.dataclass(frozen=True)
class Ports:
    """What the operation works with."""

    kube: ControllerKube
    connect: Connect
    vcenter: Open
    waiting: Waiting


@dataclasses.dataclass(frozen=True)
class Asked:
    """What the user wants. ``replaces`` and ``server`` may be empty: then they are what is found."""

    pair: Pair
    replaces: str = ""
    server: str = ""
    ignore_unreachable: bool = False


@dataclasses.dataclass(frozen=True)
class _Work:
    """What is left: ``todo`` hold another pair; ``first`` of all holders carries the mark."""

    wanted: Wanted
    seen: Seen
    holders: tuple[Holder, ...]
    todo: tuple[Holder, ...]

    @property
    def first(self) -> Holder:
        """Who carries the mark."""
        return self.holders[0]

    @property
    def is_cut(self) -> bool:
        """Whether a run began and did not end."""
        return any(holder.mark for holder in self.holders)

    @property
    def finished(self) -> bool:
        """Whether everybody has the pair and was seen to use it."""
        return not self.todo and not self.is_cut

    @property
    def ignored(self) -> tuple[str, ...]:
        """Clusters whose own copies nobody can see."""
        return tuple(sorted(one.name for one in self.seen.clusters if one.refusal and one.server == self.wanted.server))

    def kube(self, holder: Holder) -> ControllerKube:
        """The API server that a holder is on."""
        return self.seen.sites[holder.site]


def rotate(asked: Asked, *, ports: Ports, check_mode: bool) -> Result:
    """Bring the credentials to everybody; nothing is sent anywhere when everybody has them."""
    _require(asked.pair)
    work = _work(asked, looking.look(ports.kube, connect=ports.connect))
    if check_mode or work.finished:
        return _result(work, proofs=(), verified=False)
    _refuse(work, asked)
    _verify(work, ports)
    proofs = _carry_out(work, ports)
    return _result(work, proofs=tuple(proofs), verified=True)


def _require(pair: Pair) -> None:
    if not pair.username or not pair.password:
        raise EksaError(
            "No new vSphere credentials were given.",
            code="vsphere.credentials_missing",
            hint="Set vsphere_username and vsphere_password, or EKSA_VSPHERE_USERNAME and EKSA_VSPHERE_PASSWORD.",
        )


def _work(asked: Asked, seen: Seen) -> _Work:
    server = plan.only_server(seen.identities, asked.server)
    wanted = Wanted(asked.pair, asked.replaces or plan.replaced_user(seen.holders), server)
    concerned = tuple(plan.of_server(seen.holders, wanted, seen.identities))
    if not concerned:
        raise EksaError(
            f"Nothing holds credentials of {wanted.replaces} for vCenter {server}.",
            code="credentials.nobody",
            hint="Name in replaces the user whose credentials are in use.",
            details={"server": server, "replaces": wanted.replaces},
        )
    todo = tuple(holder for holder in concerned if holder.patch(wanted.change))
    return _Work(wanted=wanted, seen=seen, holders=concerned, todo=todo)


def _refuse(work: _Work, asked: Asked) -> None:
    """Clusters in which nothing could be written, or nobody would be seen to log in."""
    concerned = [one for one in work.seen.clusters if one.server == work.wanted.server]
    away = [one for one in concerned if one.refusal]
    if away and not asked.ignore_unreachable:
        raise EksaError(
            "Clusters cannot be asked for their own copies of the credentials: "
            + "; ".join(f"{one.name}: {one.refusal.message if one.refusal else ''}" for one in away),
            code="credentials.cluster_unreachable",
            hint="Mend them first, or set ignore_unreachable and run again when they answer.",
            details={"clusters": [one.name for one in away]},
        )
    paused = [one.name for one in concerned if one.paused]
    if paused:
        raise EksaError(
            f"Nobody works on paused clusters, so nobody would log in: {', '.join(paused)}.",
            code="credentials.cluster_paused",
            hint="Finish what paused them first.",
            details={"clusters": paused},
        )
    fixed = [holder.where for holder in work.todo if holder.obj.get("immutable")]
    if fixed:
        raise EksaError(
            f"Immutable: {', '.join(fixed)}.",
            code="credentials.immutable",
            hint="Make each anew without immutable, then run again.",
        )


def _verify(work: _Work, ports: Ports) -> None:
    """One login. A refused password is not tried again by anybody, since nothing was written yet."""
    server = work.wanted.server
    there = [one.infrastructure["spec"] for one in work.seen.clusters if one.server == server]
    thumbprints = {str(spec.get("thumbprint") or "") for spec in there}
    with ports.vcenter(server, work.wanted.pair) as session:
        certificate = session.certificate()
        if not any(is_meant(certificate, thumbprint) for thumbprint in thumbprints):
            raise EksaError(
                f"The certificate of vCenter {server} is {certificate.sha1}, the clusters expect another.",
                code="vsphere.thumbprint_mismatch",
                hint="Find out what answers at that address; the password was not sent.",
            )
        session.login(certificate)
    ports.waiting.report.line(f"✅ vCenter {server} accepts the credentials of {work.wanted.pair.username}")


def _carry_out(work: _Work, ports: Ports) -> list[Proof]:
    written: list[tuple[Holder, Obj]] = []
    readers: list[Reader] = []
    sites = len({holder.site for holder in work.todo})
    try:
        if work.todo:
            ports.waiting.report.line(f"Writing credentials to {len(work.todo)} places in {sites} clusters")
        _mark(work, work.wanted.replaces)
        for holder in work.todo:
            change = holder.patch(work.wanted.change)
            written.append((holder, change))
            _merge(work, holder, change)
        readers += _readers(work, ports)
        for reader in readers:
            reader.begin()
        proofs = proving.wait(readers, waiting=ports.waiting)
    except EksaError as exc:
        raise _taken_back(exc, work, written, readers, ports) from exc
    if not work.ignored:  # the mark also tells the next run whose credentials are still in there
        _mark(work, None)
    return proofs


def _mark(work: _Work, user: str | None) -> None:
    """The user whose credentials are replaced; None when everybody was seen to use the new ones."""
    _merge(work, work.first, {"metadata": {"annotations": {MARK: user}}})


def _merge(work: _Work, holder: Holder, patch: Obj) -> None:
    work.kube(holder).merge(
        api_version="v1", kind=holder.obj["kind"], name=holder.name, namespace=holder.namespace, patch=patch
    )


def _readers(work: _Work, ports: Ports) -> list[Reader]:
    """All of them, also those whose Secret an earlier run wrote."""
    clock, found = ports.waiting.clock, list[Reader]()
    identities = {(holder.namespace, holder.name) for holder in work.holders if holder.use == Use.IDENTITY}
    for cluster in work.seen.clusters:
        if cluster.server == work.wanted.server and cluster.identity in identities:
            found.append(proving.Provider(cluster, kube=ports.kube, now=lambda: _written(clock.today())))
    for holder in work.holders:
        if holder.use == Use.INSIDE and holder.obj["kind"] == "Secret":
            found += proving.readers_inside(holder, kube=work.kube(holder), clock=clock)
    return found


def _written(moment: dt.datetime) -> str:
    """A time as Kubernetes writes it."""
    return moment.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _taken_back(
    exc: EksaError, work: _Work, written: list[tuple[Holder, Obj]], readers: t.Sequence[Reader], ports: Ports
) -> EksaError:
    """Bring the former credentials back where they were, if there is any use in that; the error that says so."""
    pair = plan.former(work.todo, work.wanted)
    outcome, rolled_back = _keep(pair, work, ports), False
    if pair and not outcome:
        failed = _restore(work, written, pair)
        rolled_back = not failed
        outcome = "All places have the former credentials again."
        if failed:
            outcome = f"The former credentials could not be written back to {', '.join(failed)}."
        for reader in readers:
            with contextlib.suppress(EksaError):  # who does not answer now reads what is there when it does
                reader.begin()
    ports.waiting.report.line(outcome)
    in_use = exc.code in ("wait.timeout", "credentials.refused")
    return EksaError(
        f"{exc.message} {outcome}",
        code="credentials.not_in_use" if in_use else "credentials.not_written",
        hint=exc.hint,
        details={**exc.details, "cause": exc.code, "rolled_back": rolled_back},
    )


def _keep(pair: Pair | None, work: _Work, ports: Ports) -> str:
    """Why the new credentials stay; empty when going back makes sense. vCenter is asked once."""
    if pair is None:
        return "The new credentials stay: the former ones are not known any more."
    try:
        with ports.vcenter(work.wanted.server, pair) as session:
            session.login(session.certificate())
    except EksaError:
        return "The new credentials stay: vCenter does not accept the former ones any more."
    return ""


def _restore(work: _Work, written: list[tuple[Holder, Obj]], pair: Pair) -> list[str]:
    """Write back in reverse order, those of a run that was cut as well; who could not be written."""
    undone = {id(holder): undo(holder.obj, patch) for holder, patch in written}
    failed: list[str] = []
    for holder in reversed(work.holders):
        back = undone.get(id(holder)) or holder.patch(
            lambda server, found: pair if work.wanted.change(server, found) == found == work.wanted.pair else found
        )
        try:
            if back:
                _merge(work, holder, back)
        except EksaError:
            failed.append(holder.where)
    if not failed:
        with contextlib.suppress(EksaError):  # the mark alone makes the next run look again, which does no harm
            _mark(work, None)
    return failed


def _result(work: _Work, *, proofs: tuple[Proof, ...], verified: bool) -> Result:
    wanted = work.wanted
    actions = [f"Write credentials to {holder.where}" for holder in work.todo]
    if not actions and work.is_cut:
        actions = ["See that everybody logs in with the new credentials"]
    return Result(
        actions=tuple(actions),
        before="".join(f"{holder.where}: {_users(holder)}\n" for holder in work.holders),
        after="".join(
            f"{holder.where}: {wanted.pair.username}, new password\n"
            if holder in work.todo
            else f"{holder.where}: {_users(holder)}\n"
            for holder in work.holders
        ),
        data={
            "server": wanted.server,
            "username": wanted.pair.username,
            "replaces": wanted.replaces,
            "verified": verified,
            "holders": [_shape(holder, changed=holder in work.todo) for holder in work.holders],
            "proofs": [proof.as_dict() for proof in proofs],
            "clusters_ignored": list(work.ignored),
        },
    )


def _users(holder: Holder) -> str:
    return ", ".join(sorted({pair.username for _server, pair in holder.pairs()}))


def _shape(holder: Holder, *, changed: bool) -> dict[str, t.Any]:
    return {
        "cluster": holder.site,
        "kind": holder.obj["kind"],
        "namespace": holder.namespace,
        "name": holder.name,
        "use": holder.use.name.lower(),
        "changed": changed,
    }


__all__ = ("Asked", "Open", "Ports", "rotate")
