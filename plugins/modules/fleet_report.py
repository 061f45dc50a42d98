#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: fleet_report
short_description: Write the report of a run over a fleet
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Makes a page of the record of a run, with what became of each cluster, a timeline of their phases, the machines that
    were replaced, failures with their causes, and the most that each vCenter had to bear at the same time.
  - The page loads nothing from anywhere. It can be sorted and searched, printed, and read on a phone.
  - Writes the same as JSON beside it.
  - The record of a run that was killed makes a report, too.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.fleet
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - There is nothing to compare.
  idempotent:
    support: full
options:
  dest:
    description:
      - Path of the page. The JSON gets the same name with the ending C(.json). C(report.html) in O(folder) when unset.
    type: path
  title:
    description:
      - Title of the page.
    type: str
    default: Upgrade of a fleet
"""

EXAMPLES = r"""
- name: Write the report
  eks.anywhere.fleet_report:
    folder: fleet
  run_once: true
"""

RETURN = r"""
path:
  description: Path of the page.
  returned: success
  type: str
  sample: /home/me/fleet/report.html
outcomes:
  description: How many clusters had which outcome.
  returned: success
  type: dict
  sample: {done: 97, failed: 3, running: 0, waiting: 0, deferred: 0, skipped: 0, halted: 0, unchanged: 0}
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import FLEET, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import fleet_report
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module
from ansible_collections.eks.anywhere.plugins.module_utils._shell_fleet import fleet_ports

SPEC = Spec(
    options=merge(
        FLEET,
        {
            "dest": {"type": "path"},
            "title": {"type": "str", "default": "Upgrade of a fleet"},
        },
    )
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Write it."""
    return fleet_report.write(
        params["folder"],
        dest=params["dest"] or "",
        title=params["title"],
        files=LocalFiles(),
        ports=fleet_ports(context.report),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
