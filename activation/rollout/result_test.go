package rollout

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

func TestHowARunEnds(t *testing.T) {
	reason := errors.New("the reason")
	for _, c := range []struct {
		name      string
		states    string
		stage     int
		trouble   *trouble
		returning bool
		want      Outcome
		failed    bool // there is an error
	}{
		{"all is done", "active active", 2, nil, false, OutcomeRolledOut, false},
		{"tolerated failures are no error", "active failed", 2, nil, false, OutcomeRolledOut, false},
		{"it was to end after a wave", "active waiting", 1, nil, false, OutcomePaused, false},
		{"it was to go back", "rolled-back rolled-back", 0, nil, true, OutcomeRolledBack, false},
		{"it went back because of a failure", "rolled-back failed", 1, &trouble{outcome: OutcomeFailed, err: reason, returns: true}, true, OutcomeRolledBack, true},
		{"it has failed", "active failed", 1, &trouble{outcome: OutcomeFailed, err: reason}, false, OutcomeFailed, true},
		{"the budget is used up", "active waiting", 1, &trouble{outcome: OutcomeLimited, err: reason}, false, OutcomeLimited, true},
		{"the plan is closed", "rolled-back rolled-back", 0, &trouble{outcome: OutcomeRolledBack, err: reason}, false, OutcomeRolledBack, true},
		{"a return has failed", "return-failed rolled-back", 0, nil, true, OutcomeError, true},
		{"a return has failed after a failure", "return-failed failed", 1, &trouble{outcome: OutcomeFailed, err: reason, returns: true}, true, OutcomeError, true},
		{"one is uncertain", "uncertain active", 2, nil, false, OutcomeError, true},
		{"one is uncertain, and returns have failed", "uncertain return-failed", 2, nil, true, OutcomeError, true},
	} {
		b := boardOf(planOf(staging, 1, 1), Options{}, c.states)
		b.stage, b.trouble, b.returning = c.stage, c.trouble, c.returning
		r, err := b.result()
		if r.Outcome != c.want || (err != nil) != c.failed || c.trouble != nil && !errors.Is(err, reason) {
			t.Errorf("%s: %s, %v", c.name, r.Outcome, err)
		}
		if uncertain, ok := errors.AsType[*UncertainError](err); ok != strings.Contains(c.states, "uncertain") || ok && len(uncertain.Items) != 1 {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

func TestHowFarTheWavesAre(t *testing.T) {
	both := []papi.Network{papi.Staging, papi.Production}
	for _, c := range []struct {
		name   string
		change func(*board)
		want   string
	}{
		{"at first", nil, "open open"},
		{"lists were looked at", func(b *board) { b.probed[0] = true }, "running open"},
		{"checks are made", func(b *board) { b.gates[0].began = noon }, "checking open"},
		{"on the second network", func(b *board) { b.stage = 1 }, "running open"},
		{"the second wave", func(b *board) { b.stage, b.probed[2] = 2, true }, "done running"},
		{"all", func(b *board) { b.stage = 4 }, "done done"},
		{"one has failed", func(b *board) { b.stage, b.trouble = 1, &trouble{stage: 1} }, "failed open"},
		{"going back", func(b *board) { b.returning = true; b.entries[0].state = Returning }, "running open"},
		{"one cannot go back", func(b *board) { b.returning = true; b.entries[0].state, b.entries[1].state = NotReturnable, Active }, "done open"},
		{"an earlier run has gone back", func(b *board) {
			b.trouble = &trouble{stage: 0, err: &ClosedError{}}
			b.entries[0].state, b.entries[1].state = Returned, Returned
		}, "rolled-back open"},
		{"the day's budget is too small", func(b *board) { b.probed[0], b.trouble = true, &trouble{outcome: OutcomeLimited, err: &BudgetError{}} }, "open open"},
		{"the day's budget is used up", func(b *board) {
			b.probed[0], b.trouble = true, &trouble{outcome: OutcomeLimited, err: &activation.LimitError{}}
			b.entries[0].state, b.entries[0].attempt = Active, 1
		}, "running open"},
		{"a check could not be made", func(b *board) {
			b.trouble = &trouble{outcome: OutcomeUndecided, err: &CheckError{}}
			b.plan.Waves[0].Checks = []string{"home"}
			b.entries[0].state, b.entries[1].state = Active, Active
		}, "checking open"},
		{"another plan is unfinished", func(b *board) {
			b.probed[0], b.trouble = true, &trouble{outcome: OutcomeRejected, err: &AnotherPlanError{}}
		}, "open open"},
		{"a later wave has drifted", func(b *board) {
			b.trouble = &trouble{stage: 2}
			b.entries[0].state, b.entries[1].state, b.entries[2].state = Active, Active, Drifted
		}, "done failed"},
		{"gone back", func(b *board) { b.returning = true; b.entries[0].state = Returned }, "rolled-back open"},
	} {
		b := boardOf(planOf(both, 1, 1), Options{}, "waiting waiting waiting waiting")
		if c.change != nil {
			c.change(b)
		}
		if got := fmt.Sprintf("%s %s", b.waveState(0), b.waveState(1)); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestTotalsCountEachItemOnce(t *testing.T) {
	all := []State{
		Waiting, Blocked, Underway, Active, Failed, Rejected, Superseded, Skipped, Overdue, Uncertain, Returning, Returned,
		ReturnFailed, NotReturnable, Drifted, Unknown, Inactive,
	}
	var sum Totals
	for _, s := range all {
		sum.add(s)
	}
	if n := sum.Active + sum.Underway + sum.Waiting + sum.Blocked + sum.Failed + sum.Returned + sum.Skipped + sum.Unknown; n != len(all) || sum.Items != n {
		t.Errorf("%+v", sum)
	}
	want := Totals{Items: 17, Active: 1, Underway: 2, Waiting: 1, Blocked: 1, Failed: 8, Returned: 1, Skipped: 1, Unknown: 2}
	if sum != want {
		t.Errorf("%+v, want %+v", sum, want)
	}
}

func TestAnErrorNamesAllThatHaveFailed(t *testing.T) {
	b := boardOf(planOf(staging, 4), Options{}, "failed+ours underway+ours underway+ours active")
	cause := errors.New("its origin is missing")
	b.entries[0].err = cause
	b.next(noon)
	b.entries[1].state, b.entries[2].state = Failed, Superseded // while they were followed
	_, err := b.result()
	failures, ok := errors.AsType[*FailuresError](err)
	if !ok || len(failures.Items) != 3 || !errors.Is(err, cause) || b.trouble.outcome != OutcomeFailed {
		t.Errorf("%v", err)
	}
}

func TestALongErrorNamesTheFirstOnes(t *testing.T) {
	var items []string
	for i := range 1000 {
		items = append(items, fmt.Sprintf("www%d.example.com", i))
	}
	for _, err := range []error{
		&FailuresError{Wave: "a", Items: items}, &DriftError{Items: items, cause: errors.New("x")}, &UncertainError{Items: items}, &ReturnError{Items: items}, &NotReturnableError{Items: items},
		&UnreadError{Items: items, cause: errors.New("x")}, &StoppedError{Uncertain: items, cause: errors.New("x")},
	} {
		if text := err.Error(); len(text) > 1000 || !strings.Contains(text, "www9.example.com") || !strings.Contains(text, "990") {
			t.Errorf("%T: %d bytes: %.200s", err, len(text), text)
		}
	}
}

func TestErrorsLeadToTheirCauses(t *testing.T) {
	cause := &activation.LimitError{}
	failed := errors.New("failed")
	for name, err := range map[string]error{
		"failures": &FailuresError{Items: []string{"a", "b"}, causes: []error{nil, failed}},
		"drift":    &DriftError{Items: []string{"a"}, cause: failed},
		"returns":  &ReturnError{Items: []string{"a"}, causes: []error{failed}},
		"unread":   &UnreadError{Items: []string{"a"}, cause: failed},
		"stopped":  &StoppedError{cause: failed},
	} {
		if !errors.Is(err, failed) || errors.Is(err, context.Canceled) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if limit, ok := errors.AsType[*activation.LimitError](&ReturnError{Items: []string{"a"}, causes: []error{cause}}); !ok || limit != cause {
		t.Error("the limit is not found")
	}
	for _, err := range []error{
		&FailuresError{Wave: "w", Network: papi.Staging}, &CheckError{Wave: "w", Results: []CheckResult{{Check: "home", Property: "p", Finding: Finding{Detail: "500"}}}},
		&AnotherPlanError{Property: "p"}, &ClosedError{Mark: "m", Property: "p"}, &BudgetError{Need: Needs{3, 2}, Left: 4, Reserve: 1},
		&NoWaveError{Wave: "w", Plan: &Plan{}}, &NoItemError{Property: "p"}, &AccountError{Plan: "act_1", Account: "act_2"},
	} {
		if text := err.Error(); strings.ContainsAny(text, "\n\x00") || len(text) < 10 {
			t.Errorf("%T: %q", err, text)
		}
	}
}

func TestWhatARunLeavesThatIsStopped(t *testing.T) {
	b := boardOf(planOf(staging, 5), Options{}, "underway+ours active uncertain underway underway")
	p := &part{Part: Part{4, 5}}
	b.entries[3].part, b.entries[4].part = p, p
	l := &loop{board: b}
	stopped, ok := errors.AsType[*StoppedError](l.stopped(context.Canceled))
	if !ok || stopped.Underway != 1 || len(stopped.Uncertain) != 3 || !errors.Is(stopped, context.Canceled) {
		t.Errorf("%+v", stopped)
	}
	p.id = 7 // PAPI has taken it
	stopped, ok = errors.AsType[*StoppedError](l.stopped(context.Canceled))
	if !ok || stopped.Underway != 3 || len(stopped.Uncertain) != 1 {
		t.Errorf("%+v", stopped)
	}
}

func TestWhatWasToBeTriedAgainAndWasNotHasStillFailed(t *testing.T) {
	b := boardOf(planOf(staging, 3), Options{RetryFailed: true}, "failed+ours failed+ours+sent waiting")
	for _, e := range b.entries {
		e.state = Waiting
	}
	b.untried()
	if b.entries[0].state != Failed || b.entries[0].err == nil || b.entries[1].state != Waiting || b.entries[2].state != Waiting {
		t.Errorf("%s, %s, %s", b.entries[0].state, b.entries[1].state, b.entries[2].state)
	}
}
