package rollout_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

func bulk() rollout.Options { return rollout.Options{Submit: rollout.SubmitBulk} }

// ops counts requests since a time of the log.
func (s *scene) ops(since int) map[string]int {
	counts := map[string]int{}
	for _, r := range s.sim.Requests()[since:] {
		counts[string(r.Operation)]++
	}
	return counts
}

func TestAWaveIsSubmittedInBulkRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 300, 1, simulator.Options{})
		p := s.plan(manifest(250, "waves: [{name: all, at-once: 120}]"))
		since := len(s.sim.Requests())
		r, err := s.apply(p, bulk())
		if err != nil || r.Outcome != rollout.OutcomeRolledOut || s.active(250, 3, simulator.Staging) != 250 || s.submissions(250) != 230 { // some have it before
			t.Fatalf("%s, %v, %d submitted", states(r), err, s.submissions(250))
		}
		ops := s.ops(since)
		if ops["submit"] != 0 || ops["bulk-activate"] < 3 || ops["list"] > 230+20 {
			t.Errorf("%v", ops)
		}
		for _, w := range r.Waves {
			for _, i := range w.Items {
				if i.Submitted != (i.Bulk > 0) || i.Submitted && !i.Ours {
					t.Errorf("%+v", i)
				}
			}
		}
	})
}

func TestWhatABulkRequestDidNotSubmitGoesSingly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{BulkItems: 10})
		p := s.plan(manifest(30))
		since := len(s.sim.Requests())
		r, err := s.apply(p, bulk())
		if ops := s.ops(since); err != nil || r.Totals.Active != 30 || s.submissions(30) != 27 || ops["bulk-activate"] != 1 || ops["submit"] != 17 {
			t.Errorf("%s, %v, %v", states(r), err, ops)
		}
	})
}

// lost makes the answer to the first bulk request get lost, after its effect or before.
func lost(after bool) simulator.Fault {
	return simulator.Fault{Operation: simulator.OpBulkActivate, Drop: true, After: after}
}

func TestABulkRequestWithoutAnAnswerIsLookedFor(t *testing.T) {
	for _, after := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 60, 1, simulator.Options{BulkInterval: 5 * time.Second})
			s.sim.Inject(lost(after))
			p := s.plan(manifest(40))
			begun := time.Now()
			since := len(s.sim.Requests())
			r, err := s.apply(p, bulk())
			ops := s.ops(since)
			if err != nil || r.Totals.Active != 40 || s.submissions(40) != 36 || ops["bulk-activate"] != 1 {
				t.Fatalf("%s, %v, %v", states(r), err, ops)
			}
			if alone := map[bool]int{true: 0, false: 36}[after]; ops["submit"] != alone {
				t.Errorf("taken %v: %v", after, ops)
			}
			if took := time.Since(begun); !after && took < 10*time.Minute || took > 20*time.Minute {
				t.Errorf("taken %v: it took %s", after, took)
			}
		})
	}
}

// What the lists show first is another process's submission, which fails before the bulk request comes to the item.
func TestTheSubmissionOfAnotherProcessIsNotTakenForThatOfABulkRequestWithoutAnAnswer(t *testing.T) {
	for _, fails := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			o := simulator.Options{BulkInterval: time.Minute}
			if fails {
				o.Pace = failingFirst{}
			}
			s := newScene(t, 20, 1, o)
			s.sim.Inject(lost(true))
			p := s.plan(manifest(6))
			var wg sync.WaitGroup
			wg.Go(func() {
				time.Sleep(10 * time.Second)
				r, err := (&rollout.Runner{API: s.client()}).Apply(t.Context(), p, rollout.Options{Only: []string{"prp_100005"}, Tolerate: &rollout.Amount{N: 5}})
				if item := r.Waves[0].Items[4]; err != nil || !item.Submitted || item.State != rollout.Failed && fails {
					t.Errorf("the other process: %s, %v", states(r), err)
				}
			})
			r, err := s.apply(p, bulk())
			ended := s.submissions(6)
			wg.Wait()
			time.Sleep(time.Hour)
			if err != nil || r.Totals.Active != 6 || s.active(6, 3, simulator.Staging) != 6 || s.submissions(6) != ended {
				t.Errorf("fails %v: %s, %v; %d were submitted after the end", fails, states(r), err, s.submissions(6)-ended)
			}
			if want := map[bool]int{true: 7, false: 6}[fails]; ended != want {
				t.Errorf("fails %v: %d submissions, want %d", fails, ended, want)
			}
		})
	}
}

// failingLast fails the last of six.
type failingLast struct{}

func (failingLast) Steps(s simulator.Submission) []simulator.Step {
	end := simulator.Step{After: stagingTime, Status: simulator.StatusActive, State: simulator.StateSteady}
	if s.Serial == 6 { //nolint:mnd // the last one
		end = simulator.Step{After: 10 * time.Second, Status: simulator.StatusFailed}
	}
	return []simulator.Step{{Status: simulator.StatusPending, State: simulator.StateReceived}, end}
}

// Two processes have sent the same items, and the answers to both are lost: neither takes those of the other for its own.
func TestOfTwoBulkRequestsOfTheSameItemsWithoutAnswersEachIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 20, 1, simulator.Options{BulkInterval: 90 * time.Second, Pace: failingLast{}})
		s.sim.Inject(lost(true))
		s.sim.Inject(lost(true))
		p := s.plan(manifest(6, "tolerate: 6"))
		var wg sync.WaitGroup
		wg.Go(func() {
			time.Sleep(time.Minute)
			r, err := (&rollout.Runner{API: s.client()}).Apply(t.Context(), p, bulk())
			if err != nil || r.Totals.Active != 6 {
				t.Errorf("the other process: %s, %v", states(r), err)
			}
		})
		r, err := s.apply(p, bulk())
		wg.Wait()
		ended := s.submissions(6)
		time.Sleep(time.Hour)
		if err != nil || r.Totals.Active+r.Totals.Failed != 6 || ended != 7 || s.submissions(6) != ended {
			t.Errorf("%s, %v; %d were submitted, and %d after the end", states(r), err, ended, s.submissions(6)-ended)
		}
	})
}

func TestAnInterruptedBulkRequestWithoutAnAnswerEndsUncertain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{BulkItems: 10})
		s.sim.Inject(lost(true))
		p := s.plan(manifest(30, "tolerate: 20"))
		r, err := s.apply(p, bulk())
		uncertain, ok := errors.AsType[*rollout.UncertainError](err)
		if !ok || r.Outcome != rollout.OutcomeError || len(uncertain.Items) != 17 || s.submissions(30) != 10 {
			t.Fatalf("%s, %v", states(r), err)
		}
		// Once nothing can follow any more, the next run goes on.
		if r, err = s.apply(p, bulk()); err != nil || r.Totals.Active != 30 || s.submissions(30) != 27 {
			t.Errorf("again: %s, %v", states(r), err)
		}
	})
}

func TestABulkRequestOfARunThatDiedIsWaitedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{BulkInterval: 20 * time.Second, RefuseNothing: true})
		p := s.plan(manifest(30))
		s.stopAt2(p, 30*time.Second, bulk())
		if n := s.submissions(30); n < 1 || n > 3 {
			t.Fatalf("%d are submitted", n)
		}
		// With single submissions, which PAPI would take.
		r, err := s.apply(p, rollout.Options{})
		if err != nil || r.Totals.Active != 30 || s.submissions(30) != 27 {
			t.Errorf("%s, %v, %d submitted", states(r), err, s.submissions(30))
		}
	})
}

func TestNothingGoesBackBeforeABulkRequestHasEnded(t *testing.T) {
	for _, how := range []string{"failure", "rollback", "died"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 60, 1, simulator.Options{BulkInterval: 10 * time.Second, Pace: failingFirst{}})
			p := s.plan(manifest(20, "on-failure: rollback"))
			var r *rollout.Result
			var err error
			switch how {
			case "failure":
				r, err = s.apply(p, bulk())
			case "rollback":
				s.stopAt2(p, 90*time.Second, bulk())
				r, err = (&rollout.Runner{API: s.client()}).Rollback(t.Context(), p, rollout.Options{})
			case "died":
				s.stopAt2(p, 95*time.Second, bulk())
				r, err = s.apply(p, bulk())
			}
			if r.Outcome != rollout.OutcomeRolledBack || (err == nil) != (how == "rollback") || r.Totals.Returned != 17 || s.active(20, 3, simulator.Staging) != 2 {
				t.Errorf("%s: %s, %v; %d are active", how, states(r), err, s.active(20, 3, simulator.Staging))
			}
			var last, first time.Time
			for i := range 20 {
				for _, a := range s.sim.Activations(id(i)) {
					m, ok := rollout.ParseMark(a.Note)
					switch {
					case ok && m.Back && (first.IsZero() || a.Submitted.Before(first)):
						first = a.Submitted
					case ok && !m.Back && a.Submitted.After(last):
						last = a.Submitted
					}
				}
			}
			if !first.After(last) {
				t.Errorf("%s: the first went back at %s, and the last was submitted at %s", how, first, last)
			}
		})
	}
}

func TestAPartIsNeverLargerThanWhatIsFree(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 100, 1, simulator.Options{})
		p := s.plan(manifest(80, "waves: [{name: all, at-once: 30}]"))
		o := bulk()
		o.PartSize = 50
		most := 0
		o.Observe = func(rollout.Event) {
			running := 0
			for i := range 80 {
				for _, a := range s.sim.Activations(id(i)) {
					if a.Status == simulator.StatusPending {
						running++
					}
				}
			}
			most = max(most, running)
		}
		r, err := s.apply(p, o)
		if err != nil || r.Totals.Active != 80 || most > 30 || most < 20 {
			t.Errorf("%s, %v, %d at once", states(r), err, most)
		}
	})
}

func TestAutoTakesBulkRequestsWhereNothingHasToBeRecalled(t *testing.T) {
	for _, c := range []struct {
		lines string
		n     int
		bulk  bool
	}{
		{"tolerate: 100", 30, true},
		{"tolerate: 99", 30, false},
		{"tolerate: 100", 15, false},
		{"tolerate: 100\nstrict: true", 30, false},
		{"tolerate: 100\nwaves: [{name: canary, take: 25}, {name: rest}]", 30, false},
		{"tolerate: 100\nwaves: [{name: canary, take: 5}, {name: rest}]", 30, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 60, 1, simulator.Options{})
			p := s.plan(manifest(c.n, c.lines))
			r, err := s.apply(p, rollout.Options{Submit: rollout.SubmitAuto})
			if bulk := s.sim.Count(simulator.OpBulkActivate) > 0; err != nil || r.Totals.Active != c.n || bulk != c.bulk {
				t.Errorf("%q: %s, %v, bulk %v", c.lines, states(r), err, bulk)
			}
		})
	}
}

func TestWhatABulkRequestLacksGoesSingly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{})
		p := s.plan(manifest(25))
		o := bulk()
		yes := true
		o.Request.IgnoreHTTPErrors = &yes
		if _, err := s.apply(p, o); err != nil || s.sim.Count(simulator.OpBulkActivate) != 0 {
			t.Errorf("%v, %d bulk requests", err, s.sim.Count(simulator.OpBulkActivate))
		}
	})
}

func TestABulkRequestThatPAPIDeclines(t *testing.T) {
	for _, c := range []struct {
		fault string
		mode  rollout.SubmitMode
		want  string
	}{
		{"grant", rollout.SubmitAuto, "rolled-out true 27"},
		{"grant", rollout.SubmitBulk, "rejected true 0"},
		{"burst", rollout.SubmitBulk, "rolled-out false 1"}, // in smaller parts, of which the last is one
		{"paced", rollout.SubmitBulk, "rolled-out false 0"},
		{"budget", rollout.SubmitBulk, "rolled-out true 27"}, // each tells of its own, and PAPI takes these
		{"busy", rollout.SubmitBulk, "rolled-out false 0"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, 60, 1, simulator.Options{})
			fault := simulator.KnownFaults()[c.fault]
			fault.Operation = simulator.OpBulkActivate
			s.sim.Inject(fault)
			p := s.plan(manifest(30, "tolerate: 100"))
			r, _ := s.apply(p, rollout.Options{Submit: c.mode})
			got := fmt.Sprintf("%s %v %d", r.Outcome, s.sim.Count(simulator.OpBulkActivate) == 1, s.sim.Count(simulator.OpSubmit))
			if got != c.want || r.Outcome == rollout.OutcomeRolledOut && s.submissions(30) != 27 {
				t.Errorf("%s, %s: %s, want %s", c.fault, c.mode, got, c.want)
			}
		})
	}
}

func TestTheMarkOfABulkRequestNamesItsPart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{})
		p := s.plan(manifest(25))
		if _, err := s.apply(p, bulk()); err != nil {
			t.Fatal(err)
		}
		marks := 0
		for i := range 25 {
			for _, a := range s.sim.Activations(id(i)) {
				if m, ok := rollout.ParseMark(a.Note); ok {
					marks++
					if m.Part != (rollout.Part{First: 1, Last: 25}) || m.Request == "" || !strings.HasSuffix(a.Note, " bulk 1-25/"+m.Request+"]") {
						t.Errorf("%q", a.Note)
					}
				}
			}
		}
		if marks != 23 { // two have the version before
			t.Errorf("%d marks", marks)
		}
	})
}

func TestABulkRequestThatVanishesIsLookedFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{BulkInterval: 2 * time.Second})
		gone := simulator.KnownFaults()["not-found"]
		gone.Operation, gone.Times = simulator.OpBulkActivation, -1
		s.sim.Inject(gone)
		p := s.plan(manifest(30))
		r, err := s.apply(p, bulk())
		if err != nil || r.Totals.Active != 30 || s.submissions(30) != 27 || s.sim.Count(simulator.OpSubmit) != 0 {
			t.Errorf("%s, %v", states(r), err)
		}
	})
}

func TestAForeignActivationBeforeABulkRequestIsSubmittedIsDrift(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, 60, 1, simulator.Options{BulkInterval: 10 * time.Second})
		p := s.plan(manifest(25))
		s.sim.AddActivation("prp_100015", simulator.Activation{
			Version: 1, Network: simulator.Staging, Submitted: time.Now(),
			Steps: []simulator.Step{{Status: simulator.StatusPending}, {After: 20 * time.Minute, Status: simulator.StatusActive}},
		})
		r, err := s.apply(p, bulk())
		drift, ok := errors.AsType[*rollout.DriftError](err)
		if !ok || !slices.Equal(drift.Items, []string{"p00015.example.com"}) || r.Totals.Active != 24 || s.submissions(25) != 22 {
			t.Errorf("%s, %v, %d submitted", states(r), err, s.submissions(25))
		}
	})
}

var _ rollout.API = (*papi.Client)(nil)
