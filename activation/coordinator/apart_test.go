package coordinator_test

import (
	"errors"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/papi"
)

// PAPI takes signatures of clocks that are 30 s apart from its own. All holds among such machines.
func TestClocksMayBeAsFarApartAsPAPIWouldHaveThem(t *testing.T) {
	const most = 29 * time.Second
	coordinatortest.Run(t, synctest.Test, func(*testing.T) func() coordinator.Store {
		store := &coordinator.Memory{}
		members := 0
		return func() coordinator.Store {
			members++
			return coordinatortest.Apart{Store: store, By: most * time.Duration(members%3-1)}
		}
	})
}

// Leases hold whatever the clocks say: who lives is not overtaken, and who is dead is.
func TestLeasesDoNotDependOnTheClocksOfMachines(t *testing.T) {
	at := activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging}
	for _, by := range []time.Duration{-5 * time.Hour, 5 * time.Hour} {
		t.Run(fmt.Sprint(by), func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				store := &coordinator.Memory{}
				dying := &coordinatortest.Dying{Store: coordinatortest.Apart{Store: store, By: by}}
				wait := func(activation.Ahead) error { return nil }
				turn, err := (&coordinator.Turns{Store: dying}).Take(t.Context(), at, wait)
				if err != nil {
					t.Fatal(err)
				}
				defer turn.Leave()
				came := make(chan time.Time, 1)
				go func() {
					next, err := (&coordinator.Turns{Store: store}).Take(t.Context(), at, wait)
					if err != nil {
						t.Error(err)
						return
					}
					came <- time.Now()
					next.Leave()
				}()
				time.Sleep(10 * time.Minute)
				if _, err := turn.Permit(t.Context(), func(papi.ID) bool { return true }); len(came) > 0 || !errors.Is(err, activation.ErrLookAgain) {
					t.Errorf("who lives was overtaken: %v", err)
				}
				dying.Die(true)
				died := time.Now()
				if took := (<-came).Sub(died); took > coordinator.DefaultLease+5*time.Second {
					t.Errorf("who was dead was overtaken after %s", took)
				}
			})
		})
	}
}
