package cmd

import (
	"cmp"
	"context"
	"errors"
	"slices"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func bothNetworks() settings.Networks {
	return settings.Networks{All: []papi.Network{papi.Staging, papi.Production}, Max: 2}
}

func (p *program) statusCommand(about result.AssetKind) *cobra.Command {
	f := bothNetworks()
	watch := false
	c := &cobra.Command{
		Use:   "status " + about.Operand() + "...",
		Short: "Show what is active, pending and latest on each network",
		Long: "Show what is active, pending and latest on each network: several in a table, one\n" +
			"with all that is known: notes, when it was submitted and since when it is active,\n" +
			"and until when a fast fallback is possible.\n\n" + about.ArgumentHelp() +
			"One that cannot be read does not hide the others: the exit code is that of the first.\n\n" +
			"With --watch it goes on until nothing is on its way any more, and says what changes\n" +
			"meanwhile. It ends as " + about.Command("wait") + " does: with exit code 3 when an activation has failed.",
		Example: about.Choose(`  propctl status www.example.com
  propctl status www.example.com api.example.com -n production -o json
  propctl status www.example.com api.example.com --watch`,
			`  propctl includes status security-headers
  propctl includes status security-headers inc_123 -n production -o json`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MinimumNArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.status(ctx, about, f.All, args, watch)
			})
		},
	}
	c.Flags().VarP(&f, "network", "n", "`NETWORK[,NETWORK]` staging, production or both")
	c.Flags().BoolVarP(&watch, "watch", "w", false, "until nothing is on its way any more")
	return c
}

// status looks at properties. One that cannot be read does
// not hide the others; the error is that of the first.
func (p *program) status(ctx context.Context, about result.AssetKind, on []papi.Network, args []string, watch bool) (*result.Report, error) {
	s, err := p.open(about)
	if err != nil {
		return &result.Report{}, err
	}
	limit := papi.Staging
	if watch {
		limit = on[len(on)-1]
		p.progress.BeginSeveral(allOf(about, args))
	} else {
		p.progress.Begin("status")
	}
	ctx, cancel := s.within(ctx, p.deadline(limit))
	defer cancel()
	all := s.statesOf(ctx, args, on, func(error) bool { return true })
	ended := make([]error, len(all))
	if watch {
		ended = s.watch(ctx, args, on, all)
	}
	var states []*result.PropertyState
	var first error
	for i, one := range all {
		first = cmp.Or(first, one.err, ended[i])
		if one.err != nil {
			one.state = result.NewPropertyState(one.state.Property)
			d := &result.Document{}
			d.Fail(catalogue.Judge(one.err), one.err, "")
			one.state.Error = d.Error
		}
		states = append(states, one.state)
	}
	r := &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { result.SetStates(d, about, states) },
		Text:    func(w *term.Printer, d *result.Document) { text.Status(w, d, p.now()) },
	}
	if stopped, ok := errors.AsType[*activation.StoppedError](first); ok && stopped.Activation != nil {
		r.Help = p.goesOn() + ": " + p.record.CommandLine
	}
	return r, first
}

// stateOf looks at a property. It is never nil.
func (s *session) stateOf(ctx context.Context, arg string, on []papi.Network) (*result.PropertyState, error) {
	state := result.NewPropertyState(&result.Property{Name: result.Optional(arg)})
	named, err := parseProperty(arg)
	if err != nil {
		return state, err
	}
	what, err := s.resolve(ctx, named)
	if err != nil {
		return state, err
	}
	state.Property = result.NewProperty(what.ref, what.name)
	known, err := s.known(ctx, what.ref)
	if err != nil {
		return state, err
	}
	what.name, what.ref.AssetID = known.name, known.asset
	state.SetVersions(known.latest, known.staging, known.production)
	list, err := s.activations(ctx, what.ref)
	if err != nil {
		return state, err
	}
	var changes []papi.Activation
	if known.bucket { // they keep a network busy, too
		changed, err := activation.BucketChanges{BucketAPI: s.client}.Activations(ctx, what.ref.Property())
		if err != nil {
			return state, err
		}
		changes = changed.Items
	}
	what = what.knownBy(list)
	state.Property = result.NewProperty(what.ref, what.name)
	now := s.program.now()
	for _, network := range on {
		n := &result.NetworkState{
			Network: network, Pending: []*result.Activation{},
			Active: result.NewActivation(activation.Active(list.Items, network), now),
			Latest: result.NewActivation(activation.Latest(list.Items, network), now),
		}
		for _, a := range slices.Concat(activation.Pending(list.Items, network), activation.Pending(changes, network)) {
			n.Pending = append(n.Pending, result.NewActivation(&a, now))
		}
		state.Networks = append(state.Networks, n)
	}
	return state, nil
}

// knownProperty is what PAPI says of a property, or of an include, beside its
// activations.
type knownProperty struct {
	name                        string
	latest, staging, production int // 0: none
	asset                       papi.ID
	bucket                      bool // its hostnames belong to networks
}

func (s *session) known(ctx context.Context, ref result.AssetRef) (knownProperty, error) {
	if ref.Kind == result.Includes {
		answer, err := s.client.Include(ctx, ref.Include())
		if err != nil {
			return knownProperty{}, err
		}
		found := answer.Include
		return knownProperty{
			name: found.IncludeName, latest: found.LatestVersion, staging: found.StagingVersion, production: found.ProductionVersion,
		}, nil
	}
	answer, err := s.client.Property(ctx, ref.Property())
	if err != nil {
		return knownProperty{}, err
	}
	found := answer.Property
	return knownProperty{
		name: found.PropertyName, latest: found.LatestVersion, staging: found.StagingVersion, production: found.ProductionVersion,
		asset: papi.ID(found.AssetID), bucket: found.PropertyType == papi.PropertyTypeBucket,
	}, nil
}
