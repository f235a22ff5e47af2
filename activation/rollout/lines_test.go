package rollout_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// store is what machines share. It can be gone.
type store struct {
	coordinator.Memory

	gone atomic.Bool
}

var errNoAnswer = errors.New("no answer")

func (s *store) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	if s.gone.Load() {
		return coordinator.Entry{}, errNoAnswer
	}
	return s.Memory.Get(ctx, key)
}

func (s *store) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if s.gone.Load() {
		return 0, errNoAnswer
	}
	return s.Memory.Put(ctx, key, value, revision)
}

func turnsOf(s coordinator.Store, user string) *coordinator.Turns {
	return &coordinator.Turns{Store: s, Holder: activation.Holder{Host: "host.example.com", User: user}}
}

// line is that of a property of a scene, as an engine takes its place in it.
func (s *scene) line(p *rollout.Plan, property int) activation.Line {
	return activation.Line{Account: p.AccountID, Asset: papi.ID("prp_" + strconv.Itoa(property)), Network: papi.Staging}
}

// occupy takes a turn for somebody else, and leaves it after a time.
func (s *scene) occupy(store coordinator.Store, p *rollout.Plan, property int, until <-chan struct{}) {
	s.t.Helper()
	turn, err := turnsOf(store, "somebody").Take(s.t.Context(), s.line(p, property), func(activation.Ahead) error { return nil })
	if err != nil {
		s.t.Fatal(err)
	}
	go func() {
		<-until
		turn.Leave()
	}()
}

func in(d time.Duration) <-chan struct{} {
	over := make(chan struct{})
	time.AfterFunc(d, func() { close(over) })
	return over
}

// inTurn applies a plan as one of several machines.
func (s *scene) inTurn(ctx context.Context, store coordinator.Store, user string, p *rollout.Plan, o rollout.Options) (*rollout.Result, error) {
	s.t.Helper()
	return (&rollout.Runner{API: s.client(), Checker: s.checker, Turns: turnsOf(store, user)}).Apply(ctx, p, o)
}

// nobody checks that all have left the lines.
func nobody(t *testing.T, s coordinator.Store) {
	t.Helper()
	all, err := coordinator.Lines(t.Context(), s)
	if err != nil {
		t.Fatal(err)
	}
	for _, l := range all {
		if len(l.Tickets) > 0 || l.Err != nil {
			t.Errorf("in line for %s on %s: %+v, %v", l.Line.Asset, l.Line.Network, l.Tickets, l.Err)
		}
	}
}

func TestAnItemInLineHoldsUpNoOther(t *testing.T) {
	for name, o := range map[string]rollout.Options{"one by one": {}, "in bulk": {Submit: rollout.SubmitBulk}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 30
				s, shared := newScene(t, n, 1, simulator.Options{}), &store{}
				p := s.plan(manifest(n, "waves: [{name: all, take: rest, at-once: 100}]"))
				for i := range 6 { // more than there are workers
					s.occupy(shared, p, 100001+i, in(20*time.Minute))
				}
				behind := map[string]bool{}
				othersActive := time.Duration(0)
				begun := time.Now()
				o.Observe = func(e rollout.Event) {
					if e.Kind == rollout.EventItem && e.Item.Ahead != nil && e.Item.State == rollout.Blocked && e.Item.Ahead.Holder.User == "somebody" {
						behind[string(e.Item.PropertyID)] = true
					}
					if e.Totals.Active == n-6 && othersActive == 0 {
						othersActive = time.Since(begun)
					}
				}
				r, err := s.inTurn(t.Context(), shared, "me", p, o)
				if err != nil || r.Outcome != rollout.OutcomeRolledOut || r.Totals.Active != n {
					t.Errorf("%s, %v: %+v", r.Outcome, err, r.Totals)
				}
				if len(behind) != 6 {
					t.Errorf("told of %v", behind)
				}
				if othersActive == 0 || othersActive > 15*time.Minute {
					t.Errorf("the others were active after %s", othersActive)
				}
				if took := time.Since(begun); took < 20*time.Minute || took > 25*time.Minute {
					t.Errorf("all took %s", took)
				}
				eachOnce(t, s, n)
				nobody(t, shared)
			})
		})
	}
}

func TestRunsOfOnePlanOnSeveralMachinesSubmitEachItemOnce(t *testing.T) {
	for name, o := range map[string]rollout.Options{"one by one": {}, "in bulk": {Submit: rollout.SubmitBulk, PartSize: 10}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 30
				s, shared := newScene(t, n, 1, simulator.Options{}), &store{}
				p := s.plan(manifest(n))
				var all sync.WaitGroup
				for i := range 3 {
					all.Go(func() {
						r, err := s.inTurn(t.Context(), shared, strconv.Itoa(i), p, o)
						if err != nil || r.Outcome != rollout.OutcomeRolledOut {
							t.Errorf("%s, %v", r.Outcome, err)
						}
					})
				}
				all.Wait()
				eachOnce(t, s, n)
				if s.active(n, 3, simulator.Staging) != n {
					t.Errorf("%d are active", s.active(n, 3, simulator.Staging))
				}
				nobody(t, shared)
			})
		})
	}
}

func TestAnItemThatIsInLineForTooLongIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, patience := range []time.Duration{10 * time.Minute, -1} {
			s, shared := newScene(t, 5, 1, simulator.Options{}), &store{}
			p := s.plan(manifest(5, "tolerate: 1"))
			over := make(chan struct{})
			s.occupy(shared, p, 100002, over)
			r, err := s.inTurn(t.Context(), shared, "me", p, rollout.Options{Patience: patience})
			item := r.Waves[0].Items[1]
			inLine, ok := errors.AsType[*activation.InLineError](item.Err)
			if !ok || item.State != rollout.Overdue || inLine.Ahead.Holder.User != "somebody" || r.Totals.Active != 4 {
				t.Errorf("patience %s: %s, %v: %s, %v", patience, r.Outcome, err, item.State, item.Err)
			}
			close(over)
			synctest.Wait()
			nobody(t, shared)
		}
	})
}

func TestATurnThatComesWhileTheWaveIsFullIsLeftToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shared := newScene(t, 3, 1, simulator.Options{Pace: simulator.Fixed(10*time.Minute, 10*time.Minute)}), &store{}
		p := s.plan(manifest(3, "waves: [{name: all, take: rest, at-once: 1}]"))
		s.occupy(shared, p, 100001, in(30*time.Second))
		var other sync.WaitGroup
		other.Go(func() {
			time.Sleep(20 * time.Second)
			begun := time.Now()
			turn, err := turnsOf(shared, "other").Take(t.Context(), s.line(p, 100001), func(activation.Ahead) error { return nil })
			if err != nil || time.Since(begun) > time.Minute {
				t.Errorf("after %s: %v", time.Since(begun), err)
				return
			}
			turn.Leave()
		})
		r, err := s.inTurn(t.Context(), shared, "me", p, rollout.Options{})
		if err != nil || r.Totals.Active != 3 {
			t.Errorf("%s, %v: %+v", r.Outcome, err, r.Totals)
		}
		other.Wait()
		nobody(t, shared)
	})
}

func TestAStoppedRunLeavesAllLines(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shared := newScene(t, 5, 1, simulator.Options{}), &store{}
		p := s.plan(manifest(5))
		over := make(chan struct{})
		s.occupy(shared, p, 100002, over)
		ctx, stop := context.WithTimeout(t.Context(), time.Minute)
		defer stop()
		begun := time.Now()
		_, err := s.inTurn(ctx, shared, "me", p, rollout.Options{})
		if stopped, ok := errors.AsType[*rollout.StoppedError](err); !ok || stopped.Underway != 4 || time.Since(begun) > time.Minute+time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		close(over)
		synctest.Wait()
		nobody(t, shared)
	})
}

// The others fail meanwhile, so that nothing more is to be submitted.
func TestWhatIsInLineIsNotSubmittedOnceTheRunWasStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, shared := newScene(t, 5, 1, simulator.Options{Pace: failingFirst{}}), &store{}
		p := s.plan(manifest(5))
		s.occupy(shared, p, 100005, in(time.Hour))
		begun := time.Now()
		r, err := s.inTurn(t.Context(), shared, "me", p, rollout.Options{})
		if r.Outcome != rollout.OutcomeFailed || err == nil || r.Waves[0].Items[4].State != rollout.Waiting || time.Since(begun) > 30*time.Minute {
			t.Errorf("after %s: %s, %v; %s", time.Since(begun), r.Outcome, err, r.Waves[0].Items[4].State)
		}
		time.Sleep(2 * time.Hour)
		if all := s.sim.Activations("prp_100005"); slices.ContainsFunc(all, func(a simulator.Activation) bool { return a.Version == 3 }) {
			t.Error("it was submitted")
		}
		nobody(t, shared)
	})
}

// sends calls do before each request.
func (s *scene) sends(do func(r *http.Request)) {
	s.wrap = func(rt http.RoundTripper) http.RoundTripper {
		return tripper(func(r *http.Request) (*http.Response, error) {
			do(r)
			return rt.RoundTrip(r)
		})
	}
}

func TestWhatWasSubmittedWhileTheTurnWasLostIsFollowed(t *testing.T) {
	for name, o := range map[string]rollout.Options{"one by one": {}, "in bulk": {Submit: rollout.SubmitBulk}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 20
				s, shared := newScene(t, n, 1, simulator.Options{}), &store{}
				p := s.plan(manifest(n))
				s.sends(func(r *http.Request) {
					if r.Method != http.MethodPost {
						return
					}
					for i := range n {
						_, _ = coordinator.Release(t.Context(), shared, s.line(p, 100001+i))
					}
				})
				r, err := s.inTurn(t.Context(), shared, "me", p, o)
				if err != nil || r.Outcome != rollout.OutcomeRolledOut || r.Totals.Active != n {
					t.Errorf("%s, %v: %+v", r.Outcome, err, r.Totals)
				}
				eachOnce(t, s, n)
			})
		})
	}
}

// losing releases the turn of each property at the first look for which somebody has it,
// and counts the submissions that no other look has preceded.
type losing struct {
	scene *scene
	plan  *rollout.Plan
	store *store
	n     int

	mu    sync.Mutex
	lost  map[papi.ID]int // looks since then, and that one
	early int
}

func (l *losing) sends(r *http.Request) {
	body := ""
	if r.Body != nil {
		all, _ := io.ReadAll(r.Body)
		r.Body, body = io.NopCloser(strings.NewReader(string(all))), string(all)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for i := range l.n {
		at := l.scene.line(l.plan, 100001+i)
		own := strings.Contains(r.URL.Path, string(at.Asset)+"/activations")
		switch {
		case r.Method == http.MethodPost && (own || strings.Contains(body, string(at.Asset))) && l.lost[at.Asset] < 2:
			l.early++
		case r.Method == http.MethodGet && own && l.lost[at.Asset] > 0:
			l.lost[at.Asset]++
		case r.Method == http.MethodGet && own:
			if _, err := coordinator.Release(l.scene.t.Context(), l.store, at); err == nil {
				l.lost[at.Asset] = 1
			}
		}
	}
}

func TestNothingIsSubmittedByALookWhoseTurnWasLost(t *testing.T) {
	for name, o := range map[string]rollout.Options{"one by one": {}, "in bulk": {Submit: rollout.SubmitBulk}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 20
				s, shared := newScene(t, n, 1, simulator.Options{}), &store{}
				p := s.plan(manifest(n))
				there := s.active(n, 3, simulator.Staging)
				l := &losing{scene: s, plan: p, store: shared, n: n, lost: map[papi.ID]int{}}
				s.sends(l.sends)
				r, err := s.inTurn(t.Context(), shared, "me", p, o)
				if err != nil || r.Outcome != rollout.OutcomeRolledOut || r.Totals.Active != n || len(l.lost) != n-there || l.early > 0 {
					t.Errorf("%s, %v: %+v; %d turns were lost, %d items sent all the same", r.Outcome, err, r.Totals, len(l.lost), l.early)
				}
				eachOnce(t, s, n)
			})
		})
	}
}

// The store goes when the first submissions are made, and does not come back.
func TestWithoutTheStoreNothingMoreIsSubmittedAndTheRestIsFollowed(t *testing.T) {
	for name, o := range map[string]rollout.Options{"one by one": {}, "in bulk": {Submit: rollout.SubmitBulk, PartSize: 10}} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				const n = 40
				s, shared := newScene(t, n, 1, simulator.Options{}), &store{}
				p := s.plan(manifest(n))
				var sent atomic.Int32
				s.sends(func(r *http.Request) {
					if r.Method == http.MethodPost {
						sent.Add(1)
						shared.gone.Store(true)
					}
				})
				begun := time.Now()
				r, err := s.inTurn(t.Context(), shared, "me", p, o)
				_, isGone := errors.AsType[*coordinator.GoneError](err)
				if !isGone || r.Outcome != rollout.OutcomeError || r.Totals.Active == 0 || r.Totals.Active != s.active(n, 3, simulator.Staging) || r.Totals.Underway > 0 {
					t.Errorf("%s, %v: %+v, and %d are active", r.Outcome, err, r.Totals, s.active(n, 3, simulator.Staging))
				}
				if took := time.Since(begun); sent.Load() > 4 || took > 30*time.Minute {
					t.Errorf("%d were sent; it took %s", sent.Load(), took)
				}
			})
		})
	}
}

func TestAReturnWaitsForItsTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 8
		s, shared := newScene(t, n, 1, simulator.Options{}), &store{}
		p := s.plan(manifest(n))
		if _, err := s.inTurn(t.Context(), shared, "me", p, rollout.Options{}); err != nil {
			t.Fatal(err)
		}
		s.occupy(shared, p, 100003, in(10*time.Minute))
		runner := &rollout.Runner{API: s.client(), Turns: turnsOf(shared, "me")}
		begun := time.Now()
		r, err := runner.Rollback(t.Context(), p, rollout.Options{})
		if err != nil || r.Totals.Returned != n || time.Since(begun) < 10*time.Minute || time.Since(begun) > 15*time.Minute {
			t.Errorf("after %s: %s, %v: %+v", time.Since(begun), r.Outcome, err, r.Totals)
		}
		s.occupy(shared, p, 100003, in(2*time.Hour))
		_, _ = s.inTurn(t.Context(), shared, "me", p, rollout.Options{Replan: true, Patience: 3 * time.Hour})
		s.occupy(shared, p, 100003, in(2*time.Hour))
		r, err = runner.Rollback(t.Context(), p, rollout.Options{})
		if item := r.Waves[0].Items[2]; err == nil || item.State != rollout.ReturnFailed || !strings.Contains(item.Err.Error(), "somebody") || r.Totals.Returned != n-1 {
			t.Errorf("%s, %v: %+v; %s, %v", r.Outcome, err, r.Totals, item.State, item.Err)
		}
		time.Sleep(2 * time.Hour)
	})
}

// Others have their turn when it is known that PAPI has submitted what was in a bulk request.
func TestTheTurnOfABulkRequestLastsUntilItHasSubmitted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 30
		s, shared := newScene(t, n, 1, simulator.Options{BulkInterval: 20 * time.Second}), &store{}
		p := s.plan(manifest(n))
		submitted := func() bool {
			return slices.ContainsFunc(s.sim.Activations("prp_100028"), func(a simulator.Activation) bool { return a.Version == 3 })
		}
		if submitted() {
			t.Fatal("it is active before")
		}
		ctx, stop := context.WithCancel(t.Context())
		var next sync.WaitGroup
		next.Go(func() {
			time.Sleep(15 * time.Second)
			turn, err := turnsOf(shared, "next").Take(ctx, s.line(p, 100028), func(activation.Ahead) error { return nil })
			if err != nil {
				t.Error(err)
				return
			}
			if !submitted() {
				t.Error("it has the turn before the bulk request has submitted")
			}
			turn.Leave()
		})
		r, err := s.inTurn(ctx, shared, "me", p, rollout.Options{Submit: rollout.SubmitBulk})
		if err != nil || r.Totals.Active != n {
			t.Errorf("%s, %v: %+v", r.Outcome, err, r.Totals)
		}
		next.Wait()
		stop()
		nobody(t, shared)
	})
}
