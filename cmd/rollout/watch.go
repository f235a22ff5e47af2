package rollout

import (
	"context"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// How often it is looked how far a rollout is.
const (
	jobEach    = 2 * time.Second // at the coordinator
	statusEach = time.Minute     // at PAPI
	goneFor    = time.Minute     // that a coordinator is waited for
)

// watch shows how far a rollout is until it has ended.
func (r *run) watch(f *statusFlags, o rollout.StatusOptions) error {
	c, err := r.Coordination()
	if err != nil {
		return err
	}
	var job *runner.Job
	if c != nil {
		if job, err = r.watchJob(c); err != nil {
			return err
		}
	}
	res, err := r.watchLists(o, job != nil)
	if job != nil && job.End != nil { // which knows of checks, too
		res.Outcome = job.End.Outcome
		if job.End.Error != "" && err == nil {
			err = &catalogue.ToldError{Code: job.End.Code, Text: job.End.Error}
		}
	} else if err == nil {
		err = endOf(res)
	}
	v := result.NewRollout(res, r.Now())
	v.Options = f.emergencyItems()
	outcome := string(res.Outcome)
	switch {
	case job != nil && job.State == runner.Stopped && err == nil:
		outcome, err = string(activation.OutcomeAborted), &runner.StoppedError{Name: job.Name}
		v.Next = new(r.Repeat([]string{"rollout", "resume", job.Name}, reachingAll))
	case res.Outcome == rollout.OutcomeUndecided:
		outcome, v.State = string(rollout.OutcomePaused), rollout.OutcomePaused
	}
	r.tell(outcome, v, func(d *result.Document) {
		if job != nil {
			d.HandedIn = result.NewHandedIn(job)
		}
	})
	return err
}

// watchJob follows what the runners tell until the rollout has ended, or was stopped; nil
// when it was not handed in, or the coordinator does not answer any more: PAPI tells, too.
func (r *run) watchJob(c *Coordination) (*runner.Job, error) {
	told := ""
	var gone time.Time // since when the coordinator does not answer
	for {
		job, err := runner.Find(r.ctx, c.Store, r.plan.AccountID, r.plan.Name)
		if err == nil {
			gone = time.Time{}
		}
		switch {
		case err != nil && (r.ctx.Err() != nil || told == ""):
			return nil, err
		case err != nil && gone.IsZero():
			gone = time.Now()
			r.Say("%v; this waits for it", err)
		case err != nil && time.Since(gone) > goneFor:
			r.Say("%v; PAPI is asked from now on", err)
			return nil, nil //nolint:nilnil // who is led by whom is not known
		case err != nil:
		case job == nil || job.Digest != r.plan.Digest:
			return nil, nil //nolint:nilnil // nobody has
		case job.State != runner.Running:
			return job, nil
		default:
			if text := progressText(job); text != told {
				r.Say("%s", text)
				told = text
			}
		}
		if err := r.pause(jobEach); err != nil {
			return nil, err
		}
	}
}

func progressText(j *runner.Job) string {
	if j.Lead == nil {
		return fmt.Sprintf("rollout %s: waits for a runner", j.Name)
	}
	text := "begins"
	if j.Wave != "" {
		totals := result.NewHandedIn(j).Totals
		text = fmt.Sprintf("wave %s on %s: %s", j.Wave, j.Network, totals.Text())
	}
	return fmt.Sprintf("rollout %s: %s (led by %s)", j.Name, text, term.Clean(j.Lead.Holder.String(), term.MaxName))
}

// watchLists asks PAPI how far the rollout is, until it has ended.
func (r *run) watchLists(o rollout.StatusOptions, once bool) (*rollout.Result, error) {
	told := rollout.Totals{}
	for {
		res, err := (&rollout.Runner{API: r.session.Client}).Status(r.ctx, r.plan, o)
		ended := res.Outcome != rollout.OutcomeOpen && res.Outcome != rollout.OutcomeRunning
		if err != nil || ended || once {
			return res, err
		}
		if res.Totals != told {
			v := result.NewRollout(res, r.Now())
			r.Say("rollout %s: %s", r.plan.Name, v.Totals.Text())
			told = res.Totals
		}
		if err := r.pause(time.Duration(float64(statusEach) / max(r.session.Speed, 1))); err != nil {
			return res, err
		}
	}
}

func (r *run) pause(d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-r.ctx.Done():
		return context.Cause(r.ctx)
	}
}

// endOf is the error of a rollout whose lists tell that it has not ended well.
func endOf(res *rollout.Result) error {
	switch res.Outcome { //nolint:exhaustive // the others are no errors, or are told otherwise
	case rollout.OutcomeFailed:
		if drift := onlyDrifted(res); drift != nil {
			res.Outcome = rollout.OutcomeRejected
			return &catalogue.RolloutError{Outcome: res.Outcome, Err: drift}
		}
		return &catalogue.ToldError{Code: catalogue.CodeRolloutFailed, Text: "too many items have failed"}
	case rollout.OutcomeRolledBack:
		return &catalogue.ToldError{Code: catalogue.CodeRolledBack, Text: "the rollout was rolled back"}
	}
	return nil
}

// onlyDrifted is the error of a rollout in which nothing else has failed than that other versions
// were activated; nil for any other.
func onlyDrifted(res *rollout.Result) *rollout.DriftError {
	drift := &rollout.DriftError{}
	for _, w := range res.Waves {
		for _, i := range w.Items {
			switch {
			case i.State == rollout.Drifted:
				drift.Items = append(drift.Items, i.Title())
			case i.State.Bad() && i.State != rollout.Skipped:
				return nil
			}
		}
	}
	if len(drift.Items) == 0 {
		return nil
	}
	return drift
}
