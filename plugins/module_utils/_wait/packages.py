# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""When a curated package is where it should be, and if not, why: the package controller's own words, made plain.

There is no failed state: a package that cannot be installed stays as it is with a text in ``status.detail``, and is
tried again each minute. Nor does ``installed`` say of which wish: it stays while nobody has looked at a change yet.
"""

from __future__ import annotations

import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.bundle import Source
from ansible_collections.eks.anywhere.plugins.module_utils._config.packages.wanted import (
    Config,
    configuration,
    effective,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import section, text
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Obj

INSTALLED = "installed"
_DEPRECATED = "Deprecated package namespace"
_WAITING = "Waiting for dependencies"
_FIRST_LINE = 400


@dataclasses.dataclass(frozen=True)
class Verdict:
    """Where one package is. ``failing``: something went wrong that is tried again; ``unseen``: its change, or the new
    bundle, has not been looked at, which happens within three minutes unless the object is touched.
    """

    settled: bool = False
    reason: str = ""
    failing: bool = False
    unseen: bool = False
    hint: str = ""


_CAUSES: tuple[tuple[re.Pattern[str], str], ...] = tuple(
    (re.compile(pattern, re.IGNORECASE), hint)
    for pattern, hint in (
        (
            r"x509|certificate|tls:",
            "The registry's certificate is not trusted: give its CA (registryMirrorConfiguration.caCertContent).",
        ),
        (
            r"token has expired|expired ?token|denied: your authorization",
            "The registry's token has expired: renew the AWS credentials of the packages (Secret aws-secret).",
        ),
        (
            r"\b401\b|\b403\b|unauthorized|no basic auth|access denied|forbidden.*registry",
            "The registry refuses the credentials: look at aws-secret and registry-mirror-secret, and the license.",
        ),
        (
            r"connection refused|no such host|i/o timeout|deadline exceeded|network is unreachable",
            "The registry does not answer: check its address, network and proxy.",
        ),
        (
            r'namespaces? "[^"]+" not found',
            "Create the namespace, or have it created: create_namespaces (createNamespace).",
        ),
        (r"locating helm chart .*not found|manifest unknown", "The registry has no such chart: copy the bundle again."),
        (r"not in the active bundle", "Activate a bundle that has it, or remove the package."),
        (r"PackageBundleController", "The cluster is not managed by this management cluster's package controller."),
        (
            r"values don't meet|parse error|execution error|YAML|template",
            "The chart cannot be rendered with this configuration: correct it.",
        ),
    )
)
"""What the words of helm and of registries mean for whoever has to mend it; the first that fits."""


def hint_for(detail: str) -> str:
    """The next step for what the package controller says; empty when nobody knows."""
    return next((hint for pattern, hint in _CAUSES if pattern.search(detail)), "")


def judge(live: Obj | None, *, source: Source, config: Config, image_registry: str) -> Verdict:
    """Whether a package is installed as wanted: that very source, and that configuration by its meaning."""
    if live is None:
        return Verdict(reason="the object is gone", failing=True, hint="Somebody removed it; run again.")
    status = section(live, "status")
    state, detail = text(status, "state"), _plain(text(status, "detail"))
    here = Source.of_status(section(status, "source"))
    applied = _applied(live, image_registry)
    if state == INSTALLED and here == source and text(status, "currentVersion") == source.version and applied == config:
        return Verdict(settled=True)
    if detail and not detail.startswith((_WAITING, _DEPRECATED)):
        return Verdict(
            reason=f"{state or 'new'}: {detail}",
            failing=True,
            unseen=state == INSTALLED or "not in the active bundle" in detail,
            hint=hint_for(detail),
        )
    if not state:
        return Verdict(reason="the package controller has not seen it yet")
    if state == INSTALLED:
        change = "configuration" if here == source else f"{here.version} -> {source.version}"
        return Verdict(reason=f"the package controller has not seen the change yet ({change})", unseen=True)
    return Verdict(reason=f"{state}{': ' + detail if detail else ''}")


def _applied(live: Obj, image_registry: str) -> Config | None:
    """The configuration that was processed last, as values; None when it is none."""
    spec = section(section(live, "status"), "spec")
    try:
        return effective(configuration(text(spec, "config"), package="it"), image_registry=image_registry)
    except EksaError:
        return None


def _plain(detail: str) -> str:
    """One line: helm's errors go on for many."""
    words = " ".join(detail.split())
    return words if len(words) <= _FIRST_LINE else f"{words[:_FIRST_LINE]}..."


def dependencies(detail: str) -> t.Sequence[str]:
    """The packages that one waits for."""
    head, _colon, names = detail.partition(": ")
    return [name.strip() for name in names.split(",")] if head == _WAITING else ()


__all__ = ("INSTALLED", "Verdict", "dependencies", "hint_for", "judge")
