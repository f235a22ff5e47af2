package cmd

import (
	"cmp"
	"context"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) listCommand(about result.AssetKind) *cobra.Command {
	return &cobra.Command{
		Use:   "list [GLOB]...",
		Short: about.Choose("Show the properties one can see, and what is active where", "Show the includes one can see, and what is active where"),
		Long: about.Choose("Show the properties", "Show the includes") + ` that the credentials can see, by name: the latest version, the active ones, and
on which network another one than the latest is active.

Each GLOB is a pattern of names such as shop-* or *.example.com, in any case, or an id.
It is one request, also for one group: --contract with --group. With one of the two it is
a request for each of its groups.`,
		Example: about.Choose(`  propctl list
  propctl list 'shop*' '*.example.com' --group grp_10001
  propctl list -o json --jq '.properties[] | select(.differs != []) | .name'`,
			`  propctl includes list
  propctl includes list 'security-*' -o json`),
		Annotations: map[string]string{narrows: ""},
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ArbitraryArgs, func(ctx context.Context, args []string) (*result.Report, error) {
				return p.list(ctx, about, args)
			})
		},
	}
}

// list shows what is listed.
func (p *program) list(ctx context.Context, about result.AssetKind, globs []string) (*result.Report, error) {
	for _, glob := range globs {
		if _, err := path.Match(glob, ""); err != nil || glob == "" {
			return &result.Report{}, catalogue.Usagef("%q is not a pattern of names such as shop-*", glob)
		}
	}
	s, err := p.open(about)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin("list")
	ctx, cancel := s.within(ctx, p.deadline(papi.Staging))
	defer cancel()
	all, err := s.listed(ctx)
	if err != nil {
		return &result.Report{}, err
	}
	s.keptNames().write(namesOf(all), time.Now())
	states := []*result.PropertyState{}
	for _, one := range all {
		if one.fits(globs) {
			states = append(states, one.state())
		}
	}
	if len(states) == 0 {
		p.progress.Say("%s", about.Choose("no property fits", "no include fits"))
	}
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill: func(d *result.Document) {
			if about == result.Includes {
				d.Includes = states
				return
			}
			d.Properties = states
		},
		Text: text.List,
	}, nil
}

// listedAsset is a property, or an include, as PAPI lists it.
type listedAsset struct {
	property

	latest, staging, production int // 0: none
}

// listed returns the properties, or the includes, of the contract and the group in the flags, or else all that the
// credentials can see: by name, and each once, though PAPI may list it in several groups.
func (s *session) listed(ctx context.Context) ([]listedAsset, error) {
	queries, err := s.queries(ctx)
	if err != nil {
		return nil, err
	}
	var all []listedAsset
	for _, query := range queries {
		some, err := s.listAssets(ctx, query)
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
	}
	slices.SortFunc(all, func(a, b listedAsset) int {
		return cmp.Or(strings.Compare(a.name, b.name), strings.Compare(a.ref.ID.Bare(), b.ref.ID.Bare()),
			strings.Compare(string(a.ref.ContractID), string(b.ref.ContractID)), strings.Compare(string(a.ref.GroupID), string(b.ref.GroupID)))
	})
	return slices.CompactFunc(all, func(a, b listedAsset) bool { return a.ref.ID.Equal(b.ref.ID) }), nil
}

// queries are the lists to ask for: one where contract and group are both given, or neither is, and else one for each
// group that fits.
func (s *session) queries(ctx context.Context) ([]papi.ListQuery, error) {
	contract, group := papi.ID(s.program.flags.Contract), papi.ID(s.program.flags.Group)
	switch {
	case contract == "" && group == "":
		return []papi.ListQuery{{ModifiedSince: namesSince}}, nil
	case contract != "" && group != "":
		return []papi.ListQuery{{ContractID: contract, GroupID: group}}, nil
	}
	groups, err := s.client.Groups(ctx)
	if err != nil {
		return nil, err
	}
	var all []papi.ListQuery
	for _, g := range groups.Items {
		for _, c := range g.ContractIDs {
			if contract != "" && c.Equal(contract) || group != "" && g.GroupID.Equal(group) {
				all = append(all, papi.ListQuery{ContractID: c, GroupID: g.GroupID})
			}
		}
	}
	return all, nil
}

// listAssets lists properties or includes.
func (s *session) listAssets(ctx context.Context, query papi.ListQuery) ([]listedAsset, error) {
	var all []listedAsset
	add := func(ref result.AssetRef, name string, latest, staging, production int) {
		ref.ID = ref.FullID()
		all = append(all, listedAsset{property: property{ref: ref, name: name}, latest: latest, staging: staging, production: production})
	}
	if s.about == result.Includes {
		list, err := s.client.Includes(ctx, query)
		if err != nil {
			return nil, err
		}
		for _, i := range list.Items {
			ref := result.AssetRef{Kind: result.Includes, ID: i.IncludeID, ContractID: i.ContractID, GroupID: i.GroupID, AssetID: papi.ID(i.AssetID)}
			add(ref, i.IncludeName, i.LatestVersion, i.StagingVersion, i.ProductionVersion)
		}
		return all, nil
	}
	list, err := s.client.Properties(ctx, query)
	if err != nil {
		return nil, err
	}
	for _, p := range list.Items {
		ref := result.AssetRef{ID: p.PropertyID, ContractID: p.ContractID, GroupID: p.GroupID, AssetID: papi.ID(p.AssetID)}
		add(ref, p.PropertyName, p.LatestVersion, p.StagingVersion, p.ProductionVersion)
	}
	return all, nil
}

// fits reports whether one of the patterns fits; none fits all.
func (a listedAsset) fits(globs []string) bool {
	return len(globs) == 0 || slices.ContainsFunc(globs, func(glob string) bool {
		if settings.IsID(glob, a.ref.Kind.IDPrefix()) {
			return a.ref.ID.Equal(papi.ID(glob))
		}
		fits, _ := path.Match(strings.ToLower(glob), strings.ToLower(a.name)) // it has been checked
		return fits
	})
}

func (a listedAsset) state() *result.PropertyState {
	s := result.NewPropertyState(result.NewProperty(a.ref, a.name))
	s.SetVersions(a.latest, a.staging, a.production)
	return s
}

func namesOf(all []listedAsset) []string {
	var names []string
	for _, one := range all {
		names = append(names, one.name)
	}
	return safeWords(names)
}
