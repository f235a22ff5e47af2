package cmd_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestARunSaysWhatItHasAcknowledged(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string // in the text; empty: nothing of warnings
		of   int    // groups in the document
	}{
		"activate":          {[]string{"activate", "www.example.com@8", notify}, "2 acknowledged (2 new)", 2},
		"twice":             {[]string{"activate", "www.example.com@8", notify, "-n", "staging,production", "--yes"}, "2 acknowledged (2 new)", 2},
		"no warnings":       {[]string{"activate", "api.example.com@4", notify}, "", 0},
		"not waited for":    {[]string{"activate", "www.example.com@8", notify, "--no-wait"}, "", 0},
		"nothing submitted": {[]string{"activate", "www.example.com@7", notify}, "", 0},
		"deactivate":        {[]string{"deactivate", "www.example.com", "-n", "staging", "--yes", notify}, "", 0},
		"rollback":          {[]string{"rollback", "www.example.com", "-n", "staging", "--to", "6", notify}, "", 0},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run(tt.args...)
				if r.code != cmd.ExitOK || tt.want == "" && strings.Contains(r.stdout, "warning") || !strings.Contains(r.stdout, tt.want) {
					t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
				}
				d := newScene(t).run(append(tt.args, "-o", "json")...).document(t)
				if got := len(d.Validation.Warnings); got != tt.of {
					t.Errorf("%d warnings in the document, want %d", got, tt.of)
				}
			})
		})
	}
}

func TestManyWarningsTakeTenLinesAndAreAllInTheDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		made := func() *scene {
			s := newScene(t)
			var many []simulator.Message
			for i := range 400 {
				many = append(many, simulator.Message{Type: "validation/x", Title: "x", Location: "#/rules", Detail: fmt.Sprintf("\x1b[2Jwarning %d", i/2)})
			}
			s.sim.AddProperty(simulator.Property{ID: "prp_77", Name: "many.example.com", Versions: []simulator.Version{{Warnings: many}}})
			return s
		}
		r := made().run("activate", "prp_77@1", notify)
		if n := strings.Count(r.stdout, "warning:"); r.code != cmd.ExitOK || n != 10 || !strings.Contains(r.stdout, "400 acknowledged") || !strings.Contains(r.stdout, "and 190 more\n") {
			t.Errorf("exit code %d, %d lines: %s", r.code, n, r.stdout)
		}
		if d := made().run("activate", "prp_77@1", notify, "-o", "json").document(t); len(d.Validation.Warnings) != 200 {
			t.Errorf("%d in the document", len(d.Validation.Warnings))
		}
	})
}

func TestWarningsThatCannotBeReadChangeNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpRules, Status: 403, Times: 9})
		r := s.run("activate", "www.example.com@8", notify)
		if r.code != cmd.ExitOK || !strings.Contains(r.stderr, "warning: the warnings that were acknowledged cannot be read: ") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}
