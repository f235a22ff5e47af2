package result

import (
	"encoding/json"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/rulediff"
)

// Validation is the result of PAPI's validation of a version's rule tree.
type Validation struct {
	Version int           `json:"version"`
	Network *papi.Network `json:"network"` // the network whose active version it is compared with
	Active  *int          `json:"active"`  // the version active there; null if there is none
	// NewErrors and NewWarnings count those that the active version does not have; without an active version,
	// all.
	NewErrors   int               `json:"newErrors"`
	NewWarnings int               `json:"newWarnings"`
	Errors      []*ProblemsOfText `json:"errors"`
	Warnings    []*ProblemsOfText `json:"warnings"`
}

// ProblemsOfText is the problems with the same text.
type ProblemsOfText struct {
	Type   string          `json:"type"`
	Text   string          `json:"text"`
	Count  int             `json:"count"`
	New    int             `json:"new"`
	Places []*ProblemPlace `json:"places"`
}

// ProblemPlace is the location of a problem.
type ProblemPlace struct {
	Location string `json:"location"` // PAPI's errorLocation
	New      bool   `json:"new"`
	// Place is the location in names; null if the tree has no such location.
	Place *rulediff.Place `json:"place"`
}

// NewValidation groups the problems of a rule tree. before is the active version's tree; nil if there is none.
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

// Counts returns the number of errors and warnings.
func (v *Validation) Counts() (errors, warnings int) {
	count := func(all []*ProblemsOfText) (n int) {
		for _, g := range all {
			n += g.Count
		}
		return n
	}
	return count(v.Errors), count(v.Warnings)
}

// groupedProblems groups problems by text, in the order of first appearance, and counts the new ones.
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
