package rollout

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// run is one run of one of the commands.
type run struct {
	*Host

	ctx     context.Context //nolint:containedctx // of the one command that this is
	source  *source
	session *Session
	plan    *rollout.Plan
	report  *result.Report
}

// withFile completes a command that works on a manifest or a plan.
func (h *Host) withFile(c *cobra.Command, do func(*run) error) *cobra.Command {
	c.Args = cobra.ArbitraryArgs // they are counted when the settings have been read
	c.RunE = func(c *cobra.Command, args []string) error {
		return h.Run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
			r := &run{Host: h, ctx: ctx, report: &result.Report{}}
			source, err := read(args[0], h.Stdin())
			if err != nil {
				h.tellMistakes(args[0], err)
				return r.report, err
			}
			r.source = source
			err = do(r)
			return r.report, err
		})
	}
	return c
}

// tellMistakes prints all that is wrong with a manifest, as compilers do, where it is
// more than the error itself has room for.
func (h *Host) tellMistakes(name string, err error) {
	mistakes, ok := errors.AsType[*rollout.MistakesError](err)
	if !ok || len(mistakes.Mistakes) < 2 {
		return
	}
	for _, m := range mistakes.Mistakes {
		h.Say("%s:%d:%d: %s", name, m.At.Line, m.At.Column, m.What)
	}
}

// connect opens a session, and pins the manifest or sees whether the plan is of the
// session's account. The context ends with the command's time-out.
func (r *run) connect() (cancel context.CancelFunc, err error) {
	if r.session, err = r.Connect(); err != nil {
		return func() {}, err
	}
	ctx, cancel := r.Within(r.ctx)
	r.ctx = ctx
	if r.source.plan != nil {
		r.plan = r.source.plan
		return cancel, r.sameAccount()
	}
	r.plan, err = rollout.Resolve(ctx, r.session.Client, r.source.manifest, r.Now())
	if selection, ok := errors.AsType[*rollout.SelectionError](err); ok {
		err = fmt.Errorf("%s: %w", r.source.name, selection)
	}
	return cancel, err
}

// sameAccount asks whose the credentials are.
func (r *run) sameAccount() error {
	groups, err := r.session.Client.Groups(r.ctx)
	if err != nil {
		return err
	}
	if !groups.AccountID.Equal(r.plan.AccountID) {
		return &rollout.AccountError{Plan: r.plan.AccountID, Account: groups.AccountID}
	}
	return nil
}

// runner carries out plans over the session.
func (r *run) runner() (*rollout.Runner, error) {
	if r.session.Simulated {
		return &rollout.Runner{API: r.session.Client, Checker: simulated{}}, nil
	}
	roots, err := r.Roots()
	if err != nil {
		return nil, err
	}
	return &rollout.Runner{API: r.session.Client, Turns: r.session.Turns, Checker: &Checker{
		API: r.session.Client, Roots: roots, Environ: r.Environ(), UserAgent: r.UserAgent(), Transport: r.Checking,
	}}, nil
}

// simulated are the checks of a simulation, which nothing leaves.
type simulated struct{}

// Check implements [rollout.Checker].
func (simulated) Check(context.Context, rollout.Check, rollout.Item) rollout.Finding {
	return rollout.Finding{Verdict: rollout.Held, Detail: "not made in a simulation"}
}

// tell makes the report of what was found out. fill completes the document.
func (r *run) tell(outcome string, v *result.Rollout, fill func(*result.Document)) {
	r.report.Outcome = outcome
	r.report.Fill = func(d *result.Document) {
		d.Rollout = v
		if len(v.Networks) == 1 {
			d.Network = &v.Networks[0]
		}
		if fill != nil {
			fill(d)
		}
		if v.Requests == nil {
			v.Requests = &result.RolloutRequests{}
		}
	}
	r.report.Text = func(w *term.Printer, d *result.Document) { r.Print(w, d) }
}

// plans shows what would be done.
func (h *Host) plan(r *run) error {
	cancel, err := r.connect()
	defer cancel()
	if err != nil {
		return err
	}
	return r.planned()
}

func (r *run) planned() error {
	v := result.NewRolloutPlan(r.plan, r.session.Budget)
	data, err := r.plan.Encode()
	if err != nil {
		return err
	}
	v.Plan = json.RawMessage(data)
	file := cmp.Or(r.session.OutputFile, r.source.name)
	if file != "-" {
		v.Next = new(r.Repeat([]string{"rollout", "apply", file}, reaching))
	}
	r.tell(string(result.RolloutPlanned), v, nil)
	return nil
}

// reaching are the flags that say how to reach the same account again.
func reaching(flag string) bool {
	switch flag {
	case "edgerc", "section", "account-key", "config", "ca-file", "simulate", "speed", "notify", "note":
		return true
	}
	return false
}

// same is the command line that goes on: with all flags, but for what has been done.
func (r *run) same(verb string, without ...string) string {
	return r.Repeat([]string{"rollout", verb, r.source.name}, func(flag string) bool {
		return !slices.Contains(without, flag)
	})
}

// ended makes the report of a run, and judges how it ended.
func (r *run) ended(verb string, res *rollout.Result, err error, options []string) error {
	r.session.Remember(res.Budget)
	v := result.NewRollout(res, r.Now())
	v.Options = options
	submitted, adopted := false, false
	for _, w := range res.Waves {
		for i := range w.Items {
			submitted, adopted = submitted || w.Items[i].Submitted, adopted || w.Items[i].Adopted
		}
	}
	outcome := string(res.Outcome)
	if res.Outcome == rollout.OutcomeUndecided {
		outcome, v.State = string(rollout.OutcomePaused), rollout.OutcomePaused
	}
	if verb == "rollback" && err == nil && res.Totals.Returned == 0 {
		v.Warnings = append(v.Warnings, nothingToReturn(v))
	}
	switch {
	case err == nil && res.Outcome == rollout.OutcomePaused:
		v.Next = new(r.same(verb, "through", "output-file"))
	case err != nil:
		r.report.Help = r.help(verb, res, err)
		if res.Outcome == rollout.OutcomeTimedOut && onlyBlocked(res) {
			outcome, res.Outcome, v.State = catalogue.OutcomeBusy, catalogue.OutcomeBusy, catalogue.OutcomeBusy
		}
		if !catalogue.Is[*rollout.StoppedError](err) {
			err = &catalogue.RolloutError{Outcome: res.Outcome, Err: err}
		}
	}
	r.tell(outcome, v, func(d *result.Document) {
		d.Submitted, d.Adopted, d.Budget = &submitted, &adopted, result.NewBudget(res.Budget)
		d.WaitedSeconds = new(result.Seconds(res.Waited))
	})
	return err
}

// onlyBlocked reports whether all that is overdue was never submitted, since another
// activation was in the way.
func onlyBlocked(res *rollout.Result) bool {
	for _, w := range res.Waves {
		for _, i := range w.Items {
			if i.State == rollout.Overdue && !catalogue.Is[*activation.BusyError](i.Err) && !catalogue.Is[*activation.InLineError](i.Err) {
				return false
			}
		}
	}
	return true
}

// help is the command that goes on, where that is another one than the same.
func (r *run) help(verb string, res *rollout.Result, err error) string {
	stopped, isStopped := errors.AsType[*rollout.StoppedError](err)
	switch {
	case isStopped && stopped.Underway > 0:
		return fmt.Sprintf("%s (%s on their way): %s", r.GoesOn(), term.Plural(stopped.Underway, "item"), r.same(verb))
	case isStopped:
		return "go on with the same command; nothing is on its way: " + r.same(verb)
	case catalogue.Is[*rollout.AnotherPlanError](err) && verb == "rollback":
		return "give the plan that was carried out instead of the manifest, or the manifest as it was then, with the versions that latest stood for"
	case catalogue.Is[*rollout.AnotherPlanError](err):
		return "finish that plan, or go on with this one: " + r.same(verb, "replan") + " --replan"
	case catalogue.Is[*rollout.ReturnError](err):
		return "try again to return them: " + r.returnAgain(verb)
	case catalogue.Is[*rollout.NotReturnableError](err):
		return "return them by taking them off the network, or leave them as they are: " + r.returnAgain(verb, "deactivate-new") + " --deactivate-new"
	case catalogue.Is[*rollout.ClosedError](err), res.Outcome == rollout.OutcomeRolledBack:
		return "remove the cause, then begin another attempt; this plan is closed: " + r.same(verb, "replan") + " --replan"
	case res.Outcome == rollout.OutcomeFailed && catalogue.Is[*rollout.FailuresError](err):
		return "remove the cause, then submit what has failed again: " + r.same(verb, "retry-failed") + " --retry-failed"
	case catalogue.Is[*rollout.DriftError](err) && r.source.plan != nil:
		return "see what is active there, then make the plan again from its manifest: " + r.Repeat([]string{"rollout", "plan", "FILE", "--output-file", r.source.name}, reaching)
	case catalogue.Is[*rollout.DriftError](err):
		return "see what is active there, and make a new plan: " + r.Repeat([]string{"rollout", "plan", r.source.name}, reaching)
	case catalogue.Is[*rollout.BudgetError](err), catalogue.Is[*activation.LimitError](err):
		return "wait for the next day, and go on with the same command: " + r.same(verb)
	}
	return ""
}

// returnAgain is the command line of a return: the same one with all flags, or that after a
// rollout that went back by itself.
func (r *run) returnAgain(verb string, without ...string) string {
	if verb == "rollback" {
		return r.same(verb, without...)
	}
	return r.Repeat([]string{"rollout", "rollback", r.source.name}, reaching)
}

// request is what goes with every submission beside note and addresses.
func (f *applyFlags) options(r *run) rollout.Options {
	o := rollout.Options{
		Through: f.through, RetryFailed: f.retryFailed, Replan: f.replan, SkipChecks: f.skipChecks, AnyTime: f.anyTime, OverBudget: f.overBudget,
		Only: f.only.All, Skip: f.skip.All, Tolerate: f.tolerate.amount, DeactivateNew: f.deactivateNew, RequireStaging: f.requireStaging,
		Budget: r.session.Budget, Request: f.submission.Request(), Speed: r.session.Speed, Resubmissions: r.session.Resubmissions,
		Jitter: r.session.Jitter, Observe: r.session.Happened, Submit: f.submit, Lag: time.Duration(f.lag),
	}
	if f.ifPending == "fail" {
		o.Patience = -1
	}
	if f.back {
		o.Through = f.wave
	}
	return o
}

// addressed settles whom PAPI notifies and what the note says: a flag that was typed wins
// over the manifest, which wins over the settings.
func (r *run) addressed(f *applyFlags, s *rollout.Settings) error {
	if len(s.Notify) == 0 || r.Given("notify") {
		s.Notify = f.submission.Notify()
	}
	if s.Note == "" || r.Given("note") {
		s.Note = f.submission.Note()
	}
	return f.submission.Check(s.Notify, s.Note)
}

// settings are those of the manifest or of the plan.
func (s *source) settings() *rollout.Settings {
	if s.plan != nil {
		return &s.plan.Settings
	}
	return &s.manifest.Settings
}

// onProduction reports whether the manifest, or the plan, goes there.
func (s *source) onProduction() bool {
	if s.plan != nil {
		return slices.Contains(s.plan.Networks, papi.Production)
	}
	return slices.Contains(s.manifest.Networks, papi.Production)
}
