package main

import (
	"sigs.k8s.io/yaml"

	"github.com/aws/eks-anywhere/pkg/api/v1alpha1"
	"github.com/aws/eks-anywhere/pkg/cluster"
	"github.com/aws/eks-anywhere/pkg/providers/tinkerbell"
)

// checkTinkerbell is what the create command asks of a config before it looks at hardware and ports.
func checkTinkerbell(config *cluster.Config) error {
	spec := &cluster.Spec{Config: config}
	wrapped := tinkerbell.NewClusterSpec(spec, config.TinkerbellMachineConfigs, config.TinkerbellDatacenter)
	return tinkerbell.NewClusterSpecValidator().Validate(wrapped)
}

// template is what "generate tinkerbelltemplateconfig" writes, but for the encoder.
func template(asked request) (result answer) {
	config := read(asked.Config, &result)
	if len(result.Problems) > 0 {
		return result
	}
	machine := config.TinkerbellMachineConfigs[config.Cluster.Spec.ControlPlaneConfiguration.MachineGroupRef.Name]
	datacenter := config.TinkerbellDatacenter.Spec
	made := v1alpha1.NewDefaultTinkerbellTemplateConfigCreate(
		config.Cluster, datacenter.OSImageURL, asked.BootstrapIP, datacenter.TinkerbellIP, machine.OSFamily(),
	)
	text, err := yaml.Marshal(made.ConvertConfigToConfigGenerateStruct())
	result.add("template", err)
	result.Template = string(text)
	return result
}
