# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Values of the package controller's chart, as the vendor's CLI gives them. All are values, none is an argument.

One thing differs: the vendor's CLI asks AWS whether the credentials may read the registry of the region, and takes that
if so. Nothing is asked here: a registry other than the public one comes with a registry mirror or is given.
"""

from __future__ import annotations

import base64
import dataclasses
import re
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config.model import ClusterConfig, RegistryMirror
from ansible_collections.eks.anywhere.plugins.module_utils._config.untyped import Data, section, text, texts
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.mirror import address, mirrored

PUBLIC = "public.ecr.aws/eks-anywhere"
REGION = "us-west-2"
_ACCOUNT = "783794618700"
_ECR = re.compile(r"(\d{12})\.dkr\.ecr\.[a-z0-9-]+\.amazonaws\.com")
_UNUSED_LOGIN = {"username": "username", "password": "password"}
"""What the vendor writes where a mirror wants no login."""


@dataclasses.dataclass(frozen=True, repr=False)
class Login:
    """What packages are pulled with, from ``EKSA_AWS_*`` and ``REGISTRY_*``; each may be empty."""

    access_key_id: str = ""
    secret_access_key: str = ""
    session_token: str = ""
    region: str = ""
    config: str = ""
    registry_username: str = ""
    registry_password: str = ""

    @property
    def secrets(self) -> frozenset[str]:
        """What must not be seen anywhere."""
        given = (self.secret_access_key, self.session_token, self.config, self.registry_password)
        return frozenset(value for value in given if value)

    @property
    def aws(self) -> bool:
        """Whether there is something to log in to AWS with."""
        return bool(self.config or (self.access_key_id and self.secret_access_key))


@dataclasses.dataclass(frozen=True)
class Registries:
    """``chart`` is where the controller's own images are, ``packages`` charts and bundles, ``images`` theirs."""

    chart: str
    packages: str
    images: str


def registries(mirror: RegistryMirror | None, *, region: str) -> Registries:
    """Where everything comes from."""
    if mirror is None:
        return Registries(PUBLIC, PUBLIC, f"{_ACCOUNT}.dkr.ecr.{region or REGION}.amazonaws.com")
    ours = mirrored(mirror, PUBLIC)
    for registry, namespace in mirror.namespaces:
        match = _ECR.fullmatch(registry)
        if match:
            place = f"{address(mirror)}/{namespace}".rstrip("/")
            return Registries(ours, ours if match[1] == _ACCOUNT else place, place)
    return Registries(ours, PUBLIC, f"{_ACCOUNT}.dkr.ecr.{REGION}.amazonaws.com")


def values(config: ClusterConfig, login: Login) -> dict[str, t.Any]:
    """What the chart gets; secrets are in base64, as it writes them into Secrets as they come."""
    places = registries(config.registry_mirror, region=login.region)
    found: dict[str, t.Any] = {
        "sourceRegistry": places.chart,
        "defaultRegistry": places.packages,
        "defaultImageRegistry": places.images,
        "clusterName": config.name,
        "registryMirrorSecret": _encoded(_mirror(config.registry_mirror, login)),
        "awsSecret": _encoded(_aws(login)),
        **_section(config),
    }
    if config.proxy and config.proxy.http:
        found["proxy"] = {
            "HTTP_PROXY": config.proxy.http,
            "HTTPS_PROXY": config.proxy.https,
            "NO_PROXY": ",".join(config.proxy.no_proxy),
        }
    if not (login.access_key_id and login.secret_access_key) and config.registry_mirror is None:
        found["cronjob"] = {**found.get("cronjob", {}), "suspend": True}
    if not config.self_managed:
        found |= {"workloadPackageOnly": True, "managementClusterName": config.management_name}
    return found


def aws_secret(login: Login) -> dict[str, str]:
    """``data`` of the Secret ``aws-secret`` as the chart writes it, which it does only when there is none."""
    given = _encoded(_aws(login))
    names = {"id": "AWS_ACCESS_KEY_ID", "secret": "AWS_SECRET_ACCESS_KEY", "region": "REGION"}
    optional = {"sessionToken": "AWS_SESSION_TOKEN", "config": "config"}
    kept = {**names, **{key: name for key, name in optional.items() if given.get(key)}}
    return {name: given[key] for key, name in kept.items()}


def disabled(config: ClusterConfig) -> bool:
    """Whether the config wants no packages."""
    return _packages(config).get("disable") is True


def _packages(config: ClusterConfig) -> Data:
    return section(section(config.documents[0], "spec"), "packages") if config.documents else {}


def _section(config: ClusterConfig) -> dict[str, t.Any]:
    """``spec.packages`` of the config in the words of the chart."""
    packages = _packages(config)
    controller, cronjob = section(packages, "controller"), section(packages, "cronjob")
    images = ("digest", "repository", "tag")
    found: dict[str, t.Any] = {}
    if controller:
        found["controller"] = {
            **{name: text(controller, name) for name in images if text(controller, name)},
            "enableWebhooks": str(controller.get("disableWebhooks") is not True).lower(),
            **({"resources": dict(section(controller, "resources"))} if controller.get("resources") else {}),
            **({"env": [_variable(one) for one in texts(controller, "env")]} if controller.get("env") else {}),
        }
    if cronjob:
        kept = {name: text(cronjob, name) for name in images if text(cronjob, name)}
        found["cronjob"] = {**kept, "suspend": cronjob.get("disable") is True}
    return found


def _variable(entry: str) -> dict[str, str]:
    name, equals, value = entry.partition("=")
    if not equals:
        raise EksaError(
            f"invalid environment in specification <{name}>",
            code="config.invalid",
            hint="Write spec.packages.controller.env as NAME=value.",
        )
    return {"name": name, "value": value}


def _mirror(mirror: RegistryMirror | None, login: Login) -> dict[str, str]:
    if mirror is None:
        return {"endpoint": "", **_UNUSED_LOGIN, "cacertcontent": "", "insecure": "false"}
    given = {"username": login.registry_username, "password": login.registry_password}
    return {
        "endpoint": address(mirror),
        **(given if mirror.authenticate else _UNUSED_LOGIN),
        "cacertcontent": mirror.ca_cert,
        "insecure": str(mirror.insecure_skip_verify).lower(),
    }


def _aws(login: Login) -> dict[str, str]:
    token = {"sessionToken": login.session_token} if login.session_token else {}
    return {
        "id": login.access_key_id,
        "secret": login.secret_access_key,
        "region": login.region or REGION,
        **token,
        "config": login.config,
    }


def _encoded(plain: t.Mapping[str, str]) -> dict[str, str]:
    return {key: base64.b64encode(value.encode()).decode() for key, value in plain.items()}


__all__ = ("PUBLIC", "Login", "Registries", "aws_secret", "disabled", "registries", "values")
