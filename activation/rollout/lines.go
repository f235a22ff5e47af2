package rollout

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// lines are the items that wait for their turns. They occupy neither a worker nor a place of the wave, so that
// an item with others ahead of it delays no other item.
type lines struct {
	ctx     context.Context //nolint:containedctx // of the items that wait now
	leave   context.CancelFunc
	waits   sync.WaitGroup
	came    chan struct{} // has a value if anything has changed
	dropped bool          // set once the run was stopped
}

func newLines() *lines { return &lines{came: make(chan struct{}, 1)} }

// open lets items wait until ctx ends.
func (n *lines) open(ctx context.Context) { n.ctx, n.leave = context.WithCancel(ctx) }

func (n *lines) news() {
	select {
	case n.came <- struct{}{}:
	default:
	}
}

// errOutOfPatience is the cause of ending a wait that has lasted as long as it may.
var errOutOfPatience = errors.New("others were before it for too long")

// wait is the wait of one item for its turn.
type wait struct {
	loop *loop
	e    *entry
	back bool // for a return

	first chan struct{} // closed when it is known that somebody is ahead
	over  chan struct{} // closed at the end of the wait
	once  sync.Once

	// Guarded by the loop's mu.
	alone bool // the worker no longer waits for it
	turn  activation.Turn
	ahead activation.Ahead
}

// takeTurn returns the turn of an item; nil if no turns are taken. ok is false if the item has to wait, or its
// wait has failed.
func (l *loop) takeTurn(e *entry) (turn activation.Turn, ok bool) { //nolint:ireturn // an interface of others
	if l.runner.Turns == nil || l.lines == nil { // without lines the engine takes them
		return nil, true
	}
	w := &wait{loop: l, e: e, first: make(chan struct{}), over: make(chan struct{})}
	l.mu.Lock()
	if e.turn != nil {
		turn, e.turn = e.turn, nil
		l.mu.Unlock()
		return turn, true
	}
	w.back = l.returning
	ctx, patience := l.lines.ctx, l.options.patience()
	l.mu.Unlock()
	l.lines.waits.Go(func() {
		if patience > 0 {
			bounded, cancel := context.WithTimeoutCause(ctx, l.clock.real(patience), errOutOfPatience)
			defer cancel()
			w.take(bounded)
			return
		}
		w.take(ctx)
	})
	select {
	case <-w.over:
	case <-w.first:
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	select {
	case <-w.over:
		return w.turn, w.turn != nil
	default:
	}
	w.alone, e.queued = true, true
	return nil, false
}

// take waits for the turn.
func (w *wait) take(ctx context.Context) {
	l, e := w.loop, w.e
	doing := fmt.Sprintf("rollout %s, version %d", l.plan.Name, e.Version)
	if w.back {
		doing = fmt.Sprintf("rollout %s, going back", l.plan.Name)
	}
	line := activation.Line{Account: l.plan.AccountID, Asset: e.PropertyID.With(papi.PrefixProperty), Network: e.Network, Doing: doing}
	turn, err := l.runner.Turns.Take(ctx, line, w.tell)
	l.mu.Lock()
	defer l.mu.Unlock()
	if w.alone {
		e.queued = false
		e.turn = turn
	} else {
		w.turn = turn
	}
	if e.ahead != nil && e.state == Blocked {
		e.state = Waiting
	}
	e.ahead = nil
	if err != nil {
		w.failed(ctx, err)
	}
	close(w.over)
	l.lines.news()
}

// tell records who is ahead of the item.
func (w *wait) tell(a activation.Ahead) error {
	l, e := w.loop, w.e
	l.mu.Lock()
	defer l.mu.Unlock()
	if a.Err == nil {
		w.ahead = a
		if l.options.patience() <= 0 {
			return &activation.InLineError{Ahead: a}
		}
	}
	if !w.back && (e.state == Waiting || e.state == Blocked) {
		e.state, e.blocker, e.err = Blocked, nil, nil
		delete(l.told, e.Place) // it will be reported again
	}
	e.ahead = &a
	w.once.Do(func() { close(w.first) })
	l.lines.news()
	return nil
}

// failed handles a wait that has ended without a turn.
func (w *wait) failed(ctx context.Context, err error) {
	l, e := w.loop, w.e
	switch cause := context.Cause(ctx); {
	case inLine(err): // retried later
		state := e.state
		e.err = err
		l.blocked(e)
		switch {
		case e.state == Overdue:
			w.settle(Overdue, err)
		case w.back:
			e.state = state
		default:
			e.state, e.blocker = Blocked, nil
		}
	case is(cause, errOutOfPatience):
		w.settle(Overdue, &activation.InLineError{Ahead: w.ahead})
	case cause != nil: // the run ends, or submits nothing more
	default:
		l.stop(&trouble{outcome: OutcomeError, err: fmt.Errorf("%s: %w", e.Title(), err)})
		if w.back {
			w.settle(ReturnFailed, err)
		}
	}
}

func (w *wait) settle(s State, err error) {
	if w.back {
		s = ReturnFailed
	}
	w.e.state, w.e.err = s, err
}

// dropLines ends all waits to submit something once the run was stopped.
func (l *loop) dropLines(ctx context.Context) {
	if l.lines.dropped {
		return
	}
	l.lines.dropped = true
	l.lines.leave()
	l.lines.open(ctx)
}

// leaveUnused gives up turns that the step does not use: the wave may be full by now, or others may have
// submitted the item.
func (l *loop) leaveUnused(s step) {
	l.mu.Lock()
	defer l.mu.Unlock()
	used := map[*entry]bool{}
	for _, e := range s.items {
		used[e] = true
	}
	for _, e := range l.entries {
		switch {
		case e.turn == nil || e.working || used[e] || s.kind == survey || s.kind == submitPart && e.state == Waiting:
		default:
			l.lines.waits.Go(e.turn.Leave)
			e.turn = nil
		}
	}
}

// leaveLines gives up all waits and turns at the end of a run.
func (l *loop) leaveLines() {
	l.lines.leave()
	l.lines.waits.Wait() // from here on nobody gets a turn
	for _, e := range l.entries {
		for _, turn := range []activation.Turn{e.turn, e.keeps} {
			if turn != nil {
				l.lines.waits.Go(turn.Leave)
			}
		}
		e.turn, e.keeps = nil, nil
	}
	l.lines.waits.Wait()
}

// inLine reports whether an item waits for its turn.
func (l *loop) inLine() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.ContainsFunc(l.entries, func(e *entry) bool { return e.queued })
}

// lent is a turn for one run of the engine. The engine does not give it up; the code that took it does.
type lent struct {
	activation.Turn

	taken bool
}

// Take implements [activation.Turns]. A lost turn is not taken again within the same run of the engine, so that
// the state is judged anew.
func (t *lent) Take(context.Context, activation.Line, func(activation.Ahead) error) (activation.Turn, error) { //nolint:ireturn // that is the interface
	if t.taken {
		return nil, errHeld
	}
	t.taken = true
	return t, nil
}

// Leave implements [activation.Turn].
func (t *lent) Leave() {}

// engineWith returns the engine for an item with its turn; nil if the turn is not taken here.
func (l *loop) engineWith(w *watched, turn activation.Turn) activation.Engine {
	engine := l.engine
	engine.API = w
	if turn != nil {
		engine.Turns = &lent{Turn: turn}
	}
	return engine
}

// reserve reserves requests unless turns are taken: then the engine does, after its wait, so that waiting takes
// no requests from others.
func (l *loop) reserve(ctx context.Context, n int) (reserved context.Context, release func(), err error) {
	if l.runner.Turns != nil {
		return ctx, func() {}, nil
	}
	return l.runner.API.Reserve(ctx, n)
}
