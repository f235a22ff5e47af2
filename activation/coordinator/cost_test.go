package coordinator_test

import (
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi"
)

// What one item costs in messages: it is read once, and written where that keeps somebody from submitting.
func TestWhatATurnCosts(t *testing.T) {
	at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
	wait := func(activation.Ahead) error { return nil }
	for _, tt := range []struct {
		name string
		bulk bool // what became of it is known later
		next bool // somebody joins the line meanwhile
		want int32
	}{{"alone", false, false, 5}, {"in a bulk request", true, false, 6}, {"with another one in line", false, true, 5 + 2}} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				memory := &coordinator.Memory{}
				store := &counted{Store: memory}
				turn, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, wait)
				if err != nil {
					t.Fatal(err)
				}
				if err := turn.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
				came := make(chan activation.Turn, 1)
				if tt.next {
					go func() {
						other, err := (&coordinator.Turns{Store: memory}).Take(t.Context(), at, wait)
						if err != nil {
							t.Error(err)
						}
						came <- other
					}()
				}
				time.Sleep(time.Second)
				if _, err := turn.Permit(t.Context(), func(papi.ID) bool { return true }); err != nil {
					t.Fatal(err)
				}
				if tt.bulk {
					turn.Submitted(t.Context(), "", activation.AcceptanceUnknown)
				}
				turn.Submitted(t.Context(), "atv_1", activation.Accepted)
				turn.Leave()
				if n := store.asked.Load(); n != tt.want {
					t.Errorf("%d messages, want %d", n, tt.want)
				}
				if tt.next {
					(<-came).Leave()
				}
			})
		})
	}
}

// A turn that was taken away is not used, although the line is not read before it is written.
func TestATurnThatWasReleasedPermitsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
		store := &coordinator.Memory{}
		wait := func(activation.Ahead) error { return nil }
		turn, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		defer turn.Leave()
		if _, err := coordinator.Release(t.Context(), store, at); err != nil {
			t.Fatal(err)
		}
		next, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		defer next.Leave()
		if err := turn.Look(t.Context()); err != nil && !errors.Is(err, activation.ErrTurnLost) {
			t.Error(err)
		}
		if _, err := turn.Permit(t.Context(), func(papi.ID) bool { return true }); !errors.Is(err, activation.ErrTurnLost) {
			t.Errorf("it may submit: %v", err)
		}
		if _, err := next.Permit(t.Context(), func(papi.ID) bool { return true }); err != nil {
			t.Errorf("the next one may not: %v", err)
		}
	})
}

// What was submitted before is known when the turn comes, and not only when the line is read again.
func TestTheLastSubmissionIsKnownWhenTheTurnComes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
		turns := &coordinator.Turns{Store: &coordinator.Memory{}}
		wait := func(activation.Ahead) error { return nil }
		one, err := turns.Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := one.Permit(t.Context(), func(papi.ID) bool { return true }); err != nil {
			t.Fatal(err)
		}
		one.Submitted(t.Context(), "atv_1", activation.Accepted)
		one.Leave()
		two, err := turns.Take(t.Context(), at, wait)
		if err != nil {
			t.Fatal(err)
		}
		defer two.Leave()
		if err := two.Look(t.Context()); err != nil {
			t.Fatal(err)
		}
		if _, err := two.Permit(t.Context(), func(papi.ID) bool { return false }); err == nil {
			t.Error("it submits although its look does not show what was submitted right before")
		}
	})
}
