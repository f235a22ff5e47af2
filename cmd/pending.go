package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) pendingCommand(about result.AssetKind) *cobra.Command {
	f := bothNetworks()
	c := &cobra.Command{
		Use:   "pending " + about.Operand() + "...",
		Short: "Is the network free? (exit code 6 while it is not)",
		Long: `Is the network free? The exit code is 0 when nothing is pending there, and 6 while
something is, which is named.

` + about.ArgumentHelp() + "Everything that has not ended counts, also what somebody else has begun.",
		Example: about.Choose(`  propctl pending www.example.com
  propctl pending www.example.com api.example.com -n staging`, `  propctl includes pending security-headers -n staging`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MinimumNArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.pending(ctx, about, f.All, args)
			})
		},
	}
	c.Flags().VarP(&f, "network", "n", "`NETWORK[,NETWORK]` staging, production or both")
	return c
}

// pending looks for what keeps the networks busy. That they are busy is an
// answer and not an error.
func (p *program) pending(ctx context.Context, about result.AssetKind, on []papi.Network, args []string) (*result.Report, error) {
	s, err := p.open(about)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin("pending")
	ctx, cancel := s.within(ctx, p.deadline(papi.Staging))
	defer cancel()
	var states []*result.PropertyState
	for _, one := range s.statesOf(ctx, args, on, func(error) bool { return false }) {
		if one.err != nil {
			return &result.Report{Fill: func(d *result.Document) { d.SetAssetView(about, one.state.Property) }}, one.err
		}
		states = append(states, one.state)
	}
	blocker := firstPending(states)
	r := &result.Report{Outcome: catalogue.OutcomeFree}
	if blocker != nil {
		r.Outcome = catalogue.OutcomeBusy
	}
	r.Fill = func(d *result.Document) {
		result.SetStates(d, about, states)
		d.BlockedBy = blocker
		if len(on) == 1 {
			d.Network = &on[0]
		}
		if blocker != nil {
			p.isBusy(d, about, states)
		}
	}
	r.Text = func(w *term.Printer, d *result.Document) { text.Pending(w, d, p.now()) }
	return r, nil
}

// isBusy adds to a document the error that a network is busy. It is not printed for people, whose text lists all that
// is pending.
func (p *program) isBusy(d *result.Document, about result.AssetKind, states []*result.PropertyState) {
	var all []string
	for _, s := range states {
		for _, n := range s.Networks {
			for _, a := range n.Pending {
				all = append(all, text.Busy(s, n, a))
			}
		}
	}
	err := &pendingError{strings.Join(all, "; ")}
	ref := firstBusy(states).Ref(about)
	d.Fail(catalogue.Judge(err), err, "wait for it: "+p.waitFor(d.BlockedBy.ID, d.BlockedBy.Network, ref).String())
}

// pendingError is that something is pending.
type pendingError struct{ what string }

// Error names it.
func (e *pendingError) Error() string { return e.what }

// Unwrap returns its class.
func (e *pendingError) Unwrap() error { return papi.ClassBusy }

// firstBusy returns the first property of which something is pending.
func firstBusy(states []*result.PropertyState) *result.PropertyState {
	i := slices.IndexFunc(states, func(s *result.PropertyState) bool {
		return slices.ContainsFunc(s.Networks, func(n *result.NetworkState) bool { return len(n.Pending) > 0 })
	})
	if i < 0 {
		return nil
	}
	return states[i]
}

func firstPending(states []*result.PropertyState) *result.Activation {
	if s := firstBusy(states); s != nil {
		for _, n := range s.Networks {
			if len(n.Pending) > 0 {
				return n.Pending[0]
			}
		}
	}
	return nil
}
