package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestDeactivateOutcomes(t *testing.T) {
	tests := []struct {
		name, args string
		faults     []simulator.Fault
		code       int
		outcome    string
		error      string
		submits    int
		took       time.Duration
	}{
		{name: "what is active", args: "www.example.com -n staging --yes", outcome: "deactivated", submits: 1, took: 2 * time.Minute},
		{name: "nothing is active", args: "new.example.com -n staging --yes", outcome: "already-inactive"},
		{name: "without waiting", args: "www.example.com -n production --yes --no-wait", outcome: "submitted", submits: 1},
		{name: "dry run", args: "www.example.com -n staging --dry-run", outcome: "planned"},
		{name: "dry run where nothing is active", args: "new.example.com -n staging --dry-run", outcome: "planned"},
		{name: "without a network", args: "www.example.com --yes", code: 2, outcome: "error", error: "usage"},
		{name: "two networks", args: "www.example.com -n staging,production --yes", code: 2},
		{name: "a version", args: "www.example.com@7 -n staging --yes", code: 2, outcome: "error", error: "usage"},
		{name: "nobody to ask", args: "www.example.com -n staging", code: 2, outcome: "error", error: "usage"},
		{name: "something pending", args: "busy.example.com -n staging --yes --if-pending fail", code: 6, outcome: "busy", error: "busy"},
		{name: "time-out", args: "www.example.com -n staging --yes --timeout 10s", code: 5, outcome: "timed-out", error: "timed-out", submits: 1, took: 10 * time.Second},
		{name: "a lost answer", args: "www.example.com -n staging --yes", faults: at(simulator.OpSubmit, simulator.Fault{Drop: true, After: true}), outcome: "deactivated", submits: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				for _, f := range tt.faults {
					s.sim.Inject(f)
				}
				r := s.run(append([]string{"deactivate", notify, "-o", "json"}, strings.Fields(tt.args)...)...)
				got, code := "", ""
				if r.stdout != "" {
					d := r.document(t)
					got = d.Outcome
					if d.Error != nil {
						code = d.Error.Code
					}
				}
				want := []any{tt.code, tt.outcome, tt.error, tt.submits}
				if diff := cmp.Diff(want, []any{r.code, got, code, s.sim.Count(simulator.OpSubmit)}); diff != "" {
					t.Errorf("exit code, outcome, error, submissions (-want +got):\n%s\n%s", diff, r.stderr)
				}
				if tt.took > 0 && (r.took < tt.took || r.took > tt.took+tt.took/5) {
					t.Errorf("took %s, want about %s", r.took, tt.took)
				}
			})
		})
	}
}

func TestDeactivateAsksOnATerminalInPlainWords(t *testing.T) {
	tests := []struct {
		name, args, answer string
		code, submits      int
		asks               bool
	}{
		{name: "staging, yes", args: "www.example.com -n staging", answer: "y\n", submits: 1, asks: true},
		{name: "production, no", args: "www.example.com -n production", answer: "n\n", code: cmd.ExitError, asks: true},
		{name: "production, y", args: "www.example.com -n production", answer: "y\n", code: cmd.ExitError, asks: true},
		{name: "production, another name", args: "www.example.com -n production", answer: "www.example.org\n", code: cmd.ExitError, asks: true},
		{name: "production, its name", args: "prp_1001 -n production", answer: " www.example.com \n", submits: 1, asks: true},
		{name: "no answer", args: "www.example.com -n staging", code: cmd.ExitError, asks: true},
		{name: "with --yes", args: "www.example.com -n production --yes", submits: 1},
		{name: "nothing to take off", args: "new.example.com -n production"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.terminal, s.stdin = true, strings.NewReader(tt.answer)
				r := s.run(append([]string{"deactivate", notify}, strings.Fields(tt.args)...)...)
				if r.code != tt.code || s.sim.Count(simulator.OpSubmit) != tt.submits {
					t.Errorf("exit code %d and %d submissions, want %d and %d\n%s", r.code, s.sim.Count(simulator.OpSubmit), tt.code, tt.submits, r.stderr)
				}
				if asked := strings.Contains(r.stderr, "TRAFFIC STOPS") && strings.Contains(r.stderr, "Version 7 is active there"); asked != tt.asks {
					t.Errorf("asked: %t, want %t\n%s", asked, tt.asks, r.stderr)
				}
			})
		})
	}
}

func TestDeactivateAsksForWhatIsNotActiveYet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "new.example.com", "-n", "production", notify, "--no-wait", "--yes")
		s.terminal, s.stdin = true, strings.NewReader("n\n")
		r := s.run("deactivate", "new.example.com", "-n", "production", notify)
		if r.code != cmd.ExitError || s.sim.Count(simulator.OpSubmit) != 1 || !strings.Contains(r.stderr, "Version 1 is on its way there") {
			t.Errorf("exit code %d and %d submissions\n%s", r.code, s.sim.Count(simulator.OpSubmit), r.stderr)
		}
	})
}

func TestDeactivateSaysHowToGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("deactivate", "busy.example.com", "-n", "staging", "--yes", notify, "--timeout", "30s")
		if r.code != cmd.ExitBusy || !strings.HasSuffix(r.stderr, ": propctl deactivate prp_1006 --network staging --notify you@example.com --timeout 30s --yes\n") {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	})
}
