package runner

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// works submits items of an account, one after the other, until the context ends.
func (u *run) works(ctx context.Context, a *Account) {
	for {
		task, err := u.Work.Next(ctx, a.ID.Bare())
		switch {
		case ctx.Err() != nil:
			return
		case err != nil:
			u.storeGone(ctx, err)
			if coordinator.Sleep(ctx, storeGone) != nil {
				return
			}
			continue
		}
		u.storeBack()
		u.do(ctx, a, task)
	}
}

// errStale reports that an item is no longer wanted.
var errStale = errors.New("its rollout does not want it any more")

// skippedError says why this runner, or any, cannot do a piece of work.
type skippedError struct {
	err   error
	later bool // another runner may do it
}

func (e *skippedError) Error() string { return e.err.Error() }

// do handles one piece of work.
func (u *run) do(ctx context.Context, a *Account, task *coordinator.Task) {
	c, err := u.accept(ctx, a, task)
	if err != nil {
		u.refuse(ctx, task, err)
		return
	}
	keeping, stop := context.WithCancel(ctx)
	kept := make(chan struct{})
	go func() {
		defer close(kept)
		keep(keeping, task)
	}()
	result, err := u.engine(a).Submit(ctx, c.plan, rollout.Submission{
		Place: c.order.Place, Attempt: c.order.Attempt, Again: task.Tries > 1, Permit: func() error { return u.wanted(ctx, c) },
	}, c.job.Options.over(a.Options))
	stop()
	<-kept
	c.result, c.err = result, err
	u.conclude(ctx, task, c)
}

// keep keeps a piece of work while it is being done.
func keep(ctx context.Context, task *coordinator.Task) {
	for coordinator.Sleep(ctx, coordinator.KeptFor/3) == nil { //nolint:mnd // a lost call can still be repeated in time
		within, cancel := context.WithTimeout(ctx, opTimeout)
		_ = task.Keep(within) // whoever takes it meanwhile has to wait for the turn
		cancel()
	}
}

// claim is a piece of work in progress.
type claim struct {
	order  order
	job    *Job
	plan   *rollout.Plan
	item   rollout.Item
	result *rollout.ItemResult
	err    error
	stale  bool
}

// accept checks a piece of work: whatever it says, only an item of a running plan up to the lead's current
// stage is done.
func (u *run) accept(ctx context.Context, a *Account, task *coordinator.Task) (*claim, error) {
	o, err := readOrder(task.Data)
	newer := &newerError{}
	switch {
	case errors.As(err, &newer):
		return nil, &skippedError{err, true}
	case err != nil:
		return nil, &skippedError{err, false}
	}
	job, err := Find(ctx, u.Store, a.ID, o.Name)
	switch unreadable := (*coordinator.UnreadableError)(nil); {
	case errors.As(err, &unreadable):
		return nil, &skippedError{err, unreadable.Version > 0}
	case err != nil:
		return nil, err
	case job == nil:
		return nil, errStale
	}
	c := &claim{order: o, job: job}
	if err := c.wants(job); err != nil {
		return nil, err
	}
	if c.plan, err = u.plan(ctx, job); err != nil {
		if lost := (*PlanError)(nil); errors.As(err, &lost) {
			return nil, &skippedError{err, true}
		}
		return nil, err
	}
	item, ok := c.plan.Item(o.Place)
	at := activation.Line{Account: papi.ID(job.AccountID.Bare()), Asset: item.PropertyID, Network: item.Network}
	if !ok || coordinator.WorkKey(at) != coordinator.WorkKey(task.At) || item.Stage > job.Stage {
		return nil, &skippedError{fmt.Errorf("its place %d of %s is not what the plan has there now", o.Place, job.Mark()), false}
	}
	c.item = item
	return c, nil
}

// wants returns an error if the order does not match the job's current state.
func (c *claim) wants(j *Job) error {
	if j == nil || j.State != Running || j.Closed || j.Lead == nil || j.Term != c.order.Term || j.Digest != c.order.Digest || j.Attempt != c.order.Attempt {
		return errStale
	}
	return nil
}

// wanted checks again, with the turn held, that the lead still wants the item.
func (u *run) wanted(ctx context.Context, c *claim) error {
	job, err := Find(ctx, u.Store, c.job.AccountID, c.job.Name)
	if err == nil {
		err = c.wants(job)
	}
	if err == nil && job.Plan != c.job.Plan {
		err = errStale
	}
	c.stale = errors.Is(err, errStale)
	return err
}

// refuse gives up a piece of work that is not done here.
func (u *run) refuse(ctx context.Context, task *coordinator.Task, err error) {
	within, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	skipped, ok := errors.AsType[*skippedError](err)
	switch {
	case ok:
		u.say(coordinator.WorkKey(task.At)+skipped.Error(), "a piece of work for %s on %s was skipped: %v", task.At.Asset, task.At.Network, skipped)
		if skipped.later {
			_ = task.Later(within, pauseOf(task))
			return
		}
		_ = task.Done(within) // otherwise it comes again and is skipped again
	case errors.Is(err, errStale):
		_ = task.Done(within)
	default: // it comes again by itself
		u.storeGone(ctx, err)
		_ = coordinator.Sleep(ctx, storeGone)
	}
}

// pauseOf is the pause until others may take a piece of work that was of no use here.
func pauseOf(task *coordinator.Task) time.Duration {
	const most = 5
	return time.Duration(min(task.Tries, most)) * time.Minute
}

// conclude reports the result of an item to the lead and gives up the piece. The lead finds out itself what is
// not reported.
func (u *run) conclude(ctx context.Context, task *coordinator.Task, c *claim) {
	within, cancel := context.WithTimeout(context.WithoutCancel(ctx), opTimeout)
	defer cancel()
	id := papi.ID("")
	if act := c.result.Activation; act != nil && (c.result.State == rollout.Underway || c.result.State == rollout.Active) {
		id = act.ActivationID
	}
	inLine := (*activation.InLineError)(nil)
	switch {
	case ctx.Err() != nil && id == "":
		_ = task.Later(within, 0) // somebody else may look at it at once
		return
	case errors.As(c.result.Err, &inLine):
		u.say(coordinator.WorkKey(task.At)+"line", "%s on %s: %v; it is tried later", c.item.Title(), c.item.Network, inLine)
		_ = task.Later(within, pauseOf(task))
		return
	case c.stale:
		_ = task.Done(within)
		return
	}
	u.count(c, id)
	data, err := json.Marshal(answer{Version: orderVersion, Term: c.order.Term, Place: c.order.Place, Activation: id})
	if err == nil {
		err = u.Work.Tell(within, topicOf(c.job), data)
	}
	if err == nil {
		err = task.Done(within)
	}
	if err != nil {
		u.storeGone(ctx, err)
	}
}

func topicOf(j *Job) string { return jobKey(j.AccountID, j.Name) }

func (u *run) count(c *claim, id papi.ID) {
	u.mu.Lock()
	defer u.mu.Unlock()
	switch {
	case id == "":
		u.report.Left++
	case c.result.Submitted:
		u.report.Submitted++
	default:
		u.report.Found++
	}
}
