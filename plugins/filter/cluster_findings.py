# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster_findings
short_description: Check a cluster config without any live system
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Reads the text of a cluster config, fills in defaults and returns everything that is wrong or noteworthy, at once.
  - With O(previous) the change from that config to this one is judged, too.
  - It never fails on a config, however broken. Text that is no YAML yields a finding as well.
options:
  _input:
    description: Text of the cluster config, the vendor's multi-document YAML.
    type: str
    required: true
  previous:
    description: Text of the config that the cluster was made of.
    type: str
  environ:
    description:
      - Environment variables that switch features on, such as C(API_SERVER_EXTRA_ARGS_ENABLED) or
        C(VSPHERE_IN_PLACE_UPGRADE).
    type: dict
    default: {}
seealso:
  - plugin: eks.anywhere.cluster_objects
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Refuse a config with errors
  ansible.builtin.assert:
    that: findings | selectattr('severity', 'eq', 'error') | length == 0
    fail_msg: "{{ findings }}"
  vars:
    findings: "{{ lookup('ansible.builtin.file', 'prod.yaml') | eks.anywhere.cluster_findings }}"
"""

RETURN = r"""
_value:
  description: What there is to say, in the order of the checks.
  type: list
  elements: dict
  contains:
    path:
      description: The field, after its kind and name when it is not one of the Cluster.
      type: str
      sample: spec.controlPlaneConfiguration.count
    message:
      description: The rule that is broken.
      type: str
      sample: control plane node count cannot be an even number when using stacked etcd topology
    severity:
      description: Either V(error) or V(warning).
      type: str
      sample: error
    line:
      description: Line of the text, 0 when there is none to name.
      type: int
      sample: 7
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.eks.anywhere.plugins.module_utils._config.comparing import findings


def cluster_findings(
    text: str, previous: str | None = None, environ: t.Mapping[str, str] | None = None
) -> list[dict[str, t.Any]]:
    """See ``DOCUMENTATION``."""
    for value in (text, previous):
        if value is not None and not isinstance(value, str):
            raise AnsibleFilterError(f"cluster_findings: expected the text of a config, got {type(value).__name__}.")
    # One JSON round trip takes Ansible's tags off.
    switches: dict[str, str] = json.loads(json.dumps(dict(environ or {})))
    return [found.as_dict() for found in findings(text, previous=previous, environ=switches)]


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"cluster_findings": cluster_findings}
