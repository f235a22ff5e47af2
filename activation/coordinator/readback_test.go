package coordinator_test

import (
	"fmt"
	"math"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi"
)

func crossing() activation.Line {
	return activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging, Doing: "activates version 7"}
}

func quiet(activation.Ahead) error { return nil }

// Whatever a process is called, and whatever PAPI calls an activation, others can read the line.
func TestALineThatWasWrittenCanBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, text := range []string{
			strings.Repeat("\xff", 100), strings.Repeat("\x80", 300), "Bereitstellung f\xfcr " + strings.Repeat("\xe4\xf6\xfc", 30),
			strings.Repeat("\x00<&>\"\\", 50), strings.Repeat("界", 100), strings.Repeat("\u2028", 100),
		} {
			store := &coordinator.Memory{}
			holder := activation.Holder{Host: text, User: text, CI: text, Job: text, URL: "https://ci.example.com/" + text}
			at := crossing()
			at.Doing = text
			turn, err := (&coordinator.Turns{Store: store, Holder: holder}).Take(t.Context(), at, quiet)
			if err != nil {
				t.Errorf("%.20q: %v", text, err)
				continue
			}
			if err := turn.Look(t.Context()); err != nil {
				t.Errorf("%.20q: %v", text, err)
			}
			if _, err := turn.Permit(t.Context(), none); err != nil {
				t.Errorf("%.20q: %v", text, err)
			}
			turn.Submitted(t.Context(), papi.ID(strings.Repeat("1", 128)), activation.Accepted)
			lines, err := coordinator.Lines(t.Context(), store)
			if err != nil || len(lines) != 1 || lines[0].Err != nil {
				t.Errorf("%.20q: %+v, %v", text, lines, err)
			}
			turn.Leave()
			next, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, quiet)
			if err != nil {
				t.Errorf("%.20q: the next one: %v", text, err)
				continue
			}
			next.Leave()
		}
	})
}

func none(papi.ID) bool { return false }

// A line whose holders have long names takes as many as there is room for, and the others wait. Whoever has the turn
// can submit.
func TestALineOfLongNamesMovesOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &coordinator.Memory{}
		long := strings.Repeat("\x01", 100)
		turns := func(i int) *coordinator.Turns {
			return &coordinator.Turns{Store: store, Holder: activation.Holder{Host: long, User: fmt.Sprint(i) + long, CI: long, Job: long}}
		}
		head, err := turns(0).Take(t.Context(), crossing(), quiet)
		if err != nil {
			t.Fatal(err)
		}
		var all sync.WaitGroup
		var mu sync.Mutex
		gone := 0
		const waiting = 35 // ten more than there is room for
		for i := range waiting {
			all.Go(func() {
				turn, err := turns(i+1).Take(t.Context(), crossing(), quiet)
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				gone++
				mu.Unlock()
				turn.Leave()
			})
		}
		time.Sleep(3 * time.Minute)
		if err := head.Look(t.Context()); err != nil {
			t.Error(err)
		}
		if _, err := head.Permit(t.Context(), none); err != nil {
			t.Error(err)
		}
		head.Submitted(t.Context(), "atv_1", activation.Accepted)
		head.Leave()
		all.Wait()
		if gone != waiting {
			t.Errorf("%d of %d had their turn", gone, waiting)
		}
	})
}

// The longest time for which lists may lag is not the shortest.
func TestTheLongestLagHoldsBack(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		store := &coordinator.Memory{}
		turns := &coordinator.Turns{Store: store, Lag: math.MaxInt64}
		for i := range 2 {
			turn, err := turns.Take(t.Context(), crossing(), quiet)
			if err != nil {
				t.Fatal(err)
			}
			if err := turn.Look(t.Context()); err != nil {
				t.Fatal(err)
			}
			if _, err := turn.Permit(t.Context(), none); (err == nil) != (i == 0) {
				t.Errorf("turn %d: %v", i+1, err)
			}
			turn.Submitted(t.Context(), "", activation.AcceptanceUnknown)
			turn.Leave()
		}
	})
}

// A lease that is too long, or too short, to be read is not written.
func TestALeaseThatCannotBeReadIsRefused(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		for _, lease := range []time.Duration{time.Microsecond, -time.Second, math.MinInt64, time.Hour + 1, math.MaxInt64} {
			store := &coordinator.Memory{}
			if turn, err := (&coordinator.Turns{Store: store, Lease: lease}).Take(t.Context(), crossing(), quiet); err == nil {
				turn.Leave()
				t.Errorf("a lease of %s was accepted", lease)
			}
			if e, _ := store.Get(t.Context(), coordinator.LineKey(crossing())); e.Revision != 0 {
				t.Errorf("with a lease of %s the line is %s", lease, e.Value)
			}
		}
	})
}
