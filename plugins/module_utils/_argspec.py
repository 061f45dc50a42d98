# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Argument specs as values: blocks of options that modules share. Each block has a doc fragment of the same name."""

from __future__ import annotations

import dataclasses
import os
import typing as t

Options = dict[str, dict[str, t.Any]]

CLUSTER: Options = {
    "config_file": {"type": "path"},
    "config": {"type": "str"},
    "bundles_file": {"type": "path"},
}
KUBE: Options = {
    "kubeconfig": {"type": "path", "required": True},
}
VSPHERE: Options = {
    "vsphere_username": {"type": "str"},
    "vsphere_password": {"type": "str", "no_log": True},
}
MANAGEMENT: Options = {
    "management_kubeconfig": {"type": "path"},
}
WAIT: Options = {
    "timeout_seconds": {"type": "int", "default": 1800},
}
BLOCKED_DRAIN: Options = {
    "blocked_drain": {"type": "str", "choices": ["wait", "fail", "force"], "default": "wait"},
    "blocked_drain_after_seconds": {"type": "int", "default": 600},
}
TOOLS: Options = {
    "tools_dir": {"type": "path"},
}
FLEET: Options = {
    "folder": {"type": "path", "required": True},
}
PACKAGES: Options = {
    "kubeconfig": {"type": "path", "required": True},
    "cluster": {"type": "str", "required": True},
}
SETTLING: Options = {
    "wait": {"type": "bool", "default": True},
    "patience_seconds": {"type": "int", "default": 150},
    "timeout_seconds": {"type": "int", "default": 900},
}

ENVIRONMENT = {
    "vsphere_username": "EKSA_VSPHERE_USERNAME",
    "vsphere_password": "EKSA_VSPHERE_PASSWORD",
}
"""Options that fall back to the documented environment variables of the controller."""


@dataclasses.dataclass(frozen=True)
class Spec:
    """The whole interface of one module, shared by its module and its action."""

    options: Options
    mutually_exclusive: tuple[tuple[str, ...], ...] = ()
    required_one_of: tuple[tuple[str, ...], ...] = ()
    required_together: tuple[tuple[str, ...], ...] = ()
    required_if: tuple[tuple[t.Any, ...], ...] = ()

    def constraints(self) -> dict[str, t.Any]:
        """Keyword arguments that ``AnsibleModule`` and ``ArgumentSpecValidator`` share."""
        return {
            "mutually_exclusive": [list(names) for names in self.mutually_exclusive],
            "required_one_of": [list(names) for names in self.required_one_of],
            "required_together": [list(names) for names in self.required_together],
            "required_if": [list(rule) for rule in self.required_if],
        }

    def secrets(self, params: t.Mapping[str, t.Any]) -> set[str]:
        """Values of the ``no_log`` options, to be scrubbed from whatever leaves the process."""
        return set(_secrets(self.options, params))


def _secrets(options: Options, params: t.Mapping[str, t.Any]) -> t.Iterator[str]:
    """Those of the suboptions, too."""
    for name, option in options.items():
        value = params.get(name)
        if option.get("no_log") and isinstance(value, str) and value:
            yield value
        elif "options" in option:
            for entry in value if isinstance(value, list) else [value or {}]:
                yield from _secrets(option["options"], entry)


def merge(*blocks: Options) -> Options:
    """One options mapping out of several blocks; later ones win."""
    merged: Options = {}
    for block in blocks:
        merged.update(block)
    return merged


def with_environment(params: t.Mapping[str, t.Any], environ: t.Mapping[str, str] | None = None) -> dict[str, t.Any]:
    """Fill unset credentials from the documented environment variables."""
    given = os.environ if environ is None else environ
    filled = dict(params)
    for name, variable in ENVIRONMENT.items():
        if name in filled and not filled[name] and given.get(variable):
            filled[name] = given[variable]
    return filled


__all__ = (
    "BLOCKED_DRAIN",
    "CLUSTER",
    "ENVIRONMENT",
    "FLEET",
    "KUBE",
    "MANAGEMENT",
    "PACKAGES",
    "SETTLING",
    "TOOLS",
    "VSPHERE",
    "WAIT",
    "Options",
    "Spec",
    "merge",
    "with_environment",
)
