package rollout

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Runner carries out plans. Its fields must not change while it is in use.
type Runner struct {
	API     API
	Checker Checker // nil: no checks
	// Turns coordinates the items with other runs, as for [activation.Engine]; nil for no coordination. An item
	// that waits for its turn delays no other. [Runner.Submit] waits for its turn.
	Turns     activation.Turns
	Submitter Submitter // nil: the run submits all items itself
	// Permit is called right before each submission, once for a bulk request, after the looks; may be nil.
	Permit func() error
}

// Apply carries out a plan wave by wave, each item through [activation.Engine]. It can be stopped at any moment
// and run again, from any machine: PAPI tells what is active, in progress or has failed. The result is never
// nil.
//
// Errors may be joined; find one with errors.As. They are
//   - a [*FailuresError] or a [*CheckError] if too many items have failed or checks do not hold,
//   - a [*DriftError], an [*AnotherPlanError] or a [*ClosedError] if the plan does not fit what PAPI shows,
//   - a [*NoWaveError], a [*NoItemError] or an [*AccountError] if the options or the credentials do not fit the plan,
//   - a [*BudgetError] or an [*activation.LimitError] if the daily budget or a rate limit is exhausted,
//   - a [*StoppedError] if the context ended first; errors.Is finds its cause,
//   - an [*UncertainError], a [*ReturnError] or a [*NotReturnableError] about items that have to be looked at,
//   - or a [*papi.Error], PAPI's answer to a request.
func (r *Runner) Apply(ctx context.Context, p *Plan, o Options) (*Result, error) {
	l := newLoop(r, p, o)
	return l.run(ctx)
}

// Rollback returns what a plan has activated to the versions before: all of it, a wave, or the named
// properties. Later activations by others are left alone. The result is never nil, and the errors are those of
// [Runner.Apply].
func (r *Runner) Rollback(ctx context.Context, p *Plan, o Options) (*Result, error) {
	l := newLoop(r, p, o)
	l.returning = true
	if o.Through != "" || len(o.Only)+len(o.Skip) > 0 {
		l.only = map[papi.ID]bool{}
	} else {
		l.options.scope = ScopeAll
	}
	for _, e := range l.entries {
		if l.only != nil && !o.skips(e.Pinned) && (o.Through == "" || l.wave(e.Stage).Name == o.Through) {
			l.only[papi.ID(e.PropertyID.Bare())] = true
		}
	}
	return l.run(ctx)
}

// maxWorkers is how many items are processed at once. The client sends no more requests at once, and a look
// must not wait behind the submission of another item.
const maxWorkers = 4

// loop is one run. mu guards its board; only run decides.
type loop struct {
	*board

	runner *Runner
	engine activation.Engine
	begun  time.Time

	mu      sync.Mutex
	running int // number of workers
	rounds  int // rounds of group lists in progress
	out     int // items given to the Submitter
	back    chan *entry
	hands   context.Context //nolint:containedctx // of the items given to the Submitter; nil before the first
	recall  context.CancelFunc
	done    chan []*entry
	told    map[int]State // last reported state, by place
	started map[int]bool  // reported stages
	over    map[int]bool  // reported stages
	began   bool          // the rollback was reported
	lines   *lines        // nil: the engine takes the turns

	permission func() error // called before a submission; may be nil
}

func newLoop(r *Runner, p *Plan, o Options) *loop {
	l := &loop{
		board: newBoard(p, o), runner: r, begun: time.Now(), done: make(chan []*entry, maxWorkers+1),
		told: map[int]State{}, started: map[int]bool{}, over: map[int]bool{}, back: make(chan *entry), recall: func() {}, lines: newLines(),
	}
	l.engine, l.permission = r.engine(o), r.Permit
	return l
}

func (r *Runner) engine(o Options) activation.Engine {
	return activation.Engine{Resubmissions: o.Resubmissions, Jitter: o.patient(), Speed: o.Speed, Turns: r.Turns}
}

// run looks, decides and acts until nothing is left to do or the context ends.
func (l *loop) run(ctx context.Context) (*Result, error) {
	if err := l.named(); err != nil {
		return &Result{Outcome: OutcomeError, Plan: l.plan}, err
	}
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	l.lines.open(ctx)
	err := l.settleLists(ctx)
	if err == nil {
		err = l.glance(ctx)
	}
	for err == nil {
		l.mu.Lock()
		s := l.next(l.clock.now())
		l.tell()
		if l.trouble != nil {
			l.recall()
			l.dropLines(ctx)
		}
		l.mu.Unlock()
		if ctx.Err() != nil {
			err = context.Cause(ctx)
			break
		}
		if s.kind == finish {
			break
		}
		err = l.act(ctx, s)
	}
	l.recall()
	l.lines.leave()
	for l.running+l.rounds+l.out > 0 { // the result of what was sent must be known
		select {
		case done := <-l.done:
			l.collect(done)
		case e := <-l.back:
			l.returnedHand(e)
		}
	}
	l.leaveLines()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.untried()
	l.tell()
	result, verdict := l.result()
	result.Waited = l.clock.since(l.begun)
	if err != nil {
		result.Outcome, verdict = OutcomeError, l.stopped(err)
	}
	return result, verdict
}

// stopped returns the error of a run that ended before the rollout.
func (l *loop) stopped(err error) error {
	s := &StoppedError{cause: err}
	for _, e := range l.entries {
		switch {
		case e.part != nil && e.part.id == 0:
			s.Uncertain = append(s.Uncertain, e.Title())
		case e.onTheWay():
			s.Underway++
		case e.state == Uncertain:
			s.Uncertain = append(s.Uncertain, e.Title())
		}
	}
	return s
}

// act does one step, or a part of it, and returns when something has changed.
func (l *loop) act(ctx context.Context, s step) error {
	l.leaveUnused(s)
	l.leaveKept(ctx)
	switch s.kind {
	case check:
		l.makeChecks(ctx)
		return nil
	case confirm:
		l.confirm(ctx, s.items)
		return nil
	case submitPart:
		if l.running == 0 {
			l.startAll(ctx, s.items)
		}
	case survey, submit, giveBack:
		if s.kind == submit && l.runner.Submitter != nil {
			l.handOut(ctx, s.items)
		}
		job := l.look
		switch s.kind { //nolint:exhaustive // these are the kinds with items
		case submit:
			job = l.submit
		case giveBack:
			job = l.giveBack
		}
		for _, e := range s.items {
			if l.running >= maxWorkers {
				break
			}
			if !e.working { // only this goroutine changes it
				l.start(ctx, e, job)
			}
		}
	case follow, finish:
	}
	wake := l.watch(ctx, s)
	return l.await(ctx, wake)
}

// start starts a job for an item.
func (l *loop) start(ctx context.Context, e *entry, job func(context.Context, *entry)) {
	l.mu.Lock()
	e.working = true
	l.mu.Unlock()
	l.running++
	go func() {
		job(ctx, e)
		l.done <- []*entry{e}
	}()
}

// await waits for a job to end, or until wake.
func (l *loop) await(ctx context.Context, wake time.Time) error {
	var alarm <-chan time.Time
	if !wake.IsZero() {
		timer := time.NewTimer(l.clock.real(max(wake.Sub(l.now()), 0)))
		defer timer.Stop()
		alarm = timer.C
	}
	if alarm == nil && l.running+l.rounds+l.out == 0 && !l.inLine() {
		return errIdle
	}
	select {
	case e := <-l.back:
		l.returnedHand(e)
		return nil
	case <-l.lines.came:
		return nil
	case done := <-l.done:
		l.collect(done)
		for {
			select {
			case done := <-l.done:
				l.collect(done)
				continue
			default:
			}
			return nil
		}
	case <-alarm:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

var errIdle = errors.New("nothing is left to wait for; this is a defect of propctl")

// now is PAPI's clock.
func (l *loop) now() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.clock.now()
}

// collect records that a job has ended; nil means a round of lists.
func (l *loop) collect(done []*entry) {
	if done == nil {
		l.rounds--
		return
	}
	l.running--
	l.mu.Lock()
	for _, e := range done {
		e.working = false
	}
	l.mu.Unlock()
}

// verify stops a run with credentials for another account than the plan's.
func (b *board) verify(account papi.ID) {
	if account != "" && !account.Equal(b.plan.AccountID) {
		b.stop(&trouble{outcome: OutcomeRejected, err: &AccountError{Plan: b.plan.AccountID, Account: account}})
	}
}

// accountOf returns the account of a list's properties; empty if it does not say.
func accountOf(list *papi.PropertyList) papi.ID {
	for _, p := range list.Items {
		if p.AccountID != "" {
			return p.AccountID
		}
	}
	return ""
}

// heard stores what every answer contains.
func (l *loop) heard(a papi.Answer) {
	l.clock.learn(a.Date)
	if a.Limits.Activations != nil {
		l.budget = a.Limits.Activations
	}
}

// StoppedError reports that the run ended before the rollout.
type StoppedError struct {
	Underway  int // activations that continue at Akamai
	Uncertain []string

	cause error
}

// Error says why.
func (e *StoppedError) Error() string {
	if len(e.Uncertain) > 0 {
		return (&UncertainError{e.Uncertain}).Error() + ": " + e.cause.Error()
	}
	return "the rollout was stopped: " + e.cause.Error()
}

// Unwrap returns the context's cause.
func (e *StoppedError) Unwrap() error { return e.cause }
