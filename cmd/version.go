package cmd

import (
	"cmp"
	"context"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
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
			return p.run(c, args, cobra.NoArgs, func(context.Context, []string) (*result.Report, error) { return p.version(), nil })
		},
	}
}

func (p *program) version() *result.Report {
	b := p.env.Build
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Build = &b },
		Text: func(w *term.Printer, _ *result.Document) {
			w.Line("propctl %s (commit %s, %s, %s)",
				b.Version, cmp.Or(b.Commit, "unknown"), cmp.Or(b.Date, "no date"), cmp.Or(b.Go, "unknown Go"))
		},
	}
}
