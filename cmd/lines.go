package cmd

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) coordinatorCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "coordinator",
		Short: "See who stands in line at the coordinator, and free a line",
		Long: `See who stands in line at the coordinator that --coordinator names, and free a line.

Commands that change the same property on the same network wait in line there, on
whatever machines they run, and share the pace of the account.`,
		Example: `  propctl coordinator lines --simulate
  propctl coordinator release www.example.com -n staging --simulate`,
	}
	group(c, p.linesCommand(), p.releaseCommand())
	return c
}

func (p *program) linesCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "lines",
		Short: "Show who works on which property, and who waits",
		Long: `Show who works on which property on which network, and who waits for that. The first of
each line has the turn.`,
		Example: `  propctl coordinator lines --simulate
  propctl coordinator lines --simulate -o json`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.NoArgs, func(ctx context.Context, _ []string) (*result.Report, error) { return p.lines(ctx) })
		},
	}
}

// linesStore is where lines are looked for: with --simulate alone in a coordinator that
// nobody else uses.
func (p *program) linesStore() (coordinator.Store, error) { //nolint:ireturn // one of two
	c, err := p.coordination()
	switch {
	case err != nil:
		return nil, err
	case c != nil:
		return c.store, nil
	case p.flags.Simulate:
		return &coordinator.Memory{}, nil
	}
	return nil, catalogue.Usagef("--coordinator says where the lines are, such as nats://nats.example.com:4222")
}

func (p *program) lines(ctx context.Context) (*result.Report, error) {
	store, err := p.linesStore()
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin("coordinator")
	ctx, cancel := context.WithTimeoutCause(ctx, p.deadline(papi.Staging), activation.ErrTimeout)
	defer cancel()
	lines, err := coordinator.Lines(ctx, store)
	if err != nil {
		return &result.Report{}, err
	}
	now := time.Now()
	return &result.Report{
		Outcome: catalogue.OutcomeOK,
		Fill:    func(d *result.Document) { d.Lines = result.NewLines(lines) },
		Text:    func(w *term.Printer, d *result.Document) { text.Lines(w, d, now) },
	}, nil
}

func (p *program) releaseCommand() *cobra.Command {
	networks := settings.Networks{Max: 1}
	about := result.Properties
	c := &cobra.Command{
		Use:   "release " + about.Operand(),
		Short: "Take whoever has the turn out of a property's line",
		Long: `Take whoever has the turn for a property on a network out of its line. It submits nothing
more; what it has submitted goes on at Akamai, and it follows that. The next in line
looks first. One that is dead is overtaken without this, when its lease is over.`,
		Example: `  propctl coordinator release www.example.com -n staging --simulate`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.release(ctx, args[0], networks.All)
			})
		},
	}
	c.Flags().VarP(&networks, "network", "n", "`NETWORK` staging or production")
	return c
}

func (p *program) release(ctx context.Context, arg string, on []papi.Network) (*result.Report, error) {
	if len(on) == 0 {
		return &result.Report{}, catalogue.Usagef("--network says of which network's line")
	}
	network := on[0]
	store, err := p.linesStore()
	if err != nil {
		return &result.Report{}, err
	}
	s, err := p.open(result.Properties)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin(arg)
	ctx, cancel := s.within(ctx, p.deadline(papi.Staging))
	defer cancel()
	found, err := s.resolve(ctx, arg)
	if err != nil {
		return &result.Report{}, err
	}
	list, err := s.activations(ctx, found.ref)
	if err != nil {
		return &result.Report{Fill: func(d *result.Document) { d.SetAsset(found.ref, found.name) }}, err
	}
	line := activation.Line{Account: list.AccountID, Asset: found.ref.FullID(), Network: network}
	who, err := coordinator.Release(ctx, store, line)
	r := &result.Report{Outcome: catalogue.OutcomeOK, Fill: func(d *result.Document) {
		d.SetAsset(found.ref, found.name)
		d.Network = &network
	}}
	nobody := errors.Is(err, coordinator.ErrNobody)
	if err != nil && !nobody {
		return r, err
	}
	r.Text = func(w *term.Printer, _ *result.Document) {
		if nobody {
			w.Line("nobody stands in line for %s on %s", term.Clean(found.String(), term.MaxName), network)
			return
		}
		w.Line("released %s, who had the turn for %s on %s", term.Clean(who.String(), term.MaxMessage), term.Clean(found.String(), term.MaxName), network)
	}
	return r, nil
}
