# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Everything the checks of a vCenter and the import of templates can find, by error code.

The error pages of the docs come from this table.
"""

from __future__ import annotations

import types
import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_connection import CONNECTION
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_inventory import INVENTORY
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_machines import MACHINES
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_site import SITE
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_surroundings import SURROUNDINGS
from ansible_collections.eks.anywhere.plugins.module_utils._checks.rules_template import TEMPLATES

RULES: t.Mapping[str, Rule] = types.MappingProxyType(
    {**SURROUNDINGS, **CONNECTION, **INVENTORY, **MACHINES, **SITE, **TEMPLATES}
)

__all__ = ("RULES", "Rule")
