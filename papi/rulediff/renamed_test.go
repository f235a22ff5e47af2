package rulediff_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/rulediff"
)

func TestARenamedRuleIsOneChangeWhereThatIsCertain(t *testing.T) {
	made := func() ruleOf {
		return rule("default", nil,
			rule("Offload", []any{behavior("caching", "ttl", "1d")}, rule("Images", []any{behavior("caching", "ttl", "1d")}), rule("CSS", nil)), rule("Old", nil))
	}
	child := func(r ruleOf, i int) ruleOf { return r["children"].([]any)[i].(ruleOf) }
	for name, tt := range map[string]struct {
		change func(r ruleOf)
		want   []string
	}{
		"renamed": {
			func(r ruleOf) { child(child(r, 0), 0)["name"] = "Pictures" },
			[]string{`changed rule default/Offload/Pictures /name:"Images"→"Pictures"`},
		},
		"a rule renamed, with rules below it": {
			func(r ruleOf) { child(r, 0)["name"] = "Savings" },
			[]string{`changed rule default/Savings /name:"Offload"→"Savings"`},
		},
		"a rule renamed, and in another place": {
			func(r ruleOf) {
				child(r, 0)["name"] = "Savings"
				c := r["children"].([]any)
				r["children"] = []any{c[1], c[0]}
			},
			[]string{"moved rule default/Old", `changed rule default/Savings /name:"Offload"→"Savings"`},
		},
		"a rule renamed and changed, which nobody can tell": {
			func(r ruleOf) {
				child(r, 0)["name"] = "Savings"
				child(r, 0)["behaviors"].([]any)[0].(map[string]any)["options"].(map[string]any)["ttl"] = "7d"
			},
			[]string{"removed rule default/Offload", "added rule default/Savings"},
		},
		"a rule with nothing in it renamed, which says nothing": {
			func(r ruleOf) { child(r, 1)["name"] = "New" },
			[]string{"removed rule default/Old", "added rule default/New"},
		},
		"one rule in the place of two that were alike": {
			func(r ruleOf) {
				child(r, 0)["children"] = []any{rule("A", []any{behavior("caching", "ttl", "1d")}), rule("B", []any{behavior("caching", "ttl", "1d")}), rule("CSS", nil)}
			},
			[]string{"removed rule default/Offload/Images", "added rule default/Offload/A", "added rule default/Offload/B"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			to := made()
			tt.change(to)
			d, err := rulediff.Compare(tree(t, made()), tree(t, to))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, lines(d)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
