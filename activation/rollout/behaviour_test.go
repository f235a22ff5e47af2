package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func TestPlanningReadsNoPropertyThatAListHasShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 1000, 4, simulator.Options{})
		p := s.plan("name: x\nproperties: [{select: {name: 'p*'}}, prp_100007@2, p00008.example.com]\n")
		if n, lists := s.sim.Count(simulator.OpAny), s.sim.Count(simulator.OpProperties); n > lists+4 || lists != 4 {
			t.Errorf("%d requests, %d lists", n, lists)
		}
		items := p.Items()
		if len(items) != 1000 || p.AccountID == "" {
			t.Fatalf("%d items of account %q", len(items), p.AccountID)
		}
		at := slices.IndexFunc(items, func(i rollout.Item) bool { return i.PropertyID == "prp_100007" })
		if items[at].Version != 2 || items[0].Version != 3 {
			t.Errorf("versions %d and %d", items[at].Version, items[0].Version)
		}
	})
}

func TestAPlanIsTheSameWhereverItIsReadAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 5, 1, simulator.Options{})
		p := s.plan(manifest(5, "networks: [s, p]", "waves: [{take: 2, checks: [home], watch: 1m}, {name: b}]", checks))
		data, err := p.Encode()
		if err != nil || !rollout.IsPlan(data) || rollout.IsPlan([]byte(manifest(1))) {
			t.Fatalf("%v", err)
		}
		again, err := rollout.ParsePlan(data)
		if err != nil || again.Digest != p.Digest || len(again.Items()) != 10 {
			t.Fatalf("%v", err)
		}
		for old, replacement := range map[string]string{
			`"version": 3`: `"version": 4`, `"propertyId": "prp_100001"`: `"propertyId": "prp_100009"`, `"name": "b"`: `"name": "c"`,
			`"schemaVersion": 1`: `"schemaVersion": 2`, `"onFailure": "stop"`: `"onFailure": "x"`, `"atOnce": 200`: `"atOnce": 0`,
			`"kind"`: `"kine"`,
		} {
			altered := strings.Replace(string(data), old, replacement, 1)
			if _, err := rollout.ParsePlan([]byte(altered)); err == nil || altered == string(data) {
				t.Errorf("%s instead of %s is taken", replacement, old)
			}
		}
	})
}

func TestAMarkIsNeverCut(t *testing.T) {
	m := rollout.Mark{Name: "redirects", Digest: "0123456789ab", Place: 37, Total: 500, Attempt: 1}
	for _, note := range []string{"", "short", strings.Repeat("ä", 700), strings.Repeat("x", 5000)} {
		for _, mark := range []rollout.Mark{m, {Name: "a", Digest: m.Digest, Place: 1, Total: 1, Attempt: 3, Back: true, Scope: rollout.ScopeWave}} {
			whole := mark.In(note)
			got, ok := rollout.ParseMark(whole)
			if !ok || got != mark || len(whole) > 1000 || len(note) > 1000 && !strings.Contains(whole, "… [") {
				t.Errorf("%q: %+v, %v", whole, got, ok)
			}
		}
	}
	for _, note := range []string{
		"[propctl a/0123456789ab 0/1]", "[propctl a/0123456789ab 2/1]", "[propctl a/0123456789a 1/1]", "[propctl a b/0123456789ab 1/1]",
		"[propctl a/0123456789ab 1/1] more", "[propctl a/0123456789ab 1/1 #0]", "[propctl a/0123456789ab 1/1 x]", "[propctl ]", "[propctl a/0123456789ab +1/1]",
	} {
		if m, ok := rollout.ParseMark(note); ok {
			t.Errorf("%q: %+v", note, m)
		}
	}
}

func TestThroughAWaveAndOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(20, "waves: [{name: canary, take: 2, checks: [home]}, {name: rest}]", checks))
		r, err := s.apply(p, rollout.Options{Through: "canary"})
		if err != nil || r.Outcome != rollout.OutcomePaused || s.submissions(20) != 2 {
			t.Fatalf("%s, %v, %d submitted", r.Outcome, err, s.submissions(20))
		}
		r, err = s.apply(p, rollout.Options{})
		// Each tenth has version 3 on staging before.
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.submissions(20) != 18 {
			t.Errorf("%s, %v, %d submitted", r.Outcome, err, s.submissions(20))
		}
	})
}

func TestARerunDoesNotBeginTheWatchAnew(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(3, "waves: [{name: canary, take: 2, checks: [home], watch: 30m}, {name: rest}]", checks))
		begun := time.Now()
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Minute)
		defer cancel()
		if _, err := s.applyWithin(ctx, p, rollout.Options{}); !errors.Is(err, context.DeadlineExceeded) || s.submissions(3) != 2 {
			t.Fatalf("%v, %d submitted", err, s.submissions(3))
		}
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		// 90 s, the watch, and 90 s for the rest.
		if took := time.Since(begun); took < 33*time.Minute || took > 34*time.Minute+30*time.Second {
			t.Errorf("it took %s", took)
		}
	})
}

func TestAPlanIsRefusedWhenSomebodyHasActivatedAnotherVersion(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(5))
		s.foreign("prp_100002")
		r, err := s.apply(p, rollout.Options{})
		drift, ok := errors.AsType[*rollout.DriftError](err)
		if !ok || r.Outcome != rollout.OutcomeRejected || !slices.Equal(drift.Items, []string{"p00002.example.com"}) || s.submissions(20) != 0 {
			t.Errorf("%s, %v, %d submitted", r.Outcome, err, s.submissions(20))
		}
	})
}

// foreign activates version 1 on staging as somebody else, and waits for it.
func (s *scene) foreign(property papi.ID) {
	s.t.Helper()
	_, err := s.client().CreateActivation(s.t.Context(), papi.PropertyRef{PropertyID: property}, papi.ActivationRequest{
		PropertyVersion: 1, Network: papi.Staging, NotifyEmails: []string{"other@example.com"}, AcknowledgeAllWarnings: true,
	})
	if err != nil {
		s.t.Fatal(err)
	}
	time.Sleep(stagingTime + time.Second)
}

func TestAFailedCanaryStopsAndReturns(t *testing.T) {
	for _, how := range []rollout.OnFailure{rollout.Stop, rollout.RollbackWave, rollout.Rollback} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{})
			s.checker.verdict = func(i rollout.Item) rollout.Finding {
				if i.PropertyID == "prp_100004" {
					return rollout.Finding{Verdict: rollout.NotHeld, Detail: "answers 500"}
				}
				return rollout.Finding{Verdict: rollout.Held}
			}
			p := s.plan(manifest(9, "on-failure: "+string(how), "waves: [{name: a, take: 3, checks: [home]}, {name: b, take: 3, checks: [home]}, {name: c}]", checks))
			r, err := s.apply(p, rollout.Options{})
			failed, ok := errors.AsType[*rollout.CheckError](err)
			if !ok || failed.Wave != "b" || s.submissions(9) != 6 {
				t.Fatalf("%s: %v, %d submitted", how, err, s.submissions(9))
			}
			on := s.active(9, 3, simulator.Staging)
			fast := 0
			for _, w := range r.Waves {
				for _, i := range w.Items {
					if i.Fast && i.State == rollout.Returned {
						fast++
					}
				}
			}
			want := map[rollout.OnFailure]string{
				rollout.Stop: "failed 6 0", rollout.RollbackWave: "rolled-back 3 3", rollout.Rollback: "rolled-back 0 6",
			}[how]
			if got := fmt.Sprintf("%s %d %d", r.Outcome, on, fast); got != want {
				t.Errorf("%s: %s, want %s", how, got, want)
			}
			// Run again it submits nothing more, and says why.
			before := s.sim.Count(simulator.OpSubmit)
			r, err = s.apply(p, rollout.Options{})
			if err == nil || s.sim.Count(simulator.OpSubmit) != before || how != rollout.Stop && r.Outcome != rollout.OutcomeRolledBack {
				t.Errorf("%s again: %s, %v, %d submitted", how, r.Outcome, err, s.sim.Count(simulator.OpSubmit)-before)
			}
		})
	}
}

func TestAPlanThatWasReturnedCanBeTriedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4))
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		runner := &rollout.Runner{API: s.client()}
		back, err := runner.Rollback(t.Context(), p, rollout.Options{})
		if err != nil || back.Outcome != rollout.OutcomeRolledBack || back.Totals.Returned != 4 || s.active(4, 2, simulator.Staging) != 4 {
			t.Fatalf("%s, %v, %+v", back.Outcome, err, back.Totals)
		}
		var closed *rollout.ClosedError
		if _, err := s.apply(p, rollout.Options{}); !errors.As(err, &closed) || s.active(4, 3, simulator.Staging) != 0 {
			t.Errorf("%v", err)
		}
		r, err := s.apply(p, rollout.Options{Replan: true})
		if err != nil || s.active(4, 3, simulator.Staging) != 4 || s.submissions(4) != 8 {
			t.Fatalf("%s, %v, %d submitted", r.Outcome, err, s.submissions(4))
		}
		if r, err = s.apply(p, rollout.Options{}); err != nil || r.Outcome != rollout.OutcomeRolledOut || s.submissions(4) != 8 {
			t.Errorf("again: %s, %v, %d submitted", r.Outcome, err, s.submissions(4))
		}
	})
}

func TestSomebodysNewerActivationIsNotUndone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4))
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		s.foreign("prp_100003")
		runner := &rollout.Runner{API: s.client()}
		back, err := runner.Rollback(t.Context(), p, rollout.Options{})
		if err != nil || back.Totals.Returned != 3 || s.active(4, 1, simulator.Staging) != 1 || s.active(4, 2, simulator.Staging) != 3 {
			t.Errorf("%s, %v, %+v", back.Outcome, err, back.Totals)
		}
	})
}

func TestABudgetThatIsShortByOneIsFoundBeforeTheFirstSubmission(t *testing.T) {
	for left, want := range map[int]int{7: 0, 8: 4} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{})
			p := s.plan(manifest(4, "on-failure: rollback"))
			limit := 100
			r, err := s.apply(p, rollout.Options{Budget: &papi.Quota{Limit: &limit, Remaining: &left}})
			short, ok := errors.AsType[*rollout.BudgetError](err)
			if s.submissions(4) != want || ok != (want == 0) || ok && (r.Outcome != rollout.OutcomeLimited || short.Need.All() != 8) {
				t.Errorf("with %d left: %s, %v, %d submitted", left, r.Outcome, err, s.submissions(4))
			}
		})
	}
}

func TestABudgetThatEndsMidwayStopsAndTheRerunGoesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 40, 1, simulator.Options{ActivationsPerDay: 12, ActivationsUsed: 5})
		p := s.plan(manifest(30))
		r, err := s.apply(p, rollout.Options{})
		if r.Outcome != rollout.OutcomeLimited || err == nil || s.submissions(30) != 7 || r.Totals.Underway != 0 {
			t.Fatalf("%s, %v, %d submitted, %+v", r.Outcome, err, s.submissions(30), r.Totals)
		}
		for day := range 4 {
			time.Sleep(24*time.Hour + time.Minute)
			if r, err = s.apply(p, rollout.Options{}); err == nil {
				t.Logf("done on day %d", day+2)
				break
			}
		}
		if r.Outcome != rollout.OutcomeRolledOut || s.submissions(30) != 27 || s.active(30, 3, simulator.Staging) != 30 {
			t.Errorf("%s, %v, %d submitted", r.Outcome, err, s.submissions(30))
		}
	})
}

func TestAnotherPlanOfTheSameNameIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		first := s.plan(manifest(4))
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
		defer cancel()
		if _, err := s.applyWithin(ctx, first, rollout.Options{}); !errors.Is(err, context.DeadlineExceeded) {
			t.Fatal(err)
		}
		second := s.plan(manifest(5))
		var another *rollout.AnotherPlanError
		if r, err := s.apply(second, rollout.Options{}); !errors.As(err, &another) || r.Outcome != rollout.OutcomeRejected || s.submissions(5) != 4 {
			t.Errorf("%v, %d submitted", err, s.submissions(5))
		}
		if r, err := s.apply(second, rollout.Options{Replan: true}); err != nil || r.Outcome != rollout.OutcomeRolledOut || s.submissions(5) != 5 {
			t.Errorf("%v, %d submitted", err, s.submissions(5))
		}
	})
}

func TestAFailedItemStaysFailedUntilItIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: failingFirst{}})
		p := s.plan(manifest(4))
		for range 2 {
			r, err := s.apply(p, rollout.Options{})
			if failed, ok := errors.AsType[*rollout.FailuresError](err); !ok || len(failed.Items) != 1 || r.Outcome != rollout.OutcomeFailed {
				t.Fatalf("%s, %v", r.Outcome, err)
			}
		}
		r, err := s.apply(p, rollout.Options{RetryFailed: true})
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.submissions(4) != 5 {
			t.Errorf("%s, %v, %d submitted", r.Outcome, err, s.submissions(4))
		}
	})
}

// failingFirst lets the first activation fail.
type failingFirst struct{}

func (failingFirst) Steps(s simulator.Submission) []simulator.Step {
	end := simulator.Step{After: stagingTime, Status: simulator.StatusActive, State: simulator.StateSteady}
	if s.Serial == 1 {
		end = simulator.Step{After: stagingTime, Status: simulator.StatusFailed}
	}
	return []simulator.Step{{Status: simulator.StatusPending, State: simulator.StateReceived}, end}
}

func TestSubmissionsAreMadeInsideTheWindowOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) { // which begins at midnight UTC
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(2, "window: {from: '06:00', to: '07:00'}"))
		begun := time.Now()
		if _, err := s.apply(p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		if took := time.Since(begun); took < 6*time.Hour || took > 6*time.Hour+3*time.Minute {
			t.Errorf("it took %s", took)
		}
	})
}
