#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: progress_line
short_description: Say one line to the people who watch a run
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Prints O(line) alone on its line, under every stdout callback, as the operations of this collection print theirs.
  - It is meant for phases that consist of several operations, or of none, such as V(Writing cluster config file).
  - With several hosts in the play the name of the host stands before the line.
  - It never reports a change. Guard it with a C(when) so that it speaks only of what really happens.
extends_documentation_fragment:
  - eks.anywhere.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - Nothing is changed, so there is nothing to compare.
  idempotent:
    support: full
options:
  line:
    description:
      - The text. It should be one line and hold no secret.
    type: str
    required: true
seealso:
  - plugin: eks.anywhere.progress
    plugin_type: callback
"""

EXAMPLES = r"""
- name: Tell what comes next
  eks.anywhere.progress_line:
    line: Creating new workload cluster
"""

RETURN = r"""
lines:
  description: The line that was shown.
  returned: success
  type: list
  elements: str
  sample: [Creating new workload cluster]
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(options={"line": {"type": "str", "required": True}})


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Show the line; nothing else happens."""
    context.report.line(params["line"])
    return Result()


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
