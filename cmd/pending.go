package cmd

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
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
	for _, arg := range args {
		state, err := s.stateOf(ctx, arg, on)
		if err != nil {
			return &result.Report{Fill: func(d *result.Document) { d.SetAssetView(about, state.Property) }}, err
		}
		states = append(states, state)
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
			d.ExitCode = catalogue.ExitBusy
		}
	}
	r.Text = func(w *term.Printer, d *result.Document) { printPending(w, d.States(), p.now()) }
	return r, nil
}

func firstPending(states []*result.PropertyState) *result.Activation {
	for _, s := range states {
		for _, n := range s.Networks {
			if len(n.Pending) > 0 {
				return n.Pending[0]
			}
		}
	}
	return nil
}

func printPending(w *term.Printer, states []*result.PropertyState, now time.Time) {
	for _, s := range states {
		for _, n := range s.Networks {
			where := s.Text() + " on " + term.Clean(string(n.Network), term.MaxName)
			if len(n.Pending) == 0 {
				w.Line("%s: %s", where, w.Terminal.Paint(term.Good, "free"))
			}
			for _, a := range n.Pending {
				line := fmt.Sprintf("%s: busy, %s of %s is %s", where, a.ID, result.ContentText(a.Version), a.Status)
				if a.SubmitDate != nil {
					line += " for " + term.Duration(max(now.Sub(*a.SubmitDate), 0))
				}
				if a.Note != "" {
					line += ", note “" + term.Clean(a.Note, result.MaxShortNote) + "”"
				}
				w.Line("%s", w.Terminal.Mark(term.Clean(line, term.MaxMessage), ": busy", term.Doubtful))
			}
		}
	}
}
