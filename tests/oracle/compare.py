# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares this collection with the vendor's code on the configs of the vendor's own tests.

    tests/tools/in dev python tests/oracle/compare.py CLONE

Prints, for every config of vSphere and Docker, how many rendered objects are equal, and for every config whether both
sides agree that it is valid; then the shares. Exits with 1 when less than 98 % agree.
"""

from __future__ import annotations

import argparse
import difflib
import pathlib
import subprocess
import sys
import tempfile
import typing as t

import yaml

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
from upstream import LOGIN, Obj, Upstream, by_name  # a sibling of this script

from ansible_collections.eks.anywhere.plugins.filter.cluster_findings import cluster_findings
from ansible_collections.eks.anywhere.plugins.filter.cluster_objects import cluster_objects

HERE = pathlib.Path(__file__).resolve().parent
FOLDERS = ("pkg/providers", "pkg/api/v1alpha1/testdata", "pkg/cluster/testdata", "internal/test/testdata")
RENDERED = ("VSphereDatacenterConfig", "DockerDatacenterConfig")
BAR = 0.98
DIFF_LINES = 20
DELIBERATE = {
    "cluster_invalid_docker_with_endpoint.yaml": "the vendor refuses it when the cluster is created",
    "cluster_invalid_kinds_tinkerbell.yaml": "an unknown provider is an error at once",
    "invalid-kind.yaml": "an unknown provider is an error at once",
    "not_parseable_cluster_cloudstack.yaml": "every document is read strictly, not the Cluster alone",
    "invalid-cluster.yaml": "every document is read strictly, not the Cluster alone",
    "cluster_valid_domainname_proxy.yaml": "the vendor asks the name service; here nothing is asked",
    "tinkerbell_cluster_without_worker_nodes.yaml": "the vendor refuses it when the cluster is created",
}
"""By file: why the verdicts differ on purpose."""


def main() -> int:
    """Run both comparisons."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("clone", help="a git clone of aws/eks-anywhere")
    parser.add_argument("--diff", action="store_true", help="show how objects differ")
    asked = parser.parse_args()
    programs = subprocess.run([str(HERE / "build"), asked.clone], check=True, capture_output=True, text=True).stdout
    with tempfile.TemporaryDirectory() as scratch, Upstream(pathlib.Path(programs.strip())) as upstream:
        tree = pathlib.Path(scratch)
        archive = subprocess.run(
            ["git", "-C", asked.clone, "archive", "HEAD", *FOLDERS], check=True, capture_output=True
        )
        subprocess.run(["tar", "-x", "-C", scratch], input=archive.stdout, check=True)
        texts = dict(_configs(tree))
        objects = [_rendered(upstream, tree, name, text, show=asked.diff) for name, text in texts.items()]
        verdicts = [_judged(upstream, name, text) for name, text in texts.items()]
    print()
    shares = [_share("objects equal", objects), _share("verdicts equal", verdicts)]
    return 0 if min(shares) >= BAR else 1


def _configs(tree: pathlib.Path) -> t.Iterator[tuple[str, str]]:
    for path in sorted(tree.rglob("*.yaml")):
        text = path.read_text(encoding="utf-8", errors="replace")
        if "kind: Cluster\n" in text and "anywhere.eks.amazonaws.com" in text:
            yield str(path.relative_to(tree)), text


def _rendered(upstream: Upstream, tree: pathlib.Path, name: str, text: str, *, show: bool) -> tuple[int, int]:
    """Equal objects, and all objects that the vendor renders."""
    if not any(f"kind: {kind}\n" in text for kind in RENDERED):
        return 0, 0
    data = tree / "internal" / "test" / "testdata"
    bundles = (data / "bundles.yaml").read_text(encoding="utf-8")
    releases = [path.read_text(encoding="utf-8") for path in sorted(data.glob("kubernetes-*.yaml"))]
    theirs = upstream.render(text, bundles=bundles, releases=releases)
    wanted = [*theirs.get("typed_control_plane", ()), *theirs.get("typed_workers", ())]
    if not wanted or theirs["problems"]:
        return 0, 0
    try:
        ours = cluster_objects(text, bundles, releases, LOGIN)
    except Exception as exc:  # noqa: BLE001 - whatever we raise counts as not equal
        print(f"{name}: ours: {exc}")
        return 0, len(wanted)
    found = by_name([*ours["control_plane"], *ours["workers"]])
    # A Go type has a status, if an empty one, which nobody applies.
    bare = [{key: value for key, value in obj.items() if key != "status"} for obj in wanted]
    different = {key: obj for key, obj in by_name(bare).items() if found.get(key) != obj}
    for key, obj in different.items() if show else ():
        _show(key, obj, found.get(key))
    print(f"{name}: {len(wanted) - len(different)} of {len(wanted)} objects equal")
    return len(wanted) - len(different), len(wanted)


def _show(key: tuple[str, str], theirs: Obj, ours: Obj | None) -> None:
    lines = [yaml.safe_dump(side, width=1000).splitlines() for side in (theirs, ours)]
    print(f"  {key}")
    print("\n".join(list(difflib.unified_diff(*lines, "theirs", "ours", lineterm="", n=0))[:DIFF_LINES]))


def _judged(upstream: Upstream, name: str, text: str) -> tuple[int, int]:
    """Whether both sides agree that the config is valid; webhooks judge other things, the changes of live objects."""
    theirs = [problem for problem in upstream.check(text) if not problem.startswith("webhook: ")]
    ours = [one for one in cluster_findings(text) if one["severity"] == "error"]
    if bool(theirs) == bool(ours):
        return 1, 1
    known = DELIBERATE.get(pathlib.PurePath(name).name)
    if known:
        print(f"{name}: not compared: {known}")
        return 0, 0
    print(f"{name}: theirs: {theirs or 'valid'}; ours: {[one['message'] for one in ours] or 'valid'}")
    return 0, 1


def _share(what: str, counts: t.Sequence[tuple[int, int]]) -> float:
    equal, every = (sum(side) for side in zip(*counts, strict=True))
    print(f"{what}: {equal} of {every} ({100 * equal / every:.2f} %)")
    return equal / every


if __name__ == "__main__":
    sys.exit(main())
