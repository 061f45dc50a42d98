# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""TinkerbellDatacenterConfig and TinkerbellMachineConfig, as far as no hardware is needed to judge them.

The vendor's parser takes nearly anything here; what is wrong is refused when a cluster is made.
"""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import addresses, ssh, urls
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks import host_os
from ansible_collections.eks.anywhere.plugins.module_utils._config.checks.scope import (
    CONTROL_PLANE,
    Data,
    Findings,
    Scope,
    dig,
)
from ansible_collections.eks.anywhere.plugins.module_utils._config.reading import Source

DATACENTER = "TinkerbellDatacenterConfig"
MACHINE = "TinkerbellMachineConfig"
TEMPLATE = "TinkerbellTemplateConfig"
OS_FAMILIES = ("ubuntu", "redhat", host_os.BOTTLEROCKET)
_WITH_VALUES = ("In", "NotIn")
_WITHOUT_VALUES = ("Exists", "DoesNotExist")
_DATACENTER_URLS = (
    ("osImageURL", "parsing osImageOverride"),
    ("hookImagesURLPath", "parsing hookOverride"),
    ("hookIsoURL", "parsing hookIsoURL"),
)

Problems = t.Iterator[tuple[str, str]]


def datacenter(scope: Scope) -> Findings:
    """Where Tinkerbell listens and what it boots machines with."""
    source = scope.datacenter(DATACENTER)
    if source is None:
        return
    for path, problem in (*_urls(source), *_address(scope, source), *_boot(scope, source)):
        yield scope.obstacle(f"spec.{path}", problem, source=source)


def _urls(source: Source) -> Problems:
    for field, words in _DATACENTER_URLS:
        address = source.spec.get(field, "")
        if address and urls.parse_request(address) is None:
            yield field, f"{words}: {address} is not valid, please provide a valid URL"


def _address(scope: Scope, source: Source) -> Problems:
    address = source.spec.get("tinkerbellIP", "")
    if not address:
        yield "tinkerbellIP", f"{DATACENTER}: missing spec.tinkerbellIP field"
    elif addresses.address(address) is None:
        yield "tinkerbellIP", f"{DATACENTER}: invalid tinkerbell ip: is invalid: {address}"
    elif address == dig(scope.control_plane, "endpoint.host"):
        message = f"controlPlaneConfiguration.endpoint.host and tinkerbellIP are the same ({address})"
        yield "tinkerbellIP", f"{message}, please provide two unique IPs"


def _boot(scope: Scope, source: Source) -> Problems:
    iso = source.spec.get("hookIsoURL", "")
    if iso and not source.spec.get("isoBoot"):
        yield "hookIsoURL", "isoURL can be set, only when isoBoot is set to true"
    if iso and not iso.endswith(".iso"):
        yield "hookIsoURL", "incorrect iso url specified: please specify the iso url with '.iso' extension"
    if "proxyConfiguration" in scope.spec and not source.spec.get("hookImagesURLPath"):
        yield "hookImagesURLPath", "locally hosted hookImagesURLPath is required to support ProxyConfiguration"


def kubernetes_version(scope: Scope) -> Findings:
    """One old version never worked."""
    if scope.provider == "tinkerbell" and scope.spec.get("kubernetesVersion") == "1.20":
        yield scope.obstacle("spec.kubernetesVersion", "kubernetes version v1.20 is not supported for Bare Metal")


def machines(scope: Scope) -> Findings:
    """Every machine config in use."""
    for source in scope.machines(MACHINE):
        for path, problem in (*_hardware(source), *_system(source), *_ssh_key(source)):
            yield scope.obstacle(f"spec.{path}", problem, source=source)
        template = dig(source.spec, "templateRef.name")
        if template and scope.find(TEMPLATE, template) is None:
            message = f"{TEMPLATE} {template} not found; machines get the default template"
            yield scope.warning("spec.templateRef.name", message, source=source)


def _system(source: Source) -> Problems:
    family, image = source.spec.get("osFamily", ""), source.spec.get("osImageURL", "")
    if not family:
        yield "osFamily", f"{MACHINE}: missing spec.osFamily: {source.name}"
    elif family not in OS_FAMILIES:
        choices = ", ".join(OS_FAMILIES)
        yield "osFamily", f"{MACHINE}: unsupported spec.osFamily ({family}); Please use one of the following: {choices}"
    if image and urls.parse_request(image) is None:
        yield "osImageURL", f"parsing osImageOverride: {image} is not valid"
    prefix = f"HostOSConfiguration is invalid for {MACHINE} {source.name}"
    for path, problem in host_os.problems(source.spec.get("hostOSConfiguration", {}), family):
        yield f"hostOSConfiguration.{path}", f"{prefix}: {problem}"


def _ssh_key(source: Source) -> Problems:
    """A key that is given is one; where none is given, one is made."""
    keys = (source.spec.get("users") or [{}])[0].get("sshAuthorizedKeys") or [""]
    if keys[0] and not ssh.public_key(keys[0]):
        yield "users[0].sshAuthorizedKeys", f"stripping ssh key comment: {MACHINE} name={source.name}: no key found"


def _hardware(source: Source) -> Problems:
    """One label, or terms of affinity."""
    selector, affinity = source.spec.get("hardwareSelector", {}), source.spec.get("hardwareAffinity")
    problems: Problems = iter(())
    if selector and affinity is not None:
        problems = iter((("hardwareAffinity", "hardwareSelector and hardwareAffinity are mutually exclusive"),))
    elif affinity is not None:
        problems = _affinity(affinity)
    elif not selector:
        problems = iter((("hardwareSelector", "either hardwareSelector or hardwareAffinity must be specified"),))
    elif len(selector) != 1:
        problems = iter((("hardwareSelector", "spec.hardwareSelector must contain only 1 key-value pair"),))
    for path, problem in problems:
        yield path, f"{MACHINE}: {problem}: {source.name}"


def _affinity(affinity: Data) -> Problems:
    required = affinity.get("required", ())
    if not required:
        yield "hardwareAffinity.required", "hardwareAffinity.required must have at least one term"
    for index, term in enumerate(required):
        yield from _expressions(term, f"required[{index}]")
    for index, weighted in enumerate(affinity.get("preferred", ())):
        where, weight = f"preferred[{index}]", weighted.get("weight", 0)
        if not 1 <= weight <= 100:
            message = f"preferred term weight must be in range [1, 100], got {weight}"
            yield f"hardwareAffinity.{where}.weight", message
        yield from _expressions(weighted.get("hardwareAffinityTerm", {}), where)


def _expressions(term: Data, where: str) -> Problems:
    for index, expression in enumerate(dig(term, "labelSelector.matchExpressions") or ()):
        path = f"{where}.labelSelector.matchExpressions[{index}]"
        operator, values = expression.get("operator", ""), expression.get("values", ())
        if operator not in _WITH_VALUES + _WITHOUT_VALUES:
            choices = ", ".join(_WITH_VALUES + _WITHOUT_VALUES)
            message = f"invalid matchExpression operator '{operator}' in {path}, must be one of: {choices}"
            yield f"hardwareAffinity.{path}.operator", message
        elif operator in _WITH_VALUES and not values:
            message = f"matchExpression with operator {operator} must have non-empty values in {path}"
            yield f"hardwareAffinity.{path}.values", message
        elif operator in _WITHOUT_VALUES and values:
            message = f"matchExpression with operator {operator} must not have values in {path}"
            yield f"hardwareAffinity.{path}.values", message


def rollout(scope: Scope) -> Findings:
    """One way to replace machines for the whole cluster; not in place where Bottlerocket runs or groups are scaled."""
    if scope.provider != "tinkerbell":
        return
    wide = _strategy(scope.control_plane)
    for path, section in ((CONTROL_PLANE, scope.control_plane), *scope.groups()):
        source, where = scope.machine(MACHINE, section), f"{path}.upgradeRolloutStrategy.type"
        family = source.spec.get("osFamily", "") if source else ""
        if _strategy(section) == "InPlace" and family == host_os.BOTTLEROCKET:
            yield scope.obstacle(where, f"InPlace upgrades are not supported for OS family {family}")
        if _strategy(section) != wide:
            message = "cannot specify different upgrade rollout strategy types for control plane and worker node group"
            yield scope.obstacle(where, f"{message} configurations")
        if wide == "InPlace" and "autoscalingConfiguration" in section:
            message = "autoscaler configuration not supported with InPlace upgrades"
            yield scope.obstacle(f"{path}.autoscalingConfiguration", message)


def _strategy(section: Data) -> str:
    strategy = section.get("upgradeRolloutStrategy")
    return "RollingUpdate" if strategy is None else str(strategy.get("type", ""))


CHECKS = (datacenter, kubernetes_version, machines, rollout)

__all__ = ("CHECKS",)
