package main

import (
	"github.com/aws/eks-anywhere/pkg/cluster"
	"github.com/aws/eks-anywhere/pkg/providers/tinkerbell"
)

// checkTinkerbell is what the create command asks of a config before it looks at hardware and ports.
func checkTinkerbell(config *cluster.Config) error {
	spec := &cluster.Spec{Config: config}
	wrapped := tinkerbell.NewClusterSpec(spec, config.TinkerbellMachineConfigs, config.TinkerbellDatacenter)
	return tinkerbell.NewClusterSpecValidator().Validate(wrapped)
}
