# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""OVA files as an image builder writes them, with disks that hold nothing of sense."""

from __future__ import annotations

import hashlib
import io
import pathlib
import tarfile
import typing as t

OVF = """<?xml version="1.0" encoding="UTF-8"?>
<Envelope xmlns="http://schemas.dmtf.org/ovf/envelope/1" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1"
 xmlns:rasd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_ResourceAllocationSettingData"
 xmlns:vssd="http://schemas.dmtf.org/wbem/wscim/1/cim-schema/2/CIM_VirtualSystemSettingData">
  <References>{files}</References>
  <DiskSection><Info>Disks</Info>{disks}</DiskSection>
  <NetworkSection><Info>Networks</Info><Network ovf:name="nic0"><Description>n</Description></Network></NetworkSection>
  <VirtualSystem ovf:id="image">
    <Info>An image</Info>
    <OperatingSystemSection ovf:id="100"><Info>Linux</Info></OperatingSystemSection>
    <VirtualHardwareSection>
      <Info>Hardware</Info>
      <System><vssd:ElementName>H</vssd:ElementName><vssd:InstanceID>0</vssd:InstanceID>
        <vssd:VirtualSystemType>vmx-15</vssd:VirtualSystemType></System>
      {numbers}
      <Item><rasd:Address>0</rasd:Address><rasd:ElementName>scsi</rasd:ElementName><rasd:InstanceID>3</rasd:InstanceID>
        <rasd:ResourceSubType>VirtualSCSI</rasd:ResourceSubType><rasd:ResourceType>6</rasd:ResourceType></Item>
      {drives}
      <Item><rasd:AddressOnParent>7</rasd:AddressOnParent><rasd:Connection>nic0</rasd:Connection>
        <rasd:ElementName>card</rasd:ElementName><rasd:InstanceID>20</rasd:InstanceID>
        <rasd:ResourceSubType>VmxNet3</rasd:ResourceSubType><rasd:ResourceType>10</rasd:ResourceType></Item>
    </VirtualHardwareSection>
  </VirtualSystem>
</Envelope>
"""
FILE = '<File ovf:href="disk{n}.vmdk" ovf:id="file{n}" ovf:size="{size}"/>'
DISK = (
    '<Disk ovf:capacity="{gib}" ovf:capacityAllocationUnits="byte * 2^30" ovf:diskId="disk{n}" ovf:fileRef="file{n}"/>'
)
NUMBER = """<Item><rasd:ElementName>{n}</rasd:ElementName><rasd:InstanceID>{n}</rasd:InstanceID>
        <rasd:ResourceType>{kind}</rasd:ResourceType><rasd:VirtualQuantity>{value}</rasd:VirtualQuantity></Item>"""
DRIVE = """<Item><rasd:AddressOnParent>{n}</rasd:AddressOnParent><rasd:ElementName>d{n}</rasd:ElementName>
        <rasd:HostResource>ovf:/disk/disk{n}</rasd:HostResource><rasd:InstanceID>1{n}</rasd:InstanceID>
        <rasd:Parent>3</rasd:Parent><rasd:ResourceType>17</rasd:ResourceType></Item>"""
CPUS, MEMORY = 3, 4
MIB = 1 << 20


def descriptor(disks_gib: t.Sequence[int], size: int) -> str:
    """Of a machine with these disks, each of which is a file of so many bytes."""
    numbers = range(len(disks_gib))
    return OVF.format(
        files="".join(FILE.format(n=n, size=size) for n in numbers),
        disks="".join(DISK.format(n=n, gib=gib) for n, gib in enumerate(disks_gib)),
        numbers=NUMBER.format(n=1, kind=CPUS, value=2) + NUMBER.format(n=2, kind=MEMORY, value=2048),
        drives="".join(DRIVE.format(n=n) for n in numbers),
    )


def write(
    path: pathlib.Path,
    *,
    disks_gib: t.Sequence[int] = (20,),
    size: int = 3 * MIB,
    ovf: str | None = None,
    held: int | None = None,
) -> str:
    """Write an OVA; returns its SHA-256. ``held`` is how many of the disks are in it, all unless given."""
    count = len(disks_gib) if held is None else held
    files = {"image.ovf": (descriptor(disks_gib, size) if ovf is None else ovf).encode()}
    files |= {f"disk{n}.vmdk": bytes([n + 1]) * size for n in range(count)}
    with tarfile.open(path, "w") as tar:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            tar.addfile(member, io.BytesIO(content))
    return hashlib.sha256(path.read_bytes()).hexdigest()
