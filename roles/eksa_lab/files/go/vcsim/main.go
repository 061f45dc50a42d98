// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command vcsim is the lab's vCenter: govmomi's simulator with an inventory that EKS Anywhere's prerequisites ask
// for, three users with different rights, a count of open sessions, and (unless -plain) virtual machines that are
// containers.
//
// Passwords come from the environment only: VCSIM_PASSWORD for administrator@vsphere.local, VCSIM_READ_ONLY_PASSWORD
// for reader@vsphere.local and VCSIM_NO_ACCESS_PASSWORD for nobody@vsphere.local. A user without a password does not
// exist.
package main

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"log"
	"net/url"
	"os"
	"os/signal"
	"strings"
	"syscall"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/simulator/esx"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/soap"
	"github.com/vmware/govmomi/vim25/types"

	_ "github.com/vmware/govmomi/pbm/simulator"
	_ "github.com/vmware/govmomi/vapi/simulator"
)

const (
	admin = "administrator@vsphere.local"
	// Of a host that carries the lab's machines; the simulator's own hosts have 4 GiB.
	hostMemory = 64 << 30
)

type options struct {
	listen, options, network string
	templates                string
	datacenters, vms         int
	plain                    bool
}

func main() {
	var o options
	flag.StringVar(&o.listen, "listen", "127.0.0.1:0", "address to serve HTTPS on")
	flag.StringVar(&o.options, "options", "", "docker options of every machine")
	flag.StringVar(&o.network, "network", "kind", "docker network of the machines")
	flag.StringVar(&o.templates, "templates", "", "templates to make: name=os:family,eksdRelease:name=image;...")
	flag.IntVar(&o.datacenters, "datacenters", 1, "number of datacenters")
	flag.IntVar(&o.vms, "vms", 0, "number of machines per resource pool beside the templates")
	flag.BoolVar(&o.plain, "plain", false, "machines are records only, no containers")
	flag.Parse()
	if err := run(o); err != nil {
		log.Fatal(err)
	}
}

func run(o options) error {
	if os.Getenv("VCSIM_PASSWORD") == "" {
		return fmt.Errorf("VCSIM_PASSWORD is not set: it is the password of %s", admin)
	}
	if !o.plain {
		esx.HostSystem.Summary.Hardware.MemorySize = hostMemory
		esx.HostHardwareInfo.MemorySize = hostMemory
	}
	model := simulator.VPX()
	model.Datacenter = o.datacenters
	model.Datastore = 2
	model.Machine = o.vms
	model.Autostart = false
	if err := model.Create(); err != nil {
		return err
	}
	defer model.Remove()

	gate := newGate()
	registry := model.Service.Context.Map
	guests := newGuests(o.options, o.network, o.templates)
	registry.Handler = func(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
		guests.cloning(ctx, method)
		if !o.plain {
			settling(ctx, method)
		}
		return gate.authorize(ctx, method)
	}
	registry.SessionManager().ValidLogin = gate.login
	model.Service.RegisterEndpoints = true
	model.Service.Listen = &url.URL{Host: o.listen, User: url.UserPassword(admin, os.Getenv("VCSIM_PASSWORD"))}
	model.Service.TLS = new(tls.Config)
	server := model.Service.NewServer()
	defer server.Close()
	server.Config.Handler = gate.count(server.Config.Handler)

	if err := furnish(context.Background(), server.URL, o.templates); err != nil {
		return err
	}
	if !o.plain {
		registry.AddHandler(guests)
	}
	gate.reset()
	if err := announce(server); err != nil {
		return err
	}
	stop := make(chan os.Signal, 1)
	signal.Notify(stop, os.Interrupt, syscall.SIGTERM)
	<-stop
	return nil
}

// announce prints one JSON line {"url", "thumbprint"} when the server is ready.
func announce(server *simulator.Server) error {
	certificate := server.Certificate()
	return json.NewEncoder(os.Stdout).Encode(map[string]string{
		"url":        strings.TrimSuffix(server.URL.Scheme+"://"+server.URL.Host, "/"),
		"thumbprint": soap.ThumbprintSHA1(certificate),
	})
}
