# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: tinkerbell_template
short_description: Write out the steps that set up a bare metal machine
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Makes the TinkerbellTemplateConfig that machines of a bare metal cluster get when their machine config names none.
  - Append it to the cluster config, change it, and name it in C(spec.templateRef) of a TinkerbellMachineConfig.
  - All machines get the steps for the operating system of the control plane.
options:
  _input:
    description: Text of the cluster config, the vendor's multi-document YAML.
    type: str
    required: true
  bootstrap_ip:
    description:
      - Address of the machine that creates the cluster. Tinkerbell runs there until the cluster can run it itself.
    type: str
    required: true
seealso:
  - plugin: eks.anywhere.cluster_findings
    plugin_type: filter
  - module: eks.anywhere.generate_config
"""

EXAMPLES = r"""
- name: Write the template to be edited
  ansible.builtin.copy:
    content: "{{ lookup('ansible.builtin.file', 'metal.yaml') | eks.anywhere.tinkerbell_template('198.18.0.2') }}"
    dest: template.yaml
    mode: "0644"
"""

RETURN = r"""
_value:
  description: Text of the TinkerbellTemplateConfig.
  type: str
  sample: |
    apiVersion: anywhere.eks.amazonaws.com/v1alpha1
    kind: TinkerbellTemplateConfig
"""

import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.eks.anywhere.plugins.module_utils._config.tinkerbell_template import default_template
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError


def tinkerbell_template(text: str, bootstrap_ip: str) -> str:
    """See ``DOCUMENTATION``."""
    if not isinstance(text, str):
        raise AnsibleFilterError(f"tinkerbell_template: expected the text of a config, got {type(text).__name__}.")
    try:
        return default_template(text, str.__str__(bootstrap_ip))
    except EksaError as exc:
        raise AnsibleFilterError(f"tinkerbell_template: {exc.message} {exc.hint}".strip()) from exc


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"tinkerbell_template": tinkerbell_template}
