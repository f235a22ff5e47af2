package cmd_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestSummaryTellsOfTheRun(t *testing.T) {
	tests := []struct {
		name string
		args []string
		want []string
	}{
		{"active", []string{"activate", "prp_1001@8", notify}, []string{
			"### propctl activate: active\n",
			"| `www.example.com` | `8` | `STAGING` | `active` | `atv_5038` | `ACTIVE` |", "| `2m2s` |",
			"Exit code 0. Requests: 15 attempts, 0 sent again, 0 refused for their rate. Activations: 2499 of 2500 left, reset at ",
			"Command: `propctl activate prp_1001@8 --dotenv ",
		}},
		{"failed", []string{"activate", "prp_1007@3", notify, "-n", "s,p"}, []string{
			"### propctl activate: failed\n", "| `FAILED` |", "| – | – | `PRODUCTION` | `not begun` | – |", "Try: correct the version, or ask Akamai support and name the activation; the version that was active before still is",
		}},
		{"goes on", []string{"activate", "prp_1001@8", notify, "--timeout", "1m"}, []string{"propctl wait atv_5038 --property prp_1001 --contract ctr_C-SIM1 --group grp_10001"}},
		{"status", []string{"status", "prp_1001", "nobody.example.com"}, []string{"PROPERTY ", "www.example.com", "error: there is no property"}},
		{"pending", []string{"pending", "prp_1006"}, []string{"### propctl pending: busy\n", "busy.example.com on STAGING: busy, atv_5033 of version 3 is PENDING for "}},
		{"history", []string{"history", "prp_1001"}, []string{"SUBMITTED ", "STAGING usually takes: "}},
		{"budget", []string{"budget"}, []string{"activations: not known"}},
		{"hostnames", []string{"hostnames", "list", "prp_1001"}, []string{"www.example.com.edgekey.net"}},
		{"plan", []string{"activate", "prp_1001@8", notify, "--dry-run"}, []string{"| `planned` |", "plan:       submit"}},
		{"a mistake", []string{"activate", "prp_1001"}, []string{"### propctl activate: error\n", "--notify", "Exit code 2. Requests: 0 attempts"}},
		{"json", []string{"status", "prp_1001", "prp_1002", "-o", "json"}, []string{"PROPERTY "}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				files, _ := newScene(t).leave(tt.args...)
				for _, want := range tt.want {
					if !strings.Contains(files.summary, want) {
						t.Errorf("no %q in\n%s", want, files.summary)
					}
				}
			})
		})
	}
}

func TestNothingOfThisProgramItselfIsLeft(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"explain"}, {"explain", "busy"}} {
		s := newScene(t).inCI("github")
		s.run(args...)
		if left := s.read(); left[0]+left[1] != "" {
			t.Errorf("%s leaves %q", args, left)
		}
	}
}

func TestNothingIsLeftWithoutACISystem(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).inCI("github")
		s.run("activate", "prp_1001@8", notify, "--ci", "none")
		if left := s.read(); left[0]+left[1] != "" {
			t.Errorf("left %q", left)
		}
	})
}

func TestWhatIsThereAlreadyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).inCI("github")
		for _, variable := range []string{"GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY"} {
			if err := os.WriteFile(s.env[variable], []byte("other=1"), 0o600); err != nil { // without a line end
				t.Fatal(err)
			}
		}
		s.run("activate", "prp_1001@7", notify)
		s.run("activate", "prp_1001@7", notify)
		left := s.read()
		if got := githubOutputs(t, left[0]); got["other"] != "1" || got["outcome"] != "already-active" || len(got) != len(factNames)+1 {
			t.Errorf("outputs %v", got)
		}
		if !strings.HasPrefix(left[1], "other=1\n### propctl activate") || strings.Count(left[1], "### ") != 2 {
			t.Errorf("summary %s", left[1])
		}
	})
}

func TestSummaryKeepsWithinItsBounds(t *testing.T) {
	const most = 1 << 20
	refused := func(s *scene, n int) {
		var errors []string
		for i := range n {
			errors = append(errors, fmt.Sprintf(`{"detail":"%d %s"}`, i, strings.Repeat("x", 500)))
		}
		s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Times: -1, Status: 400, Body: `{"type":"x","title":"no","errors":[` + strings.Join(errors, ",") + `]}`})
	}
	for _, tt := range []struct {
		name      string
		there     int
		want      string
		wantTable bool
	}{
		{"a page of its own", 0, "… and ", true},
		{"little room", most - 2000, "", true},
		{"no room", most - 100, "", false},
		{"full", most + 1, "", false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).inCI("github")
				refused(s, 30)
				s.write("summary.md", strings.Repeat("x", tt.there))
				s.run("activate", "prp_1001@8", notify)
				added := s.read()[1][tt.there:]
				if tt.there+len(added) > max(most, tt.there) || strings.Contains(added, "| `error` |") != tt.wantTable || !strings.Contains(added, tt.want) {
					t.Errorf("%d bytes were added to %d:\n%.1000s", len(added), tt.there, added)
				}
			})
		})
	}
}

// GitLab takes 5 KiB, and no values of several lines.
func TestDotenvKeepsWithinItsBounds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.transport = &poisoner{next: s.sim.Transport(), member: "propertyName", value: strings.Repeat("x", 20_000) + "\n"}
		files, _ := s.leave("status", "prp_1001")
		if !strings.Contains(files.dotenv, "PROPCTL_RESULT_PROPERTY_NAME=xxx") {
			t.Errorf("the name is not in it: %.300s", files.dotenv)
		}
		if len(files.dotenv) > 5<<10 || strings.Count(files.dotenv, "\n") != len(factNames) {
			t.Errorf("%d bytes:\n%.300s", len(files.dotenv), files.dotenv)
		}
	})
}

func TestFilesThatCannotBeWrittenAreMistakes(t *testing.T) {
	for _, flag := range []string{"junit", "dotenv"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			r := s.run("activate", "prp_1001@8", notify, "--"+flag, filepath.Join(s.env["HOME"], "no", "such", "file"))
			if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "--"+flag) || s.sim.Count(simulator.OpAny) > 0 {
				t.Errorf("exit code %d, %d requests: %s", r.code, s.sim.Count(simulator.OpAny), r.stderr)
			}
			path := s.write("folder/file", "")
			s.watch = func(string, string) { _ = os.RemoveAll(filepath.Dir(path)) }
			if d := s.run("activate", "prp_1001@8", notify, "-o", "json", "--"+flag, path).document(t); d.ExitCode != cmd.ExitError || d.Outcome != "active" {
				t.Errorf("exit code %d, outcome %s", d.ExitCode, d.Outcome)
			}
		})
	}
}
