package cmd

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/screen"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

func (p *program) budgetCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "budget",
		Short: "Show the activations left today and the requests left this minute",
		Long: `Show the activations left today and the requests left this minute.

PAPI tells the daily budget only with the answer to a submission, so what is shown
is what this machine saw last, and how long ago that was.`,
		Example: `  propctl budget
  propctl budget -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(ctx context.Context, _ []string) (*result.Report, error) { return p.budget(ctx) })
		},
	}
}

// budget makes one cheap request, whose answer has the limits, and adds the daily budget that was seen last.
func (p *program) budget(ctx context.Context) (*result.Report, error) {
	s, err := p.open(result.Properties)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin("budget")
	ctx, cancel := s.within(ctx, p.deadline(papi.Staging))
	defer cancel()
	remembered := s.remembered()
	r := &result.Report{Fill: func(d *result.Document) { d.Budget = result.NewBudget(remembered) }}
	build, err := s.client.Build(ctx)
	if err != nil {
		return r, err
	}
	requests := build.Limits.Requests
	if asked := build.Limits.Activations; asked != nil {
		remembered = asked
		s.remember(asked)
	}
	now := s.program.now()
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill: func(d *result.Document) {
			d.Budget = result.NewBudget(remembered)
			d.RequestLimit = result.NewRequestLimit(requests)
		},
		Text: func(w *term.Printer, d *result.Document) {
			w.Line("activations: %s", d.Budget.Text(w.Clock(now)))
			w.Line("requests:    %s", d.RequestLimit.Text(w.Clock(now)))
		},
	}, nil
}

// remember keeps what PAPI said of the budget for the next run, and warns when
// little of it is left.
func (s *session) remember(q *papi.Quota) {
	if q == nil {
		return
	}
	if result.IsLow(q) {
		s.program.progress.Warn("activations of the day: " + result.NewBudget(q).Text(s.program.progress.Clock()))
	}
	if s.program.flags.Simulate {
		return
	}
	if err := s.state().write(q); err != nil {
		s.program.progress.Print(screen.LevelVerbose, "the budget cannot be remembered: "+err.Error())
	}
}

// remembered is the daily budget that was seen last. Once its window is over, only the limit is left of it.
func (s *session) remembered() *papi.Quota {
	if s.program.flags.Simulate {
		return nil
	}
	q := s.state().read()
	if q != nil && !q.Reset.IsZero() && !time.Now().Before(q.Reset) {
		q.Remaining, q.Reset = nil, time.Time{}
	}
	return q
}
