package rollout

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// What has arrived may be undone while the rollout goes on: another process with this plan
// goes back, or somebody activates another version. Nothing later is to be built on it.

// How old the last look at an active item may be when a stage ends, and when more is submitted: a stage may last for hours.
const (
	oldAtTheEnd    = time.Minute
	oldForAnything = 5 * time.Minute
)

// stale returns the active items that nobody has looked at for so long, up to this stage.
func (b *board) stale(now time.Time, old time.Duration) []*entry {
	if !slices.Contains(b.touched[:b.stage+1], true) {
		return nil // this run has brought nothing about that could be undone meanwhile
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

// shows takes note that the list of the group was asked for an item that is active. When
// it shows another version than the last time, the item is looked at itself.
func (l *loop) shows(e *entry, changed bool, asked time.Time) {
	switch {
	case l.tooYoung(e.arrived, asked):
	case e.on == e.Version:
		e.shownAt = asked
	case changed:
		l.askAgain(e)
	default:
		e.shownAt = asked // its own list has shown that, too
	}
}

// askAgain has an item looked at that was active.
func (b *board) askAgain(e *entry) {
	e.known, e.again = false, true
	b.asking = append(b.asking, e)
}

// undone reports whether an item that was active is not any more, for all that its list
// tells. A list that shows neither is older.
func (s standing) undone() bool {
	switch s.state { //nolint:exhaustive // the others are no end of what was active
	case Returning, Returned, ReturnFailed, Superseded:
		return true
	}
	return false
}

// confirm looks whether items are still active: by the lists of their groups, or by their
// own where those are fewer.
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
		case err != nil && wait: // its group's list is asked for again
		case err != nil, !byGroup:
			e.shownAt = asked
			l.askAgain(e)
		default:
			e.shownAt = asked
		}
	}
}

// waitsFor leaves PAPI alone when the lists of groups could not be read for now. It is false
// when that did not help, or would not: the items are asked themselves then.
func (l *loop) waitsFor(failed map[pair]error) bool {
	wait := len(failed) > 0
	for _, err := range failed {
		problem, ok := errors.AsType[*papi.Error](err)
		wait = wait && ok && (problem.Class.Transient() || problem.Uncertain()) && l.rests(problem.Wait())
	}
	return wait
}
