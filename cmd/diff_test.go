package cmd_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

const hostileRules = `{"name":"default","behaviors":[
  {"name":"caching","options":{"ttl":"1d"}},
  {"name":"origin","options":{"hostname":"a.example.com","awsSecretAccessKey":"AKIA-OLD"}}],
 "variables":[{"name":"PMUSER_PLAIN","value":"1"},{"name":"PMUSER_HIDDEN","value":"hidden-old","sensitive":true}],
 "children":[{"name":"Images","behaviors":[{"name":"imageManager","options":{}}]},{"name":"Old"}]}`

// treeScene has a property with hostileRules and another rule tree.
func treeScene(t *testing.T, to string) *scene {
	t.Helper()
	s := newScene(t)
	s.sim.AddProperty(simulator.Property{
		ID: "prp_77", Name: "tree.example.com",
		Versions: []simulator.Version{
			{RuleTree: json.RawMessage(hostileRules), Hostnames: []simulator.Hostname{{Name: "one.example.com", EdgeHostname: "a.edgekey.net"}, {Name: "two.example.com", EdgeHostname: "a.edgekey.net"}}},
			{RuleTree: json.RawMessage(to), RuleFormat: "v2025-10-16", Hostnames: []simulator.Hostname{{Name: "ONE.example.com", EdgeHostname: "b.edgekey.net"}, {Name: "three.example.com", EdgeHostname: "a.edgekey.net"}}},
		},
	})
	return s
}

func TestDiffTellsWhatChanges(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		to := strings.NewReplacer(`"1d"`, `"7d"`, "AKIA-OLD", "AKIA-NEW", "hidden-old", "hidden-new", `,{"name":"Old"}`, `,{"name":"New","criteria":[{"name":"path"}],"behaviors":[{"name":"gzip"}]}`,
			`"value":"1"`, `"value":"2"`).Replace(hostileRules)
		s := treeScene(t, to)
		r := s.run("diff", "prp_77", "1", "2")
		want := `prp_77 version 1 → 2: another rule format, 3 rules changed, 1 hostname added, 1 hostname removed, 1 hostname changed
~ rule format: "v2025-02-18" → "v2025-10-16"
~ rule default
~     behavior caching
~         ttl: "1d" → "7d"
~     behavior origin
~         awsSecretAccessKey: (not shown)
~     variable PMUSER_PLAIN
~         value: "1" → "2"
~     variable PMUSER_HIDDEN
~         value: (not shown)
- rule Old
+ rule New
+     criteria: path
+     behaviors: gzip
+ hostname three.example.com at a.edgekey.net, certificate CPS_MANAGED
- hostname two.example.com at a.edgekey.net, certificate CPS_MANAGED
~ hostname one.example.com at a.edgekey.net, certificate CPS_MANAGED → at b.edgekey.net, certificate CPS_MANAGED
`
		if diff := cmp.Diff(want, r.stdout); diff != "" || r.code != 0 {
			t.Errorf("exit code %d (-want +got):\n%s", r.code, diff)
		}
	})
}

func TestADiffDoesNotShowWhatASecretIsUsuallyCalledOrLooksLike(t *testing.T) {
	tree := func(secret, plain string) string {
		header := func(name, value string) string {
			return fmt.Sprintf(`{"name":"modifyIncomingRequestHeader","options":{"customHeaderName":%q,"headerValue":%q}}`, name, value)
		}
		return fmt.Sprintf(`{"name":"default","variables":[{"name":"PMUSER_API_TOKEN","value":%q}],"behaviors":[%s,%s],"children":[{"name":"Images","behaviors":[%s]}]}`,
			secret, header("Authorization", "Bearer "+secret), header("X-Release", plain), header("Authorization", secret)+","+header("X-Color", plain))
	}
	synctest.Test(t, func(t *testing.T) {
		s := treeScene(t, tree("hush-1", "seen-1"))
		s.sim.AddProperty(simulator.Property{ID: "prp_78", Name: "again.example.com", Versions: []simulator.Version{
			{RuleTree: json.RawMessage(tree("hush-1", "seen-1"))}, {RuleTree: json.RawMessage(tree("hush-2", "seen-2"))},
		}})
		for _, args := range [][]string{{"diff", "prp_77", "1", "2"}, {"diff", "prp_77", "2", "1"}, {"diff", "prp_78", "1", "2"}} {
			for _, form := range [][]string{nil, {"--markdown"}} {
				r := s.run(append(args, form...)...)
				if strings.Contains(r.stdout, "hush") || !strings.Contains(r.stdout, "seen-1") || !strings.Contains(r.stdout, "(not shown)") {
					t.Errorf("%v %v, exit code %d:\n%s", args, form, r.code, r.stdout)
				}
			}
		}
	})
}

func TestDiffTellsARenamedRuleAsOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := treeScene(t, strings.NewReplacer(`"Images","behaviors"`, `"Pictures\u001b[2J","comments":"new","behaviors"`).Replace(hostileRules))
		r := s.run("diff", "prp_77", "1", "2")
		want := `~ rule Pictures\u001b[2J, which was named "Images"
+     comments: "new"
`
		if !strings.Contains(r.stdout, want) || r.code != 0 {
			t.Errorf("exit code %d: %s", r.code, r.stdout)
		}
	})
}

func TestDiffEndsWithItsExitCode(t *testing.T) {
	for args, want := range map[string]int{"1 2": 0, "1 2 --exit-code": 1, "2 2 --exit-code": 0, "1 2 --exit-code --markdown": 1, "0": 2, "1 x": 2, "1 2 3": 2, "1 99": 1} {
		synctest.Test(t, func(t *testing.T) {
			r := treeScene(t, hostileRules).run(append([]string{"diff", "prp_77"}, strings.Fields(args)...)...)
			if r.code != want {
				t.Errorf("diff %s: exit code %d, want %d; %s", args, r.code, want, r.stderr)
			}
		})
	}
}

func TestDiffHasAJSONPatch(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := treeScene(t, strings.Replace(hostileRules, `"1d"`, `"7d"`, 1))
		r := s.run("diff", "prp_77", "1", "2", "-o", "json", "--jq", `.diff.patch[1] | "\(.op) \(.path) \(.value)"`)
		if want := "replace /rules/behaviors/0/options/ttl 7d\n"; r.stdout != want {
			t.Errorf("%q, want %q; %s", r.stdout, want, r.stderr)
		}
	})
}

func TestDiffOfAnIncludeHasNoHostnames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("includes", "diff", "inc_2001", "2", "3", "-o", "json", "--jq", `[.include.id, .diff.hostnames, (.diff.changes | length > 0)] | tostring`)
		if want := `["inc_2001",null,true]` + "\n"; r.stdout != want {
			t.Errorf("%q, want %q; %s", r.stdout, want, r.stderr)
		}
	})
}

// Whatever stands in a rule tree, lines stay lines, fences stay closed, and the terminal is left alone; run fails
// where that is not so.
func TestDiffOfAHostileTreeIsPrintedHarmlessly(t *testing.T) {
	evil := "a\x1b[31m\n```\n::error::x\u202e" + strings.Repeat("n", 3000)
	quoted, err := json.Marshal(evil)
	if err != nil {
		t.Fatal(err)
	}
	tree := fmt.Sprintf(`{"name":"default","comments":%[1]s,"behaviors":[{"name":%[1]s,"options":{%[1]s:%[1]s}}],"children":[{"name":%[1]s,"behaviors":[{"name":%[1]s}]}]}`, quoted)
	for _, flags := range [][]string{nil, {"--markdown"}, {"-o", "json"}} {
		for _, columns := range []int{40, 80, 200} {
			synctest.Test(t, func(t *testing.T) {
				s := treeScene(t, tree)
				s.columns = columns
				r := s.run(append([]string{"diff", "prp_77", "1", "2"}, flags...)...)
				if r.code != 0 {
					t.Fatalf("exit code %d: %s", r.code, r.stderr)
				}
				if flags != nil && flags[0] == "--markdown" {
					if n := strings.Count(r.stdout, "\n```"); n != 2 || !strings.HasSuffix(r.stdout, "\n```\n") {
						t.Errorf("%d fences:\n%s", n, r.stdout)
					}
				}
			})
		}
	}
}

func TestATreeThatIsNoneIsAnAnswerThatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := treeScene(t, `{"name":"default","children":null}`).run("diff", "prp_77", "1", "2", "-o", "json")
		d := r.document(t)
		if d.Error == nil || d.Error.Code != "malformed-answer" || !strings.Contains(d.Error.Message, "versions 1 and 2 cannot be compared: the second rule tree: ") {
			t.Errorf("%s", r.stdout)
		}
	})
}

func TestHiddenVariablesAreNotShown(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := treeScene(t, strings.Replace(hostileRules, `"value":"1"`, `"value":"secret-one","hidden":true`, 1))
		for _, args := range [][]string{{"1", "2"}, {"2", "1"}, {"1", "2", "--markdown"}} {
			if r := s.run(append([]string{"diff", "prp_77"}, args...)...); strings.Contains(r.stdout, "secret-one") || !strings.Contains(r.stdout, "value: (not shown)") {
				t.Errorf("%v shows it:\n%s", args, r.stdout)
			}
		}
	})
}
