package cmd_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/cmd"
)

type handedInDoc struct {
	Outcome  string
	ExitCode int
	Error    *provokedFailure
	HandedIn *struct{ Name, State string }
	Runner   *struct {
		Rollouts []struct{ Name, Outcome string }
	}
}

func (r result) handedIn(t *testing.T) handedInDoc {
	t.Helper()
	var d handedInDoc
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || d.ExitCode != r.code {
		t.Fatalf("%v, exit code %d\n%s\n%s", err, r.code, r.stdout, r.stderr)
	}
	return d
}

// What is said of a rollout that was handed in is so: nothing is stopped that has ended, and
// who waits for the end of what somebody has stopped does not take it for done.
func TestARolloutThatWasHandedInIsToldAsItStands(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.store = &coordinator.Memory{}
		plan := s.planned(s.manifest("www.example.com@8"))
		for _, step := range []struct {
			args, outcome, state, code string
			exit                       int
		}{
			{"rollout apply " + plan + " --detach", "handed-in", "running", "", 0},
			{"rollout stop test", "stopped", "stopped", "", 0},
			{"rollout stop test", "stopped", "stopped", "", 0},
			{"rollout status " + plan + " --watch", "aborted", "stopped", "rollout-stopped", 3},
			{"rollout resume test", "resumed", "running", "", 0},
			{"runner --once", "ok", "", "", 0},
			{"rollout stop test", "ok", "ended", "", 0},
			{"rollout resume test", "ok", "ended", "", 0},
			{"rollout status " + plan + " --watch", "rolled-out", "ended", "", 0},
		} {
			r := s.run(append(strings.Fields(step.args), "-o", "json")...)
			d := r.handedIn(t)
			state, code := "", ""
			if d.HandedIn != nil {
				state = d.HandedIn.State
			}
			if d.Error != nil {
				code = d.Error.Code
			}
			if d.Outcome != step.outcome || r.code != step.exit || state != step.state || code != step.code {
				t.Errorf("%s: %s, %q, exit code %d, %q; want %s, %q, %d, %q\n%s", step.args, d.Outcome, state, r.code, code, step.outcome, step.state, step.exit, step.code, r.stderr)
			}
			if d.Runner != nil && (len(d.Runner.Rollouts) != 1 || d.Runner.Rollouts[0].Outcome != "rolled-out") {
				t.Errorf("%+v", d.Runner)
			}
		}
	})
}

// A coordinator that has gone for good does not keep anybody from seeing the end.
func TestWatchingGoesOnWithoutACoordinatorThatHasGone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		store := &coordinatortest.Dying{Store: &coordinator.Memory{}}
		s.store = store
		plan := s.planned(s.manifest("www.example.com@8"))
		if r := s.run("rollout", "apply", plan, "--detach", "-o", "json"); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		time.AfterFunc(30*time.Second, func() { store.Die(true) })
		time.AfterFunc(5*time.Minute, func() {
			other := *s
			other.store = nil
			other.run("rollout", "apply", plan, "--yes")
		})
		r := s.run("rollout", "status", plan, "--watch", "-o", "json")
		if d := r.rollout(t); d.Outcome != "rolled-out" || r.code != cmd.ExitOK {
			t.Errorf("%s, exit code %d\n%s", d.Outcome, r.code, r.stderr)
		}
		for _, text := range []string{"this waits for it", "PAPI is asked from now on"} {
			if strings.Count(r.stderr, text) != 1 {
				t.Errorf("%q is not said once:\n%s", text, r.stderr)
			}
		}
		if r.took > 20*time.Minute {
			t.Errorf("it took %s", r.took)
		}
	})
}
