package rollout

import (
	"cmp"
	"context"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// runnerFlags are those of runner.
type runnerFlags struct {
	accounts       settings.List
	once, commands bool
	atOnce         int
}

func (h *Host) runnerCommand() *cobra.Command {
	f := &runnerFlags{}
	c := &cobra.Command{
		Use:   "runner",
		Short: "Carry out rollouts that were handed in",
		Long: `Carry out rollouts that were handed in at the coordinator with rollout apply --detach,
together with all other runners, on whatever machines they are. One of them leads a
rollout; when it dies, another one does. Each has credentials of its own, and submits
only what the plan of a rollout has.

It runs until it is stopped; what it is at is given to others then. With --once it ends
when no rollout is left to be carried out.`,
		Example: `  propctl runner --once --simulate
  propctl runner --coordinator nats://nats.example.com:4222
  propctl runner --accounts act_1-ABC=default,act_2-DEF=second`,
		Args: cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return h.Run(c, args, cobra.NoArgs, func(ctx context.Context, _ []string) (*result.Report, error) { return h.carryOut(ctx, f) })
		},
	}
	c.Flags().Var(&f.accounts, "accounts", "`ACCOUNT[=SECTION]` accounts to work for, with sections of the credentials file (default: that of the credentials); repeatable")
	c.Flags().BoolVar(&f.once, "once", false, "end when nothing is left to do")
	c.Flags().BoolVar(&f.commands, "allow-commands", false, "run the commands of checks, which come with a plan")
	const items = 4
	c.Flags().IntVar(&f.atOnce, "at-once", items, "`N` items of an account that are submitted at once")
	return h.Follows(c)
}

// carryOut is a runner.
func (h *Host) carryOut(ctx context.Context, f *runnerFlags) (*result.Report, error) {
	report := &result.Report{}
	const most = 50
	if f.atOnce < 1 || f.atOnce > most {
		return report, catalogue.Usagef("--at-once: it has to be from 1 to %d", most)
	}
	c, err := h.coordination()
	if err != nil {
		return report, err
	}
	h.Begin("runner")
	r := &runner.Runner{
		Store: c.Store, Work: c.Work, Holder: c.Holder, Once: f.once, Commands: f.commands, AtOnce: f.atOnce, Say: h.Say,
	}
	ids, err := h.serve(ctx, r, f)
	if err != nil {
		return report, err
	}
	h.Say("works for %s", strings.Join(textsOf(ids), ", "))
	ctx, cancel := h.Within(ctx)
	defer cancel()
	did, err := r.Run(ctx)
	v := result.NewRunner(ids, did)
	report.Outcome = catalogue.OutcomeOK
	told := false
	report.Fill = func(d *result.Document) { d.Runner, d.Told = v, told }
	report.Text = func(w *term.Printer, _ *result.Document) { printRunner(w, v) }
	for _, led := range did.Led {
		if err != nil || led.Err == nil {
			continue
		}
		told = true // how a rollout has ended
		report.Outcome = string(led.End.Outcome)
		if led.End.Outcome == rollout.OutcomeUndecided {
			report.Outcome = string(rollout.OutcomePaused)
		}
		return report, &catalogue.RolloutError{Outcome: led.End.Outcome, Err: led.Err}
	}
	return report, err
}

func textsOf(ids []papi.ID) []string {
	var all []string
	for _, id := range ids {
		all = append(all, string(id))
	}
	return all
}

// serve opens a session for each account, and sees that it is of that account.
func (h *Host) serve(ctx context.Context, r *runner.Runner, f *runnerFlags) ([]papi.ID, error) {
	specs := f.accounts.All
	if len(specs) == 0 {
		specs = []string{""}
	}
	var ids []papi.ID
	for _, spec := range specs {
		id, section, _ := strings.Cut(spec, "=")
		s, err := h.ConnectTo(section)
		if err != nil {
			return nil, err
		}
		groups, err := s.Client.Groups(ctx)
		if err != nil {
			return nil, err
		}
		if id != "" && !groups.AccountID.Equal(papi.ID(id)) {
			return nil, catalogue.Usagef("--accounts: the credentials of section %s are those of account %s, and not of %s", cmp.Or(section, "default"), groups.AccountID, id)
		}
		base := &run{Host: h, session: s}
		engine, err := base.runner()
		if err != nil {
			return nil, err
		}
		ids = append(ids, groups.AccountID)
		r.Accounts = append(r.Accounts, runner.Account{
			ID: groups.AccountID, API: s.Client, Checker: engine.Checker, Turns: s.Turns,
			Options: rollout.Options{Budget: s.Budget, Speed: s.Speed, Resubmissions: s.Resubmissions, Jitter: s.Jitter},
			Observe: func(_ *runner.Job, ev rollout.Event) { s.Happened(ev) },
			Ended:   func(led runner.Led) { h.tellEnd(s, led) },
			Code: func(o rollout.Outcome, err error) string {
				return catalogue.Judge(&catalogue.RolloutError{Outcome: o, Err: err}).Code
			},
		})
	}
	return ids, nil
}

// tellEnd tells those whom this runner's --notify-url names how a rollout has ended, as rollout apply does. What it
// says may be typed by whoever has handed the plan in, and not by this runner.
func (h *Host) tellEnd(s *Session, led runner.Led) {
	there := *h
	there.Repeat = func(words []string, _ func(string) bool) string {
		if words[1] == "apply" {
			words = append(words, "--detach")
		}
		return h.Repeat(words, func(flag string) bool { return flag == "coordinator" })
	}
	r := &run{Host: &there, session: s, source: &source{name: "PLAN", plan: led.Plan}, plan: led.Plan, report: &result.Report{}}
	err := r.ended("apply", led.Result, led.Err, nil)
	fill := r.report.Fill
	r.report.Help = cmp.Or(r.report.Help, "remove the cause, then hand the plan in again: "+r.same("apply"))
	r.report.Fill = func(d *result.Document) {
		fill(d)
		d.HandedIn = result.NewHandedIn(led.Job)
	}
	s.Tell("rollout apply", r.report, err)
}

// printRunner says what a runner has done.
func printRunner(w *term.Printer, v *result.Runner) {
	w.Line("%s submitted, %d found, %d left to those who lead", term.Plural(v.Submitted, "item"), v.Found, v.Left)
	for _, led := range v.Rollouts {
		w.Field(term.Clean(led.Name, term.MaxName), string(led.Outcome))
	}
}
