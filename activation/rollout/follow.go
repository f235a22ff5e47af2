package rollout

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// glance lists the groups once to see which items show their version already, and which show
// neither that nor what was active before. If there are about as many groups as items, the
// items are looked at instead, but for a plan that was made earlier: what has drifted is
// refused before anything is submitted.
func (l *loop) glance(ctx context.Context) error {
	drifts := l.plan.Earlier && !l.returning && !l.looksAtAll()
	all := map[pair]bool{}
	for _, e := range l.entries {
		if e.GroupID == "" || e.ContractID == "" {
			continue
		}
		all[pair{e.ContractID, e.GroupID}] = true
	}
	const perGroup = 3 // items per list, below which the list is not worth it
	if len(all)*perGroup > len(l.entries) && !drifts {
		return nil
	}
	for g := range sorted(all) {
		asked := l.now()
		list, err := l.runner.API.Properties(ctx, papi.ListQuery{ContractID: g.contract, GroupID: g.group})
		switch {
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case err != nil && drifts:
			continue // its items are looked at instead
		case err != nil:
			return nil // each item is looked at instead
		}
		l.mu.Lock()
		l.heard(list.Answer)
		l.verify(accountOf(list))
		l.arrivals(list, asked, true)
		l.mu.Unlock()
	}
	l.glanced = true
	if drifts {
		l.mu.Lock()
		l.asking = l.unlike()
		l.mu.Unlock()
	}
	return nil
}

// looksAtAll reports whether each item is looked at before the first submission.
func (b *board) looksAtAll() bool { return b.last() == 1 && b.stages[0].Count <= probeSize }

// unlike returns the items of the run that do not show what was active when the plan was made,
// nor their version; or that no list shows.
func (b *board) unlike() []*entry {
	var all []*entry
	for _, e := range b.entries {
		if e.Stage < b.last() && e.state == Waiting && (!e.listed || e.on != e.Before()) {
			all = append(all, e)
		}
	}
	return all
}

func sorted(all map[pair]bool) func(func(pair) bool) {
	var list []pair
	for p := range all {
		list = append(list, p)
	}
	slices.SortFunc(list, func(a, b pair) int {
		return cmp.Or(cmp.Compare(a.contract, b.contract), cmp.Compare(a.group, b.group))
	})
	return slices.Values(list)
}

// arrivals takes from the list of a group which items show their version.
func (l *loop) arrivals(list *papi.PropertyList, asked time.Time, first bool) {
	shown := make(map[papi.ID]papi.Property, len(list.Items))
	for _, p := range list.Items {
		shown[papi.ID(p.PropertyID.Bare())] = p
	}
	for _, e := range l.entries {
		p, ok := shown[papi.ID(e.PropertyID.Bare())]
		if !ok || e.working {
			continue
		}
		version, last := activeOf(p, e.Network), e.on
		e.on, e.listed = version, true
		switch {
		case !first && e.state == Active:
			l.shows(e, version != last, asked)
		case first && e.state == Waiting && version == e.Version:
			e.state, e.shown, e.shownAt = Active, true, asked
		case first || !e.onTheWay() || e.part != nil || l.tooYoung(e.since, asked) || version != e.target():
		case l.asksLast(e):
			e.due = l.clock.now() // the exact time is needed
		default:
			e.arrive(l.clock.now())
		}
	}
}

// tooYoung reports whether a list requested at asked may be older than an item's submission or end, and so show
// the earlier state.
func (l *loop) tooYoung(since, asked time.Time) bool {
	const least = 15 * time.Second
	return asked.Sub(since) < least+l.options.Lag
}

// asksLast reports whether an arrived item is polled for its exact end: those that may end a stage with a
// watch.
func (l *loop) asksLast(e *entry) bool {
	if e.back || !l.needsEnds(e.Stage) {
		return false
	}
	left := 0
	for _, o := range l.of(e.Stage) {
		if !o.state.Settled() {
			left++
		}
	}
	return left <= smallStage
}

// arrive settles an item that shows its version as active.
func (e *entry) arrive(at time.Time) {
	e.state, e.shown = Active, true
	if e.back {
		e.state = Returned
	}
	e.arrived = at
	if e.act != nil {
		done := *e.act
		done.Status = papi.StatusActive
		e.act = &done
	}
}

// watch starts the polls that are due, and returns when the next is; zero if there is nothing to poll.
func (l *loop) watch(ctx context.Context, s step) time.Time {
	l.mu.Lock()
	now := l.clock.now()
	due, wake, round := l.dueLooks(now)
	if round != nil && l.rounds == 0 {
		l.round = now
		l.rounds++
		go func() {
			l.list(ctx, round)
			l.done <- nil
		}()
	}
	parts, next := l.dueParts(now)
	l.mu.Unlock()
	if !next.IsZero() && (wake.IsZero() || next.Before(wake)) {
		wake = next
	}
	for _, p := range parts {
		if l.running >= maxWorkers {
			return time.Time{}
		}
		l.startPoll(ctx, p)
	}
	for _, e := range due {
		if l.running >= maxWorkers {
			return time.Time{} // wait until one of them has ended
		}
		l.start(ctx, e, l.poll)
	}
	if !s.until.IsZero() && (wake.IsZero() || s.until.Before(wake)) {
		wake = s.until
	}
	return wake
}

// dueLooks returns the items to poll now, when the next is due, and the groups to list now.
func (l *loop) dueLooks(now time.Time) (due []*entry, wake time.Time, round map[pair]bool) {
	sooner := func(t time.Time) {
		if wake.IsZero() || t.Before(wake) {
			wake = t
		}
	}
	var many []*entry
	for _, e := range l.entries {
		if !e.onTheWay() || e.working || e.part != nil {
			continue
		}
		if l.byGroup(e) && e.due.IsZero() {
			many = append(many, e)
			continue
		}
		if e.due.IsZero() {
			e.due = now.Add(pause(now.Sub(e.since), e.usual, e.looks))
		}
		if !e.due.After(now) {
			due = append(due, e)
		} else {
			sooner(e.due)
		}
	}
	if len(many) == 0 {
		return due, wake, nil
	}
	var expected []time.Time
	for _, e := range many {
		if now.Sub(e.since) < e.usual*overdueFrom/100 {
			expected = append(expected, e.since.Add(e.usual))
		}
	}
	at := nextRound(l.round, now, expected, l.wanting())
	if at.After(now) {
		sooner(at)
		return due, wake, nil
	}
	round = map[pair]bool{}
	for _, e := range many {
		round[pair{e.ContractID, e.GroupID}] = true
	}
	return append(due, l.stragglers(many, now)...), wake, round
}

// byGroup reports whether an item is followed by the list of its group instead of by itself.
func (l *loop) byGroup(e *entry) bool {
	return e.GroupID != "" && e.ContractID != "" && (e.back && len(l.entries) > smallStage || l.stages[e.Stage].Count > smallStage)
}

// wanting reports whether items wait because the wave's limit is reached.
func (l *loop) wanting() bool {
	if l.stage >= len(l.stages) {
		return false
	}
	waiting, taken := 0, 0
	for _, e := range l.of(l.stage) {
		switch {
		case e.state == Waiting && !e.working:
			waiting++
		case e.working || e.onTheWay():
			taken++
		}
	}
	return waiting > 0 && taken >= l.wave(l.stage).AtOnce*9/10 //nolint:mnd // nearly all
}

// submitting reports whether items wait to be submitted.
func (l *loop) submitting() bool {
	return l.stage < len(l.stages) && slices.ContainsFunc(l.of(l.stage), func(e *entry) bool { return e.state == Waiting })
}

// How many items are polled themselves in a round.
const (
	maxStragglers = 20 // per minute, overdue ones
	fewStragglers = 3  // while others wait to be submitted, which comes first
	sampleOf      = 25 // one in so many young ones
)

// stragglers are the items that are polled themselves in addition to the lists of groups: those that should be
// active by now, and a sample of young ones, since most failures come early.
func (l *loop) stragglers(many []*entry, now time.Time) []*entry {
	var late, young []*entry
	for _, e := range many {
		switch age := now.Sub(e.since); {
		case age >= e.usual*overdueFrom/100:
			late = append(late, e)
		case e.looks == 0:
			young = append(young, e)
		}
	}
	slices.SortStableFunc(late, func(a, b *entry) int { return cmp.Compare(a.looks, b.looks) })
	slices.SortStableFunc(young, func(a, b *entry) int { return b.since.Compare(a.since) })
	most := maxStragglers
	if l.submitting() {
		most = fewStragglers
	}
	samples := 0
	if len(young) > 0 {
		samples = max(len(young)/sampleOf, 1)
	}
	return append(late[:min(len(late), most)], young[:min(samples, len(young), probeSize)]...)
}

// list reads the lists of groups.
func (l *loop) list(ctx context.Context, groups map[pair]bool) (failed map[pair]error) {
	failed = map[pair]error{}
	for g := range sorted(groups) {
		asked := l.now()
		list, err := l.runner.API.Properties(ctx, papi.ListQuery{ContractID: g.contract, GroupID: g.group})
		if err != nil {
			failed[g] = err // the next round tries again, and overdue items are polled themselves
			continue
		}
		l.mu.Lock()
		l.heard(list.Answer)
		l.arrivals(list, asked, false)
		l.mu.Unlock()
	}
	return failed
}

// poll reads the activation of an item in progress.
func (l *loop) poll(ctx context.Context, e *entry) {
	l.mu.Lock()
	id := e.act.ActivationID
	l.mu.Unlock()
	answer, err := l.runner.API.Activation(ctx, e.Ref(), id)
	l.mu.Lock()
	doubtful := err == nil && e.handed && !l.believed(e, answer.Activation)
	l.mu.Unlock()
	replaced := err == nil && !doubtful && served(answer.Activation) && answer.Activation.Status != papi.StatusActive
	if replaced || errors.Is(err, papi.ClassNotFound) {
		l.look(ctx, e) // it was replaced, is not visible yet, or is gone: the list tells
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	e.looks++
	e.due = time.Time{}
	switch {
	case doubtful:
		l.doubted(e)
		return
	case errors.Is(err, papi.ClassNotFound):
		l.missing(e)
		l.overdue(e)
		return
	case replaced && !e.onTheWay():
		l.overdue(e)
		return
	}
	if err == nil {
		l.heard(answer.Answer)
		l.seen(e, answer.Activation)
	} else if problem, ok := errors.AsType[*papi.Error](err); ok {
		e.due = l.clock.now().Add(max(pause(0, e.usual, e.looks), problem.Wait()))
		if !problem.Class.Transient() {
			l.stop(&trouble{outcome: OutcomeError, err: fmt.Errorf("%s: %w", e.Title(), err)})
		}
	}
	l.overdue(e)
}

// seen stores the state of an item's activation.
func (l *loop) seen(e *entry, a papi.Activation) {
	if activation.InProgress(a) {
		e.act = &a
		return
	}
	e.act = &a
	good, bad := Active, Failed
	if e.back {
		good, bad = Returned, ReturnFailed
	}
	switch {
	case a.Status == papi.StatusActive || a.Status == papi.StatusDeactivated && a.ActivationType == papi.Deactivate:
		e.state, e.on = good, e.target()
		e.arrived = steadyAt(a)
		if e.arrived.IsZero() {
			e.arrived = l.clock.now()
		}
	case !e.ours && !e.back: // another user's activation, which did not reach the version
		e.state, e.known, e.adopted = Waiting, false, false
	case served(a) && !e.back:
		e.settle(Superseded, &a, &activation.FailedError{Outcome: activation.OutcomeSuperseded, Activation: a})
	default:
		e.state, e.err = bad, &activation.FailedError{Outcome: endOf(Failed, &a), Activation: a}
	}
}

// overdue gives up an item that takes too long, at the second poll that shows it.
func (l *loop) overdue(e *entry) {
	const apart = 30 * time.Second
	switch now := time.Now(); {
	case !e.onTheWay() || l.clock.now().Sub(e.since) < patience(e.Network):
		e.late = time.Time{}
	case e.late.IsZero():
		e.late = now
	case l.clock.since(e.late) >= apart:
		e.settle(Overdue, nil, errOverdue)
	}
}
