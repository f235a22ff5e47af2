package cmd_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// rolloutDoc is the part of the document that tests of rollouts look at.
type rolloutDoc struct {
	Outcome  string
	ExitCode int
	Error    *provokedFailure
	Rollout  *struct {
		Name, Mark, State string
		Totals            rolloutTotals
		Waves             []struct {
			Name, Outcome string
			Totals        rolloutTotals
			Items         []struct {
				Property   struct{ ID, Name string }
				Network    string
				Version    int
				Before     *int
				Outcome    string
				Fast       bool
				Activation *activationDoc
				Error      *provokedFailure
			}
			Checks []struct{ Check, Property, Outcome, Detail string }
		}
		Budget   struct{ Activations, Returns int }
		Requests struct{ Expected, Sent *int }
		Warnings []string
		Options  []string
		Next     string
	}
}

type rolloutTotals struct{ Items, Active, Underway, Waiting, Failed, RolledBack, Skipped, Unknown int }

func (r result) rollout(t *testing.T) rolloutDoc {
	t.Helper()
	var d rolloutDoc
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
		t.Fatalf("%v\n%s\n%s", err, r.stdout, r.stderr)
	}
	if d.ExitCode != r.code {
		t.Errorf("the document says exit code %d, the command returned %d", d.ExitCode, r.code)
	}
	return d
}

// manifest writes a manifest of properties, with other lines, and returns its path.
func (s *scene) manifest(properties string, lines ...string) string {
	s.t.Helper()
	return s.write("rollout.yaml", "name: test\nnotify: [you@example.com]\nproperties: ["+properties+"]\n"+strings.Join(lines, "\n")+"\n")
}

// planned writes a plan and returns its path.
func (s *scene) planned(manifest string) string {
	s.t.Helper()
	plan := filepath.Join(s.env["HOME"], "plan.json")
	if r := s.run("rollout", "plan", manifest, "--output-file", plan); r.code != cmd.ExitOK {
		s.t.Fatal(r.stderr)
	}
	return plan
}

// homeCheck is a check, with a wave of everything that has it.
const homeCheck = "checks: {home: {http: 'https://{hostname}/', within: 30s}}\nwaves: [{name: all, checks: [home]}]"

// visits answers the requests of checks.
func visits(status int) http.RoundTripper {
	return roundTrip(func(r *http.Request) (*http.Response, error) {
		return &http.Response{StatusCode: status, Body: http.NoBody, Request: r}, nil
	})
}

// rolloutEnd is a rollout that does not come to its end.
type rolloutEnd struct {
	code    string
	exit    int
	outcome string
	args    func(s *scene) string // prepares, and returns what is run
	submits int                   // of that run
	help    string
	says    string // part of the message
}

func rolloutExamples() []rolloutEnd {
	apply := func(properties string, lines ...string) func(*scene) string {
		return func(s *scene) string { return "rollout apply " + s.manifest(properties, lines...) }
	}
	// foreign activates another version with the command line, as somebody else might.
	foreign := func(s *scene, what string) {
		if r := s.run("activate", what, notify); r.code != cmd.ExitOK {
			s.t.Fatal(r.stderr)
		}
	}
	return []rolloutEnd{
		{"manifest", 2, "error", apply("prp_1001", "on-failure: explode", "waves: 3"), 0, "propctl schema rollout", "line 4, column 13"},
		{"plan-file", 2, "error", func(s *scene) string {
			plan := s.planned(s.manifest("prp_1001@8"))
			data, err := os.ReadFile(plan)
			must(s.t, err)
			must(s.t, os.WriteFile(plan, bytes.ReplaceAll(data, []byte(`"version": 8`), []byte(`"version": 7`)), 0o600))
			return "rollout apply " + plan
		}, 0, "rollout plan", "has been altered"},
		{"selection", 1, "error", apply("{select: {name: 'zzz*'}}"), 0, "propctl list", "fits"},
		{"another-account", 4, "error", func(s *scene) string {
			plan := s.planned(s.manifest("prp_1001@8"))
			s.sim.Inject(simulator.Fault{Operation: simulator.OpGroups, Status: 200, Body: `{"accountId":"act_A-OTHER","accountName":"x","groups":{"items":[]}}`})
			return "rollout apply " + plan
		}, 0, "switch key", "A-OTHER"},
		{"rollout-stopped", 3, "aborted", func(s *scene) string {
			s.store = &coordinator.Memory{}
			plan := s.planned(s.manifest("prp_1001@8"))
			s.run("rollout", "apply", plan, "--detach", "--yes")
			s.run("rollout", "stop", "test")
			return "rollout status " + plan + " --watch"
		}, 0, "rollout resume", "stopped before its end"},
		{"rollout-failed", 3, "failed", apply("prp_1007@2"), 1, "--retry-failed", "failing.example.com (failed)"},
		{"rollout-check-failed", 3, "failed", func(s *scene) string {
			s.checking = visits(500)
			return "rollout apply " + s.manifest("prp_1001@8", homeCheck)
		}, 1, "propctl rollout apply", "it answers 500"},
		{"rollout-check-undecided", 5, "paused", apply("prp_1001@8", "checks: {x: {command: [/nonexistent/x]}}", "waves: [{name: all, checks: [x]}]"), 1, "propctl rollout apply", "/nonexistent/x"},
		{"rollout-rolled-back", 3, "rolled-back", apply("prp_1001@8, prp_1007@2", "on-failure: rollback"), 3, "--replan", "failing.example.com (failed)"},
		{"rollout-closed", 3, "rolled-back", func(s *scene) string {
			m := s.manifest("prp_1001@8, prp_1007@2", "on-failure: rollback")
			s.run("rollout", "apply", m)
			return "rollout apply " + m
		}, 0, "--replan", "was rolled back"},
		{"rollout-superseded", 3, "superseded", func(s *scene) string {
			m := s.manifest("prp_1001@8")
			if r := s.run("rollout", "apply", m); r.code != cmd.ExitOK {
				s.t.Fatal(r.stderr)
			}
			foreign(s, "prp_1001@6")
			return "rollout apply " + m
		}, 0, "history", "www.example.com (superseded)"},
		{"rollout-rejected", 7, "rejected", func(s *scene) string {
			s.sim.Inject(again(known(simulator.OpSubmit, "errors")))
			return "rollout apply " + s.manifest("prp_1001@8")
		}, 1, "--skip", "www.example.com (rejected)"},
		{"rollout-overdue", 5, "timed-out", func(s *scene) string {
			s.sim = newScene(s.t, func(o *simulator.Options) { o.Pace = simulator.Fixed(2*time.Hour, 2*time.Hour) }).sim
			return "rollout apply " + s.manifest("prp_1001@8")
		}, 1, "propctl rollout apply", "overdue"},
		{"rollout-blocked", 6, "busy", func(s *scene) string {
			return "rollout apply " + s.manifest("prp_1006@1") + " --if-pending fail"
		}, 0, "propctl rollout apply", "overdue"},
		{"rollout-return-failed", 1, "error", func(s *scene) string {
			f := again(answered(400, "next-year", ""))
			f.Skip = 2
			s.sim.Inject(f)
			return "rollout apply " + s.manifest("prp_1001@8, prp_1007@2", "on-failure: rollback")
		}, 4, "propctl rollout rollback", "www.example.com"}, // one of them by fast fallback
		{"rollout-not-returnable", 1, "error", func(s *scene) string {
			m := s.manifest("prp_1001@8, prp_1008@1")
			s.run("rollout", "apply", m)
			return "rollout rollback " + m
		}, 1, "--deactivate-new", "new.example.com on STAGING"},
		{"drifted", 7, "rejected", func(s *scene) string {
			plan := s.planned(s.manifest("prp_1001@8"))
			foreign(s, "prp_1001@6")
			return "rollout apply " + plan
		}, 0, "propctl rollout plan", "www.example.com"},
		{"another-plan", 7, "rejected", func(s *scene) string {
			s.run("rollout", "apply", s.manifest("prp_1001@8"), "--timeout", "10s")
			return "rollout apply " + s.manifest("prp_1001@6, prp_1002@4")
		}, 0, "--replan", "www.example.com"},
		{"budget-short", 8, "limited", func(s *scene) string {
			s.sim = newScene(s.t, func(o *simulator.Options) { o.ActivationsPerDay = 4 }).sim
			foreign(s, "prp_1001@8")
			return "rollout apply " + s.manifest("prp_1002@4, prp_1003@3", "networks: [staging, production]")
		}, 0, "propctl rollout apply", "4 activations are needed; 3 are left today"},
		{"rollout-uncertain", 1, "error", func(s *scene) string {
			lost := again(simulator.Fault{Operation: simulator.OpSubmit, Drop: true, After: true})
			blind := again(simulator.Fault{Operation: simulator.OpList, Status: 503})
			blind.Skip = 2
			s.sim.Inject(lost)
			s.sim.Inject(blind)
			return "rollout apply " + s.manifest("prp_1001@8")
		}, 1, "propctl rollout apply", "www.example.com"},
	}
}

func TestEveryEndOfARolloutIsAsTheCatalogueSays(t *testing.T) {
	rows := explainAll(t)
	for _, e := range rolloutExamples() {
		t.Run(e.code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				args := e.args(s)
				before := s.sim.Count(simulator.OpSubmit)
				r := s.run(append(strings.Fields(args), "-o", "json")...)
				d := r.rollout(t)
				if d.Error == nil || d.Error.Code != e.code || r.code != e.exit || d.Outcome != e.outcome {
					t.Fatalf("exit code %d, outcome %s, error %+v; want %d %s %s\n%s", r.code, d.Outcome, d.Error, e.exit, e.outcome, e.code, r.stderr)
				}
				if row := rows[e.code]; row.ExitCode != e.exit || row.Outcome != e.outcome || row.Category != d.Error.Category {
					t.Errorf("the row is %+v", row)
				}
				if n := s.sim.Count(simulator.OpSubmit) - before; n != e.submits {
					t.Errorf("%d submissions, want %d", n, e.submits)
				}
				if !strings.Contains(d.Error.Help, e.help) || !strings.Contains(d.Error.Message, e.says) {
					t.Errorf("message %q, hint %q; want %q and %q", d.Error.Message, d.Error.Help, e.says, e.help)
				}
			})
		})
	}
}

func TestAPlanOfAThousandPropertiesReadsNoMoreThanTheListOfTheirGroup(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Properties = simulator.Properties(1000, 1, time.Now()) })
		r := s.run("rollout", "plan", s.manifest("{select: {name: 'p*'}, version: 3}", "networks: [production]", "waves: [{name: canary, take: 1%}, {name: rest}]"), "-o", "json")
		d := r.rollout(t)
		if r.code != cmd.ExitOK || d.Rollout.Totals.Items != 1000 || d.Rollout.Waves[0].Totals.Items != 10 {
			t.Fatalf("exit code %d, %+v", r.code, d.Rollout)
		}
		if n := s.sim.Count(simulator.OpAny); n != 2 { // the groups, and the list of the one
			t.Errorf("%d requests", n)
		}
		if d.Rollout.Requests.Sent == nil || *d.Rollout.Requests.Sent != 2 || d.Rollout.Requests.Expected == nil || *d.Rollout.Requests.Expected < 2000 {
			t.Errorf("requests %+v", d.Rollout.Requests)
		}
	})
}

func TestProductionIsAskedAboutWithWavesAndBudget(t *testing.T) {
	for _, tt := range []struct {
		answer, verb string
		exit         int
	}{{"n\n", "apply", cmd.ExitError}, {"y\n", "apply", cmd.ExitOK}, {"n\n", "rollback", cmd.ExitError}} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.terminal, s.stdin = true, strings.NewReader(tt.answer)
			m := s.manifest("prp_1001@8, prp_1002@4", "networks: [production]", "waves: [{name: canary, take: 1}, {name: rest}]", "on-failure: rollback")
			r := s.run("rollout", tt.verb, m)
			if r.code != tt.exit {
				t.Errorf("%s: exit code %d\n%s", tt.answer, r.code, r.stderr)
			}
			for _, says := range map[string][]string{
				"apply":    {"2 properties on PRODUCTION of " + host, "2 waves: canary 1, rest 1", "2 activations to submit, up to 2 more to go back"},
				"rollback": {"Return what rollout test has activated on PRODUCTION"},
			}[tt.verb] {
				if !strings.Contains(r.stderr, says) {
					t.Errorf("the question does not say %q:\n%s", says, r.stderr)
				}
			}
			if n := s.sim.Count(simulator.OpSubmit); (n > 0) != (tt.exit == cmd.ExitOK) {
				t.Errorf("%d submissions", n)
			}
		})
	}
}

func TestNothingIsSubmittedByADryRun(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		m := s.manifest("prp_1001@8, prp_1002@4", "networks: [staging, production]")
		for _, args := range []string{"plan", "apply --dry-run", "rollback --dry-run", "status", "status --fast"} {
			words := strings.Fields("rollout " + args)
			r := s.run(append(words, m, "-o", "json")...)
			if d := r.rollout(t); r.code != cmd.ExitOK || d.Rollout.Totals.Active != 0 {
				t.Errorf("%s: exit code %d, %+v\n%s", args, r.code, d, r.stderr)
			}
		}
		if n := s.sim.Count(simulator.OpSubmit); n != 0 {
			t.Errorf("%d submissions", n)
		}
	})
}

// What a dry run says beside that nothing was submitted.
func TestADryRunEndsAsTheRunWould(t *testing.T) {
	for _, tt := range []struct {
		name, args, code string
		exit             int
		prepare          func(s *scene, manifest string)
		says             string // in the text
	}{
		{"not on staging", "apply --dry-run --require-staging", "rollout-rejected", 7, nil, "version 8 is not active on STAGING; version 7 is"},
		{"nobody asks for staging", "apply --dry-run", "", 0, nil, "2 activations to submit"},
		{"nothing to return", "rollback --dry-run", "", 0, nil, "nothing was returned"},
		{"one cannot go back", "rollback --dry-run", "rollout-not-returnable", 1, func(s *scene, m string) { s.run("rollout", "apply", m, "--yes") }, "these are not rolled back: new.example.com"},
		{"what cannot go back stays", "rollback --dry-run --skip new.example.com", "", 0, func(s *scene, m string) { s.run("rollout", "apply", m, "--yes") }, "1 activation to submit"},
		{"both can go back", "rollback --dry-run --deactivate-new", "", 0, func(s *scene, m string) { s.run("rollout", "apply", m, "--yes") }, "2 activations to submit"},
		{"what is closed", "apply --dry-run", "rollout-closed", 3, func(s *scene, m string) {
			s.run("rollout", "apply", m, "--yes")
			s.run("rollout", "rollback", m, "--yes", "--deactivate-new")
		}, "was rolled back"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			m := s.manifest("prp_1001@8, prp_1008@1", "networks: [production]", "tolerate: 1")
			if tt.code == "rollout-rejected" {
				m = s.manifest("prp_1001@8, prp_1008@1", "networks: [production]")
			}
			if tt.prepare != nil {
				tt.prepare(s, m)
			}
			before := s.sim.Count(simulator.OpSubmit)
			words := strings.Fields("rollout " + tt.args)
			text := s.run(append(words, m)...)
			r := s.run(append(words, m, "-o", "json")...)
			d := r.rollout(t)
			code := ""
			if d.Error != nil {
				code = d.Error.Code
			}
			if r.code != tt.exit || text.code != tt.exit || code != tt.code || s.sim.Count(simulator.OpSubmit) != before {
				t.Errorf("%s: exit code %d, %s\n%s", tt.name, r.code, code, r.stderr)
			}
			if !strings.Contains(text.stdout+text.stderr, tt.says) || strings.Contains(text.stdout, "TAKES ABOUT") {
				t.Errorf("%s: it does not say %q\n%s\n%s", tt.name, tt.says, text.stdout, text.stderr)
			}
		})
	}
}

func TestStatusSaysThatARolloutHasDrifted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		plan := s.planned(s.manifest("prp_1001@8, prp_1002@4", "waves: [{take: 1}, {take: rest}]"))
		if r := s.run("activate", "prp_1002@1", notify); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		if r := s.run("rollout", "apply", plan, "--only", "prp_1001"); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		r := s.run("rollout", "status", plan, "--watch", "-o", "json")
		if d := r.rollout(t); r.code != cmd.ExitRejected || d.Error == nil || d.Error.Code != "drifted" || d.Outcome != "rejected" {
			t.Errorf("exit code %d, %s\n%s", r.code, d.Outcome, r.stderr)
		}
	})
}

func TestTheResultFitsEveryTerminal(t *testing.T) {
	for _, width := range []int{40, 80, 200} {
		for _, network := range []string{"staging", "production"} {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.terminal, s.width, s.columns = true, width, width
				r := s.run("rollout", "apply", s.manifest("prp_1001@8, prp_1007@2", "networks: ["+network+"]"), "--yes")
				for line := range strings.Lines(r.stdout) {
					if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > width && !strings.Contains(line, "propctl ") && !strings.HasPrefix(line, "rollout ") {
						t.Errorf("%d of %d columns: %s", n, width, line)
					}
				}
				if r.code != cmd.ExitFailed || !strings.Contains(r.stdout, "failing.example.com") {
					t.Errorf("exit code %d\n%s\n%s", r.code, r.stdout, r.stderr)
				}
			})
		}
	}
}

func TestTheEndOfARolloutIsNotified(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, to := newReportingScene(t)
		s.set(map[string]string{"PROPCTL_NOTIFY_URL": webhookURL})
		manifest := s.manifest("www.example.com@8")
		for _, step := range []struct {
			args []string
			want string // the outcome that is told; empty: nobody is told
		}{
			{[]string{"plan", manifest}, ""},
			{[]string{"apply", manifest, "--dry-run"}, ""},
			{[]string{"apply", manifest}, "rolled-out"},
			{[]string{"status", manifest}, ""},
			{[]string{"apply", manifest}, ""}, // all was active already
			{[]string{"rollback", manifest}, "rolled-back"},
			{[]string{"apply", manifest}, "rolled-back"}, // which is an error: the plan is closed
		} {
			before := len(to.all())
			r := s.run(append([]string{"rollout"}, step.args...)...)
			told := to.all()[before:]
			switch {
			case step.want == "" && len(told) > 0, step.want != "" && len(told) != 1:
				t.Errorf("%v, exit code %d: %d messages\n%s", step.args, r.code, len(told), r.stderr)
			case step.want != "":
				if f := readFinished(t, told[0].body); f.Outcome != step.want || f.ExitCode != r.code {
					t.Errorf("%v: %s, exit code %d; told %s, %d", step.args, r.stdout, r.code, f.Outcome, f.ExitCode)
				}
			}
		}
	})
}

func TestARollbackOfWhatIsNotThereSaysSo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		r := s.run("rollout", "rollback", s.manifest("prp_1001@7"), "-o", "json")
		d := r.rollout(t)
		if r.code != cmd.ExitOK || len(d.Rollout.Warnings) == 0 || !strings.Contains(d.Rollout.Warnings[0], "nothing was returned") || s.sim.Count(simulator.OpSubmit) != 0 {
			t.Errorf("exit code %d, warnings %q\n%s", r.code, d.Rollout.Warnings, r.stderr)
		}
	})
}
