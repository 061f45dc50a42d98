// Copyright (c) 2026 eks.anywhere contributors
// GNU General Public License v3.0+ (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
// SPDX-License-Identifier: GPL-3.0-or-later

// Command runtime_shim stands in for runc on hosts that lack CAP_SYS_RESOURCE: it takes that capability and the
// resource limits, which need it, out of the container's configuration and then becomes runc. Privileged containers
// ask for every capability, so without the shim none of them starts on such a host.
package main

import (
	"encoding/json"
	"log"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

const lacking = "CAP_SYS_RESOURCE"

var runcPaths = []string{"/usr/sbin/runc", "/usr/bin/runc", "/usr/local/sbin/runc"}

func main() {
	log.SetFlags(0)
	if file, inner := configuration(os.Args[1:]); file != "" {
		if err := rewrite(file, inner); err != nil {
			log.Fatalf("runtime_shim: %s: %v", file, err)
		}
	}
	for _, path := range runcPaths {
		if _, err := os.Stat(path); err == nil {
			log.Fatal(syscall.Exec(path, append([]string{"runc"}, os.Args[1:]...), os.Environ()))
		}
	}
	log.Fatalf("runtime_shim: runc is not at any of %s", strings.Join(runcPaths, ", "))
}

// configuration names the file that a create, run or exec call hands to runc, and the key of its process part.
func configuration(args []string) (file, inner string) {
	for i, arg := range args {
		switch arg {
		case "create", "run":
			if bundle := option(args[i:], "--bundle", "-b"); bundle != "" {
				return filepath.Join(bundle, "config.json"), "process"
			}
			return "config.json", "process"
		case "exec":
			return option(args[i:], "--process", "-p"), ""
		}
	}
	return "", ""
}

func option(args []string, names ...string) string {
	for i, arg := range args {
		for _, name := range names {
			if arg == name && i+1 < len(args) {
				return args[i+1]
			}
			if value, found := strings.CutPrefix(arg, name+"="); found {
				return value
			}
		}
	}
	return ""
}

func rewrite(file, inner string) error {
	data, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	var whole map[string]json.RawMessage
	if err := json.Unmarshal(data, &whole); err != nil {
		return err
	}
	process := whole
	if inner != "" {
		process = nil
		if err := json.Unmarshal(whole[inner], &process); err != nil {
			return err
		}
	}
	if err := strip(process); err != nil {
		return err
	}
	if inner != "" {
		if whole[inner], err = json.Marshal(process); err != nil {
			return err
		}
	}
	data, err = json.Marshal(whole)
	if err != nil {
		return err
	}
	return os.WriteFile(file, data, 0o600)
}

func strip(process map[string]json.RawMessage) error {
	delete(process, "rlimits")
	raw, present := process["capabilities"]
	if !present {
		return nil
	}
	var sets map[string][]string
	if err := json.Unmarshal(raw, &sets); err != nil {
		return err
	}
	for name, set := range sets {
		kept := set[:0]
		for _, capability := range set {
			if capability != lacking {
				kept = append(kept, capability)
			}
		}
		sets[name] = kept
	}
	raw, err := json.Marshal(sets)
	process["capabilities"] = raw
	return err
}
