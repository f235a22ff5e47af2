package cmd

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace"
)

// coordinated is what this process shares with others by a coordinator.
type coordinated struct {
	program *program
	store   coordinator.Store
	work    coordinator.Work
	buckets *coordinator.Buckets
	servers string // without what is secret
	close   func()
	said    sync.Once // that it cannot be used
}

// coordination returns what --coordinator names; nil where it names nothing. Nothing is
// opened before it is needed.
func (p *program) coordination() (*coordinated, error) {
	if p.flags.Coordinator.URL == "" || p.flags.WithoutCoordinator || p.shared != nil {
		return p.shared, nil
	}
	options := jetstream.Options{URL: p.flags.Coordinator.URL, Name: toolName + " " + p.env.Build.Version}
	var err error
	if file := p.flags.CoordinatorCreds; file != "" {
		if options.Credentials, err = settings.ReadNamedFile(context.Background(), file, 1); err != nil {
			return nil, catalogue.Usagef("--coordinator-creds: %w", err)
		}
	}
	if p.flags.CaFile != "" {
		if options.Roots, err = p.roots(); err != nil {
			return nil, err
		}
	}
	client, err := jetstream.New(options)
	if errors.Is(err, jetstream.ErrCredentials) {
		return nil, catalogue.Usagef("--coordinator-creds: %w", err)
	}
	if err != nil {
		return nil, catalogue.Usagef("--coordinator: %w", err)
	}
	p.shared = &coordinated{program: p, store: client, work: client, buckets: &coordinator.Buckets{Store: client}, servers: client.Servers(), close: client.Close}
	return p.shared, nil
}

// Take implements [pace.Source].
func (c *coordinated) Take(ctx context.Context, account, member string, n int, told pace.Told) ([]pace.Share, error) {
	shares, err := c.buckets.Take(ctx, account, member, n, told)
	if err != nil && (ctx.Err() == nil || errors.Is(context.Cause(ctx), context.DeadlineExceeded)) {
		c.gone(err)
	}
	return shares, err
}

// gone says, once, that the coordinator cannot be used.
func (c *coordinated) gone(err error) {
	c.said.Do(func() {
		if errors.Is(err, context.DeadlineExceeded) {
			err = &coordinator.GoneError{Err: errors.New("the server does not answer")}
		}
		c.program.progress.Warn(fmt.Sprintf(
			"%s: %v; this goes on with what this machine knows, and submits nothing before it is its turn", c.servers, err))
	})
}

// turns are the lines for properties; nil where there is no coordinator.
func (s *session) turns() activation.Turns { //nolint:ireturn // an interface that is nil, and not a pointer in one
	c := s.program.shared
	if c == nil {
		return nil
	}
	return &coordinator.Turns{
		Store: c.store, Holder: settings.Holder(s.program.env.Lookup), Gone: c.gone,
		Submit: time.Duration(s.submission()),
		Lag:    time.Duration(s.program.flags.CoordinatorLag),
	}
}

// coordinate makes the account's pace one that other machines share.
func (s *session) coordinate(credentials papi.Credentials) (*papi.Account, error) {
	p := s.program
	c, err := p.coordination()
	if err == nil && c != nil && s.submission() > float64(coordinator.MaxSubmit) {
		instead := "lower --request-timeout"
		if s.speed < 1 {
			instead = "raise --speed"
		}
		return nil, catalogue.Usagef("with --coordinator a submission may take at most %s, since others wait for as long when this process dies: %s",
			term.Duration(coordinator.MaxSubmit), instead)
	}
	if err != nil || c == nil || p.flags.Simulate { // a simulation has an account of its own
		return p.sharedAccount(credentials), err
	}
	return papi.CoordinatedAccount(c, settings.StateDir(p.env), credentials, 0), nil
}

// submission is how long a submission may take here, in nanoseconds.
func (s *session) submission() float64 {
	return float64(s.patience(papi.DefaultSubmitTimeout)) / s.speed
}

// checkCoordinator tells whether the coordinator can be used, and who stands in line.
func (e *examination) checkCoordinator(ctx context.Context) {
	c, err := e.program.coordination()
	switch {
	case err != nil:
		e.fail(checkCoordinator, err)
		return
	case e.program.flags.WithoutCoordinator && e.program.flags.Coordinator.URL != "":
		e.skip(checkCoordinator, "--without-coordinator is set")
		return
	case c == nil:
		e.ok(checkCoordinator, "none: this machine shares the account's pace, and there are no lines")
		return
	}
	begun := time.Now()
	report, err := coordinator.Examine(ctx, c.store)
	if err != nil {
		e.fail(checkCoordinator, err)
		return
	}
	text := fmt.Sprintf("%s answers in %s; its clock is %s apart; in line: %s",
		c.servers, time.Since(begun).Round(time.Millisecond), report.Apart.Abs().Round(time.Second), linesText(report.Lines))
	switch {
	case report.Apart.Abs() >= clockWarning:
		e.warn(checkCoordinator, text, "have the clocks of this machine and of the server kept by NTP")
	default:
		e.ok(checkCoordinator, text)
	}
}

func linesText(lines []coordinator.LineState) string {
	holding, waiting := 0, 0
	for _, l := range lines {
		if len(l.Tickets) > 0 {
			holding++
			waiting += len(l.Tickets) - 1
		}
	}
	if holding == 0 {
		return "nobody"
	}
	return fmt.Sprintf("%d at work, %d waiting", holding, waiting)
}
