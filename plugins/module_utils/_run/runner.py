# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Commands on this machine: no shell, a small environment, an end in time, nothing left running."""

from __future__ import annotations

import contextlib
import os
import pathlib
import re
import shutil
import signal
import subprocess
import threading
import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Completed
from ansible_collections.eks.anywhere.plugins.module_utils._result import scrub

PASSED_ON = frozenset(
    {
        "DOCKER_CERT_PATH",
        "DOCKER_CONFIG",
        "DOCKER_HOST",
        "DOCKER_TLS_VERIFY",
        "HELM_CACHE_HOME",
        "HELM_CONFIG_HOME",
        "HELM_DATA_HOME",
        "HOME",
        "HTTPS_PROXY",
        "HTTP_PROXY",
        "LANG",
        "LC_ALL",
        "LOGNAME",
        "NO_PROXY",
        "PATH",
        "SSL_CERT_DIR",
        "SSL_CERT_FILE",
        "TMPDIR",
        "USER",
        "XDG_CACHE_HOME",
        "XDG_CONFIG_HOME",
        "XDG_RUNTIME_DIR",
        "http_proxy",
        "https_proxy",
        "no_proxy",
    }
)
"""All that a command sees of our environment. KUBECONFIG is left out on purpose: each command names its cluster."""

GRACE_SECONDS = 5.0
_SECRET_NAME = re.compile(r"PASS|SECRET|TOKEN|KEY|CREDENTIAL|USERNAME|AUTH", re.IGNORECASE)


class LocalRunner:
    """The Runner port on this machine.

    Programs are looked for in ``tools_dir`` first, then on PATH. ``secrets`` never appear in what ``run`` returns or
    raises; neither do values of environment variables whose names sound secret.
    """

    def __init__(self, *, tools_dir: str | None = None, secrets: t.Collection[str] = ()) -> None:
        self._tools_dir = str(pathlib.Path(tools_dir).expanduser()) if tools_dir else ""
        self._secrets = frozenset(secrets)

    def run(
        self,
        argv: t.Sequence[str],
        *,
        env: t.Mapping[str, str] | None = None,
        stdin: str | None = None,
        timeout_seconds: float = 600.0,
    ) -> Completed:
        """Run to the end; the whole process group dies with a timeout, an interrupt or our own end."""
        environment = self._environment(env or {})
        hidden = self._secrets | _secret_values(env or {})
        program = self._program(argv[0], environment["PATH"])
        process = self._start([program, *argv[1:]], environment, with_stdin=stdin is not None)
        with _ended_with_us(process):
            try:
                out, err = process.communicate(input=stdin, timeout=timeout_seconds)
            except subprocess.TimeoutExpired:
                raise _too_slow(argv, timeout_seconds, _end(process), hidden) from None
        shown = tuple(scrub(list(argv), hidden))
        return Completed(argv=shown, rc=process.returncode, stdout=scrub(out, hidden), stderr=scrub(err, hidden))

    def _environment(self, extra: t.Mapping[str, str]) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if name in PASSED_ON}
        kept.setdefault("PATH", os.defpath)
        kept.update(extra)
        if self._tools_dir:
            kept["PATH"] = os.pathsep.join([self._tools_dir, kept["PATH"]])
        return kept

    def _program(self, name: str, path: str) -> str:
        found = shutil.which(name, path=path)
        if found:
            return found
        where = f"{self._tools_dir!r} and on PATH" if self._tools_dir else "on PATH"
        raise EksaError(
            f"Program {name!r} was not found (looked in {where}).",
            code="run.program_not_found",
            hint="Install it, or point tools_dir (role variable eksa_tools_dir) at the folder that holds it.",
            details={"program": name, "tools_dir": self._tools_dir},
        )

    @staticmethod
    def _start(argv: list[str], environment: dict[str, str], *, with_stdin: bool) -> subprocess.Popen[str]:
        try:
            return subprocess.Popen(
                argv,
                env=environment,
                stdin=subprocess.PIPE if with_stdin else subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                encoding="utf-8",
                errors="replace",
                start_new_session=True,
            )
        except OSError as exc:
            raise EksaError(
                f"Program {argv[0]!r} could not be started: {exc.strerror}.",
                code="run.not_started",
                hint="Check that the file is executable and built for this machine.",
                details={"program": argv[0]},
            ) from exc


def _secret_values(env: t.Mapping[str, str]) -> frozenset[str]:
    return frozenset(value for name, value in env.items() if value and _SECRET_NAME.search(name))


def _too_slow(argv: t.Sequence[str], seconds: float, said: str, hidden: t.Collection[str]) -> EksaError:
    tail = str(scrub(said, hidden)).strip().splitlines()[-3:]
    last = f" Its last words: {' | '.join(tail)}." if tail else ""
    return EksaError(
        f"{pathlib.Path(argv[0]).name} did not end within {seconds:g} s and was stopped.{last}",
        code="run.timeout",
        hint="Look at the machine's load and network, then run again.",
        details={"program": argv[0], "timeout_seconds": seconds},
    )


def _end(process: subprocess.Popen[str]) -> str:
    """Stop the process group, politely first; returns what it had said."""
    _signal_group(process.pid, signal.SIGTERM)
    try:
        out, err = process.communicate(timeout=GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        _signal_group(process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            out, err = process.communicate(timeout=GRACE_SECONDS)
            return f"{out}\n{err}"
        return ""
    # The leader is gone, children that ignored the signal may not be.
    _signal_group(process.pid, signal.SIGKILL)
    return f"{out}\n{err}"


def _signal_group(pid: int, number: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, number)


@contextlib.contextmanager
def _ended_with_us(process: subprocess.Popen[str]) -> t.Iterator[None]:
    """Whatever ends this block early (Ctrl-C, SIGTERM from Ansible to its worker) ends the process group too."""
    previous = _on_sigterm(process)
    try:
        yield
    except BaseException:
        if process.poll() is None:
            _end(process)
        raise
    finally:
        if previous is not None:
            signal.signal(signal.SIGTERM, previous)


def _on_sigterm(process: subprocess.Popen[str]) -> t.Any:
    """The command has a session of its own, so a SIGTERM to our group would miss it: pass it on."""
    if threading.current_thread() is not threading.main_thread():
        return None
    before = signal.getsignal(signal.SIGTERM)

    def pass_on(number: int, frame: types.FrameType | None) -> None:
        _signal_group(process.pid, signal.SIGTERM)
        if callable(before):
            before(number, frame)
            return
        raise SystemExit(128 + number)

    signal.signal(signal.SIGTERM, pass_on)
    return before


__all__ = ("GRACE_SECONDS", "PASSED_ON", "LocalRunner")
