# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Options that name a cluster's configuration; the same block as CLUSTER of the argument specs."""

from __future__ import annotations


class ModuleDocFragment:
    """Cluster configuration."""

    DOCUMENTATION = r"""
options:
  config_file:
    description:
      - Path of the cluster config, the vendor's own multi-document YAML (C(anywhere.eks.amazonaws.com/v1alpha1)).
      - One of O(config_file) and O(config) is needed.
    type: path
  config:
    description:
      - The cluster config as text, for configurations that live in the inventory.
    type: str
  bundles_file:
    description:
      - Path of the Bundles manifest that names images, charts and component manifests per Kubernetes version.
      - Its URIs may be C(https://), C(file://), or paths relative to the manifest, so a mirror needs no network.
    type: path
"""
