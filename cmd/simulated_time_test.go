package cmd_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
)

// With --simulate all that is waited for passes in the simulated time that --timeout is
// of: else a run would end with an exit code that it would not have at Akamai.
func TestASimulationHasOneClock(t *testing.T) {
	for _, tt := range []struct {
		name, args string
		code       int
		took       time.Duration // simulated
		says       string
	}{
		{name: "back-off", args: "--fault list=500@3", took: (1 + 2 + 4) * time.Second},
		{name: "what PAPI asks to wait", args: "--fault list=429", took: 30 * time.Second},
		{name: "in a text", args: "--fault list=paced-text", took: 30 * time.Second},
		{name: "longer than there is time", args: "--fault list=429 --timeout 20s", code: cmd.ExitLimited, says: "the next try would be in 30s"},
		{name: "as long as there is time", args: "--fault list=429 --timeout 40s", took: 30 * time.Second},
		{name: "a late answer", args: "--fault list=delay:40s", took: 40 * time.Second},
		{
			name: "a request's time-out", args: "--fault list=delay:40s --request-timeout 30s --max-retries 0",
			code: cmd.ExitError, took: 25 * time.Second, says: "within 25s",
		},
		{name: "a suspension", args: "--fault list=503@8 --max-retries 6 prp_1002", code: cmd.ExitError, took: 15 * time.Second},
		{name: "the command's time-out", args: "--fault list=delay:2h --timeout 1m --request-timeout 1h", code: cmd.ExitTimedOut, took: time.Minute},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run(append([]string{"status", "prp_1001", "--simulate", "--speed", "60"}, strings.Fields(tt.args)...)...)
				if took := r.took.Round(time.Millisecond); r.code != tt.code || took != (tt.took/60).Round(time.Millisecond) {
					t.Errorf("exit code %d, want %d; took %s, want %s: %s", r.code, tt.code, took*60, tt.took, r.stderr)
				}
				if !strings.Contains(r.stderr, tt.says) {
					t.Errorf("it does not say %q: %s", tt.says, r.stderr)
				}
			})
		})
	}
}

// The minute of the rate limit is a simulated one, too.
func TestASimulationsPaceIsOfItsClock(t *testing.T) {
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

// What was told to the user must not depend on which clock it is read by.
func TestASimulationsBudgetIsOfItsClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "www.example.com@8", notify, "--simulate", "--speed", "60")
		if r.code != cmd.ExitOK || !strings.Contains(r.stdout, "(in 23h") {
			t.Errorf("exit code %d; the day's budget does not come back within a day that has begun: %s", r.code, r.stdout)
		}
		if r := newScene(t).run("doctor", "--simulate", "--speed", "100000"); r.code != cmd.ExitOK || !strings.Contains(r.stdout, "0 s ahead of PAPI's clock") {
			t.Errorf("exit code %d: %s", r.code, r.stdout)
		}
	})
}

func TestFaultsAreForTheSimulator(t *testing.T) {
	s := newScene(t)
	for _, tt := range []struct{ args, says string }{
		{"status prp_1001 --fault list=500", "give --simulate too"},
		{"status prp_1001 --simulate --fault list=no", "--fault"},
		{"status prp_1001 --simulate --fault x=503", "--fault"},
	} {
		if r := s.run(strings.Fields(tt.args)...); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, tt.says) {
			t.Errorf("%s: exit code %d: %s", tt.args, r.code, r.stderr)
		}
	}
	if n := len(s.sim.Requests()); n != 0 {
		t.Errorf("%d requests were sent", n)
	}
	synctest.Test(t, func(t *testing.T) { // in real time --timeout would be 30 ms
		if r := newScene(t).run(strings.Fields("activate www.example.com@8 --simulate --speed 60000 --fault submit=503-after " + notify)...); r.code != cmd.ExitOK {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}
