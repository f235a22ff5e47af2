package runner

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// HandIn hands a plan over to the runners and returns its job. If the same plan was handed in before with the same
// options, and runs, that continues; with other options these hold from then on. The error is an [*OpenError] if
// another plan of that name runs or is stopped, unless the options say to replan, and a [*TooLargeError] if no runner
// could carry it out. section and by say who has handed it in, and with which section of its credentials file; they
// are only shown.
func HandIn(ctx context.Context, s coordinator.Store, p *rollout.Plan, o rollout.Options, section string, by activation.Holder) (*Job, error) {
	sum, err := storePlan(ctx, s, p)
	if err != nil {
		return nil, err
	}
	key := jobKey(p.AccountID, p.Name)
	var job *Job
	err = coordinator.Change(ctx, s, key, func(e coordinator.Entry) ([]byte, error) {
		was, err := readJob(key, e)
		if err != nil {
			return nil, err
		}
		next := &Job{
			Version: jobVersion, AccountID: p.AccountID, Name: p.Name, Digest: p.Digest, Plan: sum, Section: strings.ToValidUTF8(section, "?"),
			By: coordinator.Bounded(by), At: time.Now().UTC(), Options: optionsOf(o), State: Running,
		}
		job = next
		if was == nil {
			return next.handedIn()
		}
		open := was.State != Ended
		switch {
		case open && was.Digest != p.Digest && !o.Replan:
			return nil, &OpenError{Job: was}
		case was.State == Running && was.Plan == sum && was.Options.equal(next.Options):
			job = was
			return nil, nil
		}
		next.Term = was.Term + 1 // the previous lead gives up
		return next.handedIn()
	})
	return job, err
}

// OpenError reports that another plan of that name was handed in and has not ended.
type OpenError struct{ Job *Job }

// Error names the plan.
func (e *OpenError) Error() string {
	return fmt.Sprintf("another plan of this rollout, %s, was handed in by %s and has not ended: it is %s", e.Job.Mark(), e.Job.By, e.Job.State)
}

// StoppedError reports that somebody has stopped a rollout before its end.
type StoppedError struct{ Name string }

// Error names it.
func (e *StoppedError) Error() string {
	return fmt.Sprintf("rollout %s was stopped before its end", e.Name)
}

// Stop stops a rollout: nothing more is submitted. Activations in progress continue.
func Stop(ctx context.Context, s coordinator.Store, account papi.ID, name string) (*Job, error) {
	return turn(ctx, s, account, name, func(j *Job) bool {
		was := j.State
		if was == Running {
			j.State = Stopped
		}
		return was == Running
	})
}

// Resume continues a rollout that was stopped or has ended before it was complete.
func Resume(ctx context.Context, s coordinator.Store, account papi.ID, name string) (*Job, error) {
	return turn(ctx, s, account, name, func(j *Job) bool {
		done := j.State == Running || j.State == Ended && j.End != nil && j.End.Outcome == rollout.OutcomeRolledOut
		if !done {
			j.State, j.End, j.Lead, j.Closed = Running, nil, nil, false
			j.Term++
		}
		return !done
	})
}

func turn(ctx context.Context, s coordinator.Store, account papi.ID, name string, next func(*Job) bool) (*Job, error) {
	var job *Job
	err := changeJob(ctx, s, jobKey(account, name), func(j *Job) (bool, error) {
		job = j
		return next(j), nil
	})
	return job, err
}
