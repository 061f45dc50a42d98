# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The docs' page of each error code that a check can find, out of the table by which the checks speak.

``tests/tools/in dev python tests/docs/error_pages.py`` writes them; a unit test fails when they are not as this says.
"""

from __future__ import annotations

import pathlib
import re

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules import RULES, Rule

DOCS = pathlib.Path(__file__).resolve().parents[2] / "docs" / "docsite" / "rst"
FOLDER = DOCS / "error_codes"
OVERVIEW = DOCS / "errors.rst"
LABEL = "ansible_collections.eks.anywhere.docsite.error_codes."
PAGE = """\
.. Copyright (c) 2026 eks.anywhere contributors
.. GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
.. SPDX-License-Identifier: GPL-3.0-or-later
.. Written by tests/docs/error_pages.py from plugins/module_utils/_checks/rules.py: change it there.

:orphan:

.. _{label}:

{title}
{line}

:Check: {check}
:Severity: {severity}

Cause
-----

{cause}

What the check says
-------------------

| Seen: {seen}
{expected}
Fix
---

{fix}

See :ref:`all error codes <ansible_collections.eks.anywhere.docsite.errors>`.
"""
WARNING = {"error": "error: the cluster would not come to be", "warning": "warning: the run goes on"}


def page(code: str, rule: Rule) -> str:
    """Text of one page; what a finding fills in is shown by its name in angle brackets."""
    return PAGE.format(
        label=label(code),
        title=code,
        line="=" * len(code),
        check=_shown(rule.check),
        severity=WARNING[rule.severity],
        cause=rule.cause,
        seen=_shown(rule.seen),
        expected=f"| Expected: {_shown(rule.expected)}\n" if rule.expected else "",
        fix=_shown(rule.fix),
    )


def label(code: str) -> str:
    """By which other pages refer to that of a code."""
    return LABEL + code


def _shown(sentence: str) -> str:
    return re.sub(r"\{([a-z_]+)\}", r"<\1>", sentence).replace("*", r"\*")


def pages() -> dict[pathlib.Path, str]:
    """Every page by its path."""
    return {FOLDER / f"{code.replace('.', '_')}.rst": page(code, rule) for code, rule in sorted(RULES.items())}


def overview(text: str) -> str:
    """The page of all codes, its rows of these codes as the table has them."""

    def row(match: re.Match[str]) -> str:
        rule = RULES.get(match[1])
        if rule is None:
            return match[0]
        kind = " A warning." if rule.severity == "warning" else ""
        return f"   * - ``{match[1]}``\n     - {rule.cause}{kind} :ref:`Fix <{label(match[1])}>`"

    return re.sub(r"^   \* - ``([a-z0-9_.]+)``\n     - .*$", row, text, flags=re.MULTILINE)


def main() -> None:
    """Write what differs, and remove the page of a code that is gone."""
    wanted = pages()
    FOLDER.mkdir(exist_ok=True)
    for path in set(FOLDER.glob("*.rst")) - set(wanted):
        path.unlink()
    for path, text in {**wanted, OVERVIEW: overview(OVERVIEW.read_text(encoding="utf-8"))}.items():
        path.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
