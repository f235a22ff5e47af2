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

// A runner has no time limit but the one it is given.
func TestARunnerEndsAtItsTimeLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, _ := newReportingScene(t)
		s.store = &coordinator.Memory{}
		if r := s.run("runner", "--timeout", "10m"); r.code != 5 || r.took < 10*time.Minute || r.took > 11*time.Minute {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stderr)
		}
	})
}

// A runner tells whom its own --notify-url names how a rollout has ended that it has led, once, as rollout apply
// does. Nothing of that is handed in.
func TestTheEndOfARolloutThatWasHandedInIsNotified(t *testing.T) {
	for _, tt := range []struct {
		name, properties, outcome string
		code                      int
		before                    bool // all was activated by a runner that has died, and told nothing
	}{
		{"rolled out", "www.example.com@8", "rolled-out", 0, false},
		{"failed", "prp_1007@2", "failed", 3, false},
		{"done by one that has died", "www.example.com@8", "rolled-out", 0, true},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s, to := newReportingScene(t)
				store := &coordinator.Memory{}
				s.store = store
				plan := s.planned(s.manifest(tt.properties))
				s.set(map[string]string{"PROPCTL_NOTIFY_URL": webhookURL, "PROPCTL_NOTIFY_SECRET": webhookSecret})
				if r := s.run("rollout", "apply", plan, "--detach", "--yes"); r.code != 0 || len(to.all()) != 0 {
					t.Fatalf("exit code %d, %d notifications\n%s", r.code, len(to.all()), r.stderr)
				}
				if tt.before {
					other := *s
					other.store = nil
					other.run("rollout", "apply", plan, "--yes", "--notify-url", "https://other.example.com/x")
				}
				before := len(to.all())
				r := s.run("runner", "--once", "-o", "json")
				told := to.all()[before:]
				if d := r.handedIn(t); r.code != tt.code || len(d.Runner.Rollouts) != 1 || len(told) != 1 {
					t.Fatalf("exit code %d, %d notifications of %+v\n%s", r.code, len(told), d.Runner, r.stderr)
				}
				f := readFinished(t, told[0].body)
				var in struct {
					HandedIn struct {
						State, Outcome string
						By             struct{ User string }
					}
					Rollout struct{ Totals struct{ Items int } }
				}
				if err := json.Unmarshal(told[0].body, &in); err != nil {
					t.Fatal(err)
				}
				if f.Command != "rollout apply" || f.Outcome != tt.outcome || f.ExitCode != tt.code || f.Account == nil ||
					in.HandedIn.State != "ended" || in.HandedIn.Outcome != tt.outcome || in.Rollout.Totals.Items != 1 {
					t.Errorf("%s: %s, exit code %d, %+v", f.Command, f.Outcome, f.ExitCode, in)
				}
				if tt.code != 0 && !strings.Contains(f.Error.Help, "propctl rollout apply PLAN --detach --retry-failed") {
					t.Errorf("it helps with %q", f.Error.Help)
				}
				keys, err := store.Keys(t.Context(), "")
				if err != nil || len(keys) < 2 {
					t.Fatal(keys, err)
				}
				for _, key := range keys {
					if e, _ := store.Get(t.Context(), key); strings.Contains(string(e.Value), "hooks.example.com") || strings.Contains(string(e.Value), webhookSecret) {
						t.Errorf("%s says who is told: %s", key, e.Value)
					}
				}
			})
		})
	}
}

// Who says with --detach who is to be told learns that this is the runner's to say.
func TestWhoIsToldIsNotHandedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.store = &coordinator.Memory{}
		plan := s.planned(s.manifest("www.example.com@8"))
		r := s.run("rollout", "apply", plan, "--detach", "--notify-url", webhookURL)
		if r.code != 0 || !strings.Contains(r.stderr, "that of the runner that leads it") {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	})
}

// What no runner could read, such as a name that is given four thousand times, is not handed in.
func TestMoreThanRunnersCanReadIsNotHandedIn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.store = &coordinator.Memory{}
		plan := s.planned(s.manifest("www.example.com@8"))
		r := s.run("rollout", "apply", plan, "--detach", "--skip", strings.Repeat("www.example.com,", 4000)+"www.example.com", "-o", "json")
		if d := r.handedIn(t); r.code != cmd.ExitUsage || d.HandedIn != nil || !strings.Contains(r.stdout, "too large to be handed in") {
			t.Errorf("exit code %d\n%s\n%s", r.code, r.stdout, r.stderr)
		}
	})
}
