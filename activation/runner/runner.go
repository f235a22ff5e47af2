// Package runner carries out rollouts that were handed in, on any number of machines: one runner leads a
// rollout, and all of them submit its items.
//
// A rollout is stored in a [coordinator.Store]: its plan, by digest, and its progress. The lead holds a lease,
// runs the rollout, and gives its items out as [coordinator.Work]. The runner that takes an item takes the turn
// of its property, checks that the lead still wants it, looks, submits, and reports the activation that PAPI
// has accepted. The report is only a hint: the lead decides by what PAPI shows, and looks itself if nobody
// reports. Messages name an item of a plan; what is submitted is never taken from a message.
package runner

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"
	"time"
	"unicode"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
)

// Runner carries out rollouts that were handed in. Its fields must not change while it runs.
type Runner struct {
	Store coordinator.Store // required, as is Work
	Work  coordinator.Work
	// Holder describes this process to others.
	Holder   activation.Holder
	Accounts []Account
	// Once ends the run when none of its accounts has a rollout left to carry out.
	Once bool
	// Commands allows checks that run commands, which come with the plan.
	Commands bool
	// AtOnce is how many items of an account are submitted at once; 0 means 4.
	AtOnce int
	// Lease is how long a lead lasts without a sign of life; 0 means 30 s.
	Lease time.Duration
	// Say is called with messages for people; it must be safe for concurrent use. May be nil.
	Say func(format string, args ...any)
}

// Account is an account for which a runner has credentials.
type Account struct {
	ID      papi.ID
	API     rollout.API
	Checker rollout.Checker
	// Turns coordinates the activations of the account's properties.
	Turns activation.Turns
	// Options are the options that do not come with a plan: speed, jitter, the known budget.
	Options rollout.Options
	// Observe is called for each event of a rollout that this runner leads; may be nil.
	Observe func(*Job, rollout.Event)
	// Ended is called when a rollout that this runner led has ended; may be nil. Of all runners only the one that
	// has recorded the end calls it, once.
	Ended func(Led)
	// Code returns the code of an error with which a rollout has ended, for processes that only read the job;
	// may be nil.
	Code func(rollout.Outcome, error) string
}

// Report is what a runner has done.
type Report struct {
	Led []Led
	// Submitted counts items that this runner has submitted for a lead, Found those that were active or in
	// progress already, Left those that it has left to the lead.
	Submitted, Found, Left int
}

// Led is a rollout that a runner led to its end.
type Led struct {
	Job    *Job // in its current state
	Plan   *rollout.Plan
	Result *rollout.Result
	End    End
	Err    error // nil if it ended well
}

// Intervals and time-outs of a runner.
const (
	defaultLease = 30 * time.Second
	defaultItems = 4
	lookAround   = 2 * time.Second  // for rollouts without a lead, and for changes
	storeGone    = time.Second      // until the store is tried again
	opTimeout    = 5 * time.Second  // of minor requests
	mostInLine   = 45 * time.Second // wait of an item in line before it is retried later
)

func (r *Runner) lease() time.Duration { return cmp.Or(r.Lease, defaultLease) }

// run is one call of Run.
type run struct {
	*Runner

	mu     sync.Mutex
	report Report
	said   map[string]bool
	full   time.Time                // when said was emptied last
	barred map[string]bool          // rollouts that this runner cannot run, by refusal
	plans  map[string]*rollout.Plan // by digest
	gone   bool
}

// Run works until ctx ends or, with Once, until nothing is left to do. Unfinished work is left to other
// runners.
func (r *Runner) Run(ctx context.Context) (*Report, error) {
	u := &run{Runner: r, said: map[string]bool{}, full: time.Now(), barred: map[string]bool{}, plans: map[string]*rollout.Plan{}}
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

// untilDone waits until none of the accounts has a running rollout; false if the context ends first.
func (u *run) untilDone(ctx context.Context) bool {
	for {
		if u.idle(ctx) {
			return true
		}
		if coordinator.Sleep(ctx, u.around()) != nil {
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

// around is the interval at which the runner looks for changes.
func (u *run) around() time.Duration { return min(lookAround, u.lease()/6) } //nolint:mnd // well below a third

// say reports something once for each key.
func (u *run) say(key, format string, args ...any) {
	u.mu.Lock()
	const most = 1000 // an hour: limits what others can make it say
	if len(u.said) >= most && time.Since(u.full) > time.Hour {
		clear(u.said)
		u.full = time.Now()
	}
	first := key == "" || !u.said[key] && len(u.said) < most
	if key != "" {
		u.said[key] = u.said[key] || first
	}
	u.mu.Unlock()
	if first && u.Say != nil {
		u.Say(format, args...)
	}
}

// storeGone reports, once per outage, that the coordinator does not answer; and once only what it does not allow.
func (u *run) storeGone(ctx context.Context, err error) {
	if errors.Is(err, coordinator.ErrNotAllowed) {
		kind := strings.Map(func(r rune) rune { // of a property or a message, which have numbers
			if unicode.IsDigit(r) {
				return -1
			}
			return r
		}, err.Error())
		u.say("not allowed: "+kind, "%v", err)
		return
	}
	u.mu.Lock()
	first := !u.gone && ctx.Err() == nil
	u.gone = u.gone || first
	u.mu.Unlock()
	if first && u.Say != nil {
		u.Say("the coordinator does not answer: %v; this waits for it, and submits nothing meanwhile", err)
	}
}

// storeBack reports that it answers again.
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
		return p, j.owns(p) // that was checked only for the job it was loaded for
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

// engine returns what submits items and runs rollouts of an account.
func (u *run) engine(a *Account) *rollout.Runner {
	return &rollout.Runner{API: a.API, Checker: a.Checker, Turns: patiently(a.Turns)}
}

// patient are turns that are waited for, for a limited time, although the engine that takes them would not wait.
type patient struct{ activation.Turns }

func patiently(turns activation.Turns) patient {
	if all, ok := turns.(*coordinator.Turns); ok {
		some := *all
		some.Patience = mostInLine
		turns = &some
	}
	return patient{turns}
}

// Take implements [activation.Turns].
func (p patient) Take(ctx context.Context, at activation.Line, _ func(activation.Ahead) error) (activation.Turn, error) { //nolint:ireturn // that is the interface
	return p.Turns.Take(ctx, at, func(activation.Ahead) error { return nil })
}
