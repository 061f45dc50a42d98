# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What keeps a template from being imported: whoever finds it says ``problem``, in its own words."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule


def _rule(cause: str, *, fix: str) -> Rule:
    return Rule(cause=cause, check="template import", seen="{problem}", expected="", fix=fix)


TEMPLATES: t.Mapping[str, Rule] = {
    "template.busy": _rule(
        "Another run imports this template, or was killed on another machine, and has not finished in time.",
        fix="Wait for that run. If it is dead, delete the virtual machine that the message names and run again: "
        "one of this machine is told from a dead one at once, one of others after two hours.",
    ),
    "template.checksum_invalid": _rule(
        "The checksum is neither a SHA-256 nor a SHA-512.",
        fix="Set checksum to sha256: and 64 hexadecimal digits, or to sha512: and 128 of them.",
    ),
    "template.checksum_mismatch": _rule(
        "The OVA is not the file that the checksum was made of. Nothing was made in vCenter.",
        fix="Fetch the OVA again; if it is the same, ask whoever published it for the right checksum.",
    ),
    "template.not_an_ova": _rule(
        "The file is no OVA: a tar file, not compressed, with one descriptor (.ovf) and the disks that it names.",
        fix="Name the OVA itself. A compressed one has to be unpacked before.",
    ),
    "template.refused": _rule(
        "vCenter refuses the descriptor, or ended the import. Its words are quoted, and nothing is left.",
        fix="See the task and event log of vCenter at this time; datastore, network and hosts have to go together.",
    ),
    "template.source_missing": _rule(
        "It is not known what to import: neither ova is set, nor has the Bundles manifest an OVA of this family.",
        fix="Set ova and checksum. The vendor publishes OVAs of Bottlerocket alone; others are built with its "
        "image-builder.",
    ),
    "template.source_unreadable": _rule(
        "The OVA cannot be read or downloaded.",
        fix="Correct ova; check the proxy (HTTPS_PROXY), and the space below TMPDIR, where a download lies meanwhile.",
    ),
    "template.unclear": _rule(
        "Several templates are missing, and one OVA was given.",
        fix="Say with template which of them the OVA is for, and run once for each.",
    ),
    "template.upload_failed": _rule(
        "A host did not take a disk. What was made until then is removed again.",
        fix="Run again. The upload goes to port 443 of the ESXi host itself: a firewall has to let this machine there.",
    ),
}

__all__ = ("TEMPLATES",)
