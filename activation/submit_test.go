package activation_test

import (
	"errors"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// The looks at an activation that takes 90 s, as usual, are after 0, 5, 20, 45,
// 54, 64, 74, 84 and 94 s: what began at once ends after 94.
const seen = 90 * time.Second

func TestActivateSubmitsOnceWhateverHappensToTheSubmission(t *testing.T) {
	for _, tt := range []struct {
		name      string
		faults    []string
		posts     int
		accepted  int
		elapsed   time.Duration
		outcome   activation.Outcome
		submitted bool
		adopted   bool
		class     papi.Class
	}{
		{name: "nothing goes wrong", posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "answer lost after acceptance", faults: []string{"submit=drop-after"}, posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "lost before acceptance", faults: []string{"submit=drop"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "503 after acceptance", faults: []string{"submit=503-after"}, posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "503 before acceptance", faults: []string{"submit=503"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "500 five times", faults: []string{"submit=500@5"}, posts: 6, accepted: 1, elapsed: (5+15+25+35+45)*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "malformed answer after acceptance", faults: []string{"submit=malformed-after"}, posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "HTML of a gateway after acceptance", faults: []string{"submit=bad-gateway-after"}, posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "409 although nothing is listed, then free", faults: []string{"submit=busy"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "409 of both networks at once", faults: []string{"submit=arl"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "412 not at the moment", faults: []string{"submit=tower"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "422 still pending", faults: []string{"submit=still-pending"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "paced 429", faults: []string{"submit=paced"}, posts: 2, accepted: 1, elapsed: 30*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "paced 429 in plain text", faults: []string{"submit=paced-text"}, posts: 2, accepted: 1, elapsed: 30*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "paced 503 in plain text", faults: []string{"submit=paced-503"}, posts: 2, accepted: 1, elapsed: 30*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "burst protection", faults: []string{"submit=burst"}, posts: 2, accepted: 1, elapsed: time.Minute + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "certificate not visible yet", faults: []string{"submit=third-party-cert"}, posts: 2, accepted: 1, elapsed: 5*time.Second + seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "not found right after creation", faults: []string{"poll=404@3"}, posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},
		{name: "empty answer right after creation", faults: []string{"poll=empty"}, posts: 1, accepted: 1, elapsed: seen, outcome: activation.OutcomeActive, submitted: true},

		{name: "budget exhausted", faults: []string{"submit=budget"}, posts: 1, class: papi.ClassBudgetExhausted},
		{name: "resource limit", faults: []string{"submit=resource-limit"}, posts: 1, class: papi.ClassResourceLimit},
		{name: "rejected", faults: []string{"submit=errors"}, posts: 1, class: papi.ClassRejected},
		{name: "warnings refused", faults: []string{"submit=warnings"}, posts: 1, class: papi.ClassWarnings},
		{name: "bad address", faults: []string{"submit=bad-email"}, posts: 1, class: papi.ClassNotifyEmails},
		{name: "no compliance record", faults: []string{"submit=compliance"}, posts: 1, class: papi.ClassCompliance},
		{name: "no grant", faults: []string{"submit=grant"}, posts: 1, class: papi.ClassGrantMissing},
		{name: "wrong signature", faults: []string{"submit=signature"}, posts: 1, class: papi.ClassUnauthorized},
		{name: "clock is off", faults: []string{"submit=clock"}, posts: 1, class: papi.ClassClockSkew},
		{name: "500 for ever", faults: []string{"submit=500@99"}, posts: 7, elapsed: (5 + 15 + 25 + 35 + 45 + 55 + 65) * time.Second, class: papi.ClassServer},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, simulator.Options{})
				for _, f := range tt.faults {
					s.sim.Inject(fault(t, f))
				}
				result, err := s.activate(www())
				if elapsed := time.Since(s.begun); elapsed != tt.elapsed {
					t.Errorf("took %s, want %s", elapsed, tt.elapsed)
				}
				if got := s.sim.Count(simulator.OpSubmit); got != tt.posts {
					t.Errorf("%d submissions, want %d", got, tt.posts)
				}
				if got := s.accepted(); got != tt.accepted {
					t.Errorf("%d activations accepted, want %d", got, tt.accepted)
				}
				if tt.class != "" && !errors.Is(err, tt.class) || tt.class == "" && err != nil {
					t.Errorf("error is %v, want class %q", err, tt.class)
				}
				if result.Outcome != tt.outcome || result.Submitted != tt.submitted || result.Adopted != tt.adopted {
					t.Errorf("outcome %q, submitted %t, adopted %t", result.Outcome, result.Submitted, result.Adopted)
				}
			})
		})
	}
}

func TestActivateTakesATimeOutOfAnAcceptedSubmissionForNoReasonToSubmitAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: simulator.Fixed(5*time.Minute, time.Hour)})
		s.sim.Inject(fault(t, "submit=delay:10m-after"))
		result, err := s.activate(www())
		if err != nil || !result.Submitted || result.Outcome != activation.OutcomeActive {
			t.Fatalf("outcome %q, submitted %t: %v", result.Outcome, result.Submitted, err)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 1 {
			t.Errorf("%d submissions, want 1", got)
		}
		if got := s.sim.Requests(); got[2].Operation != simulator.OpList || got[2].Time.Sub(s.begun) != 105*time.Second {
			t.Errorf("the look after the time-out of 100 s for the answer's beginning was %s after %s", got[2].Operation, got[2].Time.Sub(s.begun))
		}
	})
}

func TestActivateFindsAfterA422ThatTheVersionIsActive(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		f := fault(t, "submit=already-activated")
		s.sim.Inject(f)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Delay: time.Second, After: true})
		// Somebody else's activation of the same version has ended between look and submission.
		target := www()
		time.AfterFunc(500*time.Millisecond, func() {
			s.sim.AddActivation("prp_1001", simulator.Activation{
				Network: simulator.Staging, Version: 8, Status: simulator.StatusActive, State: simulator.StateSteady, Submitted: s.sim.Now(),
			})
		})
		result, err := s.activate(target)
		if err != nil || result.Outcome != activation.OutcomeAlreadyActive || result.Submitted {
			t.Fatalf("outcome %q, submitted %t: %v", result.Outcome, result.Submitted, err)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 1 {
			t.Errorf("%d submissions, want 1", got)
		}
	})
}

func TestActivateFindsThatALostSubmissionHasFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{Pace: steps{{Status: simulator.StatusPending}, {After: 2 * time.Second, Status: simulator.StatusFailed}}})
		s.sim.Inject(fault(t, "submit=drop-after"))
		result, err := s.activate(www())
		if _, ok := errors.AsType[*activation.FailedError](err); !ok || !result.Submitted {
			t.Errorf("submitted %t: %v", result.Submitted, err)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 1 {
			t.Errorf("%d submissions, want 1", got)
		}
	})
}

func TestActivateKeepsLookingForALostSubmissionWhilePAPIIsDown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=drop-after"))
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Skip: 1, Times: 10, Status: http.StatusServiceUnavailable})
		result, err := s.activate(www())
		if err != nil || !result.Submitted {
			t.Errorf("submitted %t: %v", result.Submitted, err)
		}
		if got := s.sim.Count(simulator.OpSubmit); got != 1 {
			t.Errorf("%d submissions, want 1", got)
		}
	})
}

func TestActivateDoesNotBeginAPauseLongerThanItsTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		f := simulator.Paced(2 * time.Hour)
		f.Operation = simulator.OpSubmit
		s.sim.Inject(f)
		_, err := s.activate(www())
		limited, ok := errors.AsType[*activation.LimitError](err)
		if !ok || limited.Until.Sub(s.begun) != 2*time.Hour || time.Since(s.begun) != 0 {
			t.Errorf("after %s: %v", time.Since(s.begun), err)
		}
	})
}

func TestActivateReportsTheBudget(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{ActivationsPerDay: 10})
		result, err := s.activate(www())
		if err != nil || result.Budget == nil || *result.Budget.Remaining != 9 || *result.Budget.Limit != 10 {
			t.Errorf("budget %+v: %v", result.Budget, err)
		}
	})
}

func TestActivateAcknowledgesAllWarningsAlways(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		if _, err := s.activate(www()); err != nil {
			t.Fatal(err)
		}
		i := slices.IndexFunc(s.sim.Requests(), func(r simulator.Request) bool { return r.Operation == simulator.OpSubmit })
		want := `{"propertyVersion":8,"network":"STAGING","activationType":"ACTIVATE","note":"test","notifyEmails":["you@example.com"],"acknowledgeAllWarnings":true}`
		if got := string(s.sim.Requests()[i].Body); got != want {
			t.Errorf("submission is\n%s, want\n%s", got, want)
		}
	})
}

func TestALostSubmissionIsNotForgottenWhenTheRulesCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, simulator.Options{})
		s.sim.Inject(fault(t, "submit=drop"))
		s.sim.Inject(simulator.Fault{Operation: "rules", Status: 500, Skip: 1, Times: -1})
		target := www()
		target.Version, target.Warnings = 5, activation.FailOnNewWarnings
		_, err := s.activate(target)
		if stopped, ok := errors.AsType[*activation.StoppedError](err); !ok || !stopped.Uncertain {
			t.Errorf("%v", err)
		}
	})
}
