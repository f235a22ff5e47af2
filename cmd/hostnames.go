package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) hostnamesCommand() *cobra.Command {
	return group(
		&cobra.Command{
			Use:   "hostnames",
			Short: "Show and change the hostnames of a property",
			Long: `Show and change the hostnames of a property.

Hostnames belong to a version, so a change makes a version, edits it, and activates
it where a network is given. With a hostname bucket they belong to a network, and
a change goes there at once.`,
			Example: `  propctl hostnames list www.example.com
  propctl hostnames add www.example.com shop.example.com=shop.example.com.edgekey.net -n staging --notify you@example.com`,
		},
		p.hostnamesListCommand(), p.hostnamesAddCommand(), p.hostnamesRemoveCommand(),
	)
}

func viewHostname(h papi.Hostname) *result.Hostname {
	return &result.Hostname{
		CNAMEFrom: h.CNAMEFrom, CNAMETo: result.Optional(h.CNAMETo), EdgeHostnameID: result.Optional(h.EdgeHostnameID.With(papi.PrefixEdgeHostname)),
		CertProvisioningType: result.Optional(h.CertProvisioningType), CertStatus: h.CertStatus,
	}
}

func viewHostnames(all []papi.Hostname) []*result.Hostname {
	views := []*result.Hostname{}
	for _, h := range all {
		views = append(views, viewHostname(h))
	}
	return views
}

func (p *program) hostnamesListCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "list PROPERTY[@VERSION]",
		Short: "Show the hostnames of a version, or of a hostname bucket",
		Long: `Show the hostnames of a version, with the edge hostname and the certificate that
each of them has. Without a VERSION it is the latest one. A hostname bucket has
no versions: it is shown what is served on each network.`,
		Example: `  propctl hostnames list www.example.com
  propctl hostnames list www.example.com@production -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.hostnamesList(ctx, args[0])
			})
		},
	}
}

func (p *program) hostnamesList(ctx context.Context, arg string) (*result.Report, error) {
	wanted, err := parseName(arg)
	if err != nil {
		return &result.Report{}, err
	}
	s, err := p.open(result.Properties)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin(wanted.property)
	ctx, cancel := s.within(ctx, p.deadline(papi.Staging))
	defer cancel()
	what, bucket, err := s.hostnamesOf(ctx, wanted.property)
	r := &result.Report{Fill: func(d *result.Document) {
		if what.ref.ID != "" {
			d.SetAsset(what.ref, what.name)
		}
	}}
	if err != nil {
		return r, err
	}
	var all []*result.Hostname
	version := 0
	if bucket {
		all, err = s.served(ctx, what.ref.Property(), wanted.version)
	} else {
		version, all, err = s.ofVersion(ctx, what.ref, wanted.version)
	}
	if err != nil {
		return r, err
	}
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill: func(d *result.Document) {
			d.SetAsset(what.ref, what.name)
			d.Version, d.Hostnames = result.OptionalVersion(version), all
			d.Network = result.Optional(wanted.version.activeOn)
		},
		Text: text.Hostnames,
	}, nil
}

// hostnamesOf finds the property, and whether it has a hostname bucket.
func (s *session) hostnamesOf(ctx context.Context, named string) (what property, bucket bool, err error) {
	if what, err = s.resolve(ctx, named); err != nil {
		return what, false, err
	}
	answer, err := s.client.Property(ctx, what.ref.Property())
	if err != nil {
		return what, false, err
	}
	found := answer.Property
	what.name, what.ref.AssetID = found.PropertyName, papi.ID(found.AssetID)
	s.hasAsset(what.ref)
	if found.ContractID != "" && found.GroupID != "" && what.ref.ContractID == "" {
		what.ref.ContractID, what.ref.GroupID = found.ContractID, found.GroupID
	}
	return what, found.PropertyType == papi.PropertyTypeBucket, nil
}

// ofVersion reads the hostnames of a version.
func (s *session) ofVersion(ctx context.Context, ref result.AssetRef, v wantedVersion) (int, []*result.Hostname, error) {
	number := v.number
	if number == 0 {
		var err error
		if number, err = s.latestOn(ctx, ref, v.activeOn); err != nil {
			return 0, nil, err
		}
	}
	list, err := s.client.VersionHostnamesAndCerts(ctx, ref.Property(), number)
	if err != nil {
		return number, nil, err
	}
	return number, viewHostnames(list.Items), nil
}

// served reads the hostnames of a bucket. One that the networks serve in different
// ways comes twice.
func (s *session) served(ctx context.Context, ref papi.PropertyRef, v wantedVersion) ([]*result.Hostname, error) {
	if v.number > 0 {
		return nil, &catalogue.BucketError{What: "a hostname bucket has no versions; give @staging, @production or neither"}
	}
	list, err := s.client.PropertyHostnamesAndCerts(ctx, ref, v.activeOn)
	if err != nil {
		return nil, err
	}
	all := []*result.Hostname{}
	for _, h := range list.Items {
		staging := papi.Hostname{CNAMEFrom: h.CNAMEFrom, CNAMETo: h.StagingCNAMETo, EdgeHostnameID: h.StagingEdgeHostnameID, CertProvisioningType: h.StagingCertType}
		production := papi.Hostname{CNAMEFrom: h.CNAMEFrom, CNAMETo: h.ProductionCNAMETo, EdgeHostnameID: h.ProductionEdgeHostnameID, CertProvisioningType: h.ProductionCertType}
		add := func(one papi.Hostname, on ...papi.Network) {
			if one.CNAMETo != "" || one.EdgeHostnameID != "" {
				one.CertStatus = h.CertStatus
				view := viewHostname(one)
				view.Networks = on
				all = append(all, view)
			}
		}
		if staging == production {
			add(staging, papi.Staging, papi.Production)
			continue
		}
		add(staging, papi.Staging)
		add(production, papi.Production)
	}
	return all, nil
}
