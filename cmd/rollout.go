package cmd

import (
	"cmp"
	"context"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	room "github.com/propctl/propctl/cmd/rollout"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

// rolloutCommands lends the commands of rollouts what they need of this program.
func (p *program) rolloutCommands() []*cobra.Command {
	h := &room.Host{
		Run: func(c *cobra.Command, args []string, positional cobra.PositionalArgs, do room.Action) error {
			return p.run(c, args, positional, do)
		},
		Follows: following, Connect: p.rolloutSession, Submission: rolloutSubmission,
		ConnectTo: p.sessionTo, Coordination: p.rolloutCoordination,
		Within: func(ctx context.Context) (context.Context, context.CancelFunc) {
			if p.flags.Timeout == 0 { // each activation has a time of its own
				return context.WithCancel(ctx)
			}
			return p.session.within(ctx, time.Duration(p.flags.Timeout))
		},
		CanAsk:  func() bool { return canAsk(p.env) },
		Confirm: func(ctx context.Context, text string) error { return p.confirm(ctx, question{text: text}) },
		Begin:   func(subject string) { p.progress.Begin(subject) },
		Say:     func(format string, args ...any) { p.progress.Say(format, args...) },
		Repeat: func(words []string, keep func(string) bool) string {
			return p.commandLine(words...).addFlags(p.given, keep).String()
		},
		GoesOn: p.goesOn, Given: func(flag string) bool { return p.given.has(flag) }, Stdin: func() io.Reader { return p.env.Stdin },
		Environ: func() []string {
			if p.env.Environ == nil {
				return nil
			}
			return p.env.Environ()
		},
		Checking:  p.env.Checking,
		Print:     func(w *term.Printer, d *result.Document) { text.Rollout(w, d, p.flags.Verbose || p.flags.Debug) },
		UserAgent: p.userAgent, Roots: p.roots, Now: p.now,
	}
	return h.Commands()
}

// sessionTo opens a session with another section of the credentials file.
func (p *program) sessionTo(section string) (*room.Session, error) {
	own := p.flags.Section
	defer func() { p.flags.Section = own }()
	p.flags.Section = cmp.Or(section, own)
	return p.rolloutSession()
}

// rolloutCoordination is what rollouts share with other machines. A simulation shares it
// with nobody.
func (p *program) rolloutCoordination() (*room.Coordination, error) {
	c, err := p.coordination()
	if err != nil || c == nil && !p.flags.Simulate {
		return nil, err
	}
	if c == nil {
		return &room.Coordination{Store: &coordinator.Memory{}, Work: &coordinator.MemoryWork{}, Holder: settings.Holder(p.env.Lookup), Section: p.flags.Section}, nil
	}
	return &room.Coordination{Store: c.store, Work: c.work, Holder: settings.Holder(p.env.Lookup), Section: p.flags.Section}, nil
}

// rolloutSession opens a session for a rollout.
func (p *program) rolloutSession() (*room.Session, error) {
	s, err := p.open(result.Properties)
	if err != nil {
		return nil, err
	}
	return &room.Session{
		Client: s.client, Account: s.account(), Speed: s.speed, Simulated: p.flags.Simulate,
		Resubmissions: noneIsNegative(p.flags.MaxRetries), Jitter: p.env.Jitter, Turns: s.turns(),
		Budget: s.remembered(), Remember: s.remember, Happened: s.rolledOn, Tell: s.tell, OutputFile: p.flags.OutputFile,
	}, nil
}

// rolledOn takes note of an event of a rollout.
func (s *session) rolledOn(ev rollout.Event) {
	now := time.Now()
	s.program.happened(journal.Entry{Rollout: result.NewRolloutEvent(ev, now, s.program.meter.view().Total), At: now, Speed: s.speed})
}

// tell tells those whom --notify-url names how something has ended, while the run goes on.
func (s *session) tell(command string, r *result.Report, err error) {
	p := s.program
	d := p.document(command, r, err)
	d.Account = s.used() // there may be several
	ctx, cancel := context.WithTimeout(context.Background(), tellTimeout)
	defer cancel()
	if err := p.notifier.Concluded(ctx, d, p.record); err != nil {
		p.progress.Warn(err.Error())
	}
}

// rolloutSubmission declares the flags of activate that go with every submission.
func rolloutSubmission(fs *pflag.FlagSet) room.Submission {
	f := &activateFlags{}
	f.declareRequest(fs)
	return room.Submission{
		Notify: func() []string { return f.notify.All },
		Note:   func() string { return string(f.note) },
		Check: func(notify []string, note string) error {
			if err := checkNotify(notify); err != nil {
				return err
			}
			if err := checkNote(note); err != nil {
				return err
			}
			return f.compliance.Check()
		},
		Request: func() papi.ActivationRequest {
			r := f.request()
			r.ComplianceRecord = f.compliance.Record()
			return r
		},
	}
}

// has reports whether a flag was typed.
func (all givenFlags) has(name string) bool {
	for _, g := range all {
		if before, _, _ := strings.Cut(g.name, "="); before == name {
			return true
		}
	}
	return false
}
