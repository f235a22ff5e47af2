package rollout

import (
	"context"
	"errors"
	"net/http"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// listOf is a list of activations on staging, each a version, its status and its id.
func listOf(all ...papi.Activation) *papi.ActivationList { return &papi.ActivationList{Items: all} }

func onStaging(id string, version int, status papi.Status, note string) papi.Activation {
	return papi.Activation{
		ActivationID: papi.ID(id), ActivationType: papi.Activate, Network: papi.Staging, PropertyVersion: version, Status: status, Note: note,
		SubmitDate: noon, UpdateDate: noon,
	}
}

// The look right before a return decides: only the very activation that the rollout has made goes back.
func TestTheLastLookBeforeAReturnDecides(t *testing.T) {
	l := &loop{board: boardOf(planOf(staging, 1), Options{}, "active+ours")}
	l.entries[0].before = 2
	target, ok := l.goesTo(l.entries[0])
	if !ok {
		t.Fatal("it does not go back")
	}
	mine := onStaging("atv_1", 3, papi.StatusActive, "")
	for _, c := range []struct {
		name string
		list *papi.ActivationList
		held bool
	}{
		{"it is active", listOf(mine), false},
		{"with another prefix", listOf(onStaging("1", 3, papi.StatusActive, "")), false},
		{"somebody has activated another version", listOf(onStaging("atv_1", 3, papi.StatusInactive, ""), onStaging("atv_2", 4, papi.StatusActive, "")), true},
		{"somebody has activated the same version again", listOf(onStaging("atv_1", 3, papi.StatusInactive, ""), onStaging("atv_2", 3, papi.StatusActive, "")), true},
		{"it has been taken off", listOf(onStaging("atv_1", 3, papi.StatusDeactivated, "")), true},
		{"nothing is there", listOf(), true},
	} {
		if err := target.Before(c.list); errors.Is(err, errHeld) != c.held || err != nil && !c.held {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestAListThatIsOlderThanASubmissionShowsNoArrival(t *testing.T) {
	for _, c := range []struct {
		lag, after time.Duration
		arrives    bool
	}{
		{0, 0, false},
		{0, 14 * time.Second, false},
		{0, 15 * time.Second, true},
		{time.Minute, 74 * time.Second, false},
		{time.Minute, 75 * time.Second, true},
	} {
		l := &loop{board: boardOf(planOf(staging, 1), Options{Lag: c.lag}, "underway")}
		l.arrivals(&papi.PropertyList{Items: []papi.Property{{PropertyID: "prp_1", StagingVersion: 3}}}, noon.Add(c.after), false)
		if got := l.entries[0].state == Active; got != c.arrives {
			t.Errorf("%s after the submission, with lists that lag %s: it is %s", c.after, c.lag, l.entries[0].state)
		}
	}
}

// What has arrived is not taken back by a list that is older than its end, either.
func TestAListThatIsOlderThanAnEndTakesNothingBack(t *testing.T) {
	for after, again := range map[time.Duration]bool{14 * time.Second: false, 15 * time.Second: true} {
		l := &loop{board: boardOf(planOf(staging, 1), Options{}, "active+ours")}
		e := l.entries[0]
		e.arrived, e.on = noon, 3
		l.arrivals(&papi.PropertyList{Items: []papi.Property{{PropertyID: "prp_1", StagingVersion: 2}}}, noon.Add(after), false)
		if e.again != again || e.state != Active || (len(l.asking) == 1) != again {
			t.Errorf("%s after the end: it is %s, and looked at again is %t", after, e.state, e.again)
		}
	}
}

// What an item's own activation has told is known when the list of the group shows another version.
func TestWhatWasSeenIsKnownWhenAListShowsAnotherVersion(t *testing.T) {
	l := &loop{board: boardOf(planOf(staging, 1), Options{}, "underway+ours+sent")}
	e := l.entries[0]
	e.on = 2 // when it was submitted
	l.seen(e, onStaging("atv_1", 3, papi.StatusActive, ""))
	l.arrivals(&papi.PropertyList{Items: []papi.Property{{PropertyID: "prp_1", StagingVersion: 2}}}, noon.Add(time.Minute), false)
	if !e.again || e.state != Active {
		t.Errorf("it is %s, and looked at again is %t", e.state, e.again)
	}
}

// An own list that does not show what was active takes nothing back; only an end does.
func TestWhatIsLookedAtAgainStaysActiveWithoutAnEnd(t *testing.T) {
	back := Mark{Back: true}
	for _, c := range []struct {
		name string
		list []papi.Activation
		want State
	}{
		{"nothing of it", nil, Active},
		{"somebody's beside it", []papi.Activation{onStaging("atv_8", 4, papi.StatusPending, "")}, Active},
		{"it is active", []papi.Activation{onStaging("atv_1", 3, papi.StatusActive, "ours")}, Active},
		{"another version", []papi.Activation{onStaging("atv_1", 3, papi.StatusInactive, "ours"), onStaging("atv_9", 4, papi.StatusActive, "")}, Superseded},
		{"a return", []papi.Activation{onStaging("atv_1", 3, papi.StatusInactive, "ours"), onStaging("atv_9", 2, papi.StatusActive, "back")}, Returned},
		{"a return that goes on", []papi.Activation{onStaging("atv_1", 3, papi.StatusActive, "ours"), onStaging("atv_9", 2, papi.StatusPending, "back")}, Returning},
	} {
		b := boardOf(planOf(staging, 1), Options{}, "active+ours+sent")
		e := b.entries[0]
		b.askAgain(e)
		for i := range c.list {
			m := Mark{Name: b.plan.Name, Digest: b.plan.Digest, Place: 1, Total: 1, Attempt: 1}
			switch c.list[i].Note {
			case "ours":
				c.list[i].Note = m.String()
			case "back":
				m.Back, m.Scope = back.Back, ScopeAll
				c.list[i].Note, c.list[i].SubmitDate = m.String(), noon.Add(time.Minute)
			}
		}
		b.learn(e, b.plan.stands(e.Item, c.list, 0))
		if e.state != c.want || e.again || !e.known {
			t.Errorf("%s: it is %s, want %s", c.name, e.state, c.want)
		}
	}
}

// A return that an earlier run has begun goes on whatever stops this one.
func TestAReturnThatWasBegunGoesOn(t *testing.T) {
	for _, c := range []struct {
		name    string
		trouble trouble
		options Options
		closed  int
		states  string
		scope   Scope
	}{
		{"after a drift", trouble{outcome: OutcomeRejected}, Options{}, 0, "rolled-back+back active+ours", ScopeAll},
		{"not what was not begun", trouble{outcome: OutcomeRejected}, Options{}, 0, "active+ours active+ours", ""},
		{"not of an attempt that is closed", trouble{outcome: OutcomeRejected}, Options{}, 1, "rolled-back+back active+ours", ""},
		{"not where another attempt is begun", trouble{outcome: OutcomeRejected}, Options{Replan: true}, 0, "rolled-back+back active+ours", ""},
		{"what goes back by itself has its own scope", trouble{outcome: OutcomeFailed, returns: true}, Options{}, 0, "rolled-back+back active+ours", ""},
		{"what has a scope keeps it", trouble{outcome: OutcomeRolledBack, scope: ScopeWave}, Options{}, 0, "rolled-back+back active+ours", ScopeWave},
	} {
		b := boardOf(planOf(staging, 2), c.options, c.states)
		b.closed = c.closed
		tr := c.trouble
		tr.err = errors.New("what stops this run")
		b.trouble = &tr
		b.goOnReturning()
		if b.trouble.scope != c.scope || !errors.Is(b.trouble.err, tr.err) {
			t.Errorf("%s: scope %q, %v", c.name, b.trouble.scope, b.trouble.err)
		}
		if c.scope == ScopeAll {
			if _, ok := errors.AsType[*ClosedError](b.trouble.err); !ok || b.trouble.outcome != OutcomeRolledBack {
				t.Errorf("%s: %s, %v", c.name, b.trouble.outcome, b.trouble.err)
			}
			if got := b.next(noon).told(); got != "giveBack 2" {
				t.Errorf("%s: then %s", c.name, got)
			}
		}
	}
}

// permits is the last word before a submission.
func TestWhatMayBeSubmittedAfterItsLook(t *testing.T) {
	waits := standing{state: Waiting, version: 2}
	for _, c := range []struct {
		name    string
		options Options
		change  func(*board, *entry)
		s       standing
		ok      bool
	}{
		{"what waits", Options{}, nil, waits, true},
		{"what is on its way", Options{}, nil, standing{state: Underway, version: 2}, false},
		{"what is active", Options{}, nil, standing{state: Active, version: 3}, false},
		{"what is blocked", Options{}, nil, standing{state: Blocked, version: 2}, false},
		{"what has failed", Options{}, nil, standing{state: Failed, version: 2}, false},
		{"what has failed, to be tried again", Options{RetryFailed: true}, nil, standing{state: Failed, version: 2}, true},
		{"what this run has tried again", Options{RetryFailed: true}, func(_ *board, e *entry) { e.submitted = true }, standing{state: Failed, version: 2}, false},
		{"what was replaced", Options{RetryFailed: true}, nil, standing{state: Superseded, version: 4}, false},
		{"nothing after a trouble", Options{}, func(b *board, _ *entry) { b.trouble = &trouble{} }, waits, false},
		{"what is in a bulk request", Options{}, func(_ *board, e *entry) { e.part = &part{} }, waits, false},
		{"what another process may still submit", Options{}, func(b *board, _ *entry) { b.spans = []*span{{Part: Part{1, 2}}} }, waits, false},
		{"what is beside the part of another process", Options{}, func(b *board, _ *entry) { b.spans = []*span{{Part: Part{2, 3}}} }, waits, true},
		{"what was returned", Options{}, nil, standing{state: Waiting, version: 2, backAttempt: 1}, false},
		{"what was returned in an attempt that is closed", Options{}, func(b *board, _ *entry) { b.closed = 1 }, standing{state: Waiting, version: 2, backAttempt: 1}, true},
		{"what another plan has unfinished", Options{}, nil, standing{state: Waiting, version: 2, other: &Mark{}}, false},
		{"what another plan has unfinished, and this one is meant", Options{Replan: true}, nil, standing{state: Waiting, version: 2, other: &Mark{}}, true},
		{"what has drifted", Options{}, nil, standing{state: Waiting, version: 1}, false},
		{"what the plan's own return has left", Options{}, nil, standing{state: Waiting, version: 1, restored: true}, true},
	} {
		b := boardOf(planOf(staging, 3), c.options, "waiting waiting waiting")
		if c.change != nil {
			c.change(b, b.entries[0])
		}
		l := &loop{board: b}
		if err := l.permits(b.entries[0], c.s); (err == nil) != c.ok {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// An item without a look is in no bulk request, however fast the clock is.
func TestAnItemThatWasNotLookedAtIsInNoBulkRequest(t *testing.T) {
	l := &loop{board: boardOf(planOf(staging, 4), Options{}, "waiting waiting waiting waiting")}
	l.clock.speed = 600
	l.spans = []*span{{Part: Part{4, 4}}} // another process may still submit the last one
	now := time.Now()
	p, request, _ := l.newPart(l.entries, []time.Time{now, {}, now.Add(-time.Second), now})
	if p == nil || len(request.Items) != 1 || request.Items[0].PropertyID != "prp_1" {
		t.Fatalf("%+v", request.Items)
	}
}

// lists answers looks; nothing else is asked.
type lists struct {
	API

	of map[papi.ID]*papi.ActivationList
}

func (a lists) Activations(_ context.Context, ref papi.PropertyRef) (*papi.ActivationList, error) {
	if list := a.of[ref.PropertyID]; list != nil {
		return list, nil
	}
	return nil, &papi.Error{StatusCode: http.StatusServiceUnavailable, Class: papi.ClassServer}
}

// Only what its look permits goes into a bulk request.
func TestALookDecidesWhatIsInABulkRequest(t *testing.T) {
	was := onStaging("atv_9", 2, papi.StatusActive, "")
	l := &loop{board: boardOf(planOf(staging, 9), Options{}, "waiting waiting waiting waiting waiting waiting waiting skipped waiting")}
	l.spans = []*span{{Part: Part{9, 9}}} // which another process may still submit
	l.runner = &Runner{API: lists{of: map[papi.ID]*papi.ActivationList{
		"prp_1": listOf(was),
		"prp_2": listOf(was, onStaging("atv_10", 4, papi.StatusPending, "")),
		"prp_3": listOf(was, onStaging("atv_10", 3, papi.StatusPending, "")),
		"prp_4": listOf(onStaging("atv_10", 3, papi.StatusActive, "")),
		"prp_5": listOf(onStaging("atv_10", 1, papi.StatusActive, "")),
		"prp_6": nil,
		"prp_7": listOf(was),
		"prp_8": listOf(was),
		"prp_9": listOf(was),
	}}}
	l.entries[6].single = true
	looked := l.lookAtAll(t.Context(), l.entries, nil)
	for i, at := range looked {
		if at.IsZero() != (i != 0) {
			t.Errorf("%s, %s: looked at %s", l.entries[i].Title(), l.entries[i].state, at)
		}
	}
}

// The limit of requests passes: nothing ends for it until it has come several times, one after the other. The day's
// budget ends the run at once.
func TestTheLimitOfRequestsIsWaitedFor(t *testing.T) {
	l := &loop{board: boardOf(planOf(staging, 1), Options{}, "waiting")}
	e := l.entries[0]
	for n := range maxDowns {
		l.limited(e, &activation.LimitError{})
		now := l.clock.now()
		if l.trouble != nil || e.due.Sub(now) < 29*time.Second || !l.held.Equal(e.due) || !l.rest.Equal(e.due) {
			t.Fatalf("the %dth time: %+v, due %s, now %s", n+1, l.trouble, e.due, now)
		}
		l.clock.date = l.clock.date.Add(time.Minute)
	}
	if l.limited(e, &activation.LimitError{}); l.trouble == nil || l.trouble.outcome != OutcomeLimited {
		t.Errorf("in the end: %+v", l.trouble)
	}
	l = &loop{board: boardOf(planOf(staging, 1), Options{}, "waiting")}
	l.limited(l.entries[0], &activation.LimitError{Until: l.clock.now().Add(10 * time.Minute)})
	if d := l.held.Sub(l.clock.now()); d < 9*time.Minute {
		t.Errorf("PAPI says ten minutes, and it is held for %s", d)
	}
	if l.limited(l.entries[0], &activation.LimitError{Daily: true}); l.trouble == nil {
		t.Error("the day's budget ends nothing")
	}
}
