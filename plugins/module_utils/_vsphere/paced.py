# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""A session that can be looked behind objects with, and that sends its requests one by one at a gentle pace."""

from __future__ import annotations

import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Certificate
from ansible_collections.eks.anywhere.plugins.module_utils._ports_survey import Survey, SurveyQuery
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere import faults
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.session import VCenter
from ansible_collections.eks.anywhere.plugins.module_utils._vsphere.survey import Surveyor

try:
    from pyVmomi import SoapStubAdapter as _Adapter
except ImportError:  # the session says so when it is opened
    _Adapter = object

REQUESTS_PER_SECOND = 50
SECONDS_APART = 1 / REQUESTS_PER_SECOND


class PacedAdapter(_Adapter):  # type: ignore[misc]
    """Sends at most so many requests a second, and counts them."""

    requests = 0
    _next = 0.0

    def InvokeMethod(self, mo: t.Any, info: t.Any, args: t.Any, outerStub: t.Any = None) -> t.Any:  # noqa: N802,N803
        """One request to the server."""
        now = time.monotonic()
        if now < self._next:
            time.sleep(self._next - now)
        self._next = max(now, self._next) + SECONDS_APART
        self.requests += 1
        return super().InvokeMethod(mo, info, args, outerStub)


class SurveyedVCenter(VCenter):
    """The SurveyedVSphere port over pyVmomi."""

    ADAPTER = PacedAdapter

    def survey(self, query: SurveyQuery) -> Survey:
        """Look behind what the query names. What the user may not see is left out, and no reason to fail."""
        if self._content is None or self._certificate is None:
            raise EksaError("A survey was asked for before the login.", code="vsphere.not_logged_in")
        surveyor = Surveyor(self._content)
        with faults.translated(self._server, "looking at hosts and privileges"):
            return Survey(
                pools=surveyor.pools(query.pools) if query.pools else {},
                mounts=surveyor.mounts(query.datastores),
                privileges={user: surveyor.privileges(user, items) for user, items in query.users.items()},
                tags=self._known_tags(query.tags, self._certificate),
                policies=surveyor.policies(self._adapter_to(self._certificate)) if query.policies else frozenset(),
                clock_skew_seconds=surveyor.clock_skew_seconds(),
                own_sessions=surveyor.own_sessions(self._username),
                requests=self._stub.requests,
            )

    def _known_tags(self, tags: t.Sequence[str], certificate: Certificate) -> frozenset[str] | None:
        return self._tag_reader(certificate).known(tags) if tags else frozenset()

    def _adapter_to(self, certificate: Certificate) -> t.Callable[..., t.Any]:
        return lambda **place: self._adapter(certificate, **place)


__all__ = ("REQUESTS_PER_SECOND", "PacedAdapter", "SurveyedVCenter")
