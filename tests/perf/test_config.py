# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""What it costs to read, check and render configs, and to import the rooms that do it. No lab: ``make perf-config``.

Processor time, not time on the clock: these rooms wait for nothing, so a busy machine does not change the figures.
"""

from __future__ import annotations

import json
import os
import pathlib
import statistics
import subprocess
import sys
import time
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._config import cluster
from ansible_collections.eks.anywhere.tests.fuzz import mutations, target
from ansible_collections.eks.anywhere.tests.tools import figures

ONE_MS = 20
MANY_SECONDS = 10
MANY = 500
IMPORT_MS = 60
ROUNDS = 30
ROUNDS_OF_IMPORT = 9

PREFIX = "ansible_collections.eks.anywhere.plugins.module_utils"
IMPORT = f"""
import importlib, json, sys, sysconfig, time
for name in sys.argv[1:]:
    importlib.import_module(name)
before = set(sys.modules)
began = time.process_time()
import {PREFIX}._config.cluster
import {PREFIX}._config.bundles
import {PREFIX}._config.release
import {PREFIX}._render.cluster
spent = time.process_time() - began
new = [name for name in sys.modules if name not in before]
others = [name for name in new if not name.startswith("ansible_collections")]
installed = sysconfig.get_paths()["purelib"], sysconfig.get_paths()["platlib"]
libraries = {{
    name.partition(".")[0]
    for name in others
    if (getattr(sys.modules[name], "__file__", None) or "").startswith(installed)
}}
print(json.dumps([spent * 1000, sorted(libraries), others]))
"""
"""Imports the modules named in argv, then the rooms: milliseconds, libraries and all other modules that came along."""


def text_of(name: str) -> str:
    """A config with many features: machines, etcd, identity providers, a proxy, a mirror."""
    documents = mutations.parsed((target.GOLDEN / "full.config.txt").read_text(encoding="utf-8"))
    documents[0]["spec"]["kubernetesVersion"] = "1.34"
    documents[0]["spec"]["registryMirrorConfiguration"].pop("caCertContent", None)
    documents[0]["metadata"]["name"] = documents[0]["spec"]["managementCluster"]["name"] = name
    return mutations.dumped(documents)


def work(text: str) -> int:
    """Findings and objects of one config; how many objects."""
    found = cluster.findings(text, environ=target.SWITCHES)
    assert not [str(one) for one in found if one.severity == "error"]
    return len(target.objects(cluster.load(text, environ=target.SWITCHES)))


def spent(action: t.Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    action()
    return time.process_time() - began


def test_one_config_is_checked_and_rendered_at_once() -> None:
    text = text_of("one")
    milliseconds = 1000 * statistics.median(spent(lambda: work(text)) for _round in range(ROUNDS))
    figures.record("config.findings_and_render_ms", milliseconds, unit="ms", most=ONE_MS)
    print(f"\n{work(text)} objects from {len(text.splitlines())} lines: {milliseconds:.1f} ms (median of {ROUNDS})")
    assert milliseconds < ONE_MS


def test_five_hundred_configs() -> None:
    texts = [text_of(f"many-{number}") for number in range(MANY)]
    seconds = spent(lambda: [work(text) for text in texts])
    figures.record("config.configs_500_seconds", seconds, most=MANY_SECONDS)
    print(f"\n{MANY} configs: {seconds:.2f} s")
    assert seconds < MANY_SECONDS


def test_importing_the_pure_rooms(tmp_path: pathlib.Path) -> None:
    """On top of what Ansible has loaded long before, and with compiled files, which the first round makes."""
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": str(tmp_path)}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)

    def imported(*before: str) -> tuple[float, list[str], list[str]]:
        argv = [sys.executable, "-c", IMPORT, *before]
        done = subprocess.run(argv, env=environ, capture_output=True, text=True, check=True)
        return t.cast(tuple[float, list[str], list[str]], tuple(json.loads(done.stdout)))

    _first, libraries, others = imported()
    assert libraries == ["yaml"]
    # The least of them: what is above it is the work of others on the machine.
    alone = min(imported(*others)[0] for _round in range(ROUNDS_OF_IMPORT))
    bare = min(imported()[0] for _round in range(ROUNDS_OF_IMPORT))
    figures.record("config.import_ms", alone, unit="ms", most=IMPORT_MS)
    figures.record("config.import_bare_ms", bare, unit="ms")
    print(f"\nimport: {alone:.0f} ms, {bare:.0f} ms with PyYAML and the standard library")
    assert alone < IMPORT_MS
