// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"fmt"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"
	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

// guests makes every new machine a container of its template's image, with what real hardware and guest tools would
// give it: its BIOS UUID, through guestinfo as DMI does (the lab's node image turns it into
// /sys/class/dmi/id/product_uuid), and its name as host name. kubelet and the cloud provider know the machine by both.
type guests struct {
	options, network string
	// images by name of the template.
	images map[string]string

	mu sync.Mutex
	// clones are the images of machines to come, by name: a machine does not know what it was cloned from.
	clones map[string]string
}

func newGuests(options, network, templates string) *guests {
	images := map[string]string{}
	for _, one := range parseTemplates(templates) {
		images[one.name] = one.image
	}
	return &guests{options: options, network: network, images: images, clones: map[string]string{}}
}

// cloning is called before every SOAP method.
func (g *guests) cloning(ctx *simulator.Context, method *simulator.Method) {
	request, ok := method.Body.(*types.CloneVM_Task)
	if !ok {
		return
	}
	source, ok := ctx.Map.Get(method.This).(*simulator.VirtualMachine)
	if !ok {
		return
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.clones[request.Name] = g.images[source.Name]
}

const (
	settleStep  = 100 * time.Millisecond
	settleOff   = 15
	settleSteps = 100
)

// settling is called before every SOAP method. A machine that was just powered off may be called powered on once more,
// by an inspection of its container that began before; destroyed at that moment it would be refused, and a provider
// would come back only minutes later. So a destruction waits until the machine has been off for a while.
func settling(ctx *simulator.Context, method *simulator.Method) {
	if _, ok := method.Body.(*types.Destroy_Task); !ok {
		return
	}
	machine, ok := ctx.Map.Get(method.This).(*simulator.VirtualMachine)
	if !ok {
		return
	}
	for step, off := 0, 0; step < settleSteps && off < settleOff; step++ {
		time.Sleep(settleStep)
		ctx.WithLock(machine, func() {
			if machine.Runtime.PowerState == types.VirtualMachinePowerStatePoweredOff {
				off++
			} else {
				off = 0
			}
		})
	}
}

func (g *guests) image(name string) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.clones[name]
}

func (*guests) Reference() types.ManagedObjectReference {
	return types.ManagedObjectReference{Type: "LabGuests", Value: uuid.NewString()}
}

func (g *guests) PutObject(_ *simulator.Context, item mo.Reference) {
	machine, ok := item.(*simulator.VirtualMachine)
	if !ok || machine.Config == nil {
		return
	}
	// This early the machine has no name yet, but its folder "[datastore] name" has.
	_, name, found := strings.Cut(machine.Config.Files.LogDirectory, "] ")
	if !found {
		return
	}
	for key, value := range map[string]string{
		simulator.ContainerBackingOptionKey: fmt.Sprintf("--hostname %s %s %s", name, g.options, g.image(name)),
		"RUN.network":                       g.network,
		"RUN.mountdmi":                      "false",
		"guestinfo.biosuuid":                machine.Config.Uuid,
	} {
		machine.Config.ExtraConfig = append(machine.Config.ExtraConfig, &types.OptionValue{Key: key, Value: value})
	}
}

// UpdateObject keeps the two power states of a machine alike. One whose container ended by itself is off in its runtime
// only; a provider goes by the summary, and would power it off for ever.
func (*guests) UpdateObject(_ *simulator.Context, item mo.Reference, _ []types.PropertyChange) {
	if machine, ok := item.(*simulator.VirtualMachine); ok {
		machine.Summary.Runtime.PowerState = machine.Runtime.PowerState
	}
}

func (*guests) RemoveObject(*simulator.Context, types.ManagedObjectReference) {}
