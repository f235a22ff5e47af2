// Package rulediff compares two rule trees of Property Manager the way people read them: rules by position and
// name, behaviors and criteria by name, options by value. It also returns the difference as a JSON Patch (RFC
// 6902) that turns one tree into the other.
//
//	diff, err := rulediff.Compare(
//		rulediff.Tree{RuleFormat: active.RuleFormat, Rules: active.Rules},
//		rulediff.Tree{RuleFormat: latest.RuleFormat, Rules: latest.Rules},
//	)
package rulediff

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"
)

// Tree is the input of a comparison: two members of [papi.RuleTree].
//
// [papi.RuleTree]: https://pkg.go.dev/github.com/propctl/propctl/papi#RuleTree
type Tree struct {
	RuleFormat string
	Rules      json.RawMessage // the default rule, with everything below it
}

// Kind is what happened to a part.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Moved   Kind = "moved" // to another position in its list, or below another rule
)

// Part is the kind of thing that has changed.
type Part string

// The parts of a rule tree.
const (
	Format    Part = "ruleFormat"
	Rule      Part = "rule" // the rule itself: its comments, options, criteriaMustSatisfy
	Behavior  Part = "behavior"
	Criterion Part = "criterion"
	Variable  Part = "variable"
)

// Change is one difference.
type Change struct {
	Kind Kind `json:"kind"`
	Part Part `json:"part"`
	// Path has the names of the rules that lead to the part, the default rule first. For a rule it ends with
	// its own name.
	Path []string `json:"path"`
	// Name is that of the behavior, criterion or variable; empty for a rule and for the rule format.
	Name string `json:"name,omitempty"`
	// Pointer is the position of the part, as a JSON Pointer (RFC 6901) into the body of PAPI's rules: in the
	// second tree, or in the first one if it was removed.
	Pointer string `json:"pointer"`
	// MovedFrom is the former path of a rule; nil if it has only changed places below the same rule.
	MovedFrom []string `json:"movedFrom,omitempty"`
	// Sensitive reports a variable that is marked as sensitive or hidden, whose value PAPI keeps out of its
	// traces.
	Sensitive bool `json:"sensitive,omitempty"`
	// Values are the values that differ within the part.
	Values []Value `json:"values,omitempty"`
	// Content is what was added or removed; for a rule, only an outline.
	Content json.RawMessage `json:"content,omitempty"`
	// Whole is the changed part as JSON, from the second tree: unchanged members can give the values their
	// context.
	Whole string `json:"-"`
}

// Value is a value that differs.
type Value struct {
	Pointer string          `json:"pointer"`        // within the part, such as /options/ttl
	From    json.RawMessage `json:"from,omitempty"` // nil: it was absent
	To      json.RawMessage `json:"to,omitempty"`   // nil: it is absent now
}

// Operation is one operation of a JSON Patch: add, remove, replace or move.
type Operation struct {
	Op    string          `json:"op"`
	From  string          `json:"from,omitempty"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Diff is the difference between two trees.
type Diff struct {
	Changes []Change
	// Patch turns the first body, with its members ruleFormat and rules, into the second.
	Patch []Operation
}

// maxDepth bounds the nesting of rules. PAPI allows far less.
const maxDepth = 100

// Errors of Compare, apart from those for invalid JSON.
var (
	ErrTooDeep = fmt.Errorf("rules are nested more than %d deep", maxDepth)
	errNoJSON  = errors.New("it is no JSON")
	errNoList  = errors.New("criteria, behaviors, variables or children of a rule is no list")
	errNoRule  = errors.New("a rule is no object")
)

// Compare compares two trees. Numbers are compared as written. White space and the order of members make no
// difference, and neither does an empty list in the place of an absent one. Time and memory are proportional to
// the size of the trees.
func Compare(from, to Tree) (*Diff, error) {
	a, b, err := parseBoth(from.Rules, to.Rules)
	if err != nil {
		return nil, err
	}
	c := &comparison{}
	if from.RuleFormat != to.RuleFormat {
		old, now := quote(from.RuleFormat), quote(to.RuleFormat)
		c.add(Change{
			Kind: Changed, Part: Format, Path: []string{}, Pointer: "/ruleFormat",
			Values: []Value{{Pointer: "", From: old, To: now}},
		}, nil)
		c.patch = append(c.patch, Operation{Op: "replace", Path: "/ruleFormat", Value: now})
	}
	if err := c.rules(a, b, place{from: "/rules", to: "/rules", path: []string{b.name}}); err != nil {
		return nil, err
	}
	return &Diff{Changes: c.changes(), Patch: c.patch}, nil
}

// parseBoth parses two trees at the same time.
func parseBoth(from, to json.RawMessage) (a, b *rule, err error) {
	var first, second error
	var other sync.WaitGroup
	other.Go(func() { a, first = parse(from) })
	b, second = parse(to)
	other.Wait()
	switch {
	case first != nil:
		return nil, nil, fmt.Errorf("the first rule tree: %w", first)
	case second != nil:
		return nil, nil, fmt.Errorf("the second rule tree: %w", second)
	}
	return a, b, nil
}

func quote(s string) json.RawMessage {
	data, _ := json.Marshal(s) // a string can always be encoded
	return data
}
