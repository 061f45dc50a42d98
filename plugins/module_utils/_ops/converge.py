# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Objects that should be there: first what differs, then server-side apply of just that."""

from __future__ import annotations

import copy
import dataclasses
import typing as t

import yaml

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Kube, Obj
from ansible_collections.eks.anywhere.plugins.module_utils._result import CENSORED

_SERVER_OWNED = ("managedFields", "resourceVersion", "generation", "uid", "creationTimestamp", "selfLink")


@dataclasses.dataclass(frozen=True)
class Step:
    """One object to apply. ``before`` is None when it does not exist yet; ``after`` as far as it is known."""

    obj: Obj
    before: Obj | None
    after: Obj

    @property
    def operation(self) -> str:
        """``created`` or ``updated``."""
        return "created" if self.before is None else "updated"

    @property
    def action(self) -> str:
        """The step in plain words."""
        return f"{'Create' if self.before is None else 'Update'} {label(self.obj)}"


def label(obj: Obj) -> str:
    """``Deployment kube-system/cilium-operator``."""
    metadata = obj["metadata"]
    namespace = f"{metadata['namespace']}/" if metadata.get("namespace") else ""
    return f"{obj['kind']} {namespace}{metadata['name']}"


def differing(kube: Kube, objects: t.Iterable[Obj]) -> tuple[Step, ...]:
    """Objects whose apply would change something: two requests each, one for those that do not exist."""
    found = (_step(kube, obj) for obj in objects)
    return tuple(step for step in found if step is not None)


def apply(kube: Kube, steps: t.Iterable[Step]) -> None:
    """Carry the steps out, in their order."""
    for step in steps:
        kube.apply(step.obj)


def as_diff(steps: t.Iterable[Step]) -> tuple[str, str]:
    """Before and after as YAML, without what only the server writes and without the content of secrets."""
    chosen = tuple(steps)
    return _text(step.before for step in chosen), _text(step.after for step in chosen)


def documents(text: str, *, origin: str) -> list[Obj]:
    """Objects of a manifest; lists are taken apart, empty documents left out."""
    try:
        loaded = list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError as exc:
        raise EksaError(f"{origin} is not valid YAML: {exc}.", code="manifest.invalid", hint="Fetch it again.") from exc
    objects: list[Obj] = []
    for document in loaded:
        if not document:
            continue
        if not isinstance(document, dict) or not document.get("kind"):
            raise EksaError(
                f"{origin} holds a document without a kind.", code="manifest.invalid", hint="Fetch it again."
            )
        objects += document["items"] if document["kind"] == "List" else [document]
    return objects


def _step(kube: Kube, obj: Obj) -> Step | None:
    metadata = obj["metadata"]
    live = kube.get(
        api_version=obj["apiVersion"], kind=obj["kind"], name=metadata["name"], namespace=metadata.get("namespace")
    )
    if live is None:
        return Step(obj, None, obj)
    tried = kube.apply(obj, dry_run=True)
    return None if _bare(tried) == _bare(live) else Step(obj, live, tried)


def _bare(obj: Obj) -> Obj:
    bare = {key: value for key, value in obj.items() if key != "status"}
    bare["metadata"] = {key: value for key, value in obj["metadata"].items() if key not in _SERVER_OWNED}
    return bare


def _text(objects: t.Iterable[Obj | None]) -> str:
    shown = [_shown(obj) for obj in objects if obj is not None]
    return yaml.safe_dump_all(shown, sort_keys=True) if shown else ""


def _shown(obj: Obj) -> Obj:
    shown = copy.deepcopy(_bare(obj))
    if obj["kind"] == "Secret":
        for field in ("data", "stringData"):
            if field in shown:
                shown[field] = dict.fromkeys(shown[field], CENSORED)
    return shown


__all__ = ("Step", "apply", "as_diff", "differing", "documents", "label")
