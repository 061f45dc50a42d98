// Command oracle answers what the vendor's own code says of a cluster config.
//
// It reads one JSON request per line and writes one JSON answer per line. It is built inside a copy of the vendor's
// source tree (see ../build), because some of what it asks is internal there.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
)

// request is one question. Environ is set for its time only.
type request struct {
	Op       string            `json:"op"`
	Config   string            `json:"config"`
	Previous string            `json:"previous"`
	Bundles  string            `json:"bundles"`
	Releases []string          `json:"releases"`
	Environ  map[string]string `json:"environ"`
	// BootstrapIP is where Tinkerbell listens while there is a bootstrap cluster.
	BootstrapIP string `json:"bootstrap_ip"`
	// Live are objects of the management cluster, as JSON.
	Live []json.RawMessage `json:"live"`
}

// problem is an error, and the stage of the vendor's workflow that raised it.
type problem struct {
	Stage string `json:"stage"`
	Error string `json:"error"`
}

// answer holds the problems and, for a rendering, the objects: as templates write them, and as Go types hold them.
type answer struct {
	Problems     []problem         `json:"problems"`
	ControlPlane string            `json:"control_plane,omitempty"`
	Template     string            `json:"template,omitempty"`
	Workers      string            `json:"workers,omitempty"`
	TypedControl []json.RawMessage `json:"typed_control_plane,omitempty"`
	TypedWorkers []json.RawMessage `json:"typed_workers,omitempty"`
	HealthChecks []json.RawMessage `json:"health_checks,omitempty"`
}

func (a *answer) add(stage string, err error) bool {
	if err == nil {
		return true
	}
	a.Problems = append(a.Problems, problem{Stage: stage, Error: err.Error()})
	return false
}

var operations = map[string]func(request) answer{
	"check":    check,
	"update":   update,
	"render":   render,
	"template": template,
}

func handle(line []byte) (result answer) {
	result.Problems = []problem{}
	defer func() {
		if caught := recover(); caught != nil {
			result.Problems = append(result.Problems, problem{Stage: "panic", Error: fmt.Sprint(caught)})
		}
	}()
	var asked request
	if !result.add("request", json.Unmarshal(line, &asked)) {
		return result
	}
	operation, known := operations[asked.Op]
	if !known {
		result.add("request", fmt.Errorf("unknown op %q", asked.Op))
		return result
	}
	for name, value := range asked.Environ {
		before, was := os.LookupEnv(name)
		os.Setenv(name, value)
		defer func() {
			if was {
				os.Setenv(name, before)
			} else {
				os.Unsetenv(name)
			}
		}()
	}
	found := operation(asked)
	if found.Problems == nil {
		found.Problems = []problem{}
	}
	return found
}

func main() {
	// The vendor's code prints to standard output; answers must stay alone there.
	answers := os.Stdout
	os.Stdout = os.Stderr
	writer := json.NewEncoder(answers)
	reader := bufio.NewReader(os.Stdin)
	for {
		line, err := reader.ReadBytes('\n')
		if len(line) > 0 {
			if failed := writer.Encode(handle(line)); failed != nil {
				fmt.Fprintln(os.Stderr, failed)
				os.Exit(1)
			}
		}
		if err == io.EOF {
			return
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
