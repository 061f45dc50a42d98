# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Quality gates: every tool that judges the checkout, a few at a time, each with a line, its time and why it failed.

``gates.py`` runs all of them, ``gates.py NAME...`` some. The outcome is also a JUnit file, so gates count as tests.
"""

from __future__ import annotations

import concurrent.futures
import dataclasses
import os
import pathlib
import shutil
import subprocess
import sys
import time
import typing as t
from xml.etree import ElementTree

ROOT = pathlib.Path(__file__).resolve().parents[2]
TOOLS = ROOT / "tests" / "tools"
BUILD = ROOT / "build"
CACHE = pathlib.Path(
    os.environ.get("EKSA_CACHE_DIR")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "eks.anywhere"
)
IMPORTER = ("python", "-m", "galaxy_importer.main")
WORKERS = max(2, min(4, os.cpu_count() or 2))


@dataclasses.dataclass(frozen=True)
class Outcome:
    """How one gate ended."""

    name: str
    seconds: float
    status: int
    output: str


def inside(environment: str, *argv: str) -> list[str]:
    """A command in one of our Python environments."""
    return [str(TOOLS / "in"), environment, *argv]


def run(*argv: str, cwd: pathlib.Path = ROOT, **extra: str) -> tuple[int, str]:
    """Exit status and everything that was printed."""
    done = subprocess.run(
        argv,
        cwd=cwd,
        env={**os.environ, **extra},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


def steps(*commands: t.Sequence[str], cwd: pathlib.Path = ROOT, **extra: str) -> tuple[int, str]:
    """Commands in a row, up to the first that fails; what the last one printed."""
    words = ""
    for command in commands:
        status, words = run(*command, cwd=cwd, **extra)
        if status:
            return status, f"{words}\n(exit {status}) {' '.join(command)}"
    return 0, words


def tracked() -> list[pathlib.Path]:
    """Files of the checkout that are (or could be) committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return [pathlib.Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()]


def copy_for_ansible_test() -> pathlib.Path:
    """A copy under a real ``ansible_collections`` path, as ansible-test refuses symlinks; its leavings stay."""
    home = CACHE / "sanity" / "ansible_collections" / "eks" / "anywhere"
    wanted = tracked()
    for name in wanted:
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / name, home / name)
    keep = {home / name for name in wanted}
    for found in sorted(home.rglob("*"), reverse=True):
        stale = found.is_file() and found not in keep and home / "tests" / "output" not in found.parents
        if stale:
            found.unlink()
        elif found.is_dir() and not any(found.iterdir()):
            found.rmdir()
    return home


def sanity() -> tuple[int, str]:
    """ansible-test sanity, all tests, no ignore file."""
    ignored = [str(name) for name in tracked() if name.match("tests/sanity/ignore*")]
    if ignored:
        return 1, f"an ignore file is not allowed: {', '.join(ignored)}"
    home = copy_for_ansible_test()
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    status, words = run(*inside("test", "ansible-test", "sanity", "--python", python, "--color", "no"), cwd=home)
    telling = [line for line in words.splitlines() if line.startswith(("ERROR", "FATAL", "WARNING", " "))]
    return status, "\n".join(telling)


def package() -> tuple[int, str]:
    """Build, install beside nothing else, read a plugin's documentation from there, import as Galaxy would."""
    out, dest = BUILD / "dist", BUILD / "installed"
    for folder in (out, dest):
        shutil.rmtree(folder, ignore_errors=True)
    status, words = steps(
        inside("dev", "ansible-galaxy", "collection", "build", "--force", "--output-path", str(out)),
    )
    tarballs = sorted(out.glob("eks-anywhere-*.tar.gz"))
    if status or len(tarballs) != 1:
        return status or 1, words
    tarball = str(tarballs[0])
    names = sorted(f"eks.anywhere.{path.stem}" for path in (ROOT / "plugins" / "modules").glob("[a-z]*.py"))
    status, said = steps(
        inside("dev", "ansible-galaxy", "collection", "install", "--offline", "--no-deps", tarball, "-p", str(dest)),
        inside("dev", "env", f"ANSIBLE_COLLECTIONS_PATH={dest}", "ansible-doc", "-t", "module", *names),
        inside("importer", "env", f"GALAXY_IMPORTER_CONFIG={TOOLS / 'galaxy-importer.cfg'}", *IMPORTER, tarball),
        cwd=out,
    )
    return (status or int("Importer processing completed successfully" not in said)), said


def shells() -> tuple[int, str]:
    """Syntax of the shell scripts; makefile parses."""
    scripts = [str(name) for name in tracked() if _is_shell(ROOT / name)]
    return steps(*(["bash", "-n", name] for name in scripts), ["make", "--dry-run", "help"])


def _is_shell(path: pathlib.Path) -> bool:
    with path.open("rb") as handle:
        return handle.readline().startswith(
            (b"#!/usr/bin/env bash", b"#!/bin/bash", b"#!/bin/sh", b"#!/usr/bin/env sh")
        )


def types() -> tuple[int, str]:
    """mypy strict on the plugins (through the import tree, as Ansible sees them) and on our tools."""
    tree = pathlib.Path(
        subprocess.run([TOOLS / "env", "--tree"], capture_output=True, text=True, check=True).stdout.strip()
    )
    mypy = ("mypy", "--config-file", str(ROOT / "pyproject.toml"), "--cache-dir", str(CACHE / "mypy"))
    status, words = run(*inside("dev", *mypy, "ansible_collections/eks/anywhere/plugins"), cwd=tree)
    if status:
        return status, words
    scripts = sorted(path.name for path in TOOLS.glob("*.py"))
    return run(*inside("dev", "env", "MYPYPATH=.", *mypy, *scripts), cwd=TOOLS)


GATES: dict[str, t.Callable[[], tuple[int, str]]] = {
    "sanity": sanity,
    "lint": lambda: run(
        *inside("dev", "ansible-lint", "--offline", "--profile", "production", "--strict", "-q", "--nocolor")
    ),
    "package": package,
    "docs": lambda: run(
        *inside(
            "dev",
            "antsibull-docs",
            "lint-collection-docs",
            "--plugin-docs",
            "--validate-collection-refs=self",
            str(ROOT),
        )
    ),
    "types": types,
    "style": lambda: run(*inside("dev", "ruff", "check", "--no-cache", "--output-format", "concise", ".")),
    "format": lambda: run(*inside("dev", "ruff", "format", "--no-cache", "--check", ".")),
    "yaml": lambda: run(*inside("dev", "yamllint", "--strict", ".")),
    "changelog": lambda: run(*inside("dev", "antsibull-changelog", "lint")),
    "shells": shells,
}


def judge(name: str) -> Outcome:
    """Run one gate."""
    started = time.monotonic()
    try:
        status, output = GATES[name]()
    except (OSError, subprocess.SubprocessError) as exc:
        status, output = 1, str(exc)
    return Outcome(name=name, seconds=time.monotonic() - started, status=status, output=output)


def junit(name: str, outcomes: t.Sequence[Outcome]) -> None:
    """The outcomes in the form that other tools count: ``build/junit/NAME.xml``."""
    suite = ElementTree.Element("testsuite", name=name, tests=str(len(outcomes)), skipped="0")
    suite.set("failures", str(sum(1 for outcome in outcomes if outcome.status)))
    for outcome in outcomes:
        case = ElementTree.SubElement(suite, "testcase", classname=name, name=outcome.name)
        case.set("time", f"{outcome.seconds:.3f}")
        if outcome.status:
            failure = ElementTree.SubElement(case, "failure", message=f"exit {outcome.status}")
            failure.text = "".join(char for char in outcome.output if char.isprintable() or char in "\n\t")
    path = BUILD / "junit" / f"{name}.xml"
    path.parent.mkdir(parents=True, exist_ok=True)
    ElementTree.ElementTree(suite).write(path, encoding="utf-8", xml_declaration=True)


def tell(outcome: Outcome) -> None:
    """One line per outcome; a failure comes with all that was printed."""
    print(f"{'FAILED' if outcome.status else 'ok':<7} {outcome.name:<10} {outcome.seconds:6.1f} s", flush=True)
    if outcome.status:
        print("\n".join(f"    {line}" for line in outcome.output.splitlines()), flush=True)


def main(names: list[str]) -> int:
    """Run the gates and say how each went."""
    unknown = [name for name in names if name not in GATES]
    if unknown:
        print(f"gates: no such gate: {', '.join(unknown)}; there are {', '.join(GATES)}")
        return 2
    subprocess.run([TOOLS / "env", "dev", "test", "importer"], check=True)
    outcomes = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        for future in concurrent.futures.as_completed([pool.submit(judge, name) for name in names or GATES]):
            outcomes.append(future.result())
            tell(outcomes[-1])
    if not names:
        junit("check", outcomes)
    return 1 if any(outcome.status for outcome in outcomes) else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
