package rollout

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

func is(err, target error) bool { return errors.Is(err, target) }

func as[E error](err error) (E, bool) { return errors.AsType[E](err) }

// tell reports what has changed since the last call.
func (l *loop) tell() {
	if l.options.Observe == nil {
		return
	}
	for i := range l.stages {
		if i == l.stage && i < l.last() && l.trouble == nil && !l.returning && !l.started[i] {
			l.started[i] = true
			l.emit(Event{Kind: EventWaveStarted}, i)
		}
		l.tellItems(i)
		failed := l.trouble != nil && l.trouble.stage == i && !l.hasOnlyStopped() && !l.isClosed()
		if ended := i < l.stage || failed && !l.busy(); ended && l.started[i] && !l.over[i] {
			l.over[i] = true
			ev := Event{Kind: EventWaveEnded}
			if failed {
				ev.Err = l.trouble.err
			}
			l.emit(ev, i)
		}
	}
	if l.returning && !l.began && (!l.isClosed() || l.givesBack()) {
		l.began = true
		l.emit(Event{Kind: EventReturning, Err: l.cause()}, min(l.stage, len(l.stages)-1))
	}
	l.emit(Event{Kind: EventProgress}, min(l.stage, len(l.stages)-1))
}

// givesBack reports whether anything is being returned, or cannot be.
func (l *loop) givesBack() bool {
	return slices.ContainsFunc(l.entries, func(e *entry) bool {
		return e.working || e.state == Returning || e.state == NotReturnable || e.state == ReturnFailed
	})
}

// tellItems reports the items of a stage whose state has changed.
func (l *loop) tellItems(stage int) {
	for _, e := range l.of(stage) {
		before, told := l.told[e.Place]
		if e.state == before || !told && e.state == Waiting || e.working {
			continue
		}
		l.told[e.Place] = e.state
		item := e.result()
		l.emit(Event{Kind: EventItem, Item: &item, Err: e.err}, e.Stage)
	}
}

func (l *loop) emit(ev Event, stage int) {
	s := l.stages[stage]
	ev.Wave, ev.Number, ev.Waves, ev.Network = l.plan.Waves[s.Wave].Name, s.Wave+1, len(l.plan.Waves), s.Network
	ev.Waited = l.clock.since(l.begun)
	if ev.Kind != EventItem {
		ev.Totals = l.totals(stage)
	}
	l.options.Observe(ev)
}

// maxChecks is how many checks run at once.
const maxChecks = 10

// makeChecks runs a round of the stage's checks.
func (l *loop) makeChecks(ctx context.Context) {
	l.mu.Lock()
	began := l.clock.now()
	wave := l.wave(l.stage)
	var todo []CheckResult
	var items []Item
	for _, e := range l.of(l.stage) {
		if e.state != Active {
			continue
		}
		for _, name := range wave.Checks {
			todo = append(todo, CheckResult{Check: name, Property: e.Title(), Network: e.Network})
			items = append(items, e.Item)
		}
	}
	l.mu.Unlock()
	var wg sync.WaitGroup
	free := make(chan struct{}, maxChecks)
	for i := range todo {
		free <- struct{}{}
		wg.Go(func() {
			defer func() { <-free }()
			todo[i].Finding = l.checkOne(ctx, todo[i].Check, items[i])
		})
	}
	wg.Wait()
	if ctx.Err() != nil {
		return // the result of an interrupted round is not used
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.options.Observe != nil {
		for i := range todo {
			l.emit(Event{Kind: EventCheck, Check: &todo[i]}, l.stage)
		}
	}
	l.checked(began, todo)
}

// checkOne makes one check within its time-out.
func (l *loop) checkOne(ctx context.Context, name string, item Item) Finding {
	c := l.plan.Checks[name]
	timeout := time.Duration(c.Timeout)
	if timeout <= 0 {
		timeout = DefaultCheckTimeout
	}
	if l.runner.Checker == nil {
		return Finding{NotDecided, "nothing makes checks here"}
	}
	ctx, cancel := context.WithTimeout(ctx, timeout)
	defer cancel()
	return l.runner.Checker.Check(ctx, c, item)
}
