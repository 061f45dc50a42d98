# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The kind program: three commands, and its errors in our words."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._plan.folder import node_label
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed, Runner

CREATE_SECONDS = 900.0
DELETE_SECONDS = 180.0


@dataclasses.dataclass(frozen=True)
class KindTool:
    """kind through the Runner port."""

    runner: Runner

    def create(
        self, name: str, *, image: str, config_path: str, kubeconfig: str, env: t.Mapping[str, str] | None = None
    ) -> None:
        """Make a cluster; kind removes what it made itself when it fails."""
        options = ["--name", name, "--kubeconfig", kubeconfig, "--image", image, "--config", config_path]
        done = self.runner.run(["kind", "create", "cluster", *options], env=env, timeout_seconds=CREATE_SECONDS)
        if done.rc != 0:
            raise _failed(done, name=name, image=image)

    def delete(self, name: str, *, kubeconfig: str) -> None:
        """Remove a cluster and its containers; one that is not there is fine. The user's kubeconfig stays as it is."""
        options = ["--name", name, "--kubeconfig", kubeconfig]
        done = self.runner.run(["kind", "delete", "cluster", *options], timeout_seconds=DELETE_SECONDS)
        if done.rc != 0:
            raise EksaError(
                f"kind could not delete bootstrap cluster {name}: {_last_words(done)}.",
                code="bootstrap.delete_failed",
                hint=f"Look at `docker ps -a --filter label={node_label(name)}`.",
            )

    def kubeconfig(self, name: str) -> str | None:
        """Admin kubeconfig out of the node; None when the node has none (yet)."""
        done = self.runner.run(["kind", "get", "kubeconfig", "--name", name], timeout_seconds=DELETE_SECONDS)
        return done.stdout if done.rc == 0 and done.stdout.strip() else None


_CAUSES: tuple[tuple[str, str, str], ...] = (
    ("no space left on device", "host.disk_full", "Free disk space under docker's root, then run again."),
    ("failed to pull image", "bootstrap.image_unavailable", "Check that the registry has the image and is reachable."),
    ("port is already allocated", "bootstrap.port_in_use", "Stop what listens on that port, then run again."),
    ("Cannot connect to the Docker daemon", "host.docker_not_running", "Start docker, then run again."),
    ("permission denied", "host.docker_forbidden", "Run as a user that may use docker."),
    ("docker: executable file not found", "host.docker_absent", "Install docker 20 or later."),
    ('exec: "docker"', "host.docker_absent", "Install docker 20 or later."),
)


def _failed(done: Completed, *, name: str, image: str) -> EksaError:
    said = done.stderr + done.stdout
    code, hint = "bootstrap.kind_failed", "Run the same command with --retain and look at the node's journal."
    for words, known_code, known_hint in _CAUSES:
        if words in said:
            code, hint = known_code, known_hint
            break
    return EksaError(
        f"kind could not create bootstrap cluster {name} from image {image}: {_last_words(done)}.",
        code=code,
        hint=hint,
        details={"name": name, "image": image},
    )


def _last_words(done: Completed) -> str:
    """The lines in which kind says what went wrong, without its progress and its stack traces."""
    lines = [line.strip() for line in done.stderr.splitlines()]
    errors = [line for line in lines if line.startswith(("ERROR:", "Command Output:", "error:"))]
    chosen = errors or [line for line in lines if line][-2:]
    return " ".join(chosen).rstrip(".")[:600] or f"exit code {done.rc}"


__all__ = ("KindTool",)
