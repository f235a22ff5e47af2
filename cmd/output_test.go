package cmd_test

import (
	"encoding/json"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestTextResultIsAloneOnStdout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "www.example.com@8", notify)
		var names []string
		for line := range strings.Lines(r.stdout) {
			name, _, _ := strings.Cut(strings.TrimSpace(line), ":")
			names = append(names, name)
		}
		want := []string{"www.example.com version 8 on STAGING", "property", "activation", "fallback", "took", "budget", "warnings", "warning", "warning"}
		if diff := cmp.Diff(want, names); diff != "" {
			t.Errorf("stdout (-want +got):\n%s\n%s", diff, r.stdout)
		}
		for _, want := range []string{"took:       2m", "2499 of 2500 left"} {
			if !strings.Contains(r.stdout, want) {
				t.Errorf("stdout has no %q:\n%s", want, r.stdout)
			}
		}
	})
}

func TestQuietPrintsOnlyResultAndErrors(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		if r := s.run("activate", "www.example.com@8", notify, "-q"); r.stderr != "" || r.stdout == "" {
			t.Errorf("stderr %q, stdout %q", r.stderr, r.stdout)
		}
		if r := s.run("activate", "broken.example.com", notify, "-q"); !strings.HasPrefix(r.stderr, "error: ") {
			t.Errorf("stderr %q does not begin with the error", r.stderr)
		}
	})
}

func TestVerboseShowsLooksAndDebugShowsRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 503})
		v := s.run("activate", "prp_1001@8", notify, "-v")
		for _, want := range []string{"next look in 5s", "503; trying again in 1s"} {
			if !strings.Contains(v.stderr, want) {
				t.Errorf("--verbose does not show %q:\n%s", want, v.stderr)
			}
		}
		if strings.Contains(v.stderr, ": 200 in") {
			t.Errorf("--verbose shows requests:\n%s", v.stderr)
		}
		d := s.run("activate", "prp_1001@6", notify, "--debug")
		for _, want := range []string{"POST /papi/v1/properties/prp_1001/activations", ": 201 in", "requests left", "activations left"} {
			if !strings.Contains(d.stderr, want) {
				t.Errorf("--debug does not show %q:\n%s", want, d.stderr)
			}
		}
	})
}

// A line at least every minute, whatever happens or does not happen.
func TestThereIsALineEveryMinute(t *testing.T) {
	tests := []struct {
		name string
		args []string
		prep func(*scene)
	}{
		{name: "a long activation", args: []string{"activate", "www.example.com", "-n", "production", notify}},
		{name: "looks far apart", args: []string{"activate", "www.example.com", "-n", "production", notify, "--poll", "10m"}},
		{name: "behind a blocker", args: []string{"activate", "busy.example.com@1", notify}},
		{name: "a slow answer", args: []string{"status", "www.example.com", "--request-timeout", "10m"}, prep: func(s *scene) {
			s.sim.Inject(simulator.Fault{Operation: simulator.OpSearch, Delay: 5 * time.Minute})
		}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Fixed(12*time.Minute, 12*time.Minute) })
				if tt.prep != nil {
					tt.prep(s)
				}
				begun, lines := time.Now(), 0
				last := begun
				s.watch = func(string, string) {
					if gap := time.Since(last); gap > time.Minute {
						t.Errorf("%s of silence after %s", gap, last.Sub(begun))
					}
					last = time.Now()
					lines++
				}
				if r := s.run(tt.args...); r.code != cmd.ExitOK || lines < 4 {
					t.Errorf("exit code %d after %s, %d lines\n%s", r.code, r.took, lines, r.stderr)
				}
			})
		})
	}
}

func TestHeartbeatEndsWithTheCommand(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		ended := false
		s.watch = func(stream, line string) {
			if ended {
				t.Errorf("written to %s after the end: %q", stream, line)
			}
		}
		s.run("activate", "www.example.com", notify)
		ended = true
		time.Sleep(5 * time.Minute)
	})
}

func TestNDJSONHasHeaderEventsAndResult(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "www.example.com@8", notify, "-o", "ndjson", "-q")
		var types []string
		var last document
		for line := range strings.Lines(r.stdout) {
			var d document
			if err := json.Unmarshal([]byte(line), &d); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if d.Type != "waiting" {
				types = append(types, d.Type)
			}
			last = d
		}
		if diff := cmp.Diff([]string{"header", "submitted", "changed", "changed", "result"}, types); diff != "" {
			t.Errorf("lines (-want +got):\n%s", diff)
		}
		if last.Outcome != "active" || last.SchemaVersion != 1 {
			t.Errorf("the last line is not the document: %+v", last)
		}
	})
}

func TestHostileTextReachesNobody(t *testing.T) {
	const hostile = "::warning::w\x1b[2J\r\n::error::x\n##vso[task.x]y ##[group] ##teamcity[z]\u009b31m\u202e"
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.AddActivation("prp_1002", simulator.Activation{
			Network: simulator.Staging, Version: 4, Status: simulator.Status(hostile), State: hostile, Note: hostile,
		})
		s.sim.Inject(simulator.Fault{
			Operation: simulator.OpLatest, Times: -1, Status: 403,
			Body: `{"type":"http/forbidden","title":"t","detail":` + asJSON(t, hostile) + `,"instance":` + asJSON(t, hostile) + `,"errors":[{"detail":` + asJSON(t, hostile) + `}]}`,
		})
		for _, format := range []string{"text", "json", "ndjson"} {
			for _, args := range [][]string{
				{"activate", "api.example.com@2", notify, "--if-pending", "fail"},
				{"activate", "api.example.com@4", notify, "--timeout", "2m"},
				{"activate", "api.example.com@2", notify, "--timeout", "2m", "--debug"},
				{"activate", "www.example.com", notify},
				{"status", "api.example.com"},
				{"pending", "api.example.com"},
				{"wait", "api.example.com", "--timeout", "2m"},
			} {
				r := s.run(append(args, "-o", format)...)
				for _, out := range []string{r.stdout, r.stderr} {
					if i := strings.IndexFunc(out, func(c rune) bool { return c != '\n' && (unicode.IsControl(c) || c == '\u202e') }); i >= 0 {
						t.Errorf("%s: control character in %q", args, out[i:min(len(out), i+80)])
					}
					if bad := ciCommandSyntax.FindString(out); bad != "" {
						t.Errorf("%s: %q in %.300q", args, bad, out)
					}
				}
			}
		}
	})
}

func asJSON(t *testing.T, s string) string {
	t.Helper()
	data, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

func TestOutcomeIsToldWhenTheOutputFileFailsAtTheEnd(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := s.write("folder/result.json", "")
		s.watch = func(string, string) { _ = os.RemoveAll(filepath.Dir(path)) }
		d := s.run("activate", "www.example.com", notify, "-o", "json", "--output-file", path).document(t)
		if d.ExitCode != cmd.ExitError || d.Outcome != "active" || d.Activation == nil || d.Error == nil || d.Error.Code != "output-not-written" {
			t.Errorf("exit code %d, outcome %s, error %+v; want 1, active, output-not-written", d.ExitCode, d.Outcome, d.Error)
		}
	})
}

// The exit code is the same wherever it stands, also when the result was lost
// after the files were written.
func TestFilesHaveTheExitCodeOfAResultThatIsLost(t *testing.T) {
	for name, lose := range map[string]func(*scene) []string{
		"--jq fails":     func(*scene) []string { return []string{"-o", "json", "--jq", ".outcome.x"} },
		"stdout is gone": func(s *scene) []string { s.broken = true; return nil },
		"another file": func(s *scene) []string {
			path := s.write("folder/metrics", "")
			s.watch = func(string, string) { _ = os.RemoveAll(filepath.Dir(path)) }
			return []string{"--metrics-file", path}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				document, variables := s.write("result.json", ""), s.write("result.env", "")
				r := s.run(append(lose(s), "activate", "prp_1001@8", notify, "--output-file", document, "--dotenv", variables)...)
				data, err := os.ReadFile(document)
				if err != nil {
					t.Fatal(err)
				}
				env, err := os.ReadFile(variables)
				if err != nil {
					t.Fatal(err)
				}
				d := readDocument(t, string(data))
				if r.code != cmd.ExitError || d.ExitCode != r.code || d.Outcome != "active" || d.Error == nil || !strings.Contains(string(env), "EXIT_CODE=1\n") {
					t.Errorf("exit code %d; the file has %d, %s and %+v\n%s%s", r.code, d.ExitCode, d.Outcome, d.Error, env, r.stderr)
				}
			})
		})
	}
}

func TestResultThatCannotBeWrittenIsAnError(t *testing.T) {
	for _, format := range []string{"text", "json", "ndjson"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.broken = true
			if r := s.run("status", "www.example.com", "-o", format); r.code != cmd.ExitError || !strings.Contains(r.stderr, "cannot be written") {
				t.Errorf("%s: exit code %d\n%s", format, r.code, r.stderr)
			}
		})
	}
}

func TestFilesKeepTheirModeAndAreNeverMoreOpenThanAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := s.write("result.json", "before") // for its owner alone
		if r := s.run("status", "prp_1001", "--output-file", path); r.code != cmd.ExitOK {
			t.Fatal(r.stderr)
		}
		info, err := os.Stat(path)
		if err != nil || info.Mode().Perm() != 0o600 && runtime.GOOS != "windows" {
			t.Errorf("mode %v: %v", info.Mode(), err)
		}
	})
}
