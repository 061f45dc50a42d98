# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Where vSphere credentials stand in an object, read and replaced by one and the same walk.

Four notations hold a username and its password: plain fields (``username``/``password``, ``usernameCP`` and so on),
fields that begin with the name of a vCenter (``vc.example.com.username``), the file of the CSI driver, and the file of
the infrastructure provider. Each may also be in a manifest that another object carries for delivery.
"""

from __future__ import annotations

import base64
import binascii
import dataclasses
import json
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.text import dumped
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration"
DELIVERY_TYPE = "addons.cluster.x-k8s.io/resource-set"
_PLAIN = (("username", "password"), ("usernameCP", "passwordCP"), ("usernameCSI", "passwordCSI"))
_PROVIDER_FILE = "credentials.yaml"
_CSI_FILE = ".conf"
_SECTION = re.compile(r'^\s*\[\s*(?P<kind>\w+)(?:\s+"(?P<server>[^"]*)")?\s*\]\s*$')
_SETTING = re.compile(r'^(?P<head>\s*(?P<key>user|password)\s*=\s*)(?P<value>"(?:[^"\\]|\\.)*"|\S*)\s*$')


@dataclasses.dataclass(frozen=True)
class Pair:
    """A username and its password; the password shows in no ``repr``."""

    username: str
    password: str = dataclasses.field(repr=False)

    def is_of(self, username: str) -> bool:
        """Whether it belongs to that user; vCenter does not tell capitals from small letters there."""
        return self.username.casefold() == username.casefold()


Change = t.Callable[[str, Pair], Pair]
"""Name of a vCenter (empty where the place does not tell) and the pair that is there -> the pair to be there."""
Texts = dict[str, str]


def pairs(obj: Obj, *, plain: bool) -> tuple[tuple[str, Pair], ...]:
    """All pairs in an object, each with its vCenter; ``plain`` says whether bare ``username`` fields are vSphere's."""
    found: list[tuple[str, Pair]] = []

    def look(server: str, pair: Pair) -> Pair:
        found.append((server, pair))
        return pair

    _rewritten(_texts(obj), look, plain=plain, delivers=delivers(obj))
    return tuple(found)


def patch(obj: Obj, change: Change, *, plain: bool) -> Obj:
    """The merge patch that replaces pairs in an object; empty when none differs.

    What ``kubectl apply`` remembers of a Secret holds the same values, so it follows.
    """
    texts = _texts(obj)
    wanted = _rewritten(texts, change, plain=plain, delivers=delivers(obj))
    changed = {key: text for key, text in wanted.items() if text != texts[key]}
    if not changed:
        return {}
    is_secret = obj["kind"] == "Secret"
    found: Obj = {"data": {key: _encoded(text) if is_secret else text for key, text in changed.items()}}
    remembered = _remembered(obj, change, plain=plain)
    return {**found, "metadata": {"annotations": {LAST_APPLIED: remembered}}} if remembered else found


def undo(obj: Obj, applied: Obj) -> Obj:
    """The merge patch that brings an object back to what it was before the other patch."""
    data = obj.get("data") or {}
    back: Obj = {"data": {key: data[key] for key in applied["data"]}}
    annotations = (applied.get("metadata") or {}).get("annotations") or {}
    before = obj["metadata"].get("annotations") or {}
    return {**back, "metadata": {"annotations": {key: before.get(key) for key in annotations}}}


def delivers(obj: Obj) -> bool:
    """Whether an object carries manifests for another cluster."""
    return obj["kind"] == "ConfigMap" or obj.get("type") == DELIVERY_TYPE


def _texts(obj: Obj) -> Texts:
    """Values as text; in a Secret those that are none are left out."""
    data = obj.get("data") or {}
    if obj["kind"] != "Secret":
        return dict(data)
    found = {key: _decoded(value) for key, value in data.items()}
    return {key: text for key, text in found.items() if text is not None}


def _decoded(value: str | None) -> str | None:
    try:
        return base64.b64decode(value or "", validate=True).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return None


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def _rewritten(texts: Texts, change: Change, *, plain: bool, delivers: bool) -> Texts:
    found = dict(texts)
    for names in _PLAIN if plain else ():
        _fields(found, *names, "", change)
    for key in texts:
        server = key.removesuffix(".username")
        if server and server != key:
            _fields(found, key, f"{server}.password", server, change)
        elif key == _PROVIDER_FILE:
            found[key] = _provider_file(texts[key], change)
        elif key.endswith(_CSI_FILE):
            found[key] = _csi_file(texts[key], change)
        elif delivers and "kind: Secret" in texts[key]:
            found[key] = _manifests(texts[key], change)
    return found


def _fields(texts: Texts, username: str, password: str, server: str, change: Change) -> None:
    if username in texts and password in texts:
        pair = change(server, Pair(texts[username], texts[password]))
        texts[username], texts[password] = pair.username, pair.password


def _provider_file(text: str, change: Change) -> str:
    document = _documents(text)[:1]
    if not document or not isinstance(document[0], dict):
        return text
    before = {key: str(value) for key, value in document[0].items()}
    after = dict(before)
    _fields(after, "username", "password", "", change)
    return text if after == before else dumped(after)


def _csi_file(text: str, change: Change) -> str:
    """The file has a section per vCenter; its other lines stay as they are."""
    lines = text.splitlines(keepends=True)
    server, places = "", dict[str, dict[str, int]]()
    for number, line in enumerate(lines):
        section = _SECTION.match(line)
        if section:
            server = (section["server"] or "") if section["kind"] == "VirtualCenter" else ""
            continue
        setting = _SETTING.match(line)
        if setting and server:
            places.setdefault(server, {})[setting["key"]] = number
    for name, place in places.items():
        if place.keys() == {"user", "password"}:
            before = Pair(_value(lines[place["user"]]), _value(lines[place["password"]]))
            after = change(name, before)
            if after != before:
                lines[place["user"]] = _set(lines[place["user"]], after.username)
                lines[place["password"]] = _set(lines[place["password"]], after.password)
    return "".join(lines)


def _value(line: str) -> str:
    found = _SETTING.match(line)
    raw = found["value"] if found else ""
    return re.sub(r"\\(.)", r"\1", raw[1:-1]) if raw.startswith('"') else raw


def _set(line: str, value: str) -> str:
    found = _SETTING.match(line)
    head = found["head"] if found else ""
    quoted = value.replace("\\", "\\\\").replace('"', '\\"')
    return f'{head}"{quoted}"\n'


def _manifests(text: str, change: Change) -> str:
    """Documents in which nothing differs leave the text as it is, down to its quotes."""
    documents = _documents(text)
    after = [_manifest(document, change) for document in documents]
    return text if after == documents else "---\n".join(dumped(document) for document in after)


def _manifest(document: t.Any, change: Change) -> t.Any:
    if not isinstance(document, dict) or document.get("kind") != "Secret":
        return document
    after = dict(document)
    for field, decode, encode in (("data", _decoded, _encoded), ("stringData", str, str)):
        there = {key: decode(value) for key, value in (document.get(field) or {}).items()}
        texts = {key: value for key, value in there.items() if value is not None}
        wanted = _rewritten(texts, change, plain=False, delivers=False)
        changed = {key: encode(value) for key, value in wanted.items() if value != texts[key]}
        if changed:
            after[field] = {**document[field], **changed}
    return after


def _documents(text: str) -> list[t.Any]:
    try:
        return list(yaml.load_all(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader)))
    except yaml.YAMLError:
        return []


def _remembered(obj: Obj, change: Change, *, plain: bool) -> str:
    """What ``kubectl apply`` will compare with next time, with the same change; empty when it remembers nothing."""
    text = (obj["metadata"].get("annotations") or {}).get(LAST_APPLIED) or ""
    try:
        document = json.loads(text) if text else {}
    except ValueError:
        document = {}
    if not isinstance(document.get("data"), dict):
        return ""
    again = {**obj, "data": document["data"], "metadata": {**obj["metadata"], "annotations": {}}}
    document["data"] = {**document["data"], **patch(again, change, plain=plain).get("data", {})}
    return json.dumps(document, separators=(",", ":")) + "\n"


__all__ = ("DELIVERY_TYPE", "LAST_APPLIED", "Change", "Pair", "delivers", "pairs", "patch", "undo")
