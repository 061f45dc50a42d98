# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules on that world: parameters checked as Ansible does, the result or the error, the requests, the time."""

from __future__ import annotations

import dataclasses
import time
import types
import typing as t

import pytest
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._kube import client
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, Lines
from ansible_collections.eks.anywhere.plugins.modules import curated_package, curated_package_info, package_bundle
from ansible_collections.eks.anywhere.tests.packages.world import MANAGEMENT, World

HELLO = {"name": "hello", "package": "hello-eks-anywhere", "target_namespace": "web"}


@dataclasses.dataclass(frozen=True)
class Outcome:
    """What came of a run: ``data`` of the result or of the error."""

    data: t.Mapping[str, t.Any]
    error: str
    code: str
    hint: str
    lines: tuple[str, ...]
    seconds: float
    calls: int

    @property
    def changed(self) -> bool:
        """Whether something was, or would be, written."""
        return bool(self.data.get("changed"))

    def package(self, name: str) -> t.Mapping[str, t.Any]:
        """One of the packages of the answer."""
        return next(one for one in self.data["packages"] if one["name"] == name)


def run(module: types.ModuleType, world: World, *, check: bool = False, **options: t.Any) -> Outcome:
    """Run a module's operation as its shells do."""
    given = {"kubeconfig": world.kubeconfig, "cluster": MANAGEMENT, **options}
    checked = ArgumentSpecValidator(module.SPEC.options, **module.SPEC.constraints()).validate(
        {name: value for name, value in given.items() if name in module.SPEC.options}
    )
    assert not checked.error_messages, checked.error_messages
    lines = Lines()
    began, before = time.monotonic(), _Counted.total
    error = code = hint = ""
    try:
        data: t.Mapping[str, t.Any] = module.operate(checked.validated_parameters, Context(check, lines)).as_dict(
            diff=True
        )
    except EksaError as exc:
        data, error, code, hint = exc.details, exc.message, exc.code, exc.hint
    seconds = time.monotonic() - began
    return Outcome(data, error, code, hint, tuple(lines.lines), seconds, _Counted.total - before)


def packages(world: World, *declared: t.Mapping[str, t.Any], check: bool = False, **options: t.Any) -> Outcome:
    """``curated_package``."""
    return run(curated_package, world, check=check, packages=[dict(one) for one in declared], **options)


def bundle(world: World, *, check: bool = False, **options: t.Any) -> Outcome:
    """``package_bundle`` with the publisher's key."""
    return run(package_bundle, world, check=check, **{"public_key": world.publisher.public_key, **options})


def info(world: World, **options: t.Any) -> Outcome:
    """``curated_package_info``."""
    return run(curated_package_info, world, **options)


def count_requests(patch: pytest.MonkeyPatch) -> None:
    """Have all clients count, from now on."""
    send = client.KubeClient._once

    def counted(kube: client.KubeClient, request: t.Any) -> t.Any:
        _Counted.total += 1
        return send(kube, request)

    patch.setattr(client.KubeClient, "_once", counted)


class _Counted:
    total = 0
