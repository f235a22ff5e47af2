package cmd_test

import (
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

// validScene has a property whose version 1 is active on production, with messages of both of its versions.
func validScene(t *testing.T, errors, warnings []simulator.Message) *scene {
	t.Helper()
	s := newScene(t)
	old := simulator.Message{Type: "w", Detail: "an old one", Location: "#/rules/behaviors/0"}
	s.sim.AddProperty(simulator.Property{
		ID: "prp_78", Name: "valid.example.com",
		Versions: []simulator.Version{
			{RuleTree: []byte(hostileRules), Warnings: []simulator.Message{old}},
			{RuleTree: []byte(hostileRules), Errors: errors, Warnings: append([]simulator.Message{old}, warnings...)},
		},
		Activations: []simulator.Activation{{Network: simulator.Production, Version: 1, Status: simulator.StatusActive, Submitted: time.Now().Add(-time.Hour)}},
	})
	return s
}

func TestValidateTellsWhatIsNewAndWhereItIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := validScene(t, []simulator.Message{{Type: "e", Detail: "no origin", Location: "#/rules/children/0/behaviors/0/options/x"}}, []simulator.Message{
			{Type: "w", Detail: "twice", Location: "#/rules/behaviors/1"},
			{Type: "w", Detail: "twice", Location: "#/rules/children/9"},
			{Type: "w", Detail: "nowhere"},
		})
		r := s.run("validate", "valid.example.com@2")
		want := `valid.example.com version 2: 1 error, 4 warnings; 4 new since version 1, which is active on PRODUCTION
new error: no origin
  rule Images, behavior imageManager (new)
warning: an old one
  rule default, behavior caching
new warning: twice (2 times, 2 new)
  rule default, behavior origin (new)
  #/rules/children/9 (new)
new warning: nowhere
`
		if diff := cmp.Diff(want, r.stdout); diff != "" || r.code != 7 {
			t.Errorf("exit code %d (-want +got):\n%s", r.code, diff)
		}
		if !strings.Contains(r.stderr, "error: version 2 cannot be activated: its rule tree has 1 error\n") {
			t.Errorf("stderr %q", r.stderr)
		}
	})
}

func TestValidateWithoutErrorsIsASuccess(t *testing.T) {
	for args, want := range map[string]string{
		"@2":            "valid.example.com version 2: 0 errors, 1 warning; 0 new since version 1, which is active on PRODUCTION\n",
		"@1":            "valid.example.com version 1: 0 errors, 1 warning; it is active on PRODUCTION\n",
		"@2 -n staging": "valid.example.com version 2: 0 errors, 1 warning; nothing is active on STAGING to compare with\n",
	} {
		synctest.Test(t, func(t *testing.T) {
			r := validScene(t, nil, nil).run(append([]string{"validate"}, strings.Fields("valid.example.com"+args)...)...)
			if first, _, _ := strings.Cut(r.stdout, "\n"); r.code != 0 || first+"\n" != want {
				t.Errorf("validate %s: exit code %d, %q, want %q; %s", args, r.code, first, want, r.stderr)
			}
		})
	}
}

func TestValidateShowsAFewPlacesOfMany(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var many []simulator.Message
		for i := range 300 {
			many = append(many, simulator.Message{Type: "w", Detail: "many", Location: fmt.Sprintf("#/rules/children/%d", i)})
		}
		r := validScene(t, nil, many).run("validate", "valid.example.com@2")
		if n := strings.Count(r.stdout, "\n"); n != 15 || !strings.Contains(r.stdout, "\n  and 290 more\n") {
			t.Errorf("%d lines:\n%s", n, r.stdout)
		}
	})
}

func TestQuestionBeforeProductionTellsWhatChanges(t *testing.T) {
	for args, want := range map[string]string{
		"valid.example.com@2 --note why": "valid.example.com 1 → 2 on PRODUCTION: no difference, 2 warnings (1 new), note “why”\nActivate ",
		"www.example.com@8":              "www.example.com 7 → 8 on PRODUCTION: 1 rule changed, 2 warnings (2 new)\nActivate ",
		"www.example.com@7":              "www.example.com version 7 on PRODUCTION: it is active already\nActivate ",
		"new.example.com@1":              "new.example.com version 1 on PRODUCTION: nothing is active there\nActivate ",
	} {
		synctest.Test(t, func(t *testing.T) {
			s := validScene(t, nil, []simulator.Message{{Type: "w", Detail: "twice"}})
			s.terminal, s.stdin = true, strings.NewReader("n\n")
			r := s.run(append([]string{"activate", "-n", "production", notify}, strings.Fields(args)...)...)
			if !strings.Contains(r.stderr, want) || r.code != 1 {
				t.Errorf("%s: exit code %d, want %q in\n%s", args, r.code, want, r.stderr)
			}
		})
	}
}

// What keeps the question from telling more does not keep it from being put.
func TestQuestionIsPutWhateverCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpAny, Status: 403, Times: 1})
		s.terminal, s.stdin = true, strings.NewReader("n\n")
		r := s.run("activate", "prp_1001@8", "-n", "production", notify)
		if !strings.Contains(r.stderr, "what changes cannot be read: ") || !strings.Contains(r.stderr, "[y/N] ") {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	})
}
