# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""YAML scalars as the vendor's Go libraries take them: YAML 1.1 with ``y`` and ``n``, without sexagesimal numbers.

What Go would print of a value ends up on machines, so a label ``1.10`` is ``1.1`` and ``007`` is ``7``.
"""

from __future__ import annotations

import re
import struct
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import durations, quantities, schema
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

NULL = "tag:yaml.org,2002:null"
MERGE = "tag:yaml.org,2002:merge"
_INT = "tag:yaml.org,2002:int"
_FLOAT = "tag:yaml.org,2002:float"
_BOOL = "tag:yaml.org,2002:bool"

NUMBERS_AND_BOOLS: t.Mapping[str, str] = {_INT: "number", _FLOAT: "number", _BOOL: "bool"}
"""Tag -> the word of messages; every other scalar is a string."""

_TRUE = frozenset(("y", "yes", "true", "on"))
_RESOLVERS: tuple[tuple[str, str, str], ...] = (
    (NULL, r"~|null|Null|NULL|", "~nN"),
    (_BOOL, r"[yYnN]|yes|Yes|YES|no|No|NO|true|True|TRUE|false|False|FALSE|on|On|ON|off|Off|OFF", "yYnNtTfFoO"),
    (MERGE, r"<<", "<"),
    (_INT, r"[-+]?_*(?:0[bB][01_]+|0[xX][0-9a-fA-F_]+|0[oO]?[0-7_]+|0|[1-9][0-9_]*)", "+-0123456789"),
    (_FLOAT, r"[-+]?(?:\.[0-9][0-9_]*|[0-9][0-9_]*(?:\.[0-9_]*)?)(?:[eE][-+]?[0-9]+)?", "+-.0123456789"),
    (_FLOAT, r"[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)", "+-."),
)
_TIME = re.compile(r"\d{4}-(0\d|1[0-2])-([0-2]\d|3[01])T([01]\d|2[0-3]):[0-5]\d:[0-5]\d(\.\d+)?(Z|[+-]\d\d:\d\d)")
"""RFC 3339, as ``metav1.Time`` reads it."""
_SHORTEST_EXPONENTS = range(-4, 6)
_MAX_DIGITS = 70
"""Of a number of 64 bits, however it is written; what is longer is not even tried."""


class Loader(yaml.CSafeLoader):
    """libyaml's parser, with Go's opinion of what a plain scalar is."""


Loader.yaml_implicit_resolvers = {}
for _tag, _pattern, _first in _RESOLVERS:
    Loader.add_implicit_resolver(_tag, re.compile(rf"(?:{_pattern})\Z"), [*_first, *([""] if _tag == NULL else [])])


def plain(node: yaml.ScalarNode) -> t.Any:
    """The value with YAML's own type; times stay text, as JSON has none."""
    text = str(node.value)
    if node.tag == NULL:
        return None
    if node.tag == _BOOL:
        return text.lower() in _TRUE
    try:
        if node.tag == _INT:
            return _number(text)
        if node.tag == _FLOAT:
            return float(text.replace("_", "").lower().replace(".inf", "inf").replace(".nan", "nan"))
    except ValueError:
        pass
    return text


def _number(text: str) -> int | float:
    """Base by prefix; one that 64 bits cannot hold becomes a float."""
    digits = text.replace("_", "").lower()
    if len(digits) > _MAX_DIGITS:
        return float(digits)
    octal = re.fullmatch(r"([-+]?)0([0-7]+)", digits)
    number = int(f"{octal[1]}{octal[2]}", 8) if octal else int(digits, 0)
    return number if -(2**63) <= number < 2**64 else float(digits)


def string(node: yaml.ScalarNode) -> str:
    """Numbers and booleans as Go prints them, all else as it was written."""
    value = plain(node)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return _shortest(value)
    return str(node.value) if value is None else str(value)


def _version(node: yaml.ScalarNode) -> str:
    return str(node.value) if node.tag == _FLOAT else string(node)


def _shortest(value: float) -> str:
    """``strconv.FormatFloat(value, 'g', -1, 32)``"""
    try:
        single = struct.unpack("f", struct.pack("f", value))[0]
    except OverflowError:
        single = float("inf") if value > 0 else float("-inf")
    if single - single != 0:  # infinite, or no number at all
        return {"inf": "+Inf", "-inf": "-Inf"}.get(str(single), "NaN")
    digits = next(count for count in range(1, 10) if _single(f"{single:.{count - 1}e}") == single)
    mantissa, _e, exponent = f"{single:.{digits - 1}e}".partition("e")
    if int(exponent) not in _SHORTEST_EXPONENTS:
        return f"{mantissa}e{exponent}"
    return f"{single:.{max(digits - 1 - int(exponent), 0)}f}"


def _single(text: str) -> float:
    found: float = struct.unpack("f", struct.pack("f", float(text)))[0]
    return found


def integer(node: yaml.ScalarNode, bits: int = 64, *, signed: bool = True) -> int | None:
    """A whole number that Go's type can hold."""
    value = plain(node)
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    least, most = (-(2 ** (bits - 1)), 2 ** (bits - 1)) if signed else (0, 2**bits)
    whole = isinstance(value, int) and not isinstance(value, bool) and least <= value < most
    return value if whole else None


def _boolean(node: yaml.ScalarNode) -> bool | None:
    value = plain(node)
    return value if isinstance(value, bool) else None


def _fraction(node: yaml.ScalarNode) -> float | None:
    value = plain(node)
    return value if isinstance(value, (int, float)) and not isinstance(value, bool) else None


def _duration(node: yaml.ScalarNode) -> str | None:
    text = _text(node)
    return text if text is not None and durations.seconds(text) is not None else None


def _time(node: yaml.ScalarNode) -> str | None:
    text = _text(node)
    return text if text is not None and _TIME.fullmatch(text) else None


def _int_or_string(node: yaml.ScalarNode) -> int | str | None:
    text = _text(node)
    return integer(node, 32) if text is None else text


def _quantity(node: yaml.ScalarNode) -> str | None:
    return str(node.value) if quantities.amount(str(node.value)) is not None else None


def _text(node: yaml.ScalarNode) -> str | None:
    """The text, unless YAML takes it for something else."""
    return None if node.tag in NUMBERS_AND_BOOLS else str(node.value)


LEAVES: t.Mapping[schema.Leaf, t.Callable[[yaml.ScalarNode], t.Any]] = {
    schema.STR: string,
    schema.VERSION: _version,
    schema.INT: integer,
    schema.INT32: lambda node: integer(node, 32),
    schema.UINT32: lambda node: integer(node, 32, signed=False),
    schema.FLOAT: _fraction,
    schema.BOOL: _boolean,
    schema.DURATION: _duration,
    schema.TIME: _time,
    schema.INT_OR_STR: _int_or_string,
    schema.QUANTITY: _quantity,
}
"""How each leaf is read; None stands for a value that does not fit."""

RULES: t.Mapping[schema.Leaf, str] = {
    schema.DURATION: "time: invalid duration; write it as 10m0s or 1h30m",
    schema.TIME: "parsing time: write it as 2026-01-31T12:00:00Z",
    schema.QUANTITY: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
}
"""What a text in such a place has to look like."""

__all__ = ("LEAVES", "MERGE", "NULL", "NUMBERS_AND_BOOLS", "RULES", "Loader", "plain", "string")
