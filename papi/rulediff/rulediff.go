// Package rulediff compares two rule trees of Property Manager the way people read them: rules by their place and
// name, behaviors and criteria by their name, options by their value. It also writes the difference as a JSON
// Patch (RFC 6902), which makes one tree of the other.
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
)

// Tree is what is compared: two members of [papi.RuleTree].
//
// [papi.RuleTree]: https://pkg.go.dev/github.com/propctl/propctl/papi#RuleTree
type Tree struct {
	RuleFormat string
	Rules      json.RawMessage // the default rule, with everything below it
}

// Kind is what became of a part.
type Kind string

// The kinds.
const (
	Added   Kind = "added"
	Removed Kind = "removed"
	Changed Kind = "changed"
	Moved   Kind = "moved" // to another place in its list, or below another rule
)

// Part is what has changed.
type Part string

// The parts of a rule tree.
const (
	Format    Part = "ruleFormat"
	Rule      Part = "rule" // itself: its comments, its options, criteriaMustSatisfy
	Behavior  Part = "behavior"
	Criterion Part = "criterion"
	Variable  Part = "variable"
)

// Change is a difference in one part.
type Change struct {
	Kind Kind `json:"kind"`
	Part Part `json:"part"`
	// Path has the names of the rules that lead to the part, the default rule first; of a rule, its own name is the last.
	Path []string `json:"path"`
	// Name is that of the behavior, criterion or variable; empty for a rule and for the format.
	Name string `json:"name,omitempty"`
	// Pointer is the place in the tree to which the part belongs, as a JSON Pointer (RFC 6901) into the body of
	// PAPI's rules: in the second tree, and in the first one for what was removed.
	Pointer string `json:"pointer"`
	// MovedFrom is the path that a rule had before; nil where it has only changed places below the same rule.
	MovedFrom []string `json:"movedFrom,omitempty"`
	// Sensitive says that it is a variable which is marked as sensitive or hidden: PAPI keeps its value out of its traces.
	Sensitive bool `json:"sensitive,omitempty"`
	// Values are what has changed in it.
	Values []Value `json:"values,omitempty"`
	// Content is what was added or removed; of a rule, only what it is made of.
	Content json.RawMessage `json:"content,omitempty"`
	// Whole is a part that has changed, as JSON, as it is in the second tree: what has not changed may say what the values
	// are about.
	Whole string `json:"-"`
}

// Value is a value that differs.
type Value struct {
	Pointer string          `json:"pointer"`        // within the part, such as /options/ttl
	From    json.RawMessage `json:"from,omitempty"` // nil: it was not there
	To      json.RawMessage `json:"to,omitempty"`   // nil: it is there no longer
}

// Operation is one of a JSON Patch: add, remove, replace or move.
type Operation struct {
	Op    string          `json:"op"`
	From  string          `json:"from,omitempty"`
	Path  string          `json:"path"`
	Value json.RawMessage `json:"value,omitempty"`
}

// Diff is how two trees differ.
type Diff struct {
	Changes []Change
	// Patch makes the first body of rules, with its members ruleFormat and rules, the second one.
	Patch []Operation
}

// maxDepth is how deep rules may be nested. PAPI allows far fewer.
const maxDepth = 100

// Errors of Compare, beside those of a tree that is no JSON.
var (
	ErrTooDeep = fmt.Errorf("rules are nested more than %d deep", maxDepth)
	errNoJSON  = errors.New("it is no JSON")
	errNoList  = errors.New("criteria, behaviors, variables or children of a rule is no list")
	errNoRule  = errors.New("a rule is no object")
)

// Compare compares two trees. Numbers are compared as they are written, and what differs only in white space or in
// the order of members is equal, and so are an empty list and none. It takes time and memory in proportion to the trees.
func Compare(from, to Tree) (*Diff, error) {
	a, err := parse(from.Rules)
	if err != nil {
		return nil, fmt.Errorf("the first rule tree: %w", err)
	}
	b, err := parse(to.Rules)
	if err != nil {
		return nil, fmt.Errorf("the second rule tree: %w", err)
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

func quote(s string) json.RawMessage {
	data, _ := json.Marshal(s) // a string always can be
	return data
}
