// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"context"
	"fmt"
	"net/url"
	"strings"

	"github.com/vmware/govmomi"
	"github.com/vmware/govmomi/find"
	"github.com/vmware/govmomi/object"
	"github.com/vmware/govmomi/vapi/rest"
	"github.com/vmware/govmomi/vapi/tags"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

const (
	templateDiskGiB = 20
	templateFolder  = "Templates"
	machineFolder   = "eksa"
)

var resourcePools = []string{"eksa-control-plane", "eksa-workers"}

// furnish gives every datacenter two resource pools, the folders of machines and templates, and the templates with
// the tags that the documentation asks for.
func furnish(ctx context.Context, address *url.URL, templates string) error {
	client, err := govmomi.NewClient(ctx, address, true)
	if err != nil {
		return err
	}
	defer client.Logout(ctx)
	restClient := rest.NewClient(client.Client)
	if err := restClient.Login(ctx, address.User); err != nil {
		return err
	}
	defer restClient.Logout(ctx)
	datacenters, err := find.NewFinder(client.Client).DatacenterList(ctx, "*")
	if err != nil {
		return err
	}
	manager := tags.NewManager(restClient)
	for _, datacenter := range datacenters {
		if err := furnishDatacenter(ctx, client, manager, datacenter, templates); err != nil {
			return fmt.Errorf("%s: %w", datacenter.Name(), err)
		}
	}
	return nil
}

func furnishDatacenter(
	ctx context.Context, client *govmomi.Client, manager *tags.Manager, datacenter *object.Datacenter, templates string,
) error {
	finder := find.NewFinder(client.Client).SetDatacenter(datacenter)
	clusters, err := finder.ClusterComputeResourceList(ctx, "*")
	if err != nil {
		return err
	}
	root, err := clusters[0].ResourcePool(ctx)
	if err != nil {
		return err
	}
	for _, name := range resourcePools {
		if _, err := root.Create(ctx, name, types.DefaultResourceConfigSpec()); err != nil {
			return err
		}
	}
	folders, err := datacenter.Folders(ctx)
	if err != nil {
		return err
	}
	if _, err := folders.VmFolder.CreateFolder(ctx, machineFolder); err != nil {
		return err
	}
	home, err := folders.VmFolder.CreateFolder(ctx, templateFolder)
	if err != nil {
		return err
	}
	for _, one := range parseTemplates(templates) {
		if err := makeTemplate(ctx, client, manager, finder, home, root, one.name, one.labels); err != nil {
			return fmt.Errorf("template %s: %w", one.name, err)
		}
	}
	return nil
}

type template struct {
	name   string
	labels []string
	image  string
}

// parseTemplates reads name=label,label=image;name=label;... where an image is what the template's clones boot.
func parseTemplates(text string) []template {
	var parsed []template
	for _, entry := range strings.Split(text, ";") {
		parts := strings.SplitN(entry, "=", 3)
		if len(parts) == 1 {
			continue
		}
		one := template{name: parts[0], labels: strings.Split(parts[1], ",")}
		if len(parts) == 3 {
			one.image = parts[2]
		}
		parsed = append(parsed, one)
	}
	return parsed
}

func makeTemplate(
	ctx context.Context, client *govmomi.Client, manager *tags.Manager, finder *find.Finder,
	home *object.Folder, pool *object.ResourcePool, name string, labels []string,
) error {
	datastores, err := finder.DatastoreList(ctx, "*")
	if err != nil {
		return err
	}
	spec, err := hardware(name, datastores[0].Name())
	if err != nil {
		return err
	}
	task, err := home.CreateVM(ctx, spec, pool, nil)
	if err != nil {
		return err
	}
	info, err := task.WaitForResult(ctx)
	if err != nil {
		return err
	}
	machine := object.NewVirtualMachine(client.Client, info.Result.(types.ManagedObjectReference))
	if err := machine.MarkAsTemplate(ctx); err != nil {
		return err
	}
	for _, label := range labels {
		if err := attach(ctx, manager, label, machine); err != nil {
			return err
		}
	}
	return nil
}

func hardware(name, datastore string) (types.VirtualMachineConfigSpec, error) {
	var devices object.VirtualDeviceList
	controller, err := devices.CreateSCSIController("pvscsi")
	if err != nil {
		return types.VirtualMachineConfigSpec{}, err
	}
	devices = append(devices, controller)
	disk := devices.CreateDisk(controller.(types.BaseVirtualController), types.ManagedObjectReference{}, "")
	disk.CapacityInKB = templateDiskGiB * 1024 * 1024
	disk.CapacityInBytes = disk.CapacityInKB * 1024
	devices = append(devices, disk)
	card, err := devices.CreateEthernetCard("vmxnet3", &types.VirtualEthernetCardNetworkBackingInfo{
		VirtualDeviceDeviceBackingInfo: types.VirtualDeviceDeviceBackingInfo{DeviceName: "VM Network"},
	})
	if err != nil {
		return types.VirtualMachineConfigSpec{}, err
	}
	devices = append(devices, card)
	changes, err := devices.ConfigSpec(types.VirtualDeviceConfigSpecOperationAdd)
	if err != nil {
		return types.VirtualMachineConfigSpec{}, err
	}
	return types.VirtualMachineConfigSpec{
		Name:         name,
		GuestId:      string(types.VirtualMachineGuestOsIdentifierUbuntu64Guest),
		NumCPUs:      2,
		MemoryMB:     8192,
		Files:        &types.VirtualMachineFileInfo{VmPathName: fmt.Sprintf("[%s]", datastore)},
		DeviceChange: changes,
	}, nil
}

// attach puts a tag such as os:ubuntu on an object; the part before the colon is the tag's category.
func attach(ctx context.Context, manager *tags.Manager, label string, target mo.Reference) error {
	category, _, _ := strings.Cut(label, ":")
	if _, err := manager.GetCategory(ctx, category); err != nil {
		spec := &tags.Category{Name: category, Cardinality: "MULTIPLE", AssociableTypes: []string{"VirtualMachine"}}
		if _, err := manager.CreateCategory(ctx, spec); err != nil {
			return err
		}
	}
	if _, err := manager.GetTagForCategory(ctx, label, category); err != nil {
		if _, err := manager.CreateTag(ctx, &tags.Tag{Name: label, CategoryID: category}); err != nil {
			return err
		}
	}
	return manager.AttachTag(ctx, label, target)
}
