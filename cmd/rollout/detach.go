package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// coordination is what is shared with other machines, which has to be there.
func (h *Host) coordination() (*Coordination, error) {
	c, err := h.Coordination()
	if err == nil && c == nil {
		err = catalogue.Usagef("--coordinator says where rollouts are handed in, such as nats://nats.example.com:4222")
	}
	return c, err
}

// handIn gives the plan to the runners.
func (r *run) handIn(f *applyFlags) error {
	c, err := r.coordination()
	if err != nil {
		return err
	}
	job, err := runner.HandIn(r.ctx, c.Store, r.plan, f.options(r), c.Section, c.Holder)
	if open, ok := errors.AsType[*runner.OpenError](err); ok {
		err = &catalogue.RolloutError{Outcome: rollout.OutcomeRejected, Err: open}
		r.report.Help = "let that one end, or stop it; --replan hands this one in instead"
	} else if catalogue.Is[*runner.TooLargeError](err) {
		err = catalogue.Usagef("--detach: %w", err)
	}
	if err != nil {
		return err
	}
	if r.Given("notify-url") {
		r.Say("--notify-url: who is told of the end is said by that of the runner that leads it; nothing secret is handed in")
	}
	v := result.NewRolloutPlan(r.plan, r.session.Budget)
	v.Options, v.State = f.emergency(), catalogue.OutcomeHandedIn
	v.Next = new(r.Repeat([]string{"rollout", "status", r.source.name, "--watch"}, reachingAll))
	r.tell(catalogue.OutcomeHandedIn, v, func(d *result.Document) { d.HandedIn = result.NewHandedIn(job) })
	return nil
}

// reachingAll are the flags that say how to reach the same account and coordinator again.
func reachingAll(flag string) bool {
	return reaching(flag) || slices.Contains([]string{"coordinator", "coordinator-creds"}, flag)
}

func (h *Host) stopCommand() *cobra.Command {
	return h.named(&cobra.Command{
		Use:   "stop NAME",
		Short: "Have runners submit nothing more of a rollout",
		Long: `Have the runners submit nothing more of a rollout that was handed in, until rollout
resume. What was submitted goes on at Akamai.`,
		Example: `  propctl rollout stop new-rule-format`,
	}, catalogue.OutcomeStopped, runner.Stop)
}

func (h *Host) resumeCommand() *cobra.Command {
	return h.named(&cobra.Command{
		Use:   "resume NAME",
		Short: "Have runners go on with a rollout",
		Long: `Have the runners go on with a rollout that was stopped, or that has ended before all of
it was done. They look first, as rollout apply does.`,
		Example: `  propctl rollout resume new-rule-format`,
	}, catalogue.OutcomeResumed, runner.Resume)
}

// turnOver changes the state of a rollout that was handed in.
type turnOver = func(ctx context.Context, s coordinator.Store, account papi.ID, name string) (*runner.Job, error)

// named completes a command about a rollout that was handed in, by its name.
func (h *Host) named(c *cobra.Command, outcome string, do turnOver) *cobra.Command {
	c.Args = cobra.ArbitraryArgs
	c.RunE = func(c *cobra.Command, args []string) error {
		return h.Run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
			report := &result.Report{}
			shared, err := h.coordination()
			if err != nil {
				return report, err
			}
			account, err := h.accountOf(ctx, shared, args[0])
			if err != nil {
				return report, err
			}
			job, err := do(ctx, shared.Store, account, args[0])
			if err != nil {
				return report, err
			}
			v := result.NewHandedIn(job)
			report.Outcome = outcome
			if job.State == runner.Ended { // there is nothing to stop, and nothing left to go on with
				report.Outcome = catalogue.OutcomeOK
			}
			report.Fill = func(d *result.Document) { d.HandedIn = v }
			report.Text = func(w *term.Printer, _ *result.Document) { printHandedIn(w, v) }
			return report, nil
		})
	}
	return c
}

// accountOf is the account in which a rollout was handed in. Of several that have one of
// the name, it is that of the credentials.
func (h *Host) accountOf(ctx context.Context, c *Coordination, name string) (papi.ID, error) {
	jobs, _, err := runner.Jobs(ctx, c.Store, "")
	if err != nil {
		return "", err
	}
	missing := &runner.NoJobError{Name: name}
	var found []papi.ID
	for _, j := range jobs {
		missing.Have = append(missing.Have, j.Name)
		if j.Name == name {
			found = append(found, j.AccountID)
		}
	}
	switch len(found) {
	case 0:
		return "", missing
	case 1:
		return found[0], nil
	}
	s, err := h.Connect()
	if err != nil {
		return "", err
	}
	groups, err := s.Client.Groups(ctx)
	if err != nil {
		return "", err
	}
	return groups.AccountID, nil
}

// printHandedIn shows how a rollout that was handed in stands.
func printHandedIn(w *term.Printer, v *result.HandedIn) {
	w.Line("rollout %s: %s", term.Clean(v.Name, term.MaxName), stateText(v))
	w.Field("mark", v.Mark)
	w.Field("account", string(v.AccountID))
	w.Field("handed in", fmt.Sprintf("by %s", term.Clean(v.By.String(), term.MaxName)))
	if v.Lead != nil {
		w.Field("led by", term.Clean(v.Lead.String(), term.MaxName))
	}
	if v.Totals.Items > 0 {
		w.Field("so far", v.Totals.Text())
	}
	if v.Error != nil {
		w.Field("error", term.Clean(*v.Error, term.MaxName))
	}
}

func stateText(v *result.HandedIn) string {
	if v.Outcome != nil {
		return *v.Outcome
	}
	return string(v.State)
}
