# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
name: cluster_objects
short_description: Render the Cluster API objects of a cluster config
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Renders the objects that the vendor would make of a cluster config, at today's version of Cluster API.
  - Clusters on vSphere and on Docker are rendered. A config of another provider is an error that names it.
  - Rendering is more than creating. Clusters on Docker are rendered to read and compare them, creation refuses them.
  - The config is not judged, use P(eks.anywhere.cluster_findings#filter) for that.
  - Credentials become part of the objects. Keep the result away from logs.
options:
  _input:
    description: Text of the cluster config, the vendor's multi-document YAML.
    type: str
    required: true
  bundles:
    description: Text of the Bundles manifest.
    type: str
    required: true
  releases:
    description:
      - Texts of the EKS Distro Release manifests, those of the Kubernetes versions that the config uses.
    type: list
    elements: str
    default: []
  environ:
    description:
      - Environment variables that the rendering depends on, which are C(EKSA_VSPHERE_USERNAME),
        C(EKSA_VSPHERE_PASSWORD), C(EKSA_VSPHERE_CP_USERNAME), C(EKSA_VSPHERE_CP_PASSWORD), C(REGISTRY_USERNAME) and
        C(REGISTRY_PASSWORD). Those of vSphere are for clusters on vSphere alone.
    type: dict
    default: {}
  template_facts:
    description:
      - What is known of the templates of a vSphere cluster, as M(eks.anywhere.vsphere_validate) returns it. Disk size
        and clone mode follow from it.
    type: dict
    default: {}
seealso:
  - plugin: eks.anywhere.cluster_findings
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Count the objects of a cluster
  ansible.builtin.debug:
    msg: "{{ rendered.control_plane | length }} and {{ rendered.workers | length }} objects"
  vars:
    rendered: >-
      {{ lookup('ansible.builtin.file', 'prod.yaml') | eks.anywhere.cluster_objects(
           bundles=lookup('ansible.builtin.file', 'bundles.yaml'),
           releases=[lookup('ansible.builtin.file', 'kubernetes-1-34-eks-9.yaml')]) }}
"""

RETURN = r"""
_value:
  description: The objects, in the order to apply them.
  type: dict
  contains:
    control_plane:
      description: Cluster, control plane, etcd, health check; on vSphere cloud provider and credentials, too.
      type: list
      elements: dict
    workers:
      description: Worker groups with their health checks.
      type: list
      elements: dict
"""

import json
import typing as t

from ansible.errors import AnsibleFilterError

from ansible_collections.eks.anywhere.plugins.module_utils._config.cluster import findings, read
from ansible_collections.eks.anywhere.plugins.module_utils._config.finding import ERROR
from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._render.texts import render


def cluster_objects(
    text: str,
    bundles: str,
    releases: t.Sequence[str] = (),
    environ: t.Mapping[str, str] | None = None,
    template_facts: t.Mapping[str, t.Any] | None = None,
) -> dict[str, list[dict[str, t.Any]]]:
    """See ``DOCUMENTATION``."""
    # One JSON round trip takes Ansible's tags off.
    variables, facts = json.loads(json.dumps([dict(environ or {}), dict(template_facts or {})]))
    try:
        rendered = render(
            read(text, environ=variables), bundles=bundles, releases=releases, environ=variables, template_facts=facts
        )
    except EksaError as exc:
        raise AnsibleFilterError(f"cluster_objects: {exc.message} {exc.hint}".strip()) from exc
    except (AttributeError, IndexError, KeyError, TypeError, ValueError) as exc:
        raise AnsibleFilterError(_why_not(text, variables, exc)) from exc
    return {"control_plane": list(rendered.control_plane), "workers": list(rendered.workers)}


def _why_not(text: str, environ: t.Mapping[str, str], problem: Exception) -> str:
    """A config with errors lacks what rendering takes for granted: its errors say more than where it stopped."""
    wrong = "; ".join(str(found) for found in findings(text, environ=environ) if found.severity == ERROR)
    return f"cluster_objects: the config cannot be rendered: {wrong or repr(problem)}"


class FilterModule:
    """Filters of this file."""

    def filters(self) -> dict[str, t.Callable[..., t.Any]]:
        """Name -> function."""
        return {"cluster_objects": cluster_objects}
