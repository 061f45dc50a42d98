# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The JSON schema of a package's configuration: what of it can be judged here, in the webhook's own words.

Judged are ``type``, ``properties``, ``required``, ``additionalProperties``, ``enum``, ``items`` and references inside
the schema, which is what the schemas of packages are made of. Any other keyword is left to the webhook.
"""

from __future__ import annotations

import base64
import binascii
import difflib
import json
import typing as t
import zlib

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError

Schema = t.Mapping[str, t.Any]

_GZIP = 16 + zlib.MAX_WBITS
_MOST_BYTES = 8 * 1024 * 1024
"""A bundle comes from outside: a schema that unpacks to more than this is no schema."""
_DEEPEST = 40
_TYPES: t.Mapping[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "boolean": (bool,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


def decoded(packed: str, *, package: str) -> Schema:
    """The schema as a bundle carries it: base64 of gzip of JSON. An unreadable one makes the package unusable."""
    try:
        unpacker = zlib.decompressobj(_GZIP)
        content = unpacker.decompress(base64.b64decode(packed, validate=True), _MOST_BYTES)
        schema = json.loads(content) if unpacker.eof else None
    except (binascii.Error, zlib.error, ValueError):
        schema = None
    if not isinstance(schema, dict):
        raise EksaError(
            f"The schema of package {package} in the bundle cannot be read.",
            code="packages.schema_unreadable",
            hint="The webhook refuses such a package; take another version of it or another bundle.",
            details={"package": package},
        )
    return schema


def problems(schema: Schema, config: t.Any) -> tuple[str, ...]:
    """What is wrong with a configuration, one line each, with the nearest name for an unknown key."""
    return tuple(_judged(schema, config, "(root)", root=schema, depth=0))


def _judged(schema: t.Any, value: t.Any, place: str, *, root: Schema, depth: int) -> t.Iterator[str]:
    wanted = _resolved(schema, root)
    if not isinstance(wanted, dict) or depth > _DEEPEST:
        return
    kinds = wanted.get("type")
    names = [kinds] if isinstance(kinds, str) else kinds if isinstance(kinds, list) else []
    if names and not any(_is(value, name) for name in names):
        yield f"{place}: Invalid type. Expected: {'/'.join(names)}, given: {_kind(value)}"
        return
    options = wanted.get("enum")
    if isinstance(options, list) and value not in options:
        told = ", ".join(json.dumps(option) for option in options)
        yield f"{place}: {_last(place)} must be one of the following: {told}"
    if isinstance(value, dict):
        yield from _object(wanted, value, place, root=root, depth=depth)
    if isinstance(value, list) and isinstance(wanted.get("items"), dict):
        for index, item in enumerate(value):
            yield from _judged(wanted["items"], item, _below(place, str(index)), root=root, depth=depth + 1)


def _object(wanted: Schema, value: t.Mapping[t.Any, t.Any], place: str, *, root: Schema, depth: int) -> t.Iterator[str]:
    known = wanted.get("properties")
    known = known if isinstance(known, dict) else {}
    required = wanted.get("required")
    for name in required if isinstance(required, list) else ():
        if name not in value:
            yield f"{place}: {name} is required"
    others = wanted.get("additionalProperties", True)
    closed = others is False and not wanted.get("patternProperties")
    for key, item in value.items():
        if key in known:
            yield from _judged(known[key], item, _below(place, str(key)), root=root, depth=depth + 1)
        elif closed:
            near = difflib.get_close_matches(str(key), list(known), n=1, cutoff=0.5)
            advice = f'; did you mean "{near[0]}"?' if near else ""
            yield f"{place}: Additional property {key} is not allowed{advice}"
        elif isinstance(others, dict):
            yield from _judged(others, item, _below(place, str(key)), root=root, depth=depth + 1)


def defaults(schema: Schema) -> t.Any:
    """The configuration that the schema's own ``default`` values make up; an empty mapping when it names none."""
    found = _defaults(schema, root=schema, depth=0)
    return {} if found is None else found


def _defaults(schema: t.Any, *, root: Schema, depth: int) -> t.Any:
    wanted = _resolved(schema, root)
    if not isinstance(wanted, dict) or depth > _DEEPEST:
        return None
    if "default" in wanted:
        return wanted["default"]
    known = wanted.get("properties")
    inner = {
        name: _defaults(one, root=root, depth=depth + 1)
        for name, one in (known if isinstance(known, dict) else {}).items()
    }
    filled = {name: value for name, value in inner.items() if value is not None}
    return filled or None


def _resolved(schema: t.Any, root: Schema) -> t.Any:
    """The schema that a reference into the same document leads to."""
    seen: set[str] = set()
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        reference: str = schema["$ref"]
        if reference in seen or not reference.startswith("#"):
            return None
        seen.add(reference)
        schema = root
        for name in reference.removeprefix("#").strip("/").split("/") if reference != "#" else ():
            schema = schema.get(name) if isinstance(schema, dict) else None
    return schema


def _is(value: t.Any, name: str) -> bool:
    if name in ("integer", "number"):
        whole = isinstance(value, float) and value.is_integer()
        return not isinstance(value, bool) and (isinstance(value, _TYPES[name]) or (name == "integer" and whole))
    return isinstance(value, _TYPES.get(name, (object,)))


def _kind(value: t.Any) -> str:
    order = ("boolean", "integer", "number", "string", "object", "array", "null")
    return next((name for name in order if _is(value, name)), type(value).__name__)


def _below(place: str, name: str) -> str:
    return name if place == "(root)" else f"{place}.{name}"


def _last(place: str) -> str:
    return place.rpartition(".")[2]


__all__ = ("Schema", "decoded", "defaults", "problems")
