package cmd

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

func (p *program) cancelCommand(about result.AssetKind) *cobra.Command {
	f := newSelectFlags(about)
	f.acts = true
	c := &cobra.Command{
		Use:   "cancel " + about.Operand() + "|ACTIVATION...",
		Short: "Cancel pending activations",
		Long: "Cancel a pending activation, or several, and wait until it is cancelled.\n\n" + naming(about) + ` that nothing is pending is a success. Once an activation is on its way to the
network it is too late, which is exit code 1.

On a terminal, what somebody has submitted on production is named and asked about.
` + severalHelp,
		Example: about.Choose(`  propctl cancel www.example.com -n production
  propctl cancel www.example.com api.example.com -n staging
  propctl cancel atv_5001 --property prp_123`, `  propctl includes cancel security-headers -n production`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MinimumNArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.selected(ctx, f, args, (*activation.Engine).Cancel)
			})
		},
	}
	f.declare(c)
	c.Flags().BoolVar(&f.noWait, "no-wait", false, "end as soon as PAPI has accepted the cancellation")
	c.Flags().BoolVarP(&f.yes, "yes", "y", false, "do not ask")
	return following(c)
}

// confirmCancel asks before an activation on production is cancelled: somebody has submitted it, and knows nothing of this.
func (s *session) confirmCancel(ctx context.Context, c *choice, a papi.Activation) error {
	if a.Network != papi.Production {
		return nil
	}
	what := term.Clean(cmp.Or(a.PropertyName, c.what.String()), term.MaxName) + " (" + term.Clean(string(c.what.ref.ID), term.MaxName) + ")"
	q := fmt.Sprintf("Cancel %s of %s on %s of %s? %s.", result.ContentText(a.PropertyVersion), what, a.Network, s.account(), s.program.pendingText(&a))
	return s.program.confirm(ctx, question{text: q})
}

// pendingText says of an activation that is to be cancelled since when it is on its way, and whose it is: as its note
// and those whom PAPI tells of it do, since PAPI has no word of who submitted it.
func (p *program) pendingText(a *papi.Activation) string {
	text := result.IDOf(a) + " is " + result.StateOf(a)
	if !a.SubmitDate.IsZero() {
		text += " for " + term.Duration(max(p.now().Sub(a.SubmitDate), 0))
	}
	if text += result.NoteOf(a); len(a.NotifyEmails) > 0 {
		text += ", and PAPI tells " + strings.Join(a.NotifyEmails, ", ") + " of it"
	}
	return text
}
