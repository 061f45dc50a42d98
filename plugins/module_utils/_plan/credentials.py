# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Who holds vSphere credentials that are to be replaced, in which order they are written, and what is still to do.

The first of all holders carries a mark from its write until every reader was seen to log in. So a run that was cut is
known by what is there: a mark, and some holders with the new pair.
"""

from __future__ import annotations

import collections
import dataclasses
import enum
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan import credentials_places as places
from ansible_collections.eks.anywhere.plugins.module_utils._plan.credentials_places import Change, Pair
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

MARK = "eks.anywhere/credentials-replace"
"""Annotation that names the user whose credentials are being replaced."""
SYSTEM_NAMESPACE = "eksa-system"
PROVIDER_NAMESPACE = "capv-system"
_SHARED = "vsphere-credentials"
_BOOTSTRAP = "manager-bootstrap-credentials"


class Use(enum.IntEnum):
    """What a holder is for, in the order of writing: who is copied from comes before its copies."""

    SYSTEM = 0
    IDENTITY = 1
    DELIVERY = 2
    INSIDE = 3
    PROVIDER = 4


@dataclasses.dataclass(frozen=True)
class Identity:
    """The Secret that the infrastructure provider logs in with, and the VSphereClusters that it does so for."""

    namespace: str
    name: str
    servers: frozenset[str]


@dataclasses.dataclass(frozen=True)
class Wanted:
    """The pair to have at one vCenter, and the user whose pair it replaces."""

    pair: Pair
    replaces: str
    server: str

    def change(self, server: str, found: Pair) -> Pair:
        """See ``credentials_places.Change``."""
        if server not in ("", self.server) or not (found.is_of(self.replaces) or found.is_of(self.pair.username)):
            return found
        return self.pair


@dataclasses.dataclass(frozen=True)
class Holder:
    """An object with credentials on one API server; ``site`` is the cluster that it is in."""

    site: str
    use: Use
    obj: Obj = dataclasses.field(repr=False)

    @property
    def plain(self) -> bool:
        """Whether its bare ``username`` fields are vSphere's."""
        return self.use in (Use.SYSTEM, Use.IDENTITY)

    @property
    def where(self) -> str:
        """``Secret eksa-system/w01-vsphere-credentials of mgmt``."""
        return f"{self.obj['kind']} {self.namespace}/{self.name} of {self.site}"

    @property
    def name(self) -> str:
        """Its name."""
        return str(self.obj["metadata"]["name"])

    @property
    def namespace(self) -> str:
        """Its namespace."""
        return str(self.obj["metadata"].get("namespace") or "")

    @property
    def mark(self) -> str:
        """The user whose credentials are being replaced by a run that has not ended."""
        return str((self.obj["metadata"].get("annotations") or {}).get(MARK) or "")

    def pairs(self) -> tuple[tuple[str, Pair], ...]:
        """See ``credentials_places.pairs``."""
        return places.pairs(self.obj, plain=self.plain)

    def patch(self, change: Change) -> Obj:
        """See ``credentials_places.patch``."""
        return places.patch(self.obj, change, plain=self.plain)


def holders(
    objects: t.Iterable[Obj], *, site: str, identities: t.Sequence[Identity], delivered: t.Collection[tuple[str, str]]
) -> list[Holder]:
    """Who among the objects of one API server holds credentials of any vCenter; ``delivered`` ConfigMaps too."""
    named = {(identity.namespace, identity.name) for identity in identities}
    found = [Holder(site, use, obj) for obj in objects if (use := _use(obj, named, delivered)) is not None]
    return [holder for holder in found if holder.pairs()]


def _use(obj: Obj, identities: set[tuple[str, str]], delivered: t.Collection[tuple[str, str]]) -> Use | None:
    key = (str(obj["metadata"].get("namespace") or ""), str(obj["metadata"]["name"]))
    if obj["kind"] == "ConfigMap":
        return Use.DELIVERY if key in delivered else None
    if key in identities:
        return Use.IDENTITY
    if obj.get("type") == places.DELIVERY_TYPE:
        return Use.DELIVERY
    if key == (SYSTEM_NAMESPACE, _SHARED):
        return Use.SYSTEM
    return Use.PROVIDER if key[1].endswith(_BOOTSTRAP) else Use.INSIDE


def of_server(found: t.Sequence[Holder], wanted: Wanted, identities: t.Sequence[Identity]) -> list[Holder]:
    """Holders of pairs to be replaced, in the order of writing.

    Most name their vCenter. One that does not counts when there is but one vCenter, or when another holder is known to
    use the same pair there: the same username at another vCenter is another account.
    """
    servers = {server for identity in identities for server in identity.servers}
    at_home = {(one.namespace, one.name) for one in identities if wanted.server in one.servers}
    known = [holder for holder in found if (holder.namespace, holder.name) in at_home and holder.use == Use.IDENTITY]
    used = {pair for holder in known for _server, pair in holder.pairs()} | {wanted.pair}

    def counts(holder: Holder, server: str, pair: Pair) -> bool:
        concerned = wanted.change(server, pair) is wanted.pair
        alike = holder.use != Use.INSIDE and (servers <= {wanted.server} or holder in known or pair in used)
        return concerned and (bool(server) or alike)

    chosen = [holder for holder in found if any(counts(holder, *place) for place in holder.pairs())]
    return sorted(chosen, key=lambda holder: (holder.use, holder.site, holder.namespace, holder.name))


def replaced_user(found: t.Sequence[Holder]) -> str:
    """The user whose pair is to be replaced when nobody says so: of a cut run, else the one EKS Anywhere goes by."""
    marked = next((holder.mark for holder in found if holder.mark), "")
    shared = next((holder for holder in found if holder.use == Use.SYSTEM), None)
    if marked or shared:
        return marked or (shared.pairs()[0][1].username if shared else "")
    names = {pair.username for holder in found if holder.use == Use.IDENTITY for _server, pair in holder.pairs()}
    if len(names) == 1:
        return names.pop()
    raise EksaError(
        f"Whose credentials are to be replaced cannot be told: {', '.join(sorted(names)) or 'no user'} is in use.",
        code="credentials.replaced_unknown",
        hint="Name the user in replaces.",
        details={"users": sorted(names)},
    )


def only_server(identities: t.Sequence[Identity], given: str) -> str:
    """The vCenter that was named, or the only one that the clusters use."""
    servers = sorted({server for identity in identities for server in identity.servers if server})
    if given in servers or (not given and len(servers) == 1):
        return given or servers[0]
    raise EksaError(
        f"The clusters of this management cluster use {_list(servers)}" + (f", not {given}." if given else "."),
        code="credentials.server_unknown",
        hint="Name one of these vCenters in server; credentials are replaced for one at a time."
        if servers
        else "Give the kubeconfig of a cluster that manages clusters on vSphere.",
        details={"servers": servers},
    )


def _list(servers: t.Sequence[str]) -> str:
    return f"vCenter {', '.join(servers)}" if servers else "no vCenter"


def former(found: t.Sequence[Holder], wanted: Wanted) -> Pair | None:
    """The pair that most of those who were not written yet still hold; None when there are none."""
    held = collections.Counter(
        pair for holder in found for server, pair in holder.pairs() if wanted.change(server, pair) != pair
    )
    return held.most_common(1)[0][0] if held else None


__all__ = (
    "MARK",
    "PROVIDER_NAMESPACE",
    "SYSTEM_NAMESPACE",
    "Holder",
    "Identity",
    "Use",
    "Wanted",
    "former",
    "holders",
    "of_server",
    "only_server",
    "replaced_user",
)
