# Copyright (c) 2026 eks.anywhere contributors
# GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
# PRIVATE to this collection: may change at any time.
"""Privileges of the documented users: what machines cannot be made without, and what the documented roles hold."""

from __future__ import annotations

import dataclasses
import typing as t

_SYSTEM = {"System": "Anonymous Read View"}
_TAGGING = {
    "InventoryService.Tagging": "AttachTag CreateCategory CreateTag DeleteCategory DeleteTag EditCategory EditTag "
    "ModifyUsedByForCategory ModifyUsedByForTag ObjectAttachable",
}
_MACHINE = {
    "VirtualMachine.Config": "AddExistingDisk AddNewDisk AddRemoveDevice AdvancedConfig CPUCount DiskExtend EditDevice "
    "Memory RawDevice RemoveDisk Settings",
    "VirtualMachine.Interact": "PowerOff PowerOn",
    "VirtualMachine.Inventory": "Create CreateFromExisting Delete",
}
_USER = {
    **_SYSTEM,
    **_TAGGING,
    **_MACHINE,
    "ContentLibrary": "AddLibraryItem CheckInTemplate CheckOutTemplate CreateLocalLibrary",
    "Datastore": "AllocateSpace Browse FileManagement",
    "Folder": "Create",
    "Network": "Assign",
    "Resource": "AssignVMToPool",
    "ScheduledTask": "Create Delete Edit Run",
    "StorageProfile": "View",
    "StorageViews": "View",
    "VApp": "Import",
    "VirtualMachine.Provisioning": "Clone CloneTemplate CreateTemplateFromVM Customize DeployTemplate MarkAsTemplate "
    "ReadCustSpecs",
    "VirtualMachine.State": "CreateSnapshot RemoveSnapshot RevertToSnapshot",
}
_GLOBAL = {
    **_SYSTEM,
    **_TAGGING,
    "ContentLibrary": "AddLibraryItem CheckInTemplate CheckOutTemplate CreateLocalLibrary UpdateSession",
    "Sessions": "ValidateSession",
}
_ADMIN = {
    **_USER,
    "Alarm": "Acknowledge Create Delete DisableActions Edit SetStatus",
    "Authorization": "ModifyPermissions ModifyRoles",
    "CertificateManagement": "Manage",
    "Cns": "Searchable",
    "ComputePolicy": "Manage",
    "ContentLibrary": "AddCertToTrustStore AddLibraryItem CheckInTemplate CheckOutTemplate CreateLocalLibrary "
    "CreateSubscribedLibrary DeleteCertFromTrustStore DeleteLibraryItem DeleteLocalLibrary DeleteSubscribedLibrary "
    "DownloadSession EvictLibraryItem EvictSubscribedLibrary GetConfiguration ImportStorage ProbeSubscription "
    "ReadStorage SyncLibrary SyncLibraryItem TypeIntrospection UpdateConfiguration UpdateLibrary UpdateLibraryItem "
    "UpdateLocalLibrary UpdateSession UpdateSubscribedLibrary",
    "Datastore": "AllocateSpace Browse Config DeleteFile FileManagement UpdateVirtualMachineFiles "
    "UpdateVirtualMachineMetadata",
    "Extension": "Register Unregister Update",
    "Folder": "Create Delete Move Rename",
    "Global": "CancelTask GlobalTag Health LogEvent ManageCustomFields ServiceManagers SetCustomField SystemTag",
    "HLM": "Manage",
    "Host.Hbr": "HbrManagement",
    "Namespaces": "Configure SelfServiceManage",
    "Resource": "ApplyRecommendation AssignVAppToPool AssignVMToPool ColdMigrate CreatePool DeletePool EditPool "
    "HotMigrate MovePool QueryVMotion RenamePool",
    "Sessions": "GlobalMessage ValidateSession",
    "StorageProfile": "Update View",
    "Trust": "Manage",
    "VApp": "ApplicationConfig AssignResourcePool AssignVApp AssignVM Clone Create Delete Export "
    "ExtractOvfEnvironment Import InstanceConfig ManagedByConfig Move PowerOff PowerOn Rename ResourceConfig Suspend "
    "Unregister",
    "VirtualMachine.Config": "AddExistingDisk AddNewDisk AddRemoveDevice AdvancedConfig Annotation CPUCount "
    "ChangeTracking DiskExtend DiskLease EditDevice HostUSBDevice ManagedBy Memory MksControl QueryFTCompatibility "
    "QueryUnownedFiles RawDevice ReloadFromPath RemoveDisk Rename ResetGuestInfo Resource Settings SwapPlacement "
    "UpgradeVirtualHardware",
    "VirtualMachine.GuestOperations": "Execute Modify ModifyAliases Query QueryAliases",
    "VirtualMachine.Hbr": "ConfigureReplication MonitorReplication ReplicaManagement",
    "VirtualMachine.Interact": "AnswerQuestion Backup ConsoleInteract CreateScreenshot DefragmentAllDisks "
    "DeviceConnection DnD GuestControl Pause PowerOff PowerOn PutUsbScanCodes Reset SESparseMaintenance SetCDMedia "
    "SetFloppyMedia Suspend ToolsInstall",
    "VirtualMachine.Inventory": "Create CreateFromExisting Delete Move Register Unregister",
    "VirtualMachine.Namespace": "Event EventNotify Management ModifyContent Query ReadContent",
    "VirtualMachine.Provisioning": "Clone CloneTemplate CreateTemplateFromVM Customize DeployTemplate DiskRandomAccess "
    "DiskRandomRead FileRandomAccess GetVmFiles MarkAsTemplate MarkAsVM ModifyCustSpecs PromoteDisks PutVmFiles "
    "ReadCustSpecs",
    "VirtualMachine.State": "CreateSnapshot RemoveSnapshot RenameSnapshot RevertToSnapshot",
    "VirtualMachineClasses": "Manage",
    "Vsan.Cluster": "ShallowRekey",
    "vService": "CreateDependency DestroyDependency ReconfigureDependency UpdateDependency",
    "vSphereDataProtection": "Protection Recovery",
}


def _names(groups: t.Mapping[str, str]) -> frozenset[str]:
    return frozenset(f"{prefix}.{name}" for prefix, names in groups.items() for name in names.split())


@dataclasses.dataclass(frozen=True)
class Role:
    """A documented role, and what of it is ``needed`` on one sort of object."""

    name: str
    holds: frozenset[str]
    needed: frozenset[str]


def _role(name: str, holds: t.Mapping[str, str], needed: t.Mapping[str, str]) -> Role:
    return Role(name, _names(holds), _names(_SYSTEM) | _names(needed))


_ADMIN_ROLE = "EKSACloudAdminRole"
_USER_ROLE = "EKSAUserRole"
ROOT = _role("EKSAGlobalRole", _GLOBAL, {"Sessions": "ValidateSession"})
NETWORK = _role(_USER_ROLE, _USER, {"Network": "Assign"})
DATASTORE = _role(_USER_ROLE, _USER, {"Datastore": "AllocateSpace Browse FileManagement"})
POOL = _role(_USER_ROLE, _USER, {"Resource": "AssignVMToPool"})
FOLDER = _role(_ADMIN_ROLE, _ADMIN, _MACHINE)
TEMPLATE = _role(_ADMIN_ROLE, _ADMIN, {"VirtualMachine.Provisioning": "CloneTemplate DeployTemplate"})
READ_ONLY = _role("Read-only", _SYSTEM, {})
SETUP = _role("Administrator", _SYSTEM, {"Authorization": "ModifyPermissions ModifyRoles"})
"""Of the administrator who makes the other users, roles and folders: on the root of the inventory."""

__all__ = ("DATASTORE", "FOLDER", "NETWORK", "POOL", "READ_ONLY", "ROOT", "SETUP", "TEMPLATE", "Role")
