package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestJQPrintsWhatTheExpressionYields(t *testing.T) {
	for _, tt := range []struct{ name, expression, want string }{
		{"a string as it is", ".command, .properties[0].id", "status\nprp_1001\n"},
		{"the rest as compact JSON", ".exitCode, .error, {a: [.outcome]}", "0\nnull\n{\"a\":[\"ok\"]}\n"},
		{"nothing", "empty", ""},
		{"nothing after a halt", ".command, halt", "status\n"},
		{"a string that acts on a terminal", `"a\u001b[2Jb\nc"`, "a\\u001b[2Jb\\nc\n"},
		{"a string that speaks to a CI system", `"::error::x", ["::error::x"]`, ": :error::x\n[\":\\u003aerror:\\u003ax\"]\n"},
		{"no variables", "env, $ENV", "{}\n{}\n"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				t.Setenv("PROPCTL_TESTS_SECRET", "x")
				r := newScene(t).run("status", "prp_1001", "-o", "json", "--jq", tt.expression)
				if diff := cmp.Diff(tt.want, r.stdout); diff != "" || r.code != cmd.ExitOK {
					t.Errorf("exit code %d, stdout (-want +got):\n%s%s", r.code, diff, r.stderr)
				}
			})
		})
	}
}

func TestJQThatIsNoneIsRefusedBeforeAnythingIsSent(t *testing.T) {
	for _, tt := range []struct {
		name string
		args []string
		env  string
		want string
	}{
		{"unexpected", []string{"-o", "json", "--jq", ".outcome | }"}, "", `unexpected token "}" at character 12`},
		{"unfinished", []string{"-o", "json", "--jq", "“x” | .["}, "", "character 1"},
		{"unknown function", []string{"-o", "json", "--jq", "frobnicate"}, "", "frobnicate/0"},
		{"other input", []string{"-o", "json", "--jq", "input"}, "", "not allowed"},
		{"files", []string{"-o", "json", "--jq", `import "a" as a; .`}, "", "cannot load module"},
		{"empty", []string{"-o", "json", "--jq", ""}, "", "missing query"},
		{"variable", []string{"-o", "json"}, ".outcome[", "PROPCTL_JQ"},
		{"text", []string{"--jq", ".outcome"}, "", "--jq needs -o json"},
		{"too long", []string{"-o", "json", "--jq", strings.Repeat(".|", 1<<16) + "."}, "", "--jq"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			s := newScene(t).set(map[string]string{"PROPCTL_JQ": tt.env})
			r := s.run(append([]string{"status", "prp_1001"}, tt.args...)...)
			if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, tt.want) {
				t.Errorf("exit code %d, want 2 and %q; %s", r.code, tt.want, r.stderr)
			}
			if n := s.sim.Count(simulator.OpAny); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestJQThatFailsLeavesTheExitCodeOfAnError(t *testing.T) {
	for _, tt := range []struct {
		args, expression string
		code             int
		want             string
	}{
		{"status prp_1001", ".outcome.x", cmd.ExitError, "error: --jq fails: "},
		{"status prp_1001", `.outcome, error("oh\u001b::no")`, cmd.ExitError, `oh\u001b::no`},
		{"pending prp_1006", ".outcome.x", cmd.ExitBusy, "\nTry: correct the expression of --jq; the work itself is done"},
		{"status prp_9", ".outcome.x", cmd.ExitError, "error: --jq fails: "},
	} {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run(append(strings.Fields(tt.args), "-o", "json", "--jq", tt.expression)...)
				if r.code != tt.code || r.stdout != "" || !strings.Contains(r.stderr, tt.want) {
					t.Errorf("exit code %d, want %d; stdout %q, want nothing; stderr %q, want %q in it", r.code, tt.code, r.stdout, r.stderr, tt.want)
				}
			})
		})
	}
}

func TestJQThatNeverEndsIsEnded(t *testing.T) {
	for _, expression := range []string{"last(range(infinite))"} {
		t.Run(expression, func(t *testing.T) {
			r := newScene(t).run("version", "-o", "json", "--jq", expression)
			if r.code != cmd.ExitError || r.stdout != "" || !strings.Contains(r.stderr, "takes too long") {
				t.Errorf("exit code %d, %d bytes on stdout, stderr %q", r.code, len(r.stdout), r.stderr)
			}
		})
	}
	r := newScene(t).run("version", "-o", "json", "--jq", `"x" * 9000000`)
	if r.code != cmd.ExitError || r.stdout != "" || !strings.Contains(r.stderr, "8 MiB") {
		t.Errorf("much: exit code %d, %d bytes on stdout, stderr %q", r.code, len(r.stdout), r.stderr)
	}
}

// A single step can take minutes, too: this one searches a long text from its
// beginning for each of its matches.
func TestJQWithALongStepIsEnded(t *testing.T) {
	if err := cmd.Evaluate(`"a" * 20000 | [match("a"; "g")] | length`, time.Millisecond); err == nil || !strings.Contains(err.Error(), "takes too long") {
		t.Error(err)
	}
}

func TestJQIsAppliedToEveryLineOfNDJSON(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "prp_1001@8", notify, "-o", "ndjson", "--jq", `select(.type != "waiting") | .type, .outcome // empty`)
		if diff := cmp.Diff("header\nsubmitted\nchanged\nchanged\nresult\nactive\n", r.stdout); diff != "" || r.code != cmd.ExitOK {
			t.Errorf("exit code %d, stdout (-want +got):\n%s", r.code, diff)
		}
	})
}

// A line is there when the event is, and the wait does not change.
func TestJQDoesNotDelayEvents(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		begun := time.Now()
		var submitted time.Duration
		s := newScene(t)
		s.watch = func(stream, line string) {
			if stream == "stdout" && line == "submitted\n" {
				submitted = time.Since(begun)
			}
		}
		r := s.run("activate", "prp_1001@8", notify, "-o", "ndjson", "--jq", ".type")
		plain := newScene(t).run("activate", "prp_1001@8", notify)
		if submitted != 0 || !strings.Contains(r.stdout, "submitted") || r.took != plain.took {
			t.Errorf("submitted after %s, all took %s; without --jq %s", submitted, r.took, plain.took)
		}
	})
}

func TestJQThatFailsOnAnEventPrintsTheOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "prp_1001@8", notify, "-o", "ndjson", "--jq", `if .type == "submitted" then error("no") else .type end`)
		if r.code != cmd.ExitError || !strings.HasPrefix(r.stdout, "header\nchanged\n") || !strings.HasSuffix(r.stdout, "\nresult\n") ||
			strings.Count(r.stderr, "--jq fails: error: no") != 1 {
			t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	})
}

// One that never ends costs the wait one evaluation, and not one for each event.
func TestJQThatNeverEndsIsTriedOnOneEventOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "prp_1001@8", notify, "-o", "ndjson", "--jq", `if .type == "waiting" and .ageSeconds < 5 then repeat(1) else .type end`)
		if r.code != cmd.ExitError || r.stdout != "header\nsubmitted\nchanged\nresult\n" {
			t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
		}
	})
}

func TestOutputFileHasTheWholeDocumentDespiteJQ(t *testing.T) {
	path := filepath.Join(t.TempDir(), "document.json")
	if r := newScene(t).run("version", "-o", "json", "--jq", ".outcome", "--output-file", path); r.stdout != "ok\n" {
		t.Errorf("stdout %q", r.stdout)
	}
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := readDocument(t, string(data)); d.Command != "version" || d.SchemaVersion != 1 {
		t.Errorf("the file has %s", data)
	}
}

func TestJQIsASettingToo(t *testing.T) {
	s := newScene(t)
	s.write(settingsFile, "output: json\njq: .command\n")
	if r := s.run("version"); r.stdout != "version\n" || r.code != cmd.ExitOK {
		t.Errorf("stdout %q, stderr %q", r.stdout, r.stderr)
	}
}
