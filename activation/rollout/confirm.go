package rollout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// An active item may change while the rollout goes on: another process rolls the plan back, or somebody
// activates another version. Later stages must not build on it then.

// How old the last look at an active item may be when a stage ends, and when more is submitted. A stage may
// last hours.
const (
	oldAtTheEnd    = time.Minute
	oldForAnything = 5 * time.Minute
)

// stale returns the active items up to this stage that were not looked at for so long.
func (b *board) stale(now time.Time, old time.Duration) []*entry {
	if !slices.Contains(b.touched[:b.stage+1], true) {
		return nil // this run has activated nothing that could have been undone
	}
	var all []*entry
	for _, e := range b.entries {
		if e.Stage <= b.stage && e.state == Active && !e.working && now.Sub(later(e.arrived, e.shownAt)) > old {
			all = append(all, e)
		}
	}
	return all
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// shows records that the list of the group was read for an active item. If it shows another version than last
// time, the item's own list is read.
func (l *loop) shows(e *entry, changed bool, asked time.Time) {
	switch {
	case l.tooYoung(e.arrived, asked):
	case e.on == e.Version:
		e.shownAt = asked
	case changed:
		l.askAgain(e)
	default:
		e.shownAt = asked // its own list has shown that as well
	}
}

// askAgain has an active item looked at again.
func (b *board) askAgain(e *entry) {
	e.known, e.again = false, true
	b.asking = append(b.asking, e)
}

// undone reports whether an item that was active is no longer, by its own list. A list that shows neither is
// older.
func (s standing) undone() bool {
	switch s.state { //nolint:exhaustive // the others are no end of what was active
	case Returning, Returned, ReturnFailed, Superseded:
		return true
	}
	return false
}

// confirm looks whether items are still active: by the lists of their groups, or by their own if those are
// fewer.
func (l *loop) confirm(ctx context.Context, items []*entry) {
	groups := map[pair]bool{}
	for _, e := range items {
		groups[pair{e.ContractID, e.GroupID}] = true
	}
	asked := l.now()
	byGroup := len(groups) < len(items) && !groups[pair{}]
	var failed map[pair]error
	if byGroup {
		failed = l.list(ctx, groups)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if byGroup && len(failed) == 0 {
		l.downs = 0
	}
	wait := l.waitsFor(failed)
	for _, e := range items {
		err := failed[pair{e.ContractID, e.GroupID}]
		switch {
		case err != nil && wait: // the list of its group will be read again
		case err != nil, !byGroup:
			e.shownAt = asked
			l.askAgain(e)
		default:
			e.shownAt = asked
		}
	}
}

// waitsFor makes a pause if lists of groups could not be read for now. It returns false if a pause did not help
// or would not: then the items' own lists are read.
func (l *loop) waitsFor(failed map[pair]error) bool {
	wait := len(failed) > 0
	for _, err := range failed {
		problem, ok := errors.AsType[*papi.Error](err)
		wait = wait && ok && (problem.Class.Transient() || problem.Uncertain()) && l.rests(problem.Wait())
	}
	return wait
}
