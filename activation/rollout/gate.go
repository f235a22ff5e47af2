package rollout

import (
	"time"
)

// gate is the state of a stage's checks, which precede the next stage.
type gate struct {
	passed  bool
	began   time.Time // begin of the first round, by PAPI's clock
	round   time.Time // begin of the last round
	held    bool      // all held in the last round
	results []CheckResult
	asked   bool // the next stage's lists were read, for what they tell about this one
}

// gate decides whether the checks of a stage are due. It is called when all of its items are settled.
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

// Intervals of checks.
const (
	checkRetry = 10 * time.Second // after a check that has not held yet
	checkEach  = time.Minute      // while a check has to go on to hold
)

func (b *board) nextCheck(g *gate, end time.Time) time.Time {
	next := g.round.Add(checkEach)
	if end.Before(next) {
		return end // the last round runs after the end of the watch
	}
	return next
}

// witnesses are items of the next stage whose lists tell whether that was begun. A run that has itself
// submitted in this stage need not look.
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

// watchedUntil is when the watch of the stage ends. It begins when the last item became active, by PAPI's
// dates.
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

// checked records the results of a round that began at began.
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
		return // it is tried again
	}
	t := &trouble{outcome: OutcomeUndecided, err: &CheckError{Wave: w.Name, Network: b.stages[b.stage].Network, Results: bad}}
	if failed {
		// A run that has submitted nothing cannot know why the check fails.
		t.outcome, t.returns = OutcomeFailed, b.submittedAny()
	}
	b.stop(t)
}

// within is for how long failed checks are repeated.
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
