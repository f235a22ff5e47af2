package cmd_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// decoded reads members that only some documents have.
func decoded[T any](t *testing.T, r result) T {
	t.Helper()
	var v T
	if err := json.Unmarshal([]byte(r.stdout), &v); err != nil {
		t.Fatalf("%v\n%s", err, r.stdout)
	}
	return v
}

type returnDoc struct {
	Return *struct {
		From, To        int
		Fast            bool
		Reason, Expires string
	}
}

// activated is a scene in which version 8 has just become active on staging.
func activated(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	if r := s.run("activate", "www.example.com@8", notify); r.code != cmd.ExitOK {
		t.Fatal(r.stderr)
	}
	return s
}

func TestRollbackOutcomes(t *testing.T) {
	tests := []struct {
		name, args, outcome, error string
		code, version              int
		fast                       bool
		after                      time.Duration
		reason                     string
	}{
		{name: "soon", outcome: "rolled-back", version: 7, fast: true, reason: "possible for another"},
		{name: "too late for a fast one", after: 2 * time.Hour, outcome: "rolled-back", version: 7, reason: "the time for fast fallback is over"},
		{name: "too late for a fast one that is required", args: "--fast require", after: 2 * time.Hour, code: 7, outcome: "rejected", error: "rejected"},
		{name: "not a fast one", args: "--fast avoid", outcome: "rolled-back", version: 7, reason: "was not wanted"},
		{name: "to an older version", args: "--to 5", outcome: "rolled-back", version: 5, reason: "goes to version 7 only"},
		{name: "to what is active", args: "--to 8", outcome: "rolled-back", version: 8, reason: "it was active already"},
		{name: "dry run", args: "--dry-run", outcome: "planned", version: 7, fast: true, reason: "possible for another"},
		{name: "dry run to a version that does not exist", args: "--dry-run --to 99", code: 1, outcome: "error", error: "not-found"},
		{name: "to a word", args: "--to latest", code: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := activated(t)
				time.Sleep(tt.after)
				before := s.sim.Count(simulator.OpSubmit)
				r := s.run(append([]string{"rollback", "www.example.com", "-n", "staging", notify, "-o", "json"}, strings.Fields(tt.args)...)...)
				if r.stdout == "" {
					if r.code != tt.code {
						t.Errorf("exit code %d", r.code)
					}
					return
				}
				d, back := r.document(t), decoded[returnDoc](t, r).Return
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff([]any{tt.code, tt.outcome, tt.error}, []any{r.code, d.Outcome, code}); diff != "" {
					t.Fatalf("exit code, outcome, error (-want +got):\n%s\n%s", diff, r.stderr)
				}
				submits := s.sim.Count(simulator.OpSubmit) - before
				if tt.code != cmd.ExitOK || tt.outcome == "planned" || tt.version == 8 {
					if submits != 0 {
						t.Errorf("%d submissions", submits)
					}
				} else if submits != 1 {
					t.Errorf("%d submissions, want 1", submits)
				}
				if tt.code != cmd.ExitOK {
					return
				}
				if back == nil || back.To != tt.version || back.Fast != tt.fast || (back.Expires != "") != tt.fast && tt.after == 0 || !strings.Contains(back.Reason, tt.reason) {
					t.Errorf("return is %+v", back)
				}
				if d.Version != tt.version {
					t.Errorf("version is %d, want %d", d.Version, tt.version)
				}
			})
		})
	}
}

func TestRollbackSaysWhatItWillDoBeforeItAsks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "www.example.com@8", "-n", "production", notify)
		s.terminal, s.stdin = true, strings.NewReader("y\n")
		r := s.run("rollback", "www.example.com", "-n", "production", notify)
		said := strings.Index(r.stderr, "from version 8 back to version 7, by fast fallback: fast fallback is possible for another")
		asked := strings.Index(r.stderr, "Return to version 7")
		if r.code != cmd.ExitOK || said < 0 || asked < said {
			t.Errorf("said at %d, asked at %d\n%s", said, asked, r.stderr)
		}
	})
}

func TestRollbackRunAgainDoesNotGoBackFurther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := activated(t)
		for range 2 {
			d := s.run("rollback", "www.example.com", "-n", "staging", notify, "-o", "json").document(t)
			if d.Outcome != "rolled-back" || d.Version != 7 {
				t.Errorf("outcome %s, version %d", d.Outcome, d.Version)
			}
		}
		if n := s.sim.Count(simulator.OpSubmit); n != 2 {
			t.Errorf("%d submissions, want one activation and one rollback", n)
		}
	})
}

func TestRollbackWithoutAnythingBeforeListsTheHistory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		r := s.run("rollback", "broken.example.com", "-n", "staging", notify, "-o", "json")
		if d := r.document(t); d.Error == nil || d.Error.Code != "nothing-before" || !strings.Contains(d.Error.Message, "version 1 ACTIVE") || s.sim.Count(simulator.OpSubmit) != 0 {
			t.Errorf("error %+v", d.Error)
		}
	})
}

func TestRollbackCancelsWhatIsPending(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		r := s.run("rollback", "busy.example.com", "-n", "staging", notify, "--cancel-pending", "-o", "json")
		if d := r.document(t); d.Outcome != "cancelled" || d.Version != 2 || s.sim.Count(simulator.OpCancel) != 1 {
			t.Errorf("outcome %s of version %d, %d cancellations\n%s", d.Outcome, d.Version, s.sim.Count(simulator.OpCancel), r.stderr)
		}
	})
}

func TestRollbackDryRunDoesNotWaitForABlocker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("rollback", "busy.example.com", "-n", "staging", notify, "--dry-run", "-o", "json")
		if d := r.document(t); d.Outcome != "planned" || d.Plan == nil || d.Plan.Action != "wait" || d.BlockedBy == nil || r.took > time.Second {
			t.Errorf("outcome %s after %s: %+v", d.Outcome, r.took, d.Plan)
		}
	})
}

func TestRollbackDryRunSaysThatItWouldCancel(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		r := s.run("rollback", "busy.example.com", "-n", "staging", notify, "--dry-run", "--cancel-pending", "--if-pending", "fail", "-o", "json")
		if d := r.document(t); r.code != cmd.ExitOK || d.Plan == nil || d.Plan.Action != "cancel" || d.BlockedBy == nil || s.sim.Count(simulator.OpCancel) != 0 {
			t.Errorf("exit code %d, outcome %s: %+v", r.code, d.Outcome, d.Plan)
		}
	})
}

func TestRollbackOnProductionIsConfirmed(t *testing.T) {
	for answer, submits := range map[string]int{"y\n": 1, "n\n": 0} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.terminal, s.stdin = true, strings.NewReader(answer)
			r := s.run("rollback", "www.example.com", "-n", "production", notify)
			if s.sim.Count(simulator.OpSubmit) != submits || !strings.Contains(r.stderr, "Return to version 6 of www.example.com (prp_1001) on PRODUCTION") {
				t.Errorf("%q: %d submissions\n%s", answer, s.sim.Count(simulator.OpSubmit), r.stderr)
			}
		})
	}
}

// With something on its way it is not known yet what to return to; the question
// says that, and the answer is waited for no longer than it takes to give it.
func TestRollbackBehindABlockerIsConfirmedToo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Production, Version: 8, Submitted: time.Now(), Steps: []simulator.Step{{After: time.Hour, Status: simulator.StatusActive}}})
		s.terminal, s.stdin = true, strings.NewReader("n\n")
		r := s.run("rollback", "www.example.com", "-n", "production", notify)
		if r.code != cmd.ExitError || r.took > time.Second || !strings.Contains(r.stderr, "has to end before it is known") || s.sim.Count(simulator.OpSubmit) != 0 {
			t.Errorf("exit code %d after %s\n%s", r.code, r.took, r.stderr)
		}
	})
}

// during is what happens while a question is being answered.
type during func()

func (f during) Read(b []byte) (int, error) {
	f()
	return copy(b, "y\n"), nil
}

func TestRollbackGoesWhereItWasConfirmedToGo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.terminal, s.stdin = true, during(func() {
			s.sim.AddActivation("prp_1001", simulator.Activation{Network: simulator.Production, Version: 8, Status: simulator.StatusActive, Submitted: time.Now()})
		})
		d := s.run("rollback", "www.example.com", "-n", "production", notify, "-o", "json").document(t)
		if d.Outcome != "rolled-back" || d.Version != 6 {
			t.Errorf("outcome %s, version %d; want 6, which was in the question", d.Outcome, d.Version)
		}
	})
}

// What to return to is known, whatever has to end before.
func TestRollbackToAVersionIsConfirmedWhileAnotherIsPending(t *testing.T) {
	for _, args := range []string{"--to 6", "--to 6 --cancel-pending", "--to 8", "--cancel-pending"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			if r := s.run("activate", "www.example.com@8", "-n", "production", notify, "--no-wait", "--yes"); r.code != cmd.ExitOK {
				t.Fatal(r.stderr)
			}
			s.terminal, s.stdin = true, strings.NewReader("n\n")
			r := s.run(append([]string{"rollback", "www.example.com", "-n", "production", notify}, strings.Fields(args)...)...)
			if s.sim.Count(simulator.OpSubmit) != 1 || s.sim.Count(simulator.OpCancel) != 0 || !strings.Contains(r.stderr, "Return to ") && !strings.Contains(r.stderr, "Cancel version 8 of ") {
				t.Errorf("%s: exit code %d, %d submissions, %d cancellations\n%s", args, r.code, s.sim.Count(simulator.OpSubmit), s.sim.Count(simulator.OpCancel), r.stderr)
			}
		})
	}
}

func TestQuestionBeforeARollbackSaysWhatItTakesDown(t *testing.T) {
	const pending = "atv_5038 is PENDING (received) for 1m30s, note “by somebody”, and PAPI tells you@example.com of it. "
	for args, want := range map[string]string{
		"":       "Cancel version 8 of www.example.com (prp_1001) on PRODUCTION of " + host + "? " + pending + "Version 7 stays active. [y/N]",
		"--to=6": "Return to version 6 of www.example.com (prp_1001) on PRODUCTION of " + host + "? That cancels version 8 first: " + strings.TrimSpace(pending) + " [y/N]",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.underWay("www.example.com", "8", "production")
			time.Sleep(90 * time.Second)
			s.terminal, s.stdin = true, strings.NewReader("n\n")
			r := s.run(strings.Fields("rollback www.example.com -n production --cancel-pending " + notify + " " + args)...)
			if r.code != cmd.ExitError || !strings.Contains(r.stderr, want) || s.sim.Count(simulator.OpCancel) != 0 {
				t.Errorf("exit code %d, want %q in\n%s", r.code, want, r.stderr)
			}
		})
	}
}

// meanwhile is an answer before which something happens.
type meanwhile struct {
	happens func()
	answer  *strings.Reader
}

func (m *meanwhile) Read(p []byte) (int, error) {
	if m.happens != nil {
		m.happens()
		m.happens = nil
	}
	return m.answer.Read(p)
}

func TestRollbackCancelsOnlyWhatItHasAskedAbout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "production")
		s.terminal, s.stdin = true, &meanwhile{answer: strings.NewReader("y\n"), happens: func() {
			s.terminal, s.stdin = false, nil
			for _, args := range []string{"cancel prp_1001 -n production", "activate prp_1001@6 -n production --yes --no-wait " + notify} {
				if r := s.run(strings.Fields(args)...); r.code != cmd.ExitOK {
					t.Error(r.stderr)
				}
			}
		}}
		r := s.run(strings.Fields("rollback www.example.com -n production --cancel-pending " + notify)...)
		if r.code != cmd.ExitRejected || !strings.Contains(r.stderr, "activation atv_5039 of version 6 is PENDING on PRODUCTION by now, and not activation atv_5038") || s.sim.Count(simulator.OpCancel) != 1 {
			t.Errorf("exit code %d, %d cancellations:\n%s", r.code, s.sim.Count(simulator.OpCancel), r.stderr)
		}
	})
}
