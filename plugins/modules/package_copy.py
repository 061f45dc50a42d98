#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: package_copy
short_description: Copy a bundle of curated packages into a private registry
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Copies the charts and images of curated packages, then the bundle that names them, so that clusters without a way to
    the public registries can install them.
  - Only the packages that are named are copied, with what they depend on. All go below one path of the registry.
  - Everything is known by its digest and verified on the way. A copy that was cut goes on where it was, and one that is
    there already is not sent again.
  - The bundle keeps its signature, which does not say where charts are. It is found there by its own name, too.
extends_documentation_fragment:
  - eks.anywhere.attributes
attributes:
  check_mode:
    support: full
  diff_mode:
    support: full
  idempotent:
    support: full
options:
  bundle:
    description:
      - Name of the bundle. V(v1-34-latest) is the newest for that version of Kubernetes.
    type: str
    required: true
  destination:
    description:
      - Registry and path to copy to, without scheme.
    type: str
    required: true
  packages:
    description:
      - Packages to copy. All of the bundle, unless set.
    type: list
    elements: str
    default: []
  source_registry:
    description:
      - Registry and path of the bundle and of charts.
    type: str
    default: public.ecr.aws/eks-anywhere
  source_image_registry:
    description:
      - Registry, with a path if there is one, of images.
    type: str
    default: 783794618700.dkr.ecr.us-west-2.amazonaws.com
  docker_config:
    description:
      - File with the logins of registries, as C(docker login) writes it without a credential helper.
    type: path
    default: ~/.docker/config.json
  ca_file:
    description:
      - Authorities to trust instead of the system's.
    type: path
  public_key:
    description:
      - Key that the bundle is signed with (PKIX, DER, base64). The vendor's, unless set.
    type: str
  verify_signature:
    description:
      - Whether to verify the signature of the bundle.
    type: bool
    default: true
seealso:
  - module: eks.anywhere.package_bundle
"""

EXAMPLES = r"""
- name: Two packages for clusters behind a mirror
  eks.anywhere.package_copy:
    bundle: v1-34-latest
    packages: [harbor, metrics-server]
    destination: registry.example.com/eks-anywhere
"""

RETURN = r"""
actions:
  description: What was done, or in check mode would be done.
  returned: success
  type: list
  elements: str
  sample: ["Copy harbor/harbor-helm:2.13.1"]
bundle:
  description: Name of the bundle.
  returned: success
  type: str
  sample: v1-34-2026-06-26-1782456000
artifacts:
  description: Number of charts and images that were not there.
  returned: success
  type: int
  sample: 9
"""

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import Spec
from ansible_collections.eks.anywhere.plugins.module_utils._ops import package_copy
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.oci import OciRegistries
from ansible_collections.eks.anywhere.plugins.module_utils._run.signing import ecdsa_holds
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options={
        "bundle": {"type": "str", "required": True},
        "destination": {"type": "str", "required": True},
        "packages": {"type": "list", "elements": "str", "default": []},
        "source_registry": {"type": "str", "default": "public.ecr.aws/eks-anywhere"},
        "source_image_registry": {"type": "str", "default": "783794618700.dkr.ecr.us-west-2.amazonaws.com"},
        "docker_config": {"type": "path", "default": "~/.docker/config.json"},
        "ca_file": {"type": "path"},
        # Keys are not all secret.
        "public_key": {"type": "str", "no_log": False},
        "verify_signature": {"type": "bool", "default": True},
    }
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Copy."""
    return package_copy.copy(
        package_copy.Settings(
            route=package_copy.Route(
                params["source_registry"], params["source_image_registry"], params["destination"].rstrip("/")
            ),
            tag=params["bundle"],
            packages=tuple(params["packages"]),
            check_mode=context.check_mode,
            public_key=params["public_key"] or "",
            verify=params["verify_signature"],
        ),
        ports=package_copy.Ports(
            registries=OciRegistries(docker_config=params["docker_config"], authority=params["ca_file"] or ""),
            report=context.report,
            holds=ecdsa_holds,
        ),
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
