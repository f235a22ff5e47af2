package rollout

import (
	"cmp"
	"slices"
	"time"

	"github.com/propctl/propctl/papi"
)

// nextReturn decides on the next step of a rollback. Waves, checks and windows do not delay it.
func (b *board) nextReturn() step {
	now := b.clock.now()
	if s, waits := b.awaitSpans(now); waits && !b.busy() {
		return s
	} else if waits {
		return step{kind: follow, until: s.until}
	}
	var items []*entry
	var until time.Time
	put, queued := false, false
	working := map[papi.ID]bool{} // PAPI refuses both networks of a property at the same moment
	for _, e := range b.entries {
		if e.working {
			working[e.PropertyID] = true
		}
	}
	for _, e := range b.entries {
		switch {
		case e.queued:
			queued = true
		case !b.toReturn(e) || working[e.PropertyID] || e.onTheWay():
		case !e.due.After(now):
			items = append(items, e)
		case !put || e.due.Before(until):
			put, until = true, e.due
		}
	}
	items = oneOfEach(items)
	switch {
	case len(items) > 0:
		// The one that has been active longest loses its fast fallback first.
		slices.SortStableFunc(items, func(a, z *entry) int {
			return cmp.Or(cmp.Compare(unknownLast(a), unknownLast(z)), a.arrived.Compare(z.arrived))
		})
		return step{kind: giveBack, items: items}
	case b.busy():
		return step{kind: follow}
	case put, queued:
		return step{kind: follow, until: until}
	}
	return step{kind: finish}
}

// oneOfEach keeps one item of each property: the one on production.
func oneOfEach(items []*entry) []*entry {
	chosen := map[papi.ID]*entry{}
	for _, e := range items {
		if chosen[e.PropertyID] == nil || e.Network == papi.Production {
			chosen[e.PropertyID] = e
		}
	}
	return slices.DeleteFunc(items, func(e *entry) bool { return chosen[e.PropertyID] != e })
}

func unknownLast(e *entry) int {
	if e.arrived.IsZero() {
		return 1
	}
	return 0
}

// toReturn reports whether an item may have to be rolled back: it is active, and carries the mark or was not
// looked at.
func (b *board) toReturn(e *entry) bool {
	unknown := e.state == Waiting && !e.known && (b.trouble == nil || b.trouble.outcome == OutcomeRolledBack && !b.glanced)
	if e.state != Active && !unknown || e.known && !e.ours {
		return false
	}
	return b.inScope(e)
}

// inScope reports whether an item belongs to what is rolled back.
func (b *board) inScope(e *entry) bool {
	switch {
	case b.only != nil:
		return b.only[papi.ID(e.PropertyID.Bare())]
	case b.trouble == nil:
		return true
	case b.trouble.scope == ScopeWave:
		return b.stages[e.Stage].Wave == b.stages[b.trouble.stage].Wave
	}
	return e.known || b.resumed || e.Stage <= b.trouble.stage
}

// scope is the scope in the marks of the rollback.
func (b *board) scope() Scope {
	if b.trouble == nil {
		return b.options.scope
	}
	return b.trouble.scope
}

// attempts is the highest attempt in any list.
func (b *board) attempts() int {
	n := max(b.closed, 1)
	for _, e := range b.entries {
		n = max(n, e.attempt)
	}
	return n
}

// latest returns the highest attempt that the marks name, the highest that was rolled back, and an item of that
// rollback; one of the whole rollout if there is any.
func (b *board) latest() (forward, back int, last *entry) {
	for _, e := range b.entries {
		forward = max(forward, e.attempt)
		if e.backAttempt > back || e.backAttempt == back && back > 0 && e.scope == ScopeAll {
			back, last = e.backAttempt, e
		}
	}
	return forward, back, last
}

// mark is the mark of an item's next submission.
func (b *board) mark(e *entry) Mark {
	m := Mark{Name: b.plan.Name, Digest: b.plan.Digest, Place: e.Place, Total: max(b.total, len(b.entries)), Attempt: b.closed + 1}
	if e.back {
		m.Back, m.Scope, m.Attempt = true, b.scope(), b.attempts()
	}
	return m
}
