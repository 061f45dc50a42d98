// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

package main

import (
	"encoding/json"
	"net/http"
	"os"
	"strings"
	"sync"

	"github.com/vmware/govmomi/simulator"
	"github.com/vmware/govmomi/vim25/mo"
	"github.com/vmware/govmomi/vim25/types"
)

type rights int

const (
	all rights = iota
	readOnly
	none
)

type user struct {
	password string
	rights   rights
}

// gate knows the users, refuses what their rights do not cover and counts sessions of both APIs.
type gate struct {
	users map[string]user

	mu                    sync.Mutex
	open, logins, refused int
}

func newGate() *gate {
	users := map[string]user{}
	for name, entry := range map[string]user{
		admin:                  {os.Getenv("VCSIM_PASSWORD"), all},
		"reader@vsphere.local": {os.Getenv("VCSIM_READ_ONLY_PASSWORD"), readOnly},
		"nobody@vsphere.local": {os.Getenv("VCSIM_NO_ACCESS_PASSWORD"), none},
	} {
		if entry.password != "" {
			users[name] = entry
		}
	}
	return &gate{users: users}
}

func (g *gate) login(request *types.Login) bool {
	entry, known := g.users[request.UserName]
	ok := known && entry.password == request.Password
	g.mu.Lock()
	defer g.mu.Unlock()
	if ok {
		g.logins++
		g.open++
	} else {
		g.refused++
	}
	return ok
}

// reset forgets the sessions that furnishing the inventory used.
func (g *gate) reset() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open, g.logins, g.refused = 0, 0, 0
}

func (g *gate) closed() {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.open--
}

// sessionMethods are allowed to everyone who could log in.
var sessionMethods = map[string]bool{
	"Login": true, "Logout": true, "RetrieveServiceContent": true, "CurrentTime": true,
	"SessionIsActive": true, "CreateFilter": true, "DestroyPropertyFilter": true,
}

// readPrefixes start the names of methods that change nothing.
var readPrefixes = []string{
	"Retrieve", "Find", "Fetch", "Query", "Has", "Get", "List", "WaitForUpdates", "CreateContainerView",
	"DestroyView", "Search", "Validate", "Check", "CreatePropertyCollector", "DestroyPropertyCollector",
	"CreateListView", "ContinueRetrieve", "CancelRetrieve", "CancelWaitForUpdates", "Pbm",
}

func reads(method string) bool {
	for _, prefix := range readPrefixes {
		if strings.HasPrefix(method, prefix) {
			return true
		}
	}
	return false
}

// authorize is called before every SOAP method.
func (g *gate) authorize(ctx *simulator.Context, method *simulator.Method) (mo.Reference, types.BaseMethodFault) {
	if ctx.Session == nil {
		return nil, nil
	}
	if method.Name == "Logout" {
		g.closed()
	}
	allowed := g.users[ctx.Session.UserName].rights
	if allowed == all || sessionMethods[method.Name] {
		return nil, nil
	}
	if allowed == readOnly && reads(method.Name) {
		return nil, nil
	}
	// A user without rights may read what describes the service itself.
	if allowed == none && reads(method.Name) && method.This.Type == "PropertyCollector" && ctx.Caller == nil {
		return nil, nil
	}
	privilege := "System.Read"
	if allowed == readOnly {
		privilege = "System.Modify"
	}
	return nil, &types.NoPermission{Object: &method.This, PrivilegeId: privilege}
}

type statusRecorder struct {
	http.ResponseWriter
	status int
}

func (r *statusRecorder) WriteHeader(status int) {
	r.status = status
	r.ResponseWriter.WriteHeader(status)
}

// count serves GET /lab/sessions and counts the sessions of the REST API.
func (g *gate) count(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/lab/sessions" {
			g.mu.Lock()
			defer g.mu.Unlock()
			_ = json.NewEncoder(w).Encode(map[string]int{"open": g.open, "logins": g.logins, "refused": g.refused})
			return
		}
		if r.URL.Path != "/api/session" && r.URL.Path != "/rest/com/vmware/cis/session" {
			next.ServeHTTP(w, r)
			return
		}
		recorder := &statusRecorder{ResponseWriter: w, status: http.StatusOK}
		next.ServeHTTP(recorder, r)
		// A REST login was counted as open by login(); only its end has to be seen here.
		if r.Method == http.MethodDelete && recorder.status < http.StatusMultipleChoices {
			g.closed()
		}
	})
}
