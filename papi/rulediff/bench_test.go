package rulediff_test

import (
	"fmt"
	"testing"

	"github.com/propctl/propctl/papi/rulediff"
)

// bigTree has about n rules of 200 bytes each.
func bigTree(n int) ruleOf {
	root := rule("default", nil)
	var groups []any
	for i := range n / 50 {
		var below []any
		for j := range 49 {
			below = append(below, rule(fmt.Sprintf("Rule %d.%d", i, j), []any{behavior("caching", "behavior", "MAX_AGE", "ttl", fmt.Sprint(i*j, "d"))}))
		}
		groups = append(groups, rule(fmt.Sprint("Group ", i), nil, below...))
	}
	root["children"] = groups
	return root
}

func BenchmarkCompare(b *testing.B) {
	for _, n := range []int{1000, 10_000, 60_000} {
		from := tree(b, bigTree(n))
		changed := bigTree(n)
		groups := changed["children"].([]any)
		changed["children"] = append([]any{rule("New", nil)}, groups[1:]...)
		to := tree(b, changed)
		b.Run(fmt.Sprintf("%.1fMB", float64(len(from.Rules))/1e6), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := rulediff.Compare(from, to); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
