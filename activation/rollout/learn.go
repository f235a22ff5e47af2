package rollout

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// learn stores the state of an item by its list.
func (b *board) learn(e *entry, s standing) {
	e.known, e.shown = true, false
	if e.part != nil && !b.left(e, s) {
		return
	}
	if s.part != (Part{}) && !e.submitted {
		b.sees(s.part, s.partAt)
	}
	e.usual, e.before, e.on, e.staging, e.shownAt = s.usual, s.before, s.version, s.staging, b.clock.now()
	e.marked = e.marked || s.attempt > 0 || s.backAttempt > 0
	b.resumed = b.resumed || e.marked && !e.submitted
	e.attempt = max(e.attempt, s.attempt)
	if s.backAttempt > 0 && s.backAttempt >= e.backAttempt {
		e.scope = wider(s.scope, e.scope, s.backAttempt == e.backAttempt)
		e.backAttempt = s.backAttempt
	}
	if e.again {
		e.again = false
		if !s.undone() {
			return // unchanged, or the list is older than what has shown that
		}
	}
	if e.submitted && e.onTheWay() && !s.shows(e) {
		return // what PAPI has accepted may not be visible yet; it is polled by its id until it is overdue
	}
	if e.state == Skipped || e.state == Uncertain && s.state == Waiting {
		return
	}
	if s.state == Blocked && e.state == Active && s.version == e.Version && e.Stage < b.stage {
		e.ours, e.blocker = s.attempt > s.backAttempt, s.about // its stage is over; later activations are not about it
		return
	}
	if s.about != nil || s.state != Active {
		e.act = s.about
	}
	b.stand(e, s)
	b.meets(e, s)
}

// left reports whether, by its list, an item's bulk request has nothing more to do with it. Only a submission
// with the mark of that very request is its own: one of another process may fail before the request comes to the
// item, which it then submits.
func (b *board) left(e *entry, s standing) bool {
	switch {
	case s.part == e.part.Part && s.request == e.part.request:
		b.found(e, s.partAt)
	case s.state == Active: // PAPI refuses the submission
		e.part = nil
	default:
		e.elsewhere = s.attempt > b.closed
		return false
	}
	return true
}

// meets records another plan of this name. It stops a rollout; a rollback goes on with this plan's items, and
// reports the other plan if there are none.
func (b *board) meets(e *entry, s standing) {
	switch asked := b.returning && b.trouble == nil; {
	case asked && b.another == nil:
		if m := cmp.Or(s.other, s.served); m != nil {
			b.another = &AnotherPlanError{Mark: *m, Property: e.Title(), Active: s.other == nil}
		}
	case !asked && s.other != nil && !b.options.Replan:
		b.stop(&trouble{outcome: OutcomeRejected, err: &AnotherPlanError{Mark: *s.other, Property: e.Title()}})
	}
}

// stand stores the state that an item's list shows.
func (b *board) stand(e *entry, s standing) {
	e.ours = s.ours
	e.state = s.state
	switch s.state {
	case Active, Returned:
		if s.about != nil && e.arrived.IsZero() {
			e.arrived = steadyAt(*s.about)
		}
	case Underway, Returning:
		e.followed(b.clock.now(), s.about)
		b.touched[e.Stage] = b.touched[e.Stage] || s.ours
	case Blocked:
		e.act, e.blocker = nil, s.about
		b.blocked(e)
	case Waiting:
		if e.drifts(s) {
			e.state, e.err = Drifted, e.drift(s)
		}
	case Failed, Superseded:
		e.err = &activation.FailedError{Outcome: endOf(s.state, s.about), Activation: *s.about}
		if b.options.RetryFailed && s.state == Failed && !e.submitted {
			e.state, e.err = Waiting, nil
			if e.drifts(s) {
				e.state, e.err = Drifted, e.drift(s)
			}
		}
	case Rejected, Skipped, Overdue, Uncertain, ReturnFailed, NotReturnable, Drifted, Unknown, Inactive:
	}
}

// drifts reports whether the active version is neither the one at the time of the plan, nor the wanted one, nor
// the result of the plan's own rollback.
func (e *entry) drifts(s standing) bool {
	return s.version != e.Before() && s.version != e.Version && !s.restored
}

func (e *entry) drift(s standing) error {
	return fmt.Errorf("version %d of %s is active on %s; it was %d when the plan was made", s.version, e.Title(), e.Network, e.Before())
}

// shows reports whether a list shows what this run has submitted.
func (s standing) shows(e *entry) bool {
	switch s.state { //nolint:exhaustive // a list tells no others
	case Returning, Returned, ReturnFailed:
		return true
	case Active:
		return !e.back
	}
	// An earlier attempt is not what was submitted.
	return s.ours && !e.back && (e.act == nil || s.about.ActivationID.Equal(e.act.ActivationID))
}

func endOf(s State, a *papi.Activation) activation.Outcome {
	switch {
	case s == Superseded:
		return activation.OutcomeSuperseded
	case a.Status == papi.StatusAborted:
		return activation.OutcomeAborted
	}
	return activation.OutcomeFailed
}

// returned handles earlier rollbacks: a plan that was rolled back is closed, until a run with Replan begins
// another attempt. It reports whether lists have to be read again.
func (b *board) returned() bool {
	forward, back, last := b.latest()
	replans := b.options.Replan && !slices.Contains(b.touched, true) // rollbacks from now on belong to this attempt
	switch {
	case back <= b.closed:
		return false
	case !replans && forward <= back:
		closed := &ClosedError{Mark: b.plan.Mark(), Property: last.Title()}
		b.stopAt(&trouble{outcome: OutcomeRolledBack, err: closed, scope: last.scope}, last.Stage)
		return false
	default:
		b.closed = back
	}
	b.asking = nil
	for _, e := range b.entries {
		// A look may have settled an item that is not collected yet; it was about the attempt that is now
		// closed.
		if e.known && (!e.working || e.state.Settled()) && e.state != Skipped {
			if e.Stage < b.last() && e.on != e.Before() && e.on != e.Version {
				b.asking = append(b.asking, e) // nothing is submitted before it is known whether it has drifted
			}
			e.known, e.state, e.ours, e.act = false, Waiting, false, nil
		}
	}
	clear(b.probed)
	clear(b.scanned)
	clear(b.gates) // checks of the closed attempt do not count
	b.stage = 0    // earlier stages were not looked at for this attempt
	return true
}

// followed records the activation in progress.
func (e *entry) followed(now time.Time, a *papi.Activation) {
	e.act, e.blocker, e.due, e.looks = a, nil, time.Time{}, 0
	e.since = now
	if a != nil && !a.SubmitDate.IsZero() {
		e.since = a.SubmitDate
	}
}

// blocked puts an item off, and gives it up if it has waited too long.
func (b *board) blocked(e *entry) {
	const step, most = time.Minute, 10 * time.Minute
	now := b.clock.now()
	if e.blocked.IsZero() {
		e.blocked = now
	}
	e.tries++
	e.due = now.Add(min(time.Duration(e.tries)*step, most))
	switch {
	case now.Sub(e.blocked) < b.options.patience():
	case e.blocker != nil:
		e.state, e.err = Overdue, &activation.BusyError{Blocker: *e.blocker}
	case inLine(e.err):
		e.state = Overdue
	}
}
