package main

import (
	"context"
	"net/http"

	prismgoclient "github.com/nutanix-cloud-native/prism-go-client"
	v3 "github.com/nutanix-cloud-native/prism-go-client/v3"

	"github.com/aws/eks-anywhere/pkg/api/v1alpha1"
	"github.com/aws/eks-anywhere/pkg/cluster"
	"github.com/aws/eks-anywhere/pkg/crypto"
	"github.com/aws/eks-anywhere/pkg/providers/nutanix"
)

const anyID = "11111111-1111-1111-1111-111111111111"

// prism is a Prism Central that has whatever a config names, so that only the rules of the config remain.
type prism struct {
	nutanix.Client
	clusters, subnets, images, projects []v1alpha1.NutanixResourceIdentifier
}

func prismOf(config *cluster.Config) *prism {
	found := &prism{}
	for _, domain := range config.NutanixDatacenter.Spec.FailureDomains {
		found.clusters = append(found.clusters, domain.Cluster)
		found.subnets = append(found.subnets, domain.Subnets...)
	}
	for _, machine := range config.NutanixMachineConfigs {
		found.clusters = append(found.clusters, machine.Spec.Cluster)
		found.subnets = append(found.subnets, machine.Spec.Subnet)
		found.images = append(found.images, machine.Spec.Image)
		if machine.Spec.Project != nil {
			found.projects = append(found.projects, *machine.Spec.Project)
		}
	}
	return found
}

func names(identifiers []v1alpha1.NutanixResourceIdentifier) map[string]struct{} {
	found := map[string]struct{}{}
	for _, identifier := range identifiers {
		if identifier.Name != nil {
			found[*identifier.Name] = struct{}{}
		}
	}
	return found
}

func pointer[T any](value T) *T { return &value }

func (p *prism) ListAllCluster(context.Context, string) (*v3.ClusterListIntentResponse, error) {
	found := &v3.ClusterListIntentResponse{}
	for name := range names(p.clusters) {
		found.Entities = append(found.Entities, &v3.ClusterIntentResponse{
			Metadata: &v3.Metadata{UUID: pointer(anyID)},
			Spec:     &v3.Cluster{Name: pointer(name)},
			Status:   &v3.ClusterDefStatus{Resources: &v3.ClusterObj{Config: &v3.ClusterConfig{}}},
		})
	}
	return found, nil
}

func (p *prism) ListAllSubnet(
	context.Context, string, []*prismgoclient.AdditionalFilter,
) (*v3.SubnetListIntentResponse, error) {
	owners := map[string]struct{}{anyID: {}}
	for _, identifier := range p.clusters {
		if identifier.UUID != nil {
			owners[*identifier.UUID] = struct{}{}
		}
	}
	found := &v3.SubnetListIntentResponse{}
	for owner := range owners {
		for name := range names(p.subnets) {
			found.Entities = append(found.Entities, &v3.SubnetIntentResponse{
				Metadata: &v3.Metadata{UUID: pointer(anyID)},
				Spec:     &v3.Subnet{Name: pointer(name), ClusterReference: &v3.Reference{UUID: pointer(owner)}},
			})
		}
	}
	return found, nil
}

func (p *prism) ListAllImage(context.Context, string) (*v3.ImageListIntentResponse, error) {
	found := &v3.ImageListIntentResponse{}
	for name := range names(p.images) {
		found.Entities = append(found.Entities, &v3.ImageIntentResponse{
			Metadata: &v3.Metadata{UUID: pointer(anyID)}, Spec: &v3.Image{Name: pointer(name)},
		})
	}
	return found, nil
}

func (p *prism) ListAllProject(context.Context, string) (*v3.ProjectListResponse, error) {
	found := &v3.ProjectListResponse{}
	for name := range names(p.projects) {
		found.Entities = append(found.Entities, &v3.Project{
			Metadata: &v3.Metadata{UUID: pointer(anyID)}, Spec: &v3.ProjectSpec{Name: name},
		})
	}
	return found, nil
}

func (p *prism) GetSubnet(context.Context, string) (*v3.SubnetIntentResponse, error) { return nil, nil }
func (p *prism) GetImage(context.Context, string) (*v3.ImageIntentResponse, error)   { return nil, nil }
func (p *prism) GetCluster(context.Context, string) (*v3.ClusterIntentResponse, error) {
	return nil, nil
}
func (p *prism) GetProject(context.Context, string) (*v3.Project, error) { return nil, nil }
func (p *prism) GetCurrentLoggedInUser(context.Context) (*v3.UserIntentResponse, error) {
	return nil, nil
}
func (p *prism) GetCategoryKey(context.Context, string) (*v3.CategoryKeyStatus, error) {
	return nil, nil
}
func (p *prism) GetCategoryValue(context.Context, string, string) (*v3.CategoryValueStatus, error) {
	return nil, nil
}

type anyCertificate struct{ crypto.TlsValidator }

func (anyCertificate) ValidateCert(string, string, string) error { return nil }

type anyServer struct{}

func (anyServer) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: http.StatusOK, Body: http.NoBody}, nil
}

// checkNutanix is what the create command asks of the datacenter and of every machine config.
func checkNutanix(config *cluster.Config) error {
	ctx, client := context.Background(), prismOf(config)
	config.NutanixDatacenter.SetDefaults()
	validator := nutanix.NewValidator(nil, anyCertificate{}, &http.Client{Transport: anyServer{}})
	if err := validator.ValidateDatacenterConfig(ctx, client, &cluster.Spec{Config: config}); err != nil {
		return err
	}
	for _, machine := range config.NutanixMachineConfigs {
		machine.SetDefaults()
		if err := validator.ValidateMachineConfig(ctx, client, config.Cluster, machine); err != nil {
			return err
		}
	}
	return nil
}
