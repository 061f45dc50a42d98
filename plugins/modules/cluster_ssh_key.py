#!/usr/bin/python
# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cluster_ssh_key
short_description: Make the SSH key pair for machines whose users have none
version_added: 0.1.0
author:
  - eks.anywhere contributors (@eks-anywhere)
description:
  - Where a machine config in use leaves C(users[0].sshAuthorizedKeys) out, a key pair is made in the folder of the
    cluster, as C(<name>/eks-a-id_rsa) and C(<name>/eks-a-id_rsa.pub), both with mode 0600.
  - One pair serves all machines.
  - A pair that is there is used again. The private key is never read, returned or logged.
  - Needs the program C(ssh-keygen) when a pair has to be made.
extends_documentation_fragment:
  - eks.anywhere.attributes
  - eks.anywhere.cluster
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details:
      - Keys are not shown.
  idempotent:
    support: full
options:
  state_dir:
    description:
      - Folder in which each cluster has its folder. The current one when unset.
    type: path
    default: .
seealso:
  - module: eks.anywhere.capi_apply
  - module: eks.anywhere.cluster_files
  - module: eks.anywhere.eksa_components
"""

EXAMPLES = r"""
- name: Make the key pair
  eks.anywhere.cluster_ssh_key:
    config_file: prod.yaml
  register: key

- name: Let it into the machines
  eks.anywhere.capi_apply:
    kubeconfig: prod/generated/prod.kind.kubeconfig
    config_file: prod.yaml
    bundles_file: bundles/bundles.yaml
    ssh_authorized_key: "{{ key.public_key }}"
"""

RETURN = r"""
public_key:
  description: The public key, empty when the config has all keys, and in check mode before there is one.
  returned: success
  type: str
  sample: ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAACAQ...
private_key_path:
  description: Path of the private key, empty when the config has all keys.
  returned: success
  type: str
  sample: prod/eks-a-id_rsa
"""

import os
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._argspec import CLUSTER, Spec, merge
from ansible_collections.eks.anywhere.plugins.module_utils._ops import inputs, ssh_key
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result
from ansible_collections.eks.anywhere.plugins.module_utils._run.files import LocalFiles
from ansible_collections.eks.anywhere.plugins.module_utils._run.runner import LocalRunner
from ansible_collections.eks.anywhere.plugins.module_utils._shell import Context, run_module

SPEC = Spec(
    options=merge(CLUSTER, {"state_dir": {"type": "path", "default": "."}}),
    mutually_exclusive=(("config_file", "config"),),
    required_one_of=(("config_file", "config"),),
)


def operate(params: t.Mapping[str, t.Any], context: Context) -> Result:
    """Look for the pair, make it when needed."""
    files = LocalFiles()
    return ssh_key.ensure(
        inputs.cluster_config(params, files=files, environ=os.environ),
        state_dir=params["state_dir"],
        runner=LocalRunner(),
        files=files,
        check_mode=context.check_mode,
    )


def main() -> t.NoReturn:
    """Run as a module."""
    run_module(SPEC, operate)


if __name__ == "__main__":
    main()
