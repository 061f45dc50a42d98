package main

import (
	"context"
	"encoding/json"
	"fmt"

	eksdv1 "github.com/aws/eks-distro-build-tooling/release/api/v1alpha1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/controller-runtime/pkg/webhook/admission"
	"sigs.k8s.io/yaml"

	"github.com/aws/eks-anywhere/pkg/api/v1alpha1"
	"github.com/aws/eks-anywhere/pkg/cluster"
	"github.com/aws/eks-anywhere/pkg/providers/docker"
	"github.com/aws/eks-anywhere/pkg/validations"
	releasev1 "github.com/aws/eks-anywhere/release/api/v1alpha1"
)

// webhook is what every kind with an admission webhook has.
type webhook interface {
	ValidateCreate(ctx context.Context, obj runtime.Object) (admission.Warnings, error)
	ValidateUpdate(ctx context.Context, old, obj runtime.Object) (admission.Warnings, error)
}

type defaulter interface {
	Default(ctx context.Context, obj runtime.Object) error
}

// read goes the way of the command line: the Cluster alone and strictly, then all documents, then the defaults.
func read(text string, result *answer) *cluster.Config {
	alone := &v1alpha1.Cluster{}
	strict := result.add("read", v1alpha1.ParseClusterConfigFromContent([]byte(text), alone))
	config, err := cluster.ParseConfig([]byte(text))
	if !result.add("parse", err) || !strict {
		return config
	}
	result.add("defaults", cluster.SetConfigDefaults(config))
	return config
}

// check collects the first error of each stage.
func check(asked request) (result answer) {
	config := read(asked.Config, &result)
	if config == nil || config.Cluster == nil {
		return result
	}
	result.add("content", v1alpha1.ValidateClusterConfigContent(config.Cluster))
	result.add("validate", cluster.ValidateConfig(config))
	for _, object := range objects(config) {
		if hook, has := object.(webhook); has {
			_, err := hook.ValidateCreate(context.Background(), object.(runtime.Object))
			result.add("webhook", err)
		}
	}
	switch {
	case config.NutanixDatacenter != nil:
		result.add("provider", checkNutanix(config))
	case config.TinkerbellDatacenter != nil:
		result.add("provider", checkTinkerbell(config))
	}
	if asked.Bundles == "" || len(result.Problems) > 0 {
		return result
	}
	spec, err := specOf(config, asked)
	if !result.add("bundles", err) {
		return result
	}
	result.add("create", validations.ValidateBottlerocketKubeletConfig(spec))
	switch {
	case config.VSphereDatacenter != nil:
		result.add("provider", checkVSphere(spec))
	case config.DockerDatacenter != nil:
		result.add("provider", docker.ValidateControlPlaneEndpoint(spec))
	}
	return result
}

// update asks the admission webhook of every object that is in both configs.
func update(asked request) (result answer) {
	before, err := cluster.ParseConfig([]byte(asked.Previous))
	if !result.add("previous", err) {
		return result
	}
	after, err := cluster.ParseConfig([]byte(asked.Config))
	if !result.add("parse", err) {
		return result
	}
	known := map[string]document{}
	for _, object := range objects(before) {
		setDefaults(object)
		known[key(object)] = object
	}
	for _, object := range objects(after) {
		setDefaults(object)
		earlier, has := known[key(object)]
		hook, hooked := object.(webhook)
		if !has || !hooked {
			continue
		}
		_, err := hook.ValidateUpdate(context.Background(), earlier.(runtime.Object), object.(runtime.Object))
		result.add("webhook", err)
	}
	return result
}

type document interface {
	GetName() string
	GetObjectKind() schema.ObjectKind
}

func key(object document) string {
	return fmt.Sprintf("%T/%s", object, object.GetName())
}

func setDefaults(object any) {
	if hook, has := object.(defaulter); has {
		_ = hook.Default(context.Background(), object.(runtime.Object))
	}
}

func objects(config *cluster.Config) []document {
	found := []document{config.Cluster}
	for _, child := range config.ChildObjects() {
		found = append(found, child.(document))
	}
	return found
}

func specOf(config *cluster.Config, asked request) (*cluster.Spec, error) {
	bundles := &releasev1.Bundles{}
	if err := yaml.Unmarshal([]byte(asked.Bundles), bundles); err != nil {
		return nil, err
	}
	releases := make([]eksdv1.Release, len(asked.Releases))
	for index, text := range asked.Releases {
		if err := yaml.Unmarshal([]byte(text), &releases[index]); err != nil {
			return nil, err
		}
	}
	return cluster.NewSpec(config, bundles, releases, &releasev1.EKSARelease{})
}

func asJSON[T any](items []T) []json.RawMessage {
	found := make([]json.RawMessage, 0, len(items))
	for _, item := range items {
		text, err := json.Marshal(item)
		if err != nil {
			panic(err)
		}
		found = append(found, text)
	}
	return found
}
