# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Fuzz the config rooms: text in, no surprise out. ``make fuzz MINUTES=10`` runs it in an environment of its own.

atheris (libFuzzer) keeps the inputs that reached new code under the user's cache directory, so each run goes on where
the last one ended; what breaks is written beside them and its path printed. An input that broke something belongs, made
small, into
``tests/unit/config/test_crashers.py``. atheris has wheels for Linux on x86-64 alone: elsewhere its environment cannot
be made and this says so, while the property tests ask the same questions without it.
"""

from __future__ import annotations

import argparse
import os
import pathlib
import random
import shutil
import subprocess
import sys
import traceback
import typing as t

import atheris

with atheris.instrument_imports(include=["ansible_collections.eks.anywhere.plugins"]):
    from ansible_collections.eks.anywhere.plugins.module_utils._config import schema, shapes
    from ansible_collections.eks.anywhere.plugins.module_utils._config.generate import PROVIDERS, generate_config
    from ansible_collections.eks.anywhere.tests.fuzz import mutations, target

CACHE = pathlib.Path(
    os.environ.get("EKSA_CACHE_DIR")
    or pathlib.Path(os.environ.get("XDG_CACHE_HOME") or pathlib.Path.home() / ".cache") / "eks.anywhere"
)
HOME = CACHE / "fuzz" / "config"
BROKEN = HOME / "broken"
MAX_BYTES = 16 * 1024
SECONDS_FOR_ONE = 5
MEGABYTES = 2048


def examine(data: bytes) -> None:
    """One input of the fuzzer. What breaks is kept, once for each place in the code, and the run goes on."""
    try:
        target.examine(data.decode("utf-8", errors="replace"))
    except Exception as exc:  # noqa: BLE001  (whatever it is, it is what we look for)
        where = traceback.extract_tb(exc.__traceback__)[-1]
        name = f"{type(exc).__name__}-{pathlib.PurePath(where.filename).stem}-{where.lineno}"
        if not (BROKEN / name).exists():
            (BROKEN / name).write_bytes(data)
            print(f"fuzz: BROKEN {BROKEN / name}", flush=True)
            traceback.print_exception(exc)


def mutate(data: bytes, max_size: int, seed: int) -> bytes:
    """Half of the time bytes change, as libFuzzer knows how; half of the time parts of the parsed documents do."""
    rng = random.Random(seed)
    documents = mutations.parsed(data.decode("utf-8", errors="replace")) if rng.random() < 0.5 else []
    if not documents:
        return t.cast(bytes, atheris.Mutate(data, max_size))
    changed = mutations.mutated(documents, rng, times=rng.randint(1, 3))
    try:
        text = mutations.dumped(changed, flow=rng.random() < 0.2)
    except (ValueError, RecursionError):  # what was parsed is not always what can be written
        return t.cast(bytes, atheris.Mutate(data, max_size))
    return text.encode("utf-8", errors="replace")[:max_size]


def _names(wanted: shapes.Schema) -> t.Iterator[str]:
    if isinstance(wanted, shapes.Fields):
        for name, inner in wanted.names.items():
            yield name
            yield from _names(inner)
    elif isinstance(wanted, (shapes.ListOf, shapes.MapOf)):
        yield from _names(wanted.item)
    elif isinstance(wanted, shapes.Kept):
        yield from _names(wanted.shape)


def prepare() -> pathlib.Path:
    """Seeds and a dictionary of the field names; the dictionary's path."""
    corpus = HOME / "corpus"
    corpus.mkdir(parents=True, exist_ok=True)
    BROKEN.mkdir(exist_ok=True)
    seeds = {path.name: path.read_text(encoding="utf-8") for path in target.GOLDEN.glob("*.config.txt")}
    seeds |= {f"generated-{name}": generate_config("w01", name) for name in PROVIDERS}
    for name, text in seeds.items():
        (corpus / name).write_text(text, encoding="utf-8")
    words = {*schema.SPECS, *(name for kind in schema.SPECS for name in _names(schema.of_kind(kind)))}
    dictionary = HOME / "words"
    dictionary.write_text("".join(f'"{word}"\n' for word in sorted(words)), encoding="utf-8")
    return dictionary


def fuzz(minutes: float) -> t.NoReturn:
    """Run libFuzzer, which ends the process when the time is up."""
    options = {
        "max_total_time": int(minutes * 60),
        "max_len": MAX_BYTES,
        "timeout": SECONDS_FOR_ONE,
        "rss_limit_mb": MEGABYTES,
        "dict": prepare(),
        "artifact_prefix": f"{BROKEN}/",
        "print_final_stats": 1,
    }
    flags = [f"-{name}={value}" for name, value in options.items()]
    atheris.Setup([sys.argv[0], *flags, str(HOME / "corpus")], examine, custom_mutator=mutate)
    atheris.Fuzz()
    sys.exit(0)


def main(argv: t.Sequence[str]) -> int:
    """Command line."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--worker", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("files", nargs="*", help="ask about these inputs, once each, instead")
    arguments = parser.parse_args(argv)
    if arguments.worker:
        fuzz(arguments.minutes)
    for name in arguments.files:
        target.examine(pathlib.Path(name).read_bytes().decode("utf-8", errors="replace"))
    if arguments.files:
        return 0
    shutil.rmtree(BROKEN, ignore_errors=True)
    command = [sys.executable, __file__, "--worker", f"--minutes={arguments.minutes}"]
    status = subprocess.run(command, check=False).returncode
    broken = sorted(str(path) for path in BROKEN.iterdir())
    print(f"fuzz: {len(broken)} broken", *broken, sep="\n  ", flush=True)
    return 1 if broken or status else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
