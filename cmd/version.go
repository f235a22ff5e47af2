package cmd

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:         "version",
		Annotations: map[string]string{anyway: ""},
		Short:       "Show the version of this program",
		Long:        "Show the version of this program, and what it was made of.",
		Example: `  propctl version
  propctl version -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(context.Context, []string) (*report, error) { return p.version(), nil })
		},
	}
}

func (p *program) version() *report {
	b := p.env.Build
	return &report{
		outcome: catalogue.OutcomeOK,
		fill:    func(d *document) { d.Build = &b },
		text: func(w *term.Printer) {
			w.Line("propctl %s (commit %s, %s, %s)",
				b.Version, cmp.Or(b.Commit, "unknown"), cmp.Or(b.Date, "no date"), cmp.Or(b.Go, "unknown Go"))
		},
	}
}
