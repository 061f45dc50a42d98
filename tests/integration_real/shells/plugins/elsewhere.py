# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""A connection that is local and does not say so: to our actions this machine looks like any remote one."""

from __future__ import annotations

from ansible.plugins.connection.local import Connection as LocalConnection

DOCUMENTATION = r"""
name: elsewhere
short_description: This machine as a remote one
description: For tests of modules that are shipped.
author: eks.anywhere contributors (@eks-anywhere)
"""


class Connection(LocalConnection):
    """See above."""

    transport = "elsewhere"
