# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""What checks find behind the objects that a config names: domains, privileges, reach, room, clocks and sessions."""

from __future__ import annotations

import typing as t

from ansible_collections.eks.anywhere.plugins.module_utils._checks.rule import Rule

SITE: t.Mapping[str, Rule] = {
    "vsphere.compute_cluster_not_found": Rule(
        cause="There is no compute cluster at the path that a failure domain names. The nearest names are shown.",
        check="compute cluster",
        seen="not found{near}",
        expected="a compute cluster at this path",
        fix="Correct spec.computeCluster of {config}.",
    ),
    "vsphere.tag_unknown": Rule(
        cause="A tag that the machines are to carry does not exist.",
        check="tags",
        seen="tag {tag} does not exist in vSphere",
        expected="the identifier of a tag in the urn format (urn:vmomi:InventoryServiceTag:...:GLOBAL)",
        fix="Create the tag, or correct spec.tags of {object}.",
    ),
    "vsphere.policy_not_found": Rule(
        cause="There is no storage policy of that name. The nearest names are shown.",
        check="storage policy",
        seen="not found{near}",
        expected="a storage policy of this name",
        fix="Create the policy, or correct spec.storagePolicyName of {config}.",
    ),
    "vsphere.privileges_missing": Rule(
        cause="The user lacks privileges without which no machine can be made; all are named, object by object.",
        check="privileges",
        seen="user {user} lacks {privileges}",
        expected="the role {role} for {user} on this object",
        fix="Grant {user} the role {role} (or one that holds these privileges) on {object}.",
    ),
    "vsphere.privileges_fewer": Rule(
        cause="The user may do all that machines need, and less than the documented role allows.",
        check="privileges",
        seen="user {user} has what machines need, but of the documented role {role} lacks {privileges}",
        expected="the whole role {role}",
        fix="Grant {user} the role {role} on {object}, unless it was narrowed on purpose.",
        severity="warning",
    ),
    "vsphere.privileges_unchecked": Rule(
        cause="vCenter did not tell what a user may do: it does not know the user, or ours may not ask.",
        check="privileges",
        seen="privileges were not checked, as vCenter does not tell them",
        expected="a user that vCenter knows",
        fix="Check the spelling of the user name, with its domain (name@domain).",
        severity="warning",
    ),
    "vsphere.no_host": Rule(
        cause="Every host of the resource pool is in maintenance mode, disconnected or gone.",
        check="hosts",
        seen="has no host that takes machines now ({away})",
        expected="a connected host outside of maintenance mode",
        fix="Bring a host of the pool back, or correct spec.resourcePool of {config}.",
    ),
    "vsphere.unreachable_together": Rule(
        cause="No host of the resource pool reaches both the datastore and the networks of the machines.",
        check="reach",
        seen="none of its {hosts} hosts reaches {places} together ({examples})",
        expected="a host that reaches all of them",
        fix="Mount the datastore and connect the networks at the hosts of the pool, or correct {config}.",
    ),
    "vsphere.reached_by_some": Rule(
        cause="Some hosts of the resource pool lack the datastore or a network, so the others carry all machines.",
        check="reach",
        seen="only {able} of its {hosts} hosts reach {places} together ({examples})",
        expected="every host of the pool",
        fix="Mount the datastore and connect the networks at the other hosts, too.",
        severity="warning",
    ),
    "vsphere.linked_clone_datastore": Rule(
        cause="A linked clone shares the disk of its template, so it has to lie on the same datastore.",
        check="clone mode",
        seen="linkedClone needs the template's datastore, and {template} lies on another than {datastore}",
        expected="a template on {datastore}",
        fix="Copy the template to {datastore}, or set cloneMode of {object} to fullClone.",
    ),
    "vsphere.pool_memory": Rule(
        cause="The memory limit of the resource pool, or of one above it, leaves too little for the machines.",
        check="memory",
        seen="its limit leaves {free_mib} MiB, {needed_mib} MiB needed ({uses})",
        expected="memoryMiB times count of the machine groups in it",
        fix="Raise the limit, or make the machines smaller or fewer.",
    ),
    "vsphere.pool_memory_upgrade": Rule(
        cause="The memory limit of the resource pool is enough for the machines, but not for the widest moment of an "
        "upgrade or of autoscaling.",
        check="memory",
        seen="its limit leaves {free_mib} MiB, an upgrade takes up to {needed_mib} MiB ({uses})",
        expected="room for the machines that come before old ones go",
        fix="Raise the limit before you upgrade.",
        severity="warning",
    ),
    "vsphere.hosts_memory": Rule(
        cause="The hosts of a compute cluster together have less memory than the machines are given.",
        check="memory",
        seen="have {total_mib} MiB together, the machines get up to {needed_mib} MiB ({uses})",
        expected="at least as much memory as the machines are given",
        fix="Add hosts, or make the machines smaller or fewer; vSphere would begin to swap.",
        severity="warning",
    ),
    "vsphere.host_cpus": Rule(
        cause="No host of the resource pool has as many logical processors as one machine is given.",
        check="CPUs",
        seen="numCPUs is {cpus}, and the largest host of {pool} has {largest}",
        expected="numCPUs of at most {largest}",
        fix="Lower numCPUs of {object}, or use a pool with larger hosts.",
    ),
    "vsphere.datastore_space_upgrade": Rule(
        cause="The datastore has room for the full clones at first, but not at the widest moment of an upgrade or of "
        "autoscaling.",
        check="datastore space",
        seen="{free_gib} GiB free, an upgrade takes up to {needed_gib} GiB ({uses})",
        expected="room for the machines that come before old ones go",
        fix="Free space before you upgrade, or spread the machine configs over more datastores.",
        severity="warning",
    ),
    "vsphere.datastore_space_linked": Rule(
        cause="Linked clones take little space at first, but the datastore cannot hold them once they are written.",
        check="datastore space",
        seen="{free_gib} GiB free, linked clones grow until {needed_gib} GiB are taken ({uses})",
        expected="room for what linked clones write, and for the full clones beside them",
        fix="Watch the free space of the datastore, or spread the machine configs over more datastores.",
        severity="warning",
    ),
    "vsphere.clone_slots": Rule(
        cause="A host copies eight disks at a time. More machines than that many wait in line, which takes longer.",
        check="clones",
        seen="{machines} machines are copied in full at once, and its {hosts} hosts copy {slots}",
        expected="at most {slots} at once, or linked clones",
        fix="Use templates with a snapshot and linkedClone, or expect several rounds.",
        severity="warning",
    ),
    "vsphere.clock_skew": Rule(
        cause="The clocks of vCenter and of this machine differ, so tokens and certificates may not be valid yet.",
        check="clock",
        seen="its clock is {seconds} s {direction} this machine's",
        expected="a difference of less than {most} s",
        fix="Set up NTP at vCenter, at its hosts and at this machine.",
        severity="warning",
    ),
    "vsphere.sessions_many": Rule(
        cause="The user has many sessions open on vCenter, which refuses logins beyond its limit.",
        check="sessions",
        seen="user {user} has {sessions} sessions open",
        expected="fewer than {most}",
        fix="Find out which program does not log out, and end its sessions in vCenter.",
        severity="warning",
    ),
    "vsphere.endpoint_in_dhcp": Rule(
        cause="The control plane's address lies in a range from which DHCP gives addresses to others.",
        check="control plane endpoint",
        seen="lies in the DHCP range {range}",
        expected="an address outside of every DHCP range",
        fix="Choose another controlPlaneConfiguration.endpoint.host, or take it out of the range.",
    ),
    "vsphere.endpoint_shared": Rule(
        cause="Several clusters of the run have the same control plane address.",
        check="control plane endpoint",
        seen="is the endpoint of {clusters}",
        expected="an address of its own for every cluster",
        fix="Give each of them another controlPlaneConfiguration.endpoint.host.",
    ),
    "vsphere.addresses_few": Rule(
        cause="The DHCP ranges hold fewer addresses than the machines of the run need.",
        check="addresses",
        seen="hold {addresses} addresses, {needed} needed at the widest moment",
        expected="an address for every machine, also while an upgrade replaces them",
        fix="Widen the DHCP ranges, or make fewer machines.",
    ),
    "vsphere.credentials_differ": Rule(
        cause="Clusters of the run log in to one vCenter as one user with different passwords; at most one is right.",
        check="login",
        seen="user {user} has different passwords in: {clusters}",
        expected="one password for a user of a vCenter",
        fix="Correct vsphere_password of these clusters; none of them was tried, so that the account is not locked.",
    ),
    "vsphere.login_not_tried": Rule(
        cause="Another vCenter of the run refused the same user and password, so they were not sent again.",
        check="login",
        seen="was not asked, since {other} refused the same credentials",
        expected="credentials that every vCenter of the run accepts",
        fix="Correct the credentials, then run again; nothing else was tried, so that the account is not locked.",
    ),
}

__all__ = ("SITE",)
