package rollout

import (
	"errors"
	"slices"
)

const (
	probeSize  = 10 // lists that are looked at before anything is submitted
	shownSize  = 3  // of items that show the version already
	smallStage = 10 // items of which each is looked at itself
)

// unlooked returns the items whose lists have to be known before anything is
// submitted.
func (b *board) unlooked() []*entry {
	if b.downs > maxDowns {
		return nil
	}
	b.asking = slices.DeleteFunc(b.asking, func(e *entry) bool { return e.known || e.state != Waiting && e.state != Active && e.state != Blocked })
	if len(b.asking) > 0 {
		return b.asking
	}
	for stage := b.stage; stage < b.last(); stage++ {
		if b.asking = b.unlookedOf(stage); len(b.asking) > 0 {
			return b.asking
		}
		// An earlier run may have been further when it left; what it has left on its way
		// is followed before the end, whatever the trouble.
		if b.trouble == nil || !b.resumed || stage > b.stage && !b.passed(stage) {
			break
		}
	}
	if b.trouble != nil {
		b.asking = b.suspects()
	}
	return b.asking
}

// suspects are the items that show their version, and that an earlier run may have begun
// to return all the same: what shows only in their own lists.
func (b *board) suspects() []*entry {
	if !b.resumed || b.plan.OnFailure == Stop {
		return nil
	}
	var all []*entry
	for _, e := range b.entries {
		if e.Stage <= b.stage && !e.known && e.shown && e.state == Active && !e.submitted {
			all = append(all, e)
		}
	}
	return all
}

// goOnReturning takes up a return that an earlier run has begun, whatever stops this one.
func (b *board) goOnReturning() {
	if b.trouble.returns || b.trouble.scope != "" || b.options.Replan {
		return
	}
	for _, e := range b.entries {
		if e.backAttempt > b.closed && e.backAttempt >= b.attempts() && e.scope != "" {
			closed := &ClosedError{Mark: b.plan.Mark(), Property: e.Title()}
			b.trouble = &trouble{outcome: OutcomeRolledBack, err: errors.Join(closed, b.trouble.err), stage: e.Stage, scope: e.scope}
			return
		}
	}
}

// traces reports whether an earlier run has left something in a stage.
func (b *board) traces(stage int) bool {
	return b.options.Replan || slices.ContainsFunc(b.of(stage), func(e *entry) bool { return e.marked && !e.submitted })
}

// passed reports whether an earlier run may have been further than a stage: it has left
// something there, or had nothing to do.
func (b *board) passed(stage int) bool {
	waits := func(e *entry) bool { return e.state == Waiting && !b.options.skips(e.Pinned) }
	return b.traces(stage) || !slices.ContainsFunc(b.of(stage), waits)
}

// unlookedOf returns the first items of a stage, and then all where an earlier run has
// left something.
func (b *board) unlookedOf(stage int) []*entry {
	all := b.traces(stage) && b.probed[stage]
	if b.scanned[stage] || b.probed[stage] && !all || b.trouble != nil && !b.resumed {
		return nil
	}
	var look []*entry
	shown, hidden := 0, 0
	for _, e := range b.of(stage) {
		switch {
		case e.known || e.state != Waiting && e.state != Active:
		case e.shown && (e.arrived.IsZero() && b.needsEnds(stage) || shown < shownSize):
			shown++
			look = append(look, e)
		case !e.shown && (all || hidden < probeSize || b.failedBefore(e)):
			hidden++
			look = append(look, e)
		}
	}
	b.scanned[stage] = all
	b.probed[stage] = true
	return look
}

// needsEnds reports whether it has to be known when the items of the stage arrived.
func (b *board) needsEnds(stage int) bool { return b.wave(stage).Watch > 0 && !b.options.SkipChecks }
