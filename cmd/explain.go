package cmd

import (
	"context"
	"io"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) explainCommand() *cobra.Command {
	return &cobra.Command{
		Use:         "explain [CODE | TYPE | -]",
		Annotations: map[string]string{anyway: ""},
		Short:       "What an error means and what to do; all of them without CODE",
		Long: `What an error means and what to do about it; all of them without CODE.

CODE is what stands in error.code of the JSON document. TYPE is the type of one of
PAPI's problem documents, whole or in part. With - the whole document is read from
standard input, which is also done where that is not a terminal and nothing was
given; what is read is taken for PAPI's answer, and told apart as a real one is.

Neither credentials nor a network are needed.`,
		Example: `  propctl explain
  propctl explain budget-exhausted
  propctl explain /papi/v1/resource-busy
  propctl explain <problem.json`,
		ValidArgsFunction: cobra.FixedCompletions(catalogue.Codes(), cobra.ShellCompDirectiveNoFileComp),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MaximumNArgs(1), p.explain)
		},
	}
}

// explain finds the rows that are asked for.
func (p *program) explain(ctx context.Context, args []string) (*result.Report, error) {
	switch {
	case len(args) == 1 && args[0] != "-":
		e, err := explained(args[0])
		if err != nil {
			return &result.Report{}, err
		}
		return explanation(e), nil
	case len(args) == 0 && p.env.StdinTerminal:
		return listing(), nil
	}
	pasted, err := p.readPasted(ctx)
	switch {
	case err != nil:
		return &result.Report{}, err
	case strings.TrimSpace(string(pasted)) == "" && len(args) == 0:
		return listing(), nil
	}
	class := papi.Classify(0, pasted)
	if class == "" {
		return &result.Report{}, catalogue.Usagef("what was read is no error of PAPI's: it names no status and no type that is known")
	}
	return explanation(catalogue.Lookup(string(class))), nil
}

// maxPasted is the most that is read of a problem document.
const maxPasted = 1 << 20

// readPasted reads standard input to its end.
func (p *program) readPasted(ctx context.Context) ([]byte, error) {
	if p.env.Stdin == nil {
		return nil, nil
	}
	type read struct {
		data []byte
		err  error
	}
	done := make(chan read, 1)
	go func() { // a read cannot be ended; it ends with the process
		data, err := io.ReadAll(io.LimitReader(p.env.Stdin, maxPasted+1))
		done <- read{data, err}
	}()
	select {
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	case r := <-done:
		if r.err != nil {
			return nil, catalogue.Usagef("standard input cannot be read: %w", r.err)
		}
		if len(r.data) > maxPasted {
			return nil, catalogue.Usagef("standard input is longer than 1 MiB")
		}
		return r.data, nil
	}
}

// explanation shows one row, whole.
func explanation(e catalogue.Entry) *result.Report {
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Errors = []*result.Entry{result.NewEntry(e)} },
		Text:    func(w *term.Printer, _ *result.Document) { text.Entry(w, e) },
	}
}

// listing shows all rows, in short.
func listing() *result.Report {
	all := catalogue.All()
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill: func(d *result.Document) {
			for _, e := range all {
				d.Errors = append(d.Errors, result.NewEntry(e))
			}
		},
		Text: text.Entries,
	}
}
