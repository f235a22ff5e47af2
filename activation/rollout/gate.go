package rollout

import (
	"time"
)

// gate is what stands between a stage and the next: its checks.
type gate struct {
	passed  bool
	began   time.Time // the first round; by PAPI's clock
	round   time.Time // when the last round began
	held    bool      // in the last round
	results []CheckResult
	asked   bool // the next stage's lists, for what they tell of this one
}

// gate decides whether the checks of a stage have to be made. It is called when
// all of its items are settled.
func (b *board) gate(now time.Time) (step, bool) {
	g, w := &b.gates[b.stage], b.wave(b.stage)
	if g.passed || len(w.Checks) == 0 || b.options.SkipChecks || b.markedAfter(b.stage) {
		g.passed = true
		return step{}, false
	}
	if look := b.witnesses(g); len(look) > 0 {
		b.asking = look
		return b.look(survey, look, now), true
	}
	if b.markedAfter(b.stage) {
		g.passed = true
		return step{}, false
	}
	if b.asking = b.suspects(); len(b.asking) > 0 {
		return b.look(survey, b.asking, now), true
	}
	end := b.watchedUntil()
	switch {
	case g.held && !g.round.Before(end):
		g.passed = true
		return step{}, false
	case g.round.IsZero() || g.held && !now.Before(b.nextCheck(g, end)), !g.held && !now.Before(g.round.Add(checkRetry)):
		return step{kind: check}, true
	case g.held:
		return step{kind: follow, until: b.nextCheck(g, end)}, true
	}
	return step{kind: follow, until: g.round.Add(checkRetry)}, true
}

// How often checks are made.
const (
	checkRetry = 10 * time.Second // of one that has not held yet
	checkEach  = time.Minute      // of one that has to go on to hold
)

func (b *board) nextCheck(g *gate, end time.Time) time.Time {
	next := g.round.Add(checkEach)
	if end.Before(next) {
		return end // one whole round is made after it
	}
	return next
}

// witnesses are items of the next stage whose lists tell whether it was begun. A run
// that has submitted in this stage itself knows that.
func (b *board) witnesses(g *gate) []*entry {
	if g.asked || b.touched[b.stage] || b.stage+1 >= len(b.stages) {
		return nil
	}
	g.asked = true
	var look []*entry
	for _, e := range b.of(b.stage + 1) {
		if !e.known && len(look) < probeSize {
			look = append(look, e)
		}
	}
	return look
}

// watchedUntil is when the watch of the stage ends: it begins when the last item
// arrived, by PAPI's dates.
func (b *board) watchedUntil() time.Time {
	var last time.Time
	for _, e := range b.of(b.stage) {
		if e.state == Active && e.arrived.After(last) {
			last = e.arrived
		}
	}
	if last.IsZero() {
		return time.Time{}
	}
	return last.Add(time.Duration(b.wave(b.stage).Watch))
}

// checked takes the results of a round that began at a time.
func (b *board) checked(began time.Time, results []CheckResult) {
	g, w := &b.gates[b.stage], b.wave(b.stage)
	first := g.began.IsZero()
	if first {
		g.began = began
	}
	watching := g.held // it has held before
	g.round, g.results, g.held = began, results, true
	var bad []CheckResult
	failed := false
	for _, r := range results {
		switch {
		case r.Verdict == Held, r.Verdict != NotHeld && b.plan.Undecided == UndecidedHolds:
		default:
			bad = append(bad, r)
			failed = failed || r.Verdict == NotHeld || b.plan.Undecided == UndecidedFails
		}
	}
	if len(bad) == 0 {
		return
	}
	g.held = false
	if !watching && b.clock.now().Sub(g.began) < b.within(bad) {
		return // tried again
	}
	t := &trouble{outcome: OutcomeUndecided, err: &CheckError{Wave: w.Name, Network: b.stages[b.stage].Network, Results: bad}}
	if failed {
		// Who has submitted nothing does not know why it is so.
		t.outcome, t.returns = OutcomeFailed, b.submittedAny()
	}
	b.stop(t)
}

// within is how long checks that do not hold are tried again.
func (b *board) within(bad []CheckResult) time.Duration {
	var shortest time.Duration
	for i, r := range bad {
		if d := time.Duration(b.plan.Checks[r.Check].Within); i == 0 || d < shortest {
			shortest = d
		}
	}
	return shortest
}

func (b *board) submittedAny() bool {
	for _, e := range b.entries {
		if e.submitted {
			return true
		}
	}
	return false
}
