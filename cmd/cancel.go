package cmd

import (
	"context"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
)

func (p *program) cancelCommand(about result.AssetKind) *cobra.Command {
	f := newSelectFlags(about)
	f.acts = true
	c := &cobra.Command{
		Use:   "cancel " + about.Operand() + " | ACTIVATION",
		Short: "Cancel a pending activation",
		Long: "Cancel a pending activation, and wait until it is cancelled.\n\n" + naming(about) + ` that nothing is pending is a success. Once an activation is on its way to the
network it is too late, which is exit code 1.`,
		Example: about.Choose(`  propctl cancel www.example.com -n production
  propctl cancel atv_5001 --property prp_123`, `  propctl includes cancel security-headers -n production`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.selected(ctx, f, args[0], (*activation.Engine).Cancel)
			})
		},
	}
	f.declare(c)
	c.Flags().BoolVar(&f.noWait, "no-wait", false, "end as soon as PAPI has accepted the cancellation")
	return c
}
