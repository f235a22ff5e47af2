package activation

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/papi"
)

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// entry makes an activation that was submitted so many minutes before noon.
func entry(id string, version int, status papi.Status, minutesAgo int) papi.Activation {
	return papi.Activation{
		ActivationID: papi.ID(id), ActivationType: papi.Activate, Network: papi.Staging,
		PropertyVersion: version, Status: status, SubmitDate: noon.Add(-time.Duration(minutesAgo) * time.Minute),
		FMAActivationState: papi.FMASteady,
	}
}

func deactivation(a papi.Activation) papi.Activation {
	a.ActivationType = papi.Deactivate
	return a
}

func on(n papi.Network, a papi.Activation) papi.Activation {
	a.Network = n
	return a
}

func unsteady(a papi.Activation) papi.Activation {
	a.FMAActivationState = "deployed"
	return a
}

func TestPlan(t *testing.T) {
	tried := &submission{known: map[string]bool{"1": true, "2": true}, since: noon.Add(-time.Minute)}
	for _, tt := range []struct {
		name  string
		have  []papi.Activation
		goal  goal
		kind  stepKind
		about papi.ID
	}{
		{name: "nothing there", kind: create},
		{name: "another version is active", have: []papi.Activation{entry("1", 6, papi.StatusActive, 60)}, kind: create},
		{name: "active already", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60)}, kind: done, about: "1"},
		{name: "active only on the other network", have: []papi.Activation{on(papi.Production, entry("1", 7, papi.StatusActive, 60))}, kind: create},
		{name: "an old entry still says ACTIVE", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60), entry("2", 6, papi.StatusActive, 30)}, kind: create},
		{name: "active again after another", have: []papi.Activation{entry("1", 6, papi.StatusActive, 60), entry("2", 7, papi.StatusActive, 30)}, kind: done, about: "2"},
		{name: "deactivated since", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60), deactivation(entry("2", 7, papi.StatusActive, 30))}, kind: create},
		{name: "deactivated since, said otherwise", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60), deactivation(entry("2", 7, papi.StatusDeactivated, 30))}, kind: create},
		{name: "failed after it was activated", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60), entry("2", 6, papi.StatusFailed, 30)}, kind: done, about: "1"},
		{name: "failed before", have: []papi.Activation{entry("1", 7, papi.StatusFailed, 60)}, kind: create},
		{name: "aborted before", have: []papi.Activation{entry("1", 7, papi.StatusAborted, 60)}, kind: create},
		{name: "inactive", have: []papi.Activation{entry("1", 7, papi.StatusInactive, 60)}, kind: create},
		{name: "on its way", have: []papi.Activation{entry("1", 7, papi.StatusPending, 1)}, kind: follow, about: "1"},
		{name: "on its way with an unknown status", have: []papi.Activation{entry("1", 7, "NEXT_YEAR", 1)}, kind: follow, about: "1"},
		{name: "on its way, and active already", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60), entry("2", 7, papi.StatusZone2, 1)}, kind: follow, about: "2"},
		{name: "being cancelled", have: []papi.Activation{entry("1", 7, papi.StatusPendingCancellation, 1)}, kind: blocked, about: "1"},
		{name: "another version on its way", have: []papi.Activation{entry("1", 6, papi.StatusPending, 1)}, kind: blocked, about: "1"},
		{name: "another version with an unknown status", have: []papi.Activation{entry("1", 6, "NEXT_YEAR", 1)}, kind: blocked, about: "1"},
		{name: "a deactivation of the version on its way", have: []papi.Activation{deactivation(entry("1", 7, papi.StatusPendingDeactivation, 1))}, kind: blocked, about: "1"},
		{name: "active, and another on its way", have: []papi.Activation{entry("1", 7, papi.StatusActive, 60), entry("2", 8, papi.StatusPending, 1)}, kind: blocked, about: "2"},
		{name: "on its way, and another too", have: []papi.Activation{entry("1", 7, papi.StatusPending, 2), entry("2", 8, papi.StatusPending, 1)}, kind: blocked, about: "2"},
		{name: "another on its way on the other network", have: []papi.Activation{on(papi.Production, entry("1", 6, papi.StatusPending, 1))}, kind: create},
		{name: "active but not steady", have: []papi.Activation{unsteady(entry("1", 7, papi.StatusActive, 5))}, kind: done, about: "1"},
		{name: "active but not steady, and steady is wanted", have: []papi.Activation{unsteady(entry("1", 7, papi.StatusActive, 5))}, goal: goal{steady: true}, kind: follow, about: "1"},
		{name: "no dates at all", have: []papi.Activation{{ActivationID: "1", Network: papi.Staging, PropertyVersion: 6, Status: papi.StatusActive}, {ActivationID: "2", Network: papi.Staging, PropertyVersion: 7, Status: papi.StatusActive}}, kind: done, about: "2"},

		{name: "what was submitted has failed", have: []papi.Activation{entry("1", 7, papi.StatusFailed, 60), entry("3", 7, papi.StatusFailed, 0)}, goal: goal{tried: tried}, kind: over, about: "3"},
		{name: "a failure was there before", have: []papi.Activation{entry("2", 7, papi.StatusFailed, 0)}, goal: goal{tried: tried}, kind: create},
		{name: "a failure is too old to be it", have: []papi.Activation{entry("3", 7, papi.StatusFailed, 5)}, goal: goal{tried: tried}, kind: create},
		{name: "what was submitted failed and is tried by another", have: []papi.Activation{entry("3", 7, papi.StatusFailed, 0), entry("4", 7, papi.StatusPending, 0)}, goal: goal{tried: tried}, kind: follow, about: "4"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			tt.goal.network, tt.goal.version = papi.Staging, 7
			for _, have := range permutations(tt.have) {
				got := plan(have, tt.goal)
				if got.kind != tt.kind || got.activation.ActivationID != tt.about {
					t.Errorf("step %d about %q, want %d about %q", got.kind, got.activation.ActivationID, tt.kind, tt.about)
				}
			}
		})
	}
}

func permutations(list []papi.Activation) [][]papi.Activation {
	if len(list) < 2 {
		return [][]papi.Activation{list}
	}
	reversed := slices.Clone(list)
	slices.Reverse(reversed)
	return [][]papi.Activation{list, reversed}
}

// anyActivation draws activations of few versions and ids, so that they meet.
func anyActivation() *rapid.Generator[papi.Activation] {
	statuses := []papi.Status{
		papi.StatusNew, papi.StatusPending, papi.StatusZone1, papi.StatusZone2, papi.StatusZone3, papi.StatusActive,
		papi.StatusInactive, papi.StatusAborted, papi.StatusFailed, papi.StatusDeactivated,
		papi.StatusPendingDeactivation, papi.StatusPendingCancellation, "NEXT_YEAR", "",
	}
	return rapid.Custom(func(t *rapid.T) papi.Activation {
		a := entry(fmt.Sprint(rapid.IntRange(1, 9).Draw(t, "id")), rapid.IntRange(6, 8).Draw(t, "version"),
			rapid.SampledFrom(statuses).Draw(t, "status"), rapid.IntRange(-3, 3).Draw(t, "minutes ago"))
		a.ActivationType = rapid.SampledFrom([]papi.ActivationType{papi.Activate, papi.Deactivate, "", "NEXT_YEAR"}).Draw(t, "type")
		a.Network = rapid.SampledFrom([]papi.Network{papi.Staging, papi.Production, "NEXT_YEAR"}).Draw(t, "network")
		a.FMAActivationState = rapid.SampledFrom([]string{"", "received", "steady"}).Draw(t, "state")
		if rapid.Bool().Draw(t, "undated") {
			a.SubmitDate = time.Time{}
		}
		return a
	})
}

func TestPlanKeepsItsRulesForAnyList(t *testing.T) {
	rapid.Check(t, planRules)
}

func FuzzPlan(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(planRules))
}

func planRules(t *rapid.T) {
	have := rapid.SliceOfN(anyActivation(), 0, 6).Draw(t, "have")
	g := goal{network: papi.Staging, version: 7, steady: rapid.Bool().Draw(t, "steady")}
	if rapid.Bool().Draw(t, "tried") {
		g.tried = &submission{known: map[string]bool{"1": true}, since: noon}
	}
	got := plan(have, g)

	shuffled := slices.Clone(have)
	random := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 0))
	random.Shuffle(len(shuffled), func(i, j int) { shuffled[i], shuffled[j] = shuffled[j], shuffled[i] })
	if again := plan(shuffled, g); again.kind != got.kind {
		t.Fatalf("step %d, and %d in another order", got.kind, again.kind)
	}
	for _, a := range have {
		if a.Network == g.network && InProgress(a) && (got.kind == create || got.kind == over && !g.tried.made(got.activation)) {
			t.Fatalf("step %d although %+v is in progress", got.kind, a)
		}
		if a.Network == g.network && InProgress(a) && got.kind == done {
			t.Fatalf("done although %+v is in progress", a)
		}
	}
	if got.kind == done && (got.activation.Status != papi.StatusActive || got.activation.PropertyVersion != g.version ||
		got.activation.ActivationType == papi.Deactivate || got.activation.Network != g.network) {
		t.Fatalf("done because of %+v", got.activation)
	}
	if got.kind == follow && (got.activation.PropertyVersion != g.version || got.activation.Network != g.network) {
		t.Fatalf("follows %+v", got.activation)
	}
}

// classes are all classes and what follows a submission that ends in them.
func classes() map[papi.Class]bool {
	return map[papi.Class]bool{
		papi.ClassNoAnswer: true, papi.ClassDNS: true, papi.ClassProxy: true, papi.ClassTimeout: true, papi.ClassMalformed: true, papi.ClassRedirect: true,
		papi.ClassServer: true, papi.ClassBusy: true, papi.ClassARLConflict: true, papi.ClassNotYet: true,
		papi.ClassStillPending: true, papi.ClassCertificateNew: true, papi.ClassAlreadyActivated: true,
		papi.ClassRateLimited: true, papi.ClassSuspended: true, papi.ClassNotActive: true,

		papi.ClassTLS: false, papi.ClassClockSkew: false, papi.ClassUnauthorized: false, papi.ClassGrantMissing: false,
		papi.ClassForbidden: false, papi.ClassVersionLocked: false, papi.ClassNotFound: false, papi.ClassInvalid: false,
		papi.ClassNotifyEmails: false, papi.ClassCompliance: false, papi.ClassOtherRejection: false,
		papi.ClassWarnings: false, papi.ClassRejected: false, papi.ClassCacheWipe: false, papi.ClassETag: false,
		papi.ClassCancelTooLate: false, papi.ClassBudgetExhausted: false,
		papi.ClassResourceLimit: false, "next-year": false,
	}
}

func TestReconsiderLooksAgainOnlyAfterWhatCanHeal(t *testing.T) {
	for class, want := range classes() {
		if _, again := reconsider(&papi.Error{Class: class}, 0); again != want {
			t.Errorf("%s: looks again: %t, want %t", class, again, want)
		}
	}
	if _, again := reconsider(errors.New("what is this"), 0); !again {
		t.Error("an error that is no answer does not lead to a look")
	}
}

func TestReconsiderBacksOffLinearly(t *testing.T) {
	for fails, want := range []time.Duration{5 * time.Second, 15 * time.Second, 25 * time.Second, 35 * time.Second} {
		if pause, _ := reconsider(&papi.Error{Class: papi.ClassServer}, fails); pause != want {
			t.Errorf("pause %d is %s, want %s", fails, pause, want)
		}
	}
}

func TestReconsiderLooksAtOnceOnceAfterAlreadyActivated(t *testing.T) {
	for fails, want := range []time.Duration{0, 15 * time.Second, 25 * time.Second} {
		if pause, _ := reconsider(&papi.Error{Class: papi.ClassAlreadyActivated}, fails); pause != want {
			t.Errorf("pause %d is %s, want %s", fails, pause, want)
		}
	}
}

func FuzzReconsider(f *testing.F) {
	f.Add("busy", uint8(0), int64(0))
	f.Add("rate-limited", uint8(3), int64(30))
	f.Fuzz(func(t *testing.T, class string, fails uint8, retryAfter int64) {
		err := &papi.Error{Class: papi.Class(class), Answer: papi.Answer{RetryAfter: time.Duration(retryAfter)}}
		pause, again := reconsider(err, int(fails))
		if pause < 0 {
			t.Errorf("pause of %s", pause)
		}
		if again && papi.Class(class) != papi.ClassAlreadyActivated && pause < min(5*time.Second, err.Wait()) {
			t.Errorf("looks again after only %s", pause)
		}
		if again && !classes()[papi.Class(class)] {
			t.Errorf("looks again after %q", class)
		}
	})
}

func TestAPendingDeactivationIsNoReturn(t *testing.T) {
	have := []papi.Activation{
		entry("1", 7, papi.StatusInactive, 30), entry("2", 8, papi.StatusActive, 20),
		deactivation(entry("3", 7, papi.StatusPendingDeactivation, 1)),
	}
	if back, blocker, err := previous(have, papi.Staging); blocker == nil || blocker.ActivationID != "3" || err != nil {
		t.Errorf("%+v, blocked by %+v: %v", back, blocker, err)
	}
}

func TestAfterADeactivationTheLastActiveVersionIsTheOneToReturnTo(t *testing.T) {
	off := deactivation(entry("9", 8, papi.StatusActive, 10))
	for name, tt := range map[string]struct {
		have []papi.Activation
		to   int
	}{
		"INACTIVE":    {[]papi.Activation{entry("1", 7, papi.StatusInactive, 30), entry("2", 8, papi.StatusInactive, 20), off}, 8},
		"DEACTIVATED": {[]papi.Activation{entry("1", 7, papi.StatusInactive, 30), entry("2", 8, papi.StatusDeactivated, 20), off}, 8},
		"ACTIVE":      {[]papi.Activation{entry("2", 8, papi.StatusActive, 20), off}, 8},
		"failed":      {[]papi.Activation{entry("1", 7, papi.StatusInactive, 30), entry("2", 8, papi.StatusFailed, 20), off}, 7},
		"only failed": {[]papi.Activation{entry("2", 8, papi.StatusFailed, 20), off}, 0},
	} {
		back, blocker, err := previous(tt.have, papi.Staging)
		if back.To != tt.to || back.From != 0 || blocker != nil || (err != nil) != (tt.to == 0) {
			t.Errorf("%s: %+v, blocked by %+v: %v", name, back, blocker, err)
		}
	}
}
