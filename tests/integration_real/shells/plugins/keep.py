# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Keeps each result as a line of JSON, for tests to read."""

from __future__ import annotations

import json
import os
import typing as t

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = r"""
name: keep
type: aggregate
short_description: Results as lines of JSON
description: For tests; writes to the file that E(KEEP_RESULTS) names.
author: eks.anywhere contributors (@eks-anywhere)
"""


class CallbackModule(CallbackBase):
    """See above."""

    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "keep"
    CALLBACK_NEEDS_ENABLED = True

    def v2_runner_on_ok(self, result: t.Any) -> None:
        """Done."""
        self._keep(result)

    def v2_runner_on_failed(self, result: t.Any, ignore_errors: bool = False) -> None:
        """Failed, which the play ignores."""
        self._keep(result)

    def _keep(self, result: t.Any) -> None:
        line = json.dumps({"task": result.task.get_name(), "result": result.result}, default=str)
        with open(os.environ["KEEP_RESULTS"], "a", encoding="utf-8") as file:  # noqa: PTH123  (loaded by Ansible)
            file.write(line + "\n")
