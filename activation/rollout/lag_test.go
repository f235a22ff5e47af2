package rollout_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// twice returns the properties that carry more than one mark.
func (s *scene) twice(n int) (all []string) {
	for i := range n {
		marks := 0
		for _, a := range s.sim.Activations(id(i)) {
			if m, ok := rollout.ParseMark(a.Note); ok && !m.Back {
				marks++
			}
		}
		if marks > 1 {
			all = append(all, id(i))
		}
	}
	return all
}

// killedAt applies a plan with a process that dies when it has submitted so many.
func (s *scene) killedAt(p *rollout.Plan, submissions int, o rollout.Options) {
	s.t.Helper()
	ctx, kill := context.WithCancelCause(s.t.Context())
	defer kill(nil)
	var dead atomic.Int64 // requests of several items come at once
	s.wrap = func(next http.RoundTripper) http.RoundTripper {
		return tripper(func(r *http.Request) (*http.Response, error) {
			if dead.Load() >= int64(submissions) {
				return nil, errKilled
			}
			resp, err := next.RoundTrip(r)
			if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/activations") {
				if dead.Add(1) == int64(submissions) {
					kill(errKilled)
					return nil, errKilled
				}
			}
			return resp, err
		})
	}
	defer func() { s.wrap = plainWire }()
	if _, err := s.applyWithin(ctx, p, o); !errors.Is(err, errKilled) {
		s.t.Fatalf("it did not die: %v", err)
	}
}

type tripper func(*http.Request) (*http.Response, error)

func (f tripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// What keeps an item from being submitted twice when lists lag is PAPI's refusal, or an
// allowance. Without both it happens: else this would prove nothing.
func TestListsThatLagNeedPAPIsRefusalOrAnAllowance(t *testing.T) {
	for _, c := range []struct {
		refusesNothing bool
		lag            time.Duration
		twice          bool
	}{{false, 0, false}, {true, 5 * time.Second, false}, {true, 0, true}} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{ListLag: 4 * time.Second, RefuseNothing: c.refusesNothing})
			time.Sleep(time.Minute)
			p := s.plan(manifest(4))
			o := rollout.Options{Lag: c.lag}
			s.killedAt(p, 3, o)
			time.Sleep(time.Second)
			r, err := s.apply(p, o)
			if err != nil || r.Outcome != rollout.OutcomeRolledOut || (len(s.twice(4)) > 0) != c.twice {
				t.Errorf("refuses nothing %v, allowance %s: %s, %v, twice: %v", c.refusesNothing, c.lag, states(r), err, s.twice(4))
			}
		})
	}
}

func TestAnAnswerThatIsLostIsLookedForAsLateAsListsMayBe(t *testing.T) {
	for lag, want := range map[time.Duration]bool{0: true, 30 * time.Second: false} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{ListLag: 20 * time.Second, RefuseNothing: true})
			time.Sleep(time.Minute)
			s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Drop: true, After: true})
			p := s.plan(manifest(3))
			if _, err := s.apply(p, rollout.Options{Lag: lag}); err != nil {
				t.Fatal(err)
			}
			if twice := s.twice(3); (len(twice) > 0) != want {
				t.Errorf("with an allowance of %s: %v", lag, twice)
			}
		})
	}
}

func TestWhatIsNotVisibleYetIsNotSubmittedAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{ListLag: 20 * time.Second, RefuseNothing: true})
		time.Sleep(time.Minute)
		s.sim.Inject(simulator.NotYet(12))
		p := s.plan(manifest(3))
		r, err := s.apply(p, rollout.Options{})
		if err != nil || r.Totals.Active != 3 || s.submissions(3) != 3 {
			t.Errorf("%s, %v, %d submitted", states(r), err, s.submissions(3))
		}
	})
}

func TestAGroupsListThatIsOlderThanASubmissionIsNoArrival(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		// Twelve are activated, and go back at once, while lists show what was active before.
		s := newScene(t, 20, 1, simulator.Options{ListLag: 10 * time.Second, Pace: simulator.Fixed(20*time.Second, time.Minute)})
		time.Sleep(time.Minute)
		p := s.plan(manifest(14, "on-failure: rollback", "waves: [{name: all, checks: [home]}]", strings.Replace(checks, "30s", "0s", 1)))
		s.checker.verdict = func(rollout.Item) rollout.Finding { return rollout.Finding{Verdict: rollout.NotHeld} }
		r, err := s.apply(p, rollout.Options{})
		if r.Outcome != rollout.OutcomeRolledBack || err == nil || s.active(14, 3, simulator.Staging) != 1 {
			t.Fatalf("%s, %v; %d are active", states(r), err, s.active(14, 3, simulator.Staging))
		}
		for i := range 14 {
			for _, a := range s.sim.Activations(id(i)) {
				if a.Status == simulator.StatusPending {
					t.Errorf("%s is still on its way: %s", id(i), a.Note)
				}
			}
		}
	})
}

func TestAnotherAccountIsRefusedBeforeAnythingIsSubmitted(t *testing.T) {
	for _, groups := range []int{1, 20} { // with lists of groups, and without
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, groups, simulator.Options{})
			p := s.plan(manifest(6))
			p.AccountID = "act_A-OTHER"
			r, err := s.apply(p, rollout.Options{})
			other, ok := errors.AsType[*rollout.AccountError](err)
			if !ok || other.Plan != "act_A-OTHER" || r.Outcome != rollout.OutcomeRejected || s.submissions(6) != 0 {
				t.Errorf("%s, %v", states(r), err)
			}
			if _, err := s.status(p, rollout.StatusOptions{}); !errors.As(err, &other) {
				t.Errorf("status: %v", err)
			}
		})
	}
}

func TestNamesThatThePlanDoesNotHaveAreRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(4))
		before := s.sim.Count(simulator.OpAny)
		runner := &rollout.Runner{API: s.client()}
		var noItem *rollout.NoItemError
		var noWave *rollout.NoWaveError
		for _, o := range []rollout.Options{{Only: []string{"prp_100009"}}, {Skip: []string{"p00001"}}, {Skip: []string{""}}, {Only: []string{"prp_100001", "x"}}} {
			if r, err := runner.Apply(t.Context(), p, o); !errors.As(err, &noItem) || r == nil || r.Outcome != rollout.OutcomeError {
				t.Errorf("%+v: %v", o, err)
			}
			if _, err := runner.Rollback(t.Context(), p, o); !errors.As(err, &noItem) {
				t.Errorf("%+v: %v", o, err)
			}
		}
		for _, o := range []rollout.Options{{Through: "al"}, {Through: "ALL"}} {
			if _, err := runner.Apply(t.Context(), p, o); !errors.As(err, &noWave) {
				t.Errorf("%+v: %v", o, err)
			}
			if _, err := runner.Rollback(t.Context(), p, o); !errors.As(err, &noWave) {
				t.Errorf("%+v: %v", o, err)
			}
		}
		if s.sim.Count(simulator.OpAny) != before {
			t.Errorf("%d requests", s.sim.Count(simulator.OpAny)-before)
		}
		for _, o := range []rollout.Options{{Only: []string{"prp_100001"}}, {Only: []string{"100002"}}, {Only: []string{"p00003.example.com"}}, {Skip: []string{"prp_100004"}}} {
			if _, err := runner.Apply(t.Context(), p, o); err != nil {
				t.Errorf("%+v: %v", o, err)
			}
		}
		if s.submissions(4) != 3 {
			t.Errorf("%d are submitted", s.submissions(4))
		}
	})
}

func TestPAPIThatIsDownForAMinuteIsWaitedFor(t *testing.T) {
	for _, op := range []simulator.Operation{simulator.OpList, simulator.OpSubmit, simulator.OpPoll, simulator.OpProperties} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 40, 1, simulator.Options{})
			p := s.plan(manifest(30))
			down := time.Now().Add(5 * time.Second)
			if op == simulator.OpList {
				down = time.Now()
			}
			s.wrap = func(next http.RoundTripper) http.RoundTripper {
				return tripper(func(r *http.Request) (*http.Response, error) {
					if now := time.Now(); !now.Before(down) && now.Before(down.Add(time.Minute)) {
						return reply(r, http.StatusServiceUnavailable, ""), nil
					}
					return next.RoundTrip(r)
				})
			}
			r, err := s.apply(p, rollout.Options{})
			if err != nil || r.Totals.Active != 30 || s.submissions(30) != 27 || len(s.twice(30)) > 0 {
				t.Errorf("%s: %s, %v, %d submitted", op, states(r), err, s.submissions(30))
			}
		})
	}
}

func TestPAPIThatIsDownForLongEndsTheRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		p := s.plan(manifest(3))
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 500, Times: -1})
		begun := time.Now()
		r, err := s.apply(p, rollout.Options{})
		if problem, ok := errors.AsType[*papi.Error](err); !ok || problem.StatusCode != 500 && problem.Class != papi.ClassSuspended || r.Outcome != rollout.OutcomeError {
			t.Errorf("%s, %v", states(r), err)
		}
		if took := time.Since(begun); took < 2*time.Minute || took > 20*time.Minute {
			t.Errorf("after %s", took)
		}
	})
}

func TestARetryDoesNotOverrideWhatSomebodyHasActivatedSince(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: failingFirst{}})
		p := s.plan(manifest(1))
		if _, err := s.apply(p, rollout.Options{}); err == nil {
			t.Fatal("it has not failed")
		}
		s.foreign("prp_100001")
		r, err := s.apply(p, rollout.Options{RetryFailed: true})
		var drift *rollout.DriftError
		if !errors.As(err, &drift) || r.Outcome != rollout.OutcomeRejected || s.active(1, 1, simulator.Staging) != 1 {
			t.Errorf("%s, %v", states(r), err)
		}
	})
}

func TestABudgetOverSeveralDays(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 40, 1, simulator.Options{ActivationsPerDay: 10})
		p := s.plan(manifest(25))
		begun := time.Now()
		r, err := s.apply(p, rollout.Options{OverBudget: true})
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.submissions(25) != 23 {
			t.Errorf("%s, %v, %d submitted", states(r), err, s.submissions(25))
		}
		if took := time.Since(begun); took < 48*time.Hour || took > 49*time.Hour {
			t.Errorf("it took %s", took)
		}
		var held []string
		for _, e := range s.events {
			if e.Kind == rollout.EventHeld {
				held = append(held, e.Err.Error())
			}
		}
		if len(held) != 2 || !strings.Contains(held[0], "goes on at 2000-01-02T00:00:01Z") { // each day once
			t.Errorf("%q", held)
		}
	})
}

func TestAnItemThatTakesTooLongIsOverdueAndCounts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{Pace: simulator.Fixed(3*time.Hour, 3*time.Hour)})
		p := s.plan(manifest(2))
		begun := time.Now()
		r, err := s.apply(p, rollout.Options{})
		if r.Outcome != rollout.OutcomeTimedOut || err == nil || r.Totals.Failed != 2 {
			t.Errorf("%s, %v", states(r), err)
		}
		if took := time.Since(begun); took < 30*time.Minute || took > time.Hour {
			t.Errorf("after %s", took)
		}
		time.Sleep(3 * time.Hour) // it is there after all, and the next run takes it
		if r, err = s.apply(p, rollout.Options{}); err != nil || r.Totals.Active != 2 || s.submissions(2) != 2 {
			t.Errorf("again: %s, %v", states(r), err)
		}
	})
}

func TestWhatIsInTheWayIsWaitedForAtTheEndOfTheWave(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{})
		s.sim.AddActivation("prp_100001", simulator.Activation{
			Version: 2, Network: simulator.Staging, Submitted: time.Now(), Note: "again",
			Steps: []simulator.Step{{Status: simulator.StatusPending}, {After: 10 * time.Minute, Status: simulator.StatusActive}},
		})
		p := s.plan(manifest(3))
		blocked := 0
		r, err := s.apply(p, rollout.Options{Observe: func(e rollout.Event) {
			if e.Kind == rollout.EventItem && e.Item.State == rollout.Blocked && e.Item.BlockedBy.Note == "again" {
				blocked++
			}
		}})
		if err != nil || r.Totals.Active != 3 || s.submissions(3) != 3 || blocked == 0 {
			t.Errorf("%s, %v, told %d times", states(r), err, blocked)
		}
	})
}

func TestWhatIsInTheWayForTooLongIsAFailure(t *testing.T) {
	for patience, want := range map[time.Duration]rollout.Outcome{5 * time.Minute: rollout.OutcomeTimedOut, time.Hour: rollout.OutcomeRolledOut} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 20, 1, simulator.Options{})
			s.sim.AddActivation("prp_100001", simulator.Activation{
				Version: 2, Network: simulator.Staging, Submitted: time.Now(), Note: "again",
				Steps: []simulator.Step{{Status: simulator.StatusPending}, {After: 20 * time.Minute, Status: simulator.StatusActive}},
			})
			p := s.plan(manifest(3))
			r, err := s.apply(p, rollout.Options{Patience: patience})
			_, busy := errors.AsType[*activation.BusyError](err)
			if r.Outcome != want || busy != (want == rollout.OutcomeTimedOut) {
				t.Errorf("after %s: %s, %v", patience, states(r), err)
			}
		})
	}
}

func TestWhatIsTheFirstToBeActiveIsTakenOffOnlyWhenThatIsWanted(t *testing.T) {
	for _, deactivate := range []bool{false, true} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 60, 1, simulator.Options{})
			p := s.plan("name: test\nnotify: [you@example.com]\nproperties: [prp_100049@3, prp_100050@3]\n") // nothing is active of the second
			if _, err := s.apply(p, rollout.Options{}); err != nil {
				t.Fatal(err)
			}
			r, err := (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{DeactivateNew: deactivate})
			want := map[bool]string{false: "not-returnable 1, rolled-back 1", true: "rolled-back 2"}[deactivate]
			stays, isStays := errors.AsType[*rollout.NotReturnableError](err)
			if !strings.Contains(states(r), want) || isStays == deactivate || (err != nil) == deactivate {
				t.Errorf("deactivate %v: %s, %v", deactivate, states(r), err)
			}
			if isStays && (r.Outcome != rollout.OutcomeError || fmt.Sprint(stays.Items) != "[p00050.example.com on STAGING]") {
				t.Errorf("%s: %v", r.Outcome, stays.Items)
			}
			on := 0
			for _, a := range s.sim.Activations("prp_100050") {
				if a.Status == simulator.StatusActive && a.Type == "ACTIVATE" {
					on++
				}
			}
			if (on == 0) != deactivate {
				t.Errorf("deactivate %v: %s", deactivate, fmt.Sprint(on, " are active"))
			}
		})
	}
}
