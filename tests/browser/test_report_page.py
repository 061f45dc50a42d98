# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The report of a run in a real browser: its script, its look on a desk, on a phone and on paper. Needs chromium."""

from __future__ import annotations

import pathlib
import re
import shutil
import subprocess

import pytest

from ansible_collections.eks.anywhere.plugins.module_utils._fleet import report, report_html
from ansible_collections.eks.anywhere.tests.unit.fleet import test_report

OUT = pathlib.Path(__file__).resolve().parents[2] / "build" / "report"
SORT = """<script>
const head = [...document.querySelectorAll("#clusters th")].find(one => one.textContent === "Took");
head.firstChild.click(); head.firstChild.click();
</script>"""
SEARCH = """<script>
const box = document.querySelector("input[type=search]");
box.value = "halted"; box.dispatchEvent(new Event("input"));
</script>"""
WIDTH = """<script>
document.title = String(document.documentElement.scrollWidth > document.documentElement.clientWidth);
</script>"""


def browser(*arguments: str) -> str:
    """What headless chromium prints."""
    program = shutil.which("chromium")
    assert program, "install chromium first (apt-get install chromium)"
    fixed = ("--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars")
    return subprocess.run([program, *fixed, *arguments], capture_output=True, text=True, check=True, timeout=120).stdout


def page(path: pathlib.Path, script: str = "") -> str:
    """The page as a file, with a script of ours at its end; its address."""
    text = report_html.page(report.report(test_report.some(), test_report.POLICY), title="Upgrade of a fleet")
    path.write_text(text.replace("</body>", f"{script}</body>"), encoding="utf-8")
    return f"file://{path}"


def hosts(dom: str) -> list[str]:
    """Rows of the table of clusters, as far as they are shown."""
    table = dom[dom.index('<table id="clusters"') :]
    body = table[table.index("<tbody>") :]
    rows = re.findall(r"<tr( hidden=\"\")?>.*?<td data-label=\"Cluster\"[^>]*>(.*?)</td>", body, re.DOTALL)
    return [host for hidden, host in rows if not hidden]


@pytest.mark.parametrize(("script", "expected"), [(SORT, ["f"]), (SEARCH, ["h"])])
def test_the_table_sorts_and_searches(tmp_path: pathlib.Path, script: str, expected: list[str]) -> None:
    found = hosts(browser("--dump-dom", page(tmp_path / "report.html", script)))
    assert found[: len(expected)] == expected
    assert len(found) == (4 if script == SORT else 1)


@pytest.mark.parametrize("width", [1280, 640, 500])
def test_nothing_is_wider_than_the_screen(tmp_path: pathlib.Path, width: int) -> None:
    dom = browser("--dump-dom", f"--window-size={width},900", page(tmp_path / "report.html", WIDTH))
    assert "<title>false</title>" in dom


def test_pictures_to_look_at(tmp_path: pathlib.Path) -> None:
    OUT.mkdir(parents=True, exist_ok=True)
    address = page(tmp_path / "report.html")
    for name, size in (("desk", "1280,1400"), ("phone", "500,1800")):
        browser(f"--window-size={size}", f"--screenshot={OUT / name}.png", address)
    browser(f"--print-to-pdf={OUT / 'paper.pdf'}", address)
    assert all((OUT / name).stat().st_size > 10_000 for name in ("desk.png", "phone.png", "paper.pdf"))
