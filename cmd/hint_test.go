package cmd_test

import (
	"context"
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
)

// commandIn returns the command that a hint ends with; nil where there is none.
func commandIn(hint string) []string {
	_, line, found := strings.Cut(hint, ": propctl ")
	if !found {
		return nil
	}
	var words []string
	for i, part := range strings.Split(line, "'") { // every other part is quoted
		if i%2 == 0 {
			words = append(words, strings.Fields(part)...)
		} else {
			words = append(words, part)
		}
	}
	return words
}

// A command line that makes no sense is found out before anything else.
func typeable(t *testing.T, s *scene, words []string) string {
	t.Helper()
	if _, known := cmd.FlagTypes()["doctor"]; !known && words[0] == "doctor" {
		return ""
	}
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cmd.ErrInterrupted)
	s.set(map[string]string{"AKAMAI_HOST": host, "AKAMAI_CLIENT_TOKEN": clientToken, "AKAMAI_CLIENT_SECRET": clientSecret, "AKAMAI_ACCESS_TOKEN": accessToken})
	if slices.Contains(words, "--help") {
		ctx = t.Context()
	}
	if r := s.runWithin(ctx, words...); r.code == cmd.ExitUsage {
		return r.stderr
	}
	return ""
}

func TestCommandsInHintsCanBeTyped(t *testing.T) {
	with := map[string]string{}
	for _, e := range slices.Concat(localExamples(), networkExamples(), answerExamples(), submissionExamples()) {
		synctest.Test(t, func(t *testing.T) {
			r, s, _ := e.provoke(t)
			last, _ := provokedError(t, r.stdout)
			if last == nil {
				return // it is another test's
			}
			words := commandIn(last.Help)
			if words == nil && strings.Contains(last.Help, "propctl ") {
				t.Errorf("%s/%s: the hint speaks of a command and does not end with it: %s", e.code, e.name, last.Help)
			}
			if words == nil {
				return
			}
			with[e.code] = strings.Join(words, " ")
			delete(s.env, "PROPCTL_TIMEOUT")
			delete(s.env, "PROPCTL_OUTPUT_FILE")
			if mistake := typeable(t, s, words); mistake != "" {
				t.Errorf("%s/%s: %q: %s", e.code, e.name, words, mistake)
			}
		})
	}
	for code, want := range map[string]string{
		"rejected":            "--dry-run",
		"activation-failed":   "history prp_1007 --contract ctr_C-SIM1 --group grp_10001 --network staging",
		"cancel-too-late":     "wait atv_",
		"no-activation":       "status prp_1008",
		"credentials-missing": "doctor",
		"unauthorized":        "doctor",
		"budget-exhausted":    "budget",
		"server-error":        "activate prp_1001@8",
		"nothing-before":      "history prp_1004",
		"hostname-bucket":     "hostnames list prp_1010",
	} {
		if !strings.Contains(with[code], want) {
			t.Errorf("after %s the next command is %q, want %q", code, with[code], want)
		}
	}
}

func TestHintAfterABusyNetworkNamesItsActivation(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "busy.example.com@1", notify, "--if-pending", "fail", "--section", "x y")
		const want = "Try: wait for it, or leave that to --if-pending wait: propctl wait atv_5033 --property prp_1006 --contract ctr_C-SIM1 --group grp_10001"
		if r.code != cmd.ExitCredentials { // there is no such section
			t.Errorf("exit code %d", r.code)
		}
		if doctor := "propctl doctor --section 'x y'\n"; !strings.Contains(r.stderr, doctor) {
			t.Errorf("no %q in %s", doctor, r.stderr)
		}
		if r = newScene(t).run("activate", "busy.example.com@1", notify, "--if-pending", "fail"); !strings.Contains(r.stderr, want+"\n") {
			t.Errorf("no %q in %s", want, r.stderr)
		}
	})
}

func TestWhatIsMistypedIsGuessed(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"activate prp_1001 --netwrok staging", "unknown flag: --netwrok; did you mean --network?"},
		{"activate prp_1001 --notfy x@y", "did you mean --notify?"},
		{"activate prp_1001 --compliance EMERGENCY", "did you mean --compliance-reason?"},
		{"activate prp_1001 -network staging", "did you mean --network?"},
		{"status prp_1001 -output json", "did you mean --output?"},
		{"activate prp_1001 --warnings igonre", "is not one of acknowledge, fail, new"},
		{"activate prp_1001 --warnings acknowlege", "did you mean acknowledge?"},
		{"activate prp_1001 --until stedy", "did you mean steady?"},
		{"activate prp_1001 --if-pending wiat", "did you mean wait?"},
		{"activate prp_1001 -n produciton", "did you mean production?"},
		{"activate prp_1001 -n taging", "did you mean staging?"},
		{"activate prp_1001@stagng " + notify, "did you mean staging?"},
		{"activate prp_1001@lates " + notify, "did you mean latest?"},
		{"hostnames ad prp_1001", "did you mean add?"},
		{"actviate prp_1001", "did you mean activate?"},
		{"status", "propctl status PROPERTY... was given no argument"},
		{"history a b", "propctl history PROPERTY was given 2 arguments"},
	} {
		s := newScene(t)
		s.transport = refusing{t}
		if r := s.run(strings.Fields(tt.args)...); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, tt.want) {
			t.Errorf("%s: exit code %d, want %q in\n%s", tt.args, r.code, tt.want, r.stderr)
		} else if help := commandIn(r.stderr); len(help) == 0 || typeable(t, s, help) != "" {
			t.Errorf("%s: the hint has no command that shows help: %s", tt.args, r.stderr)
		}
	}
	s := newScene(t)
	if r := s.run("activate", "prp_1001", "--xyzzy"); strings.Contains(r.stderr, "did you mean") {
		t.Errorf("guessed from nothing: %s", r.stderr)
	}
}

func TestMisuseIsHintedAtOnceAndNotWithQuiet(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"activate prp_1001@8 -n production -y --poll 5s", "note: --poll 5s on PRODUCTION "},
		{"activate prp_1001@8 -n production -y --poll 10s", ""},
		{"activate prp_1001@8 -n staging --poll 5s", ""},
		{"activate prp_1001@8 --no-wait --until steady --poll 5s", "note: --poll and --until have no effect with --no-wait\n"},
		{"activate prp_1001@8 --require-staging --compliance-reason NO_PRODUCTION_TRAFFIC --ticket 1", "note: --compliance-reason, --require-staging and --ticket have no effect on STAGING\n"},
		{"activate prp_1001@8 -n staging,production -y --require-staging", ""},
		{"activate prp_1001@8 --timeout 1m", "note: --timeout 1m is shorter than the 1m30s that this usually takes\n"},
		{"activate prp_1001@8 --timeout 10m", ""},
		{"rollback prp_1001 -n staging --require-staging", "note: --require-staging has no effect on STAGING\n"},
	} {
		synctest.Test(t, func(t *testing.T) {
			args := append(strings.Fields(tt.args), notify)
			r, want := newScene(t).run(args...), 1
			before, _, _ := strings.Cut(r.stderr, "error: ")
			if tt.want == "" {
				want = 0
			}
			if n := strings.Count(before, "note: "); n != want || !strings.Contains(before, tt.want) {
				t.Errorf("%s: %d hints, want %q\n%s", tt.args, n, tt.want, r.stderr)
			}
			r = newScene(t).run(append(args, "-q")...)
			if before, _, _ = strings.Cut(r.stderr, "error: "); strings.Contains(before, "note: ") {
				t.Errorf("%s -q: %s", tt.args, r.stderr)
			}
		})
	}
}

func TestQuestionsNamePropertyVersionNetworkAndAccount(t *testing.T) {
	for _, tt := range []struct{ args, want string }{
		{"activate www.example.com@8 -n production", "Activate www.example.com (prp_1001) version 8 on PRODUCTION of " + host + "? [y/N] "},
		{"activate www.example.com@staging -n staging,production", "Activate www.example.com (prp_1001) version 7 on STAGING, then PRODUCTION of " + host + "? [y/N] "},
		{"deactivate www.example.com -n staging", "Take www.example.com (prp_1001) off STAGING of " + host + "? Version 7 is active there, "},
		{"rollback www.example.com -n production", "Return to version 6 of www.example.com (prp_1001) on PRODUCTION of " + host + "? [y/N] "},
		{"hostnames add www.example.com a.example.com=ehn_3001 -n production", "Add 1 hostname to www.example.com (prp_1001): make a version of the version that is active on PRODUCTION, and activate it on PRODUCTION of " + host + "? [y/N] "},
		{"hostnames remove www.example.com a.example.com b.example.com -n production --base 8", "Remove 2 hostnames from www.example.com (prp_1001): make a version of version 8, and activate it on PRODUCTION of " + host + "? [y/N] "},
		{"includes activate inc_2001@1 -n production", " (inc_2001) version 1 on PRODUCTION of " + host + "? [y/N] "},
		{"includes deactivate inc_2001 -n production", " (inc_2001) off PRODUCTION of " + host + "? Version "},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.terminal, s.stdin = true, strings.NewReader("n\n")
			r := s.run(append(strings.Fields(tt.args), notify)...)
			if !strings.Contains(r.stderr, tt.want) {
				t.Errorf("%s: exit code %d, want %q in\n%s", tt.args, r.code, tt.want, r.stderr)
			}
		})
	}
}

func TestHintsOfWhatIsRefusedHere(t *testing.T) {
	for _, args := range [][]string{
		{"activate", "www.example.com", "-n", "production", "--require-staging"},
		{"rollback", "www.example.com", "-n", "production", "--fast", "require"},
	} {
		synctest.Test(t, func(t *testing.T) {
			r := newScene(t).run(append(args, "--notify", "you@example.com", "--yes")...)
			if r.code != cmd.ExitRejected || !strings.Contains(r.stderr, "nothing was submitted") {
				t.Errorf("exit code %d and %q, want %d and that nothing was submitted", r.code, r.stderr, cmd.ExitRejected)
			}
			if strings.Contains(r.stderr, "correct the version") || strings.Contains(r.stderr, "--dry-run") {
				t.Errorf("%q blames the version, or has the same refusal shown again", r.stderr)
			}
		})
	}
}

func TestWrongWordsAreGuessed(t *testing.T) {
	for _, args := range [][]string{{"completion", "bsh"}, {"schema", "docment"}} {
		if r := newScene(t).run(args...); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "is not one of") || !strings.Contains(r.stderr, "did you mean") {
			t.Errorf("%q: exit code %d and %q, want %d and what can be given", args, r.code, r.stderr, cmd.ExitUsage)
		}
	}
}
