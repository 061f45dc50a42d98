package main

import (
	"context"
	"time"

	"github.com/go-logr/logr"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/controller-runtime/pkg/client/fake"

	"github.com/aws/eks-anywhere/pkg/clients/kubernetes"
	"github.com/aws/eks-anywhere/pkg/cluster"
	"github.com/aws/eks-anywhere/pkg/clusterapi"
	"github.com/aws/eks-anywhere/pkg/constants"
	"github.com/aws/eks-anywhere/pkg/controller/clientutil"
	"github.com/aws/eks-anywhere/pkg/providers"
	"github.com/aws/eks-anywhere/pkg/providers/docker"
	"github.com/aws/eks-anywhere/pkg/providers/vsphere"
)

// render makes the objects of a config the way the templates write them, and the way the controller applies them
// beside the live ones.
func render(asked request) (result answer) {
	config, err := cluster.ParseConfig([]byte(asked.Config))
	if !result.add("parse", err) || !result.add("defaults", cluster.SetConfigDefaults(config)) {
		return result
	}
	spec, err := specOf(config, asked)
	if !result.add("bundles", err) {
		return result
	}
	live, err := liveClient(asked)
	if !result.add("live", err) {
		return result
	}
	// The command line settles these before it hands a config over.
	cluster.SetMachineHealthCheckTimeoutDefaults(
		spec.Cluster, constants.DefaultNodeStartupTimeout, constants.DefaultUnhealthyMachineTimeout,
	)
	cluster.SetMachineHealthCheckMaxUnhealthyDefaults(
		spec.Cluster, intstr.Parse(constants.DefaultMaxUnhealthy), intstr.Parse(constants.DefaultWorkerMaxUnhealthy),
	)
	result.HealthChecks = asJSON(clusterapi.MachineHealthCheckObjects(spec.Cluster))
	switch {
	case config.VSphereDatacenter != nil:
		renderVSphere(spec, live, &result)
	case config.DockerDatacenter != nil:
		renderDocker(spec, live, &result)
	}
	return result
}

func liveClient(asked request) (kubernetes.Client, error) {
	found := make([]client.Object, 0, len(asked.Live))
	for _, text := range asked.Live {
		object := &unstructured.Unstructured{}
		if err := object.UnmarshalJSON(text); err != nil {
			return nil, err
		}
		found = append(found, object)
	}
	kinds := runtime.NewScheme()
	if err := kubernetes.InitScheme(kinds); err != nil {
		return nil, err
	}
	return clientutil.NewKubeClient(fake.NewClientBuilder().WithScheme(kinds).WithObjects(found...).Build()), nil
}

// templates write objects as text, the way the command line makes them.
type templates interface {
	GenerateCAPISpecControlPlane(*cluster.Spec, ...providers.BuildMapOption) ([]byte, error)
	CAPIWorkersSpecWithInitialNames(*cluster.Spec) ([]byte, error)
}

func renderTemplates(spec *cluster.Spec, builder templates, result *answer) {
	text, err := builder.GenerateCAPISpecControlPlane(spec, func(values map[string]any) {
		values["controlPlaneTemplateName"] = clusterapi.ControlPlaneMachineTemplateName(spec.Cluster)
		values["etcdTemplateName"] = clusterapi.EtcdMachineTemplateName(spec.Cluster)
	})
	if result.add("control plane", err) {
		result.ControlPlane = string(text)
	}
	text, err = builder.CAPIWorkersSpecWithInitialNames(spec)
	if result.add("workers", err) {
		result.Workers = string(text)
	}
}

func renderVSphere(spec *cluster.Spec, live kubernetes.Client, result *answer) {
	if !result.add("environ", vsphere.SetupEnvVars(spec.VSphereDatacenter)) {
		return
	}
	renderTemplates(spec, vsphere.NewVsphereTemplateBuilder(time.Now), result)
	control, err := vsphere.ControlPlaneSpec(context.Background(), logr.Discard(), live, spec)
	if result.add("typed control plane", err) {
		result.TypedControl = asJSON(control.Objects())
	}
	workers, err := vsphere.WorkersSpec(context.Background(), logr.Discard(), live, spec)
	if result.add("typed workers", err) {
		result.TypedWorkers = asJSON(workers.WorkerObjects())
	}
	domains, err := vsphere.FailureDomainsSpec(logr.Discard(), spec)
	if result.add("failure domains", err) {
		result.TypedControl = append(result.TypedControl, asJSON(domains.Objects())...)
	}
}

func renderDocker(spec *cluster.Spec, live kubernetes.Client, result *answer) {
	renderTemplates(spec, docker.NewDockerTemplateBuilder(time.Now), result)
	control, err := docker.ControlPlaneSpec(context.Background(), logr.Discard(), live, spec)
	if result.add("typed control plane", err) {
		result.TypedControl = asJSON(control.Objects())
	}
	workers, err := docker.WorkersSpec(context.Background(), logr.Discard(), live, spec)
	if result.add("typed workers", err) {
		result.TypedWorkers = asJSON(workers.WorkerObjects())
	}
}
