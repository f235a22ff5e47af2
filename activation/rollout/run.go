package rollout

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// Runner carries out plans. Its members are not changed once it is in use.
type Runner struct {
	API     API
	Checker Checker // nil: there are no checks
	// Turns are those of the items, as for [activation.Engine]; nil: none are taken. Items
	// with others before them hold up nobody. [Runner.Submit] waits for its turn.
	Turns activation.Turns
	Hands Hands // nil: the run submits all items itself
	// Permit is asked right before anything is submitted, once for a bulk request, after the looks; nil: nobody is.
	Permit func() error
}

// Apply brings a plan about: wave by wave, each item through [activation.Engine]. It
// can be stopped at any moment and run again, from any machine: what is there, is
// on its way, or has failed is told by PAPI. The result is never nil.
func (r *Runner) Apply(ctx context.Context, p *Plan, o Options) (*Result, error) {
	l := newLoop(r, p, o)
	return l.run(ctx)
}

// Return takes back what a plan has activated: all of it, a wave, or the named
// properties. What somebody else has activated since is left alone.
func (r *Runner) Return(ctx context.Context, p *Plan, o Options) (*Result, error) {
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

// maxWorkers is how many items are worked at at once. The client has no more in
// flight, and a look must not wait for its submission's turn.
const maxWorkers = 4

// loop is one run. Its board is guarded by mu; only run decides.
type loop struct {
	*board

	runner *Runner
	engine activation.Engine
	begun  time.Time

	mu      sync.Mutex
	running int // workers
	rounds  int // of groups, that are running
	out     int // items that others submit
	back    chan *entry
	hands   context.Context //nolint:containedctx // of the items that are out; nil before the first one
	recall  context.CancelFunc
	done    chan []*entry
	told    map[int]State // by place
	started map[int]bool  // stages
	over    map[int]bool  // stages
	began   bool          // the way back was told of
	lines   *lines        // nil: the engine takes the turns

	permission func() error // is asked before a submission; nil: nobody is
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
	for l.running+l.rounds+l.out > 0 { // what was sent has to be known
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

// stopped is the error of a run that ended before the rollout did.
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

// act does one step, or a part of it, and returns when there is something new.
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
		if s.kind == submit && l.runner.Hands != nil {
			l.handOut(ctx, s.items)
		}
		job := l.look
		switch s.kind { //nolint:exhaustive // these are the ones with items
		case submit:
			job = l.submit
		case giveBack:
			job = l.giveBack
		}
		for _, e := range s.items {
			if l.running >= maxWorkers {
				break
			}
			if !e.working { // only this goroutine changes that
				l.start(ctx, e, job)
			}
		}
	case follow, finish:
	}
	wake := l.watch(ctx, s)
	return l.await(ctx, wake)
}

// start begins a job for an item.
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

// await waits for a job to end, or for the time when something has to be done.
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

// collect takes note that a job has ended; nil is the round's.
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

// verify stops a run that is with another account than its plan.
func (b *board) verify(account papi.ID) {
	if account != "" && !account.Equal(b.plan.AccountID) {
		b.stop(&trouble{outcome: OutcomeRejected, err: &AccountError{Plan: b.plan.AccountID, Account: account}})
	}
}

// accountOf returns the account of a list's properties; empty where it does not say.
func accountOf(list *papi.PropertyList) papi.ID {
	for _, p := range list.Items {
		if p.AccountID != "" {
			return p.AccountID
		}
	}
	return ""
}

// heard takes what every answer tells.
func (l *loop) heard(a papi.Answer) {
	l.clock.learn(a.Date)
	if a.Limits.Activations != nil {
		l.budget = a.Limits.Activations
	}
}

// StoppedError says that the run ended before the rollout did.
type StoppedError struct {
	Underway  int // items that go on at Akamai
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

// Unwrap returns the cause with which the context ended.
func (e *StoppedError) Unwrap() error { return e.cause }
