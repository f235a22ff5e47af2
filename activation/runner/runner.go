// Package runner carries out rollouts that were handed in, on any number of machines: one
// runner leads a rollout, all of them submit its items.
//
// What was handed in stands in a [coordinator.Store]: the plan, by its digest, and how far
// it is. The lead holds a lease, runs the rollout, and hands its items out as
// [coordinator.Work]. Whoever takes one takes the turn of its property, sees that the lead
// still wants it, looks, submits it, and says which activation PAPI has accepted. That is a
// hint: the lead judges by what PAPI shows, and looks itself where nobody says anything. A
// message names an item of a plan, and nothing that is submitted is from a message.
package runner

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// Runner carries out what was handed in. Its members are not changed while it runs.
type Runner struct {
	Store coordinator.Store
	Work  coordinator.Work
	// Holder says who this process is.
	Holder   activation.Holder
	Accounts []Account
	// Once ends the run when no rollout of its accounts is left to be carried out.
	Once bool
	// Commands allows checks that run commands, which a plan brings along.
	Commands bool
	// AtOnce is how many items of an account it submits at once; 0 means 4.
	AtOnce int
	// Lease is how long a lead lasts without a sign of life; 0 means 30 s.
	Lease time.Duration
	// Say is told what happens, in words; it may be called from several goroutines.
	Say func(format string, args ...any)
}

// Account is one for which a runner has credentials.
type Account struct {
	ID      papi.ID
	API     rollout.API
	Checker rollout.Checker
	// Turns are those of the account's properties.
	Turns activation.Turns
	// Options are those that do not come with a plan: speed, jitter, and what is known of
	// the budget.
	Options rollout.Options
	// Observe is told what happens in a rollout that this runner leads; nil means nobody.
	Observe func(*Job, rollout.Event)
	// Ended is told how a rollout has ended that this runner has led; nil means nobody. Of all runners only one tells
	// it, and once: the one that has written the end.
	Ended func(Led)
	// Code names an error with which a rollout has ended, for those who only hear of it;
	// nil: it has no name.
	Code func(rollout.Outcome, error) string
}

// Report is what a runner has done.
type Report struct {
	Led []Led
	// Submitted are items that this runner has submitted for a lead, Found those that were
	// there or on their way, Left those that it has left to the lead.
	Submitted, Found, Left int
}

// Led is a rollout that a runner has led to its end.
type Led struct {
	Job    *Job // as it stands now
	Plan   *rollout.Plan
	Result *rollout.Result
	End    End
	Err    error // nil when it ended well
}

// The times of a runner.
const (
	defaultLease = 30 * time.Second
	defaultItems = 4
	lookAround   = 2 * time.Second  // for rollouts that nobody leads, and for what has changed
	storeGone    = time.Second      // until it is tried again
	opTimeout    = 5 * time.Second  // of what is not waited for
	mostInLine   = 45 * time.Second // that an item waits in line before it is tried later
)

func (r *Runner) lease() time.Duration { return cmp.Or(r.Lease, defaultLease) }

// run is one run of a runner.
type run struct {
	*Runner

	mu     sync.Mutex
	report Report
	said   map[string]bool
	plans  map[string]*rollout.Plan // by their digests
	gone   bool
}

// Run works until ctx ends, or, with Once, until nothing is left to do. What it is at when
// ctx ends is given to others.
func (r *Runner) Run(ctx context.Context) (*Report, error) {
	u := &run{Runner: r, said: map[string]bool{}, plans: map[string]*rollout.Plan{}}
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	var all sync.WaitGroup
	for i := range r.Accounts {
		a := &r.Accounts[i]
		all.Go(func() { u.leads(ctx, a) })
		for range cmp.Or(r.AtOnce, defaultItems) {
			all.Go(func() { u.works(ctx, a) })
		}
	}
	if r.Once {
		all.Go(func() {
			if u.untilDone(ctx) {
				stop(errDone)
			}
		})
	}
	all.Wait()
	u.mu.Lock()
	defer u.mu.Unlock()
	report := u.report
	if errors.Is(context.Cause(ctx), errDone) {
		return &report, nil
	}
	return &report, context.Cause(ctx)
}

var errDone = errors.New("nothing is left to do")

// untilDone waits until no rollout of the accounts runs; false when the context ends first.
func (u *run) untilDone(ctx context.Context) bool {
	for {
		if u.idle(ctx) {
			return true
		}
		if sleep(ctx, u.around()) != nil {
			return false
		}
	}
}

func (u *run) idle(ctx context.Context) bool {
	for i := range u.Accounts {
		jobs, _, err := Jobs(ctx, u.Store, u.Accounts[i].ID)
		if err != nil {
			u.storeGone(ctx, err)
			return false
		}
		for _, j := range jobs {
			if j.State == Running && !u.refused(j) {
				return false
			}
		}
	}
	return true
}

// around is how often it is looked for something new.
func (u *run) around() time.Duration { return min(lookAround, u.lease()/6) } //nolint:mnd // well below a third

// say tells something once for each key.
func (u *run) say(key, format string, args ...any) {
	u.mu.Lock()
	const most = 1000 // of what others may make it say
	first := key == "" || !u.said[key] && len(u.said) < most
	if key != "" {
		u.said[key] = u.said[key] || first
	}
	u.mu.Unlock()
	if first && u.Say != nil {
		u.Say(format, args...)
	}
}

// storeGone says, once for each time, that the coordinator does not answer.
func (u *run) storeGone(ctx context.Context, err error) {
	u.mu.Lock()
	first := !u.gone && ctx.Err() == nil
	u.gone = u.gone || first
	u.mu.Unlock()
	if first && u.Say != nil {
		u.Say("the coordinator does not answer: %v; this waits for it, and submits nothing meanwhile", err)
	}
}

// storeBack says that it answers again.
func (u *run) storeBack() {
	u.mu.Lock()
	was := u.gone
	u.gone = false
	u.mu.Unlock()
	if was && u.Say != nil {
		u.Say("the coordinator answers again")
	}
}

// plan returns the plan of a job.
func (u *run) plan(ctx context.Context, j *Job) (*rollout.Plan, error) {
	u.mu.Lock()
	p := u.plans[j.Plan]
	u.mu.Unlock()
	if p != nil {
		return p, j.owns(p) // which is known of the job that it was read for
	}
	p, err := loadPlan(ctx, u.Store, j)
	if err != nil {
		return nil, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	const most = 4
	if len(u.plans) >= most {
		clear(u.plans)
	}
	u.plans[j.Plan] = p
	return p, nil
}

// engine is what submits items and runs rollouts of an account.
func (u *run) engine(a *Account) *rollout.Runner {
	return &rollout.Runner{API: a.API, Checker: a.Checker, Turns: patient{a.Turns}}
}

// patient are turns that are waited for, though not for good.
type patient struct{ turns activation.Turns }

// Take implements [activation.Turns].
func (p patient) Take(ctx context.Context, at activation.Line, _ func(activation.Ahead) error) (activation.Turn, error) { //nolint:ireturn // that is the interface
	within, cancel := context.WithTimeout(ctx, mostInLine)
	defer cancel()
	var last activation.Ahead
	turn, err := p.turns.Take(within, at, func(a activation.Ahead) error {
		last = a
		return nil
	})
	if err != nil && ctx.Err() == nil && within.Err() != nil && last.Err == nil {
		err = &activation.InLineError{Ahead: last}
	}
	return turn, err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
