# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What runs while the lab is up: a registry for the builder, the same one as the machines' mirror, and the vCenter."""

from __future__ import annotations

import dataclasses
import json
import secrets
import shlex
import socket
import typing as t
from pathlib import Path

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._lab import needs
from ansible_collections.eks.anywhere.plugins.module_utils._lab.engine import LABEL
from ansible_collections.eks.anywhere.plugins.module_utils._lab.images import references
from ansible_collections.eks.anywhere.plugins.module_utils._lab.process import Processes
from ansible_collections.eks.anywhere.plugins.module_utils._lab.releases import RELEASES
from ansible_collections.eks.anywhere.plugins.module_utils._lab.shell import tail
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Clock
from ansible_collections.eks.anywhere.plugins.module_utils._yaml import yaml

REGISTRY_PORT = 5000
VCENTER_PORT = 443
LOOPBACK = f"127.0.0.1:{REGISTRY_PORT}"
START_SECONDS = 30.0
ADMIN = "administrator@vsphere.local"
USERS: t.Mapping[str, str] = {
    ADMIN: "VCSIM_PASSWORD",
    "reader@vsphere.local": "VCSIM_READ_ONLY_PASSWORD",
    "nobody@vsphere.local": "VCSIM_NO_ACCESS_PASSWORD",
}
_MACHINE = (
    "--pull never --privileged --cgroupns=private --tmpfs /run --tmpfs /tmp "
    "--mount type=volume,dst=/var,volume-label={label}=1 --device /dev/fuse --volume /lib/modules:/lib/modules:ro "
    "--volume {kits}:/opt/lab:ro --label {label}=1"
)


def templates() -> str:
    """All templates as the vCenter's program takes them: ``name=tag,tag=image``, parted by semicolons.

    A template is there from the start; the engine has its image, a release's node image, once the release is built.
    """
    tagged = [(one.template, f"os:ubuntu,eksdRelease:{one.name}", references(one)["kind-node"]) for one in RELEASES]
    first, labels, image = tagged[0]
    others = [(f"{first}-workers", labels, image), (f"{first}-untagged", "os:ubuntu", image)]
    return ";".join("=".join(one) for one in (*tagged, *others))


@dataclasses.dataclass(frozen=True)
class Services:
    """The lab's servers: each is started unless it runs, and what was done is told in words."""

    root: Path
    run: Path
    clock: Clock

    @property
    def _processes(self) -> Processes:
        return Processes(self.run, clock=self.clock)

    def registry(self, name: str, address: str, *, read_only: bool) -> list[str]:
        """The registry with all images of the lab, on one address."""
        processes = self._processes
        if processes.alive(name):
            return []
        needs.require(cache=self.root, warm=True, ports=((address, REGISTRY_PORT),))
        settings = {
            "version": 0.1,
            "log": {"level": "error", "accesslog": {"disabled": True}},
            "storage": {
                "filesystem": {"rootdirectory": str(self.root / "registry")},
                "maintenance": {"readonly": {"enabled": read_only}, "uploadpurging": {"enabled": False}},
            },
            "http": {"addr": f"{address}:{REGISTRY_PORT}"},
        }
        file = self.run / f"{name}.yml"
        file.write_text(yaml.dump(settings))
        processes.start(name, ["docker-registry", "serve", str(file)], environ={"OTEL_TRACES_EXPORTER": "none"})
        self._until(lambda: _listens(address, REGISTRY_PORT), name)
        return [f"started the {name} on {address}:{REGISTRY_PORT}"]

    def vcenter(self, program: Path, gateway: str, *, kits: Path) -> list[str]:
        """The vCenter with new passwords. Its machines boot the image of the template that they are cloned from."""
        processes = self._processes
        if processes.alive("vcsim"):
            return []
        needs.require(cache=self.root, warm=True, ports=((gateway, VCENTER_PORT),))
        passwords = {user: secrets.token_urlsafe(18) for user in USERS}
        self._secret("credentials.json", json.dumps(passwords))
        self._secret("password", passwords[ADMIN])
        argv = [
            str(program),
            "-listen",
            f"{gateway}:{VCENTER_PORT}",
            "-options",
            _MACHINE.format(kits=shlex.quote(str(kits)), label=LABEL),
            "-templates",
            templates(),
        ]
        environ = {USERS[user]: password for user, password in passwords.items()}
        processes.start("vcsim", argv, environ=environ)
        self._until(lambda: '"thumbprint"' in processes.log("vcsim").read_text(), "vcsim")
        return [f"started the vCenter on {gateway}:{VCENTER_PORT}"]

    def _secret(self, name: str, text: str) -> None:
        file = self.run / name
        file.touch(mode=0o600)
        file.write_text(text)

    def _until(self, ready: t.Callable[[], bool], name: str) -> None:
        processes = self._processes
        deadline = self.clock.now() + START_SECONDS
        while not ready():
            if self.clock.now() > deadline or not processes.alive(name):
                raise EksaError(
                    f"{name} did not start; its last lines:\n{tail(processes.log(name))}", code="lab.service_start"
                )
            self.clock.sleep(0.1)


def _listens(address: str, port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0


__all__ = ("ADMIN", "LOOPBACK", "VCENTER_PORT", "Services")
