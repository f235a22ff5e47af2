package coordinator_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// site is a simulated PAPI, and what was sent to it.
type site struct {
	t   *testing.T
	sim *simulator.Simulator

	mu   sync.Mutex
	sent []string // method and, of lists and submissions, who
	held func()   // is called while a submission is on its way; nil for nothing
}

func newSite(t *testing.T) *site {
	t.Helper()
	return &site{t: t, sim: simulator.New(simulator.Options{RequestBurst: 5000})}
}

// way is the network of one process.
type way struct {
	*site

	user string
}

func (w way) RoundTrip(r *http.Request) (*http.Response, error) {
	what := ""
	switch {
	case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/activations"):
		what = "submit"
	case strings.HasSuffix(r.URL.Path, "/activations"):
		what = "look"
	}
	w.mu.Lock()
	if what != "" {
		w.sent = append(w.sent, w.user+" "+what)
	}
	held := w.held
	w.mu.Unlock()
	time.Sleep(100 * time.Millisecond)
	resp, err := w.sim.Transport().RoundTrip(r)
	if what == "submit" && held != nil {
		held()
	}
	return resp, err
}

func (s *site) of(what string) []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(s.sent), func(sent string) bool { return !strings.HasSuffix(sent, what) })
}

// engine is that of a process.
func (s *site) engine(store coordinator.Store, user string, observe func(activation.Event)) *activation.Engine {
	s.t.Helper()
	return &activation.Engine{
		API: client(s.t, s.sim, way{s, user}, nil), Observe: observe,
		Turns: &coordinator.Turns{Store: store, Holder: activation.Holder{Host: "host.example.com", User: user}},
	}
}

func target(version int) activation.Target {
	return activation.Target{
		Property: papi.PropertyRef{PropertyID: "prp_1001"}, Network: papi.Staging, Version: version,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	}
}

// versions makes so many more.
func (s *site) versions(n int) (first int) {
	s.t.Helper()
	c := client(s.t, s.sim, s.sim.Transport(), nil)
	for range n {
		latest, err := c.LatestVersion(s.t.Context(), papi.PropertyRef{PropertyID: "prp_1001"}, "")
		if err != nil {
			s.t.Fatal(err)
		}
		made, err := c.CreateVersion(s.t.Context(), papi.PropertyRef{PropertyID: "prp_1001"}, latest, "")
		if err != nil {
			s.t.Fatal(err)
		}
		if first == 0 {
			first = made.PropertyVersion
		}
	}
	return first
}

func TestRunsGoOneAfterTheOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const runs = 10
		s, store := newSite(t), &coordinator.Memory{}
		first := s.versions(runs)
		var all sync.WaitGroup
		var mu sync.Mutex
		ahead := map[string]activation.Ahead{}
		for i := range runs {
			user := fmt.Sprint("user-", i)
			all.Go(func() {
				time.Sleep(time.Duration(i) * time.Second)
				r, err := s.engine(store, user, func(ev activation.Event) {
					mu.Lock()
					defer mu.Unlock()
					if _, told := ahead[user]; ev.Ahead != nil && !told {
						ahead[user] = *ev.Ahead
					}
				}).Activate(t.Context(), target(first+i))
				if err != nil || r.Outcome != activation.OutcomeActive {
					t.Errorf("%s: %s, %v", user, r.Outcome, err)
				}
			})
		}
		all.Wait()
		for i, sent := range s.of(" submit") {
			if want := fmt.Sprintf("user-%d submit", i); sent != want {
				t.Errorf("submission %d was %q", i, sent)
			}
		}
		if n := len(s.of(" submit")); n != runs {
			t.Errorf("%d submissions of %d runs", n, runs)
		}
		for i := 1; i < runs; i++ {
			a := ahead[fmt.Sprint("user-", i)]
			if a.Place != i || a.Holder.User != "user-0" || a.Holder.Doing != fmt.Sprintf("activates version %d", first) {
				t.Errorf("user-%d was told %+v", i, a)
			}
		}
		if lines, err := coordinator.Lines(t.Context(), store); err != nil || len(lines) > 0 {
			t.Errorf("still in line: %+v, %v", lines, err)
		}
	})
}

func TestTheNextLooksWhenTheHolderIsDead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := newSite(t), &coordinator.Memory{}
		version := s.versions(2)
		dying := &coordinatortest.Dying{Store: store}
		ctx, kill := context.WithCancel(t.Context())
		died := make(chan time.Time, 1)
		s.held = func() {
			time.Sleep(time.Second)
			if !dying.Dead() {
				dying.Die(true)
				died <- time.Now()
				kill()
			}
		}
		var all sync.WaitGroup
		all.Go(func() { _, _ = s.engine(dying, "dead", nil).Activate(ctx, target(version)) })
		all.Go(func() {
			time.Sleep(500 * time.Millisecond)
			r, err := s.engine(store, "next", nil).Activate(t.Context(), target(version+1))
			if err != nil || r.Outcome != activation.OutcomeActive {
				t.Errorf("%s, %v", r.Outcome, err)
			}
		})
		all.Wait()
		<-died
		sent := slices.DeleteFunc(s.of(""), func(sent string) bool { return strings.HasPrefix(sent, "dead") })
		last := slices.Index(sent, "next submit")
		if last < 2 || sent[last-1] != "next look" || slices.Contains(sent[last+1:], "next submit") {
			t.Errorf("the next one sent %q", sent)
		}
	})
}

func TestALeaseThatIsLostDuringASubmissionEndsSubmissions(t *testing.T) {
	for _, accepted := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s, store := newSite(t), &coordinator.Memory{}
			version := s.versions(1)
			dying := &coordinatortest.Dying{Store: store}
			s.held = func() { // the submission takes longer than its lease
				dying.Die(true)
				time.Sleep(time.Minute)
				if _, err := coordinator.Release(t.Context(), store, activation.Line{Account: account(t, s), Asset: "prp_1001", Network: papi.Staging}); err != nil {
					t.Error(err)
				}
				dying.Die(false)
			}
			e := s.engine(dying, "one", nil)
			if !accepted {
				e.API = refusing{e.API, s}
			}
			r, err := e.Activate(t.Context(), target(version))
			if accepted && (err != nil || r.Outcome != activation.OutcomeActive || !r.Submitted) {
				t.Errorf("%s, submitted %t, %v", r.Outcome, r.Submitted, err)
			}
			if stopped, ok := errors.AsType[*activation.StoppedError](err); !accepted && (!ok || !stopped.Uncertain || !errors.Is(err, activation.ErrTurnLost)) {
				t.Errorf("not known what came of it, and its turn lost: %v", err)
			}
			if n := len(s.of(" submit")); accepted && n != 1 {
				t.Errorf("%d submissions", n)
			}
		})
	}
}

// refusing is a PAPI whose answers to submissions are lost, and which accepts none.
type refusing struct {
	activation.API

	site *site
}

func (r refusing) CreateActivation(context.Context, papi.PropertyRef, papi.ActivationRequest) (*papi.CreatedActivation, error) {
	r.site.held()
	return nil, &papi.Error{Class: papi.ClassNoAnswer}
}

func account(t *testing.T, s *site) papi.ID {
	t.Helper()
	list, err := client(t, s.sim, s.sim.Transport(), nil).Activations(t.Context(), papi.PropertyRef{PropertyID: "prp_1001"})
	if err != nil {
		t.Fatal(err)
	}
	return list.AccountID
}

func TestWithoutTheCoordinatorNothingIsSubmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newSite(t)
		version := s.versions(1)
		dead := &coordinatortest.Dying{Store: &coordinator.Memory{}}
		dead.Die(true)
		begun := time.Now()
		_, err := s.engine(dead, "one", nil).Activate(t.Context(), target(version))
		if _, ok := errors.AsType[*coordinator.GoneError](err); !ok || len(s.of(" submit")) > 0 {
			t.Errorf("%v; sent were %q", err, s.of(""))
		}
		if took := time.Since(begun); took > 2*time.Minute {
			t.Errorf("it took %s to say so", took)
		}
		time.AfterFunc(20*time.Second, func() { dead.Die(false) })
		if r, err := s.engine(dead, "one", nil).Activate(t.Context(), target(version)); err != nil || r.Outcome != activation.OutcomeActive {
			t.Errorf("after a while it is back: %s, %v", r.Outcome, err)
		}
		dead.Die(true)
		if r, err := s.engine(dead, "one", nil).Activate(t.Context(), target(version)); err != nil || r.Outcome != activation.OutcomeAlreadyActive {
			t.Errorf("there is nothing to submit: %s, %v", r.Outcome, err)
		}
	})
}

func TestARunThatDoesNotWaitSaysWhoseTurnItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, store := newSite(t), &coordinator.Memory{}
		version := s.versions(1)
		holder := &coordinator.Turns{Store: store, Holder: activation.Holder{Host: "ci.example.com", User: "holder"}}
		turn, err := holder.Take(t.Context(), activation.Line{Account: account(t, s), Asset: "prp_1001", Network: papi.Staging}, nil)
		if err != nil {
			t.Fatal(err)
		}
		defer turn.Leave()
		wanted := target(version)
		wanted.FailIfPending = true
		_, err = s.engine(store, "one", nil).Activate(t.Context(), wanted)
		if in, ok := errors.AsType[*activation.InLineError](err); !ok || in.Ahead.Holder.User != "holder" || len(s.of(" submit")) > 0 {
			t.Errorf("%v; sent were %q", err, s.of(""))
		}
		ctx, cancel := context.WithTimeoutCause(t.Context(), time.Minute, activation.ErrTimeout)
		defer cancel()
		_, err = s.engine(store, "two", nil).Activate(ctx, target(version))
		if stopped, ok := errors.AsType[*activation.StoppedError](err); !ok || stopped.Ahead == nil || stopped.Ahead.Holder.User != "holder" {
			t.Errorf("after a minute in line: %v", err)
		}
	})
}
