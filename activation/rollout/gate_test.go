package rollout

import (
	"errors"
	"testing"
	"time"
)

// gated makes a board of two waves, of which the first is watched and all there.
func gated(watch time.Duration, states string) *board {
	p := planOf(staging, 2, 2)
	p.Checks = map[string]Check{"home": {HTTP: "https://{hostname}/", Within: Duration(time.Minute)}}
	p.Waves[0].Checks, p.Waves[0].Watch = []string{"home"}, Duration(watch)
	b := boardOf(p, Options{}, states)
	b.touched[0] = true // so that the next wave is no question
	for _, e := range b.of(0) {
		e.arrived = noon.Add(-time.Minute)
	}
	return b
}

func results(verdict Verdict) []CheckResult {
	return []CheckResult{
		{Check: "home", Property: "p1", Finding: Finding{Verdict: Held}}, {Check: "home", Property: "p2", Finding: Finding{Verdict: verdict, Detail: "x"}},
	}
}

// round makes a round of checks at a time.
func (b *board) roundAt(at time.Time, verdict Verdict) {
	b.clock.date, b.clock.at = at, time.Now()
	b.checked(at, results(verdict))
}

func TestAWatchEndsWithAWholeRoundAfterIt(t *testing.T) {
	b := gated(10*time.Minute, "active active ?+waiting ?+waiting")
	rounds, confirmed := 0, 0
	now := noon
	for b.stage == 0 {
		switch s := b.next(now); s.kind { //nolint:exhaustive // others are mistakes
		case check:
			b.roundAt(now, Held)
			rounds++
		case follow:
			if !s.until.After(now) || s.until.Sub(now) > time.Minute {
				t.Fatalf("at %s it waits until %s", now, s.until)
			}
			now = s.until
		case confirm:
			confirmed++
			for _, e := range s.items {
				e.shownAt = now
			}
		default:
			if b.stage == 0 {
				t.Fatalf("%s at %s", s.told(), now)
			}
		}
		if rounds > 100 {
			t.Fatal("it does not end")
		}
	}
	// The items are there since a minute: nine are left.
	if took := now.Sub(noon); took != 9*time.Minute || rounds != 10 || confirmed != 1 {
		t.Errorf("it took %s, and %d rounds; what is active was looked at again %d times", took, rounds, confirmed)
	}
}

func TestAWatchThatIsOverEndsWithOneRound(t *testing.T) {
	for _, watch := range []time.Duration{0, 30 * time.Second} {
		b := gated(watch, "active active ?+waiting ?+waiting")
		if s := b.next(noon); s.kind != check {
			t.Fatalf("%s", s.told())
		}
		b.roundAt(noon, Held)
		if s := b.next(noon); s.told() != "survey 3 4" || b.stage != 1 {
			t.Errorf("%s at wave %d", s.told(), b.stage+1)
		}
	}
}

func TestACheckIsTriedAgainForAsLongAsItSays(t *testing.T) {
	b := gated(0, "active active ?+waiting ?+waiting")
	now := noon
	for n := 0; b.trouble == nil; n++ {
		switch s := b.next(now); s.kind { //nolint:exhaustive // others are mistakes
		case check:
			b.roundAt(now, NotHeld)
		case follow:
			if s.until.Sub(now) != checkRetry {
				t.Fatalf("it waits %s", s.until.Sub(now))
			}
			now = s.until
		default:
			t.Fatal(s.told())
		}
		if n > 100 {
			t.Fatal("it does not end")
		}
	}
	failed, ok := errors.AsType[*CheckError](b.trouble.err)
	if !ok || len(failed.Results) != 1 || failed.Results[0].Property != "p2" || now.Sub(noon) != time.Minute {
		t.Errorf("after %s: %v", now.Sub(noon), b.trouble.err)
	}
}

func TestWhatHasHeldHasToGoOnToHold(t *testing.T) {
	b := gated(10*time.Minute, "active active ?+waiting ?+waiting")
	b.roundAt(noon, Held)
	b.roundAt(noon.Add(time.Minute), NotHeld)
	if b.trouble == nil || b.trouble.outcome != OutcomeFailed {
		t.Errorf("%+v", b.trouble)
	}
}

func TestACheckThatIsNotDecided(t *testing.T) {
	for undecided, want := range map[Undecided]Outcome{UndecidedPauses: OutcomeUndecided, UndecidedFails: OutcomeFailed, UndecidedHolds: ""} {
		b := gated(0, "active+sent active+sent ?+waiting ?+waiting")
		b.plan.Undecided = undecided
		b.plan.Checks["home"] = Check{HTTP: "x"} // tried once
		b.roundAt(noon, NotDecided)
		got := Outcome("")
		if b.trouble != nil {
			got = b.trouble.outcome
			if b.trouble.returns != (undecided == UndecidedFails) {
				t.Errorf("%s: it is a reason to go back: %v", undecided, b.trouble.returns)
			}
		}
		if got != want || b.gates[0].held != (want == "") {
			t.Errorf("%s: %q, want %q", undecided, got, want)
		}
	}
}

func TestWhoHasSubmittedNothingReturnsNothingBecauseOfACheck(t *testing.T) {
	for states, want := range map[string]bool{"active active ?+waiting ?+waiting": false, "active+sent active ?+waiting ?+waiting": true} {
		b := gated(0, states)
		b.plan.Checks["home"] = Check{HTTP: "x"}
		b.roundAt(noon, NotHeld)
		if b.trouble == nil || b.trouble.returns != want {
			t.Errorf("%s: %+v", states, b.trouble)
		}
	}
}

func TestTheWatchBeginsWithTheLastItem(t *testing.T) {
	b := gated(10*time.Minute, "active active ?+waiting ?+waiting")
	b.entries[1].arrived = noon.Add(5 * time.Minute)
	if end := b.watchedUntil(); !end.Equal(noon.Add(15 * time.Minute)) {
		t.Errorf("it ends at %s", end)
	}
	b.entries[1].state = Failed // which is not watched
	if end := b.watchedUntil(); !end.Equal(noon.Add(9 * time.Minute)) {
		t.Errorf("without it at %s", end)
	}
}

func TestTheNextWaveTellsWhetherChecksHaveHeld(t *testing.T) {
	b := gated(10*time.Minute, "active active ?+waiting ?+waiting")
	b.touched[0] = false // an earlier run may have been further
	if s := b.next(noon); s.told() != "survey 3 4" || b.stage != 0 {
		t.Fatalf("%s at wave %d", s.told(), b.stage+1)
	}
	for _, e := range b.of(1) {
		e.known = true
	}
	if s := b.next(noon); s.kind != check {
		t.Errorf("without a mark there: %s", s.told())
	}
	b.entries[3].attempt = 1
	if s := b.next(noon); b.stage != 1 {
		t.Errorf("with a mark there: %s at wave %d", s.told(), b.stage+1)
	}
	b.stage, b.closed, b.gates[0] = 0, 1, gate{asked: true}
	if s := b.next(noon); s.kind != check {
		t.Errorf("with the mark of an attempt that is closed: %s", s.told())
	}
}
