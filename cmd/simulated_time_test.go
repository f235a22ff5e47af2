package cmd_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
)

// With --simulate all that is waited for passes in the simulated time that --timeout is
// of: else a run would end with an exit code that it would not have at Akamai.
func TestASimulationHasOneClock(t *testing.T) {
	args := []string{"status", "--simulate", "--speed", "60"}
	for i := range 1300 { // more than may be sent at once
		args = append(args, fmt.Sprintf("p%d.example.com", i))
	}
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run(append(args, "--timeout", "1h")...)
		if r.code != cmd.ExitError || r.took < 10*time.Second || r.took > 20*time.Second {
			t.Errorf("exit code %d after %s; 1600 requests beyond the first 1000, 100 a minute, take 16 minutes, which are 16 s", r.code, r.took)
		}
	})
}
