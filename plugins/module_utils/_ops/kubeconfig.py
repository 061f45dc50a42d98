# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""The administrator's kubeconfig of a cluster, from the Secret that Cluster API keeps to a private file."""

from __future__ import annotations

from ansible_collections.eks.anywhere.plugins.module_utils._errors import EksaError
from ansible_collections.eks.anywhere.plugins.module_utils._ops.wait import Target, kubeconfig_of
from ansible_collections.eks.anywhere.plugins.module_utils._ports import Files, Kube
from ansible_collections.eks.anywhere.plugins.module_utils._result import Result

MODE = 0o600


def write(target: Target, dest: str, *, kube: Kube, files: Files, check_mode: bool) -> Result:
    """Write the file unless it holds that kubeconfig already. The content is in no diff: it is a credential."""
    text = kubeconfig_of(target, kube=kube)
    if not text:
        raise EksaError(
            f"There is no Secret {target.namespace}/{target.name}-kubeconfig yet.",
            code="cluster.kubeconfig_missing",
            hint="Wait for the control plane first; Cluster API makes the Secret when it begins with it.",
        )
    present = files.read(dest)
    if present == text:
        return Result(data={"dest": dest})
    if not check_mode:
        files.write(dest, text, mode=MODE)
    return Result(
        actions=(f"{'Write' if present is None else 'Replace'} {dest}",),
        before="" if present is None else f"{dest}: kubeconfig of an earlier cluster or certificate\n",
        after=f"{dest}: kubeconfig of cluster {target.name}\n",
        data={"dest": dest},
    )


__all__ = ("MODE", "write")
