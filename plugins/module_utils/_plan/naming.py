# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What freshly rendered objects have to take over from the live ones before they are applied: names and endpoints.

Templates of machines are immutable, and their names are what makes machines roll: a template keeps its live name as
long as it says the same, and gets the next number when it does not.
"""

from __future__ import annotations

import itertools
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ETCD_PLACEHOLDER
from ansible_collections.eks.anywhere.plugins.module_utils._plan.machines import (
    Name,
    by_name,
    changes,
    dig,
    key,
    references,
    replaced,
)
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

ENDPOINTS = ("spec", "kubeadmConfigSpec", "clusterConfiguration", "etcd", "external", "endpoints")

_NUMBERED = re.compile(r"(.*?)-(\d+)", re.DOTALL)


def settled(wanted: t.Sequence[Obj], live: t.Iterable[Obj]) -> tuple[Obj, ...]:
    """``wanted`` in its order, fit to be applied beside ``live``. Settling twice changes nothing more."""
    known = by_name(live)
    rendered = by_name(wanted)
    names = {
        reference.template: _name(
            reference.template,
            _live_name(reference.template, reference.keys, known, holder),
            rendered=rendered,
            known=known,
        )
        for holder in wanted
        for reference in references(holder)
        if reference.template in rendered
    }
    return tuple(_with_endpoints(_renamed(obj, names), known) for obj in wanted)


def _live_name(template: Name, keys: tuple[str, ...], known: t.Mapping[Name, Obj], holder: Obj) -> str:
    """What the live holder calls this template; before there is one, the name that was rendered."""
    reference = dig(known.get(key(holder)), keys) or {}
    return str(reference.get("name") or template[2])


def _name(template: Name, current: str, *, rendered: t.Mapping[Name, Obj], known: t.Mapping[Name, Obj]) -> str:
    """The first name, from the current one on, that is free or already stands for this content."""
    kind, namespace, _rendered_name = template
    for name in _from(current):
        there = known.get((kind, namespace, name))
        if there is None or not changes(there, rendered[template]):
            return name
    raise AssertionError("numbers do not end")


def _from(name: str) -> t.Iterator[str]:
    """``a-2``, ``a-3``, ...; a name without number is followed by that name with one."""
    found = _NUMBERED.fullmatch(name)
    base, first = (found[1], int(found[2]) + 1) if found else (name, 1)
    yield name
    yield from (f"{base}-{number}" for number in itertools.count(first))


def _renamed(obj: Obj, names: t.Mapping[Name, str]) -> Obj:
    if key(obj) in names:
        return replaced(obj, ("metadata", "name"), names[key(obj)])
    for reference in references(obj):
        if reference.template in names:
            obj = replaced(obj, (*reference.keys, "name"), names[reference.template])
    return obj


def _with_endpoints(obj: Obj, known: t.Mapping[Name, Obj]) -> Obj:
    """Writing the placeholder over real endpoints would cut the control plane off from its etcd, and roll it."""
    if obj["kind"] != "KubeadmControlPlane" or dig(obj, ENDPOINTS) != [ETCD_PLACEHOLDER]:
        return obj
    endpoints = dig(known.get(key(obj)), ENDPOINTS)
    return replaced(obj, ENDPOINTS, endpoints) if endpoints else obj


__all__ = ("ENDPOINTS", "settled")
