package rollout

import (
	"errors"
	"slices"
)

const (
	probeSize  = 10 // lists that are read before anything is submitted
	shownSize  = 3  // of items that already show the version
	smallStage = 10 // up to so many items are polled one by one
)

// unlooked returns the items whose lists must be known before anything is submitted.
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
		// An earlier run may have got further; its activations in progress are followed to their end in any
		// case.
		if b.trouble == nil || !b.resumed || stage > b.stage && !b.passed(stage) {
			break
		}
	}
	if b.trouble != nil {
		b.asking = b.suspects()
	}
	return b.asking
}

// suspects are the items that show their version although an earlier run may have begun to roll them back,
// which only their own lists show.
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

// goOnReturning continues a rollback that an earlier run has begun, whatever stops this run.
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

// traces reports whether an earlier run has submitted items of a stage.
func (b *board) traces(stage int) bool {
	return b.options.Replan || slices.ContainsFunc(b.of(stage), func(e *entry) bool { return e.marked && !e.submitted })
}

// passed reports whether an earlier run may have got beyond a stage: it has submitted there, or had nothing to
// do.
func (b *board) passed(stage int) bool {
	waits := func(e *entry) bool { return e.state == Waiting && !b.options.skips(e.Pinned) }
	return b.traces(stage) || !slices.ContainsFunc(b.of(stage), waits)
}

// unlookedOf returns the first items of a stage, and then all if an earlier run has submitted some.
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

// needsEnds reports whether the exact times at which the stage's items became active are needed.
func (b *board) needsEnds(stage int) bool { return b.wave(stage).Watch > 0 && !b.options.SkipChecks }
