package rollout

import (
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi"
)

func TestWhatGoesBack(t *testing.T) {
	for _, c := range []struct {
		name    string
		trouble *trouble // nil: a return was asked for
		only    string   // a property
		states  string
		want    string
	}{
		{"everything that is ours", nil, "", "active+ours active+ours active+ours", "giveBack 1 2 3"},
		{"nothing that is somebody's", nil, "", "active active+ours active", "giveBack 2"},
		{"what has not been looked at is looked at", nil, "", "shown ?+waiting active+ours", "giveBack 1 3 2"},
		{"what is not active is not", nil, "", "failed+ours superseded+ours waiting", "finish"},
		{"what has gone back is not", nil, "", "rolled-back+ours active+ours return-failed+ours", "giveBack 2"},
		{"what is on its way is followed", nil, "", "underway+ours active+ours waiting", "giveBack 2"},
		{"and nothing else is left", nil, "", "underway+ours rolled-back waiting", "follow"},
		{"one that has to be tried later", nil, "", "active+ours+due active+ours waiting", "giveBack 2"},
		{"one that has to be tried later, alone", nil, "", "active+ours+due waiting waiting", "follow"},
		{"one that is worked at", nil, "", "active+ours+working active+ours waiting", "giveBack 2"},
		{"some by name", nil, "p2", "active+ours active+ours active+ours", "giveBack 2"},
		{"all after a failure", &trouble{stage: 1, returns: true, scope: ScopeAll}, "", "active+ours failed+ours waiting", "giveBack 1"},
		{"the wave after a failure", &trouble{stage: 1, returns: true, scope: ScopeWave}, "", "active+ours active+ours failed+ours", "giveBack 2"},
		{"nothing that was not looked at, after a failure", &trouble{stage: 1, returns: true, scope: ScopeAll}, "", "active+ours failed+ours ?+waiting", "giveBack 1"},
	} {
		p := planOf(staging, 1, 2)
		b := boardOf(p, Options{}, c.states)
		for _, e := range b.entries {
			if e.Stage == 0 {
				e.arrived = noon.Add(-2 * time.Hour) // what is there for longest goes first
			}
		}
		b.trouble, b.returning, b.stage = c.trouble, true, 1
		if c.only != "" {
			b.only = map[papi.ID]bool{papi.ID(strings.TrimPrefix(c.only, "p")): true}
		}
		if got := b.next(noon).told(); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

func TestWhatLosesItsFastFallbackSoonestGoesFirst(t *testing.T) {
	b := boardOf(planOf(staging, 4), Options{}, "active+ours active+ours active+ours active+ours")
	b.returning = true
	for i, minutes := range []int{20, 50, 0, 30} {
		b.entries[i].arrived = noon.Add(-time.Duration(minutes) * time.Minute)
	}
	b.entries[2].arrived = time.Time{} // not known
	if got := b.next(noon).told(); got != "giveBack 2 4 1 3" {
		t.Error(got)
	}
}

func TestBothNetworksOfAPropertyDoNotGoBackInOneMoment(t *testing.T) {
	p := planOf([]papi.Network{papi.Staging, papi.Production}, 2)
	b := boardOf(p, Options{}, "active+ours active+ours active+ours active+ours")
	b.returning = true
	if got := b.next(noon).told(); got != "giveBack 3 4" { // production first
		t.Error(got)
	}
	b.entries[2].working = true
	if got := b.next(noon).told(); got != "giveBack 4" {
		t.Error(got)
	}
}

func TestTheMarksOfReturns(t *testing.T) {
	p := planOf(staging, 2)
	b := boardOf(p, Options{scope: ScopeAll}, "active+ours active+ours")
	e := b.entries[1]
	if m := b.mark(e); m.Attempt != 1 || m.Back || m.Place != 2 || m.Total != 2 {
		t.Errorf("%+v", m)
	}
	e.back = true
	if m := b.mark(e); !m.Back || m.Scope != ScopeAll || m.Attempt != 1 {
		t.Errorf("%+v", m)
	}
	b.closed = 1
	b.entries[0].attempt = 2
	if m := b.mark(e); m.Attempt != 2 {
		t.Errorf("%+v: a return belongs to the latest attempt", m)
	}
	e.back = false
	if m := b.mark(e); m.Attempt != 2 {
		t.Errorf("%+v", m)
	}
	b.trouble = &trouble{scope: ScopeWave}
	e.back = true
	if m := b.mark(e); m.Scope != ScopeWave {
		t.Errorf("%+v", m)
	}
}

func TestWhetherAFastFallbackIsPossible(t *testing.T) {
	l := &loop{board: boardOf(planOf(staging, 1), Options{}, "active+ours")}
	now := l.clock.now()
	info := func(change func(*papi.FallbackInfo)) papi.Activation {
		f := &papi.FallbackInfo{
			CanFastFallback: true, FallbackVersion: 2, SteadyStateTime: now.Add(-10 * time.Minute), FastFallbackExpirationTime: now.Add(50 * time.Minute),
		}
		if change != nil {
			change(f)
		}
		return papi.Activation{FallbackInfo: f}
	}
	for name, c := range map[string]struct {
		a    papi.Activation
		to   int
		want bool
	}{
		"it is":                       {info(nil), 2, true},
		"PAPI says nothing":           {papi.Activation{}, 2, false},
		"PAPI says no":                {info(func(f *papi.FallbackInfo) { f.CanFastFallback = false }), 2, false},
		"to another version":          {info(nil), 1, false},
		"to nothing":                  {info(func(f *papi.FallbackInfo) { f.FallbackVersion = 0 }), 0, false},
		"the hour is over":            {info(func(f *papi.FallbackInfo) { f.SteadyStateTime = now.Add(-61 * time.Minute) }), 2, false},
		"the hour is over in a blink": {info(func(f *papi.FallbackInfo) { f.SteadyStateTime = now.Add(-59*time.Minute - 30*time.Second) }), 2, false},
		"only the end is known":       {info(func(f *papi.FallbackInfo) { f.SteadyStateTime = time.Time{} }), 2, true},
		"only the end is known, and over": {info(func(f *papi.FallbackInfo) {
			f.SteadyStateTime, f.FastFallbackExpirationTime = time.Time{}, now.Add(-time.Minute)
		}), 2, false},
	} {
		if got := l.canFallBack(c.a, c.to); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestWhereAnItemGoesBackTo(t *testing.T) {
	for _, c := range []struct {
		name    string
		change  func(*entry)
		options Options
		ok      bool
		version int
		state   State
	}{
		{"what was active before", nil, Options{}, true, 2, Active},
		{"somebody's is left alone", func(e *entry) { e.ours = false }, Options{}, false, 0, Active},
		{"what is not active is left alone", func(e *entry) { e.state = Blocked }, Options{}, false, 0, Blocked},
		{"nothing was active before", func(e *entry) { e.before = 0 }, Options{}, false, 0, NotReturnable},
		{"nothing was active before, and it may be taken off", func(e *entry) { e.before = 0 }, Options{DeactivateNew: true}, true, 0, Active},
	} {
		l := &loop{board: boardOf(planOf(staging, 1), c.options, "active+ours")}
		e := l.entries[0]
		e.before = 2
		if c.change != nil {
			c.change(e)
		}
		target, ok := l.goesTo(e)
		m, marked := ParseMark(target.Request.Note)
		if ok != c.ok || e.state != c.state || ok && (target.Version != c.version || !marked || !m.Back || !target.FailIfPending || !target.NoWait) {
			t.Errorf("%s: %+v, %v, %s", c.name, target, ok, e.state)
		}
		if e.back {
			t.Errorf("%s: it is going back before it was submitted", c.name)
		}
	}
}

func TestNothingGoesBackWhileABulkRequestMayGoOn(t *testing.T) {
	b := boardOf(planOf(staging, 3), Options{}, "active+ours active+ours waiting")
	b.returning = true
	b.sees(Part{1, 3}, b.clock.now().Add(-time.Minute))
	now := b.clock.now()
	if s := b.next(now); s.kind != follow || s.until.After(now.Add(spanLook)) {
		t.Errorf("%s until %s", s.told(), s.until)
	}
	b.clock.date = now.Add(spanLook + time.Second)
	if s := b.next(now); s.told() != "survey 3" {
		t.Errorf("then %s", s.told())
	}
	// The item has appeared, and is active: no more of the part can follow.
	b.entries[2].known, b.entries[2].state, b.entries[2].ours = true, Active, true
	if s := b.next(now); s.kind != giveBack || len(s.items) != 3 {
		t.Errorf("at last %s", s.told())
	}
}
