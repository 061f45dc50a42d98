# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What every module's ``main()`` does: read parameters, run the operation, leave with a scrubbed result."""

from __future__ import annotations

import dataclasses
import typing as t

from ansible.module_utils.basic import AnsibleModule

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec, with_environment
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Reporter
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result, scrub


@dataclasses.dataclass(frozen=True)
class Context:
    """How an operation runs: ``check_mode`` plans only, ``report`` takes lines for people."""

    check_mode: bool
    report: Reporter


class Operate(t.Protocol):
    """Signature of a module file's ``operate``: parameters in, Result out, ``EksaError`` raised."""

    def __call__(self, params: t.Mapping[str, t.Any], context: Context) -> Result: ...


class Lines:
    """Reporter of a shipped module: keeps the lines for the result, since a module cannot print while it runs."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def line(self, text: str) -> None:
        """Keep one line."""
        self.lines.append(text)


def run_module(spec: Spec, operate: Operate) -> t.NoReturn:
    """Body of every ``main()``."""
    module = AnsibleModule(argument_spec=spec.options, supports_check_mode=True, **spec.constraints())
    params = with_environment(module.params)
    secrets = spec.secrets(params)
    lines = Lines()
    try:
        result = operate(params, Context(check_mode=module.check_mode, report=lines))
    except EksaError as exc:
        module.fail_json(**scrub({**exc.as_fail(), "lines": lines.lines}, secrets))
    module.exit_json(**scrub({**result.as_dict(diff=module._diff), "lines": lines.lines}, secrets))


__all__ = ("Context", "Lines", "Operate", "run_module")
