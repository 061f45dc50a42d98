package main

import (
	"context"
	"time"

	"github.com/aws/eks-anywhere/pkg/api/v1alpha1"
	"github.com/aws/eks-anywhere/pkg/cluster"
	"github.com/aws/eks-anywhere/pkg/executables"
	"github.com/aws/eks-anywhere/pkg/providers/vsphere"
	"github.com/aws/eks-anywhere/pkg/validations"
)

// agreeable is a vCenter that has whatever a config names, so that only the rules of the config remain.
type agreeable struct {
	vsphere.ProviderGovcClient
	tags []string
}

func (agreeable) ConfigureCertThumbprint(context.Context, string, string) error  { return nil }
func (agreeable) ValidateVCenterConnection(context.Context, string) error        { return nil }
func (agreeable) ValidateVCenterAuthentication(context.Context) error            { return nil }
func (agreeable) IsCertSelfSigned(context.Context) bool                          { return false }
func (agreeable) GetCertThumbprint(context.Context) (string, error)              { return "", nil }
func (agreeable) DatacenterExists(context.Context, string) (bool, error)         { return true, nil }
func (agreeable) NetworkExists(context.Context, string) (bool, error)            { return true, nil }
func (agreeable) TemplateHasSnapshot(context.Context, string) (bool, error)      { return true, nil }
func (agreeable) GetVMDiskSizeInGB(context.Context, string, string) (int, error) { return 25, nil }
func (agreeable) LibraryElementExists(context.Context, string) (bool, error)     { return true, nil }
func (agreeable) ListTags(context.Context) ([]executables.Tag, error)            { return nil, nil }
func (a agreeable) GetTags(context.Context, string) ([]string, error)            { return a.tags, nil }
func (agreeable) GetWorkloadAvailableSpace(context.Context, string) (float64, error) {
	return 1e9, nil
}

func (agreeable) SearchTemplate(_ context.Context, _, template string) (string, error) {
	return template, nil
}

func (agreeable) GetResourcePoolInfo(context.Context, string, string, ...string) (map[string]int, error) {
	return map[string]int{"Memory_Available": -1}, nil
}

func (agreeable) GetHardDiskSize(context.Context, string, string) (map[string]float64, error) {
	return map[string]float64{"Hard disk 1": 2097152, "Hard disk 2": 20971520}, nil
}

func (agreeable) ValidateVCenterSetupMachineConfig(
	context.Context, *v1alpha1.VSphereDatacenterConfig, *v1alpha1.VSphereMachineConfig, *bool,
) error {
	return nil
}

func (agreeable) ValidateFailureDomainConfig(
	context.Context, *v1alpha1.VSphereDatacenterConfig, *v1alpha1.FailureDomain,
) error {
	return nil
}

// nowhere is a management cluster that has nothing yet.
type nowhere struct{ vsphere.ProviderKubectlClient }

func (nowhere) SearchVsphereMachineConfig(
	context.Context, string, string, string,
) ([]*v1alpha1.VSphereMachineConfig, error) {
	return nil, nil
}

func (nowhere) SearchVsphereDatacenterConfig(
	context.Context, string, string, string,
) ([]*v1alpha1.VSphereDatacenterConfig, error) {
	return nil, nil
}

func checkVSphere(spec *cluster.Spec) error {
	center := agreeable{}
	for _, bundle := range spec.VersionsBundles {
		center.tags = append(center.tags, "eksdRelease:"+bundle.EksD.Name)
	}
	center.tags = append(center.tags, "os:ubuntu", "os:redhat", "os:bottlerocket")
	provider := vsphere.NewProviderCustomNet(
		spec.VSphereDatacenter, spec.Cluster, center, nowhere{}, nil, nil, time.Now, true,
		vsphere.NewValidator(center, nil), map[string]bool{validations.VSphereUserPriv: true},
	)
	return provider.SetupAndValidateCreateCluster(context.Background(), spec)
}
