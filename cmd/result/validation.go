package result

import (
	"encoding/json"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/rulediff"
)

// Validation is what PAPI finds in the rule tree of a version.
type Validation struct {
	Version int           `json:"version"`
	Network *papi.Network `json:"network"` // on which is active what it is compared with
	Active  *int          `json:"active"`  // the version that is active there; null where none is
	// NewErrors and NewWarnings count those that the active version has not; where nothing is active, all are new.
	NewErrors   int               `json:"newErrors"`
	NewWarnings int               `json:"newWarnings"`
	Errors      []*ProblemsOfText `json:"errors"`
	Warnings    []*ProblemsOfText `json:"warnings"`
}

// ProblemsOfText is what PAPI says with the same text, of one place or of several.
type ProblemsOfText struct {
	Type   string          `json:"type"`
	Text   string          `json:"text"`
	Count  int             `json:"count"`
	New    int             `json:"new"`
	Places []*ProblemPlace `json:"places"`
}

// ProblemPlace is where a problem is.
type ProblemPlace struct {
	Location string `json:"location"` // as PAPI names it
	New      bool   `json:"new"`
	// Place says it in names; null where the location is not in the tree.
	Place *rulediff.Place `json:"place"`
}

// NewValidation groups what PAPI found in a rule tree. before is that of the version that is active; nil for none.
func NewValidation(tree, before *papi.RuleTree) *Validation {
	v := &Validation{Version: tree.PropertyVersion}
	if before == nil {
		before = &papi.RuleTree{}
	} else {
		v.Active = &before.PropertyVersion
	}
	v.Errors, v.NewErrors = groupedProblems(tree.Rules, tree.Errors, before.Errors)
	v.Warnings, v.NewWarnings = groupedProblems(tree.Rules, tree.Warnings, before.Warnings)
	return v
}

// Counts returns how many errors and warnings there are.
func (v *Validation) Counts() (errors, warnings int) {
	count := func(all []*ProblemsOfText) (n int) {
		for _, g := range all {
			n += g.Count
		}
		return n
	}
	return count(v.Errors), count(v.Warnings)
}

// groupedProblems returns the problems by their text, in the order of their first, and how many are new.
func groupedProblems(rules json.RawMessage, now, before []papi.Problem) (groups []*ProblemsOfText, isNew int) {
	fresh := map[papi.Problem]int{}
	for _, p := range activation.NewProblems(before, now) {
		fresh[p]++
		isNew++
	}
	groups = []*ProblemsOfText{}
	for _, g := range ProblemGroups(now) {
		v := &ProblemsOfText{Type: g.Items[0].Type, Text: g.Text, Count: len(g.Items), Places: []*ProblemPlace{}}
		for _, p := range g.Items {
			place := &ProblemPlace{Location: p.ErrorLocation}
			if fresh[p] > 0 {
				fresh[p]--
				place.New = true
				v.New++
			}
			if at, ok := rulediff.Locate(rules, p.ErrorLocation); ok {
				place.Place = &at
			}
			if p.ErrorLocation != "" {
				v.Places = append(v.Places, place)
			}
		}
		groups = append(groups, v)
	}
	return groups, isNew
}
