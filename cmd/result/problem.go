package result

import (
	"errors"
	"fmt"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// PAPI is the problem document of an answer.
type PAPI struct {
	Type     string         `json:"type"`
	Title    string         `json:"title"`
	Detail   string         `json:"detail"`
	Instance string         `json:"instance"`
	Status   int            `json:"status"`
	Errors   []papi.Problem `json:"errors"`
	Warnings []papi.Problem `json:"warnings"`

	ErrorsLeftOut   int `json:"errorsLeftOut"`
	WarningsLeftOut int `json:"warningsLeftOut"`
}

// mostLines limits the printed lines of errors, and those of warnings.
const mostLines = 20

// PrintProblems prints the problem document beyond the error's own line. Problems with the same text are
// printed once, and only the first of very many.
func PrintProblems(v *PAPI, w *term.Printer) {
	for _, list := range [...]struct {
		name    string
		items   []papi.Problem
		leftOut int
	}{{"error", v.Errors, v.ErrorsLeftOut}, {"warning", v.Warnings, v.WarningsLeftOut}} {
		lines := grouped(list.items)
		for _, line := range lines[:min(len(lines), mostLines)] {
			w.Line("  %s: %s", list.name, term.Clean(line, term.MaxMessage))
		}
		if n := len(lines) - mostLines; n > 0 {
			w.Line("  … and %s that -o json has", term.Plural(n, "other "+list.name))
		}
		if list.leftOut > 0 {
			w.Line("  … and %s that PAPI sent and are left out", term.Plural(list.leftOut, list.name))
		}
	}
	if v.Instance != "" {
		w.Line("  instance: %s", term.Clean(v.Instance, term.MaxMessage))
	}
}

// grouped returns a line for each text, with its location or the number of locations.
func grouped(items []papi.Problem) []string {
	var lines []string
	for _, g := range ProblemGroups(items) {
		switch {
		case len(g.Items) > 1:
			g.Text += fmt.Sprintf(" (%d times)", len(g.Items))
		case g.Items[0].ErrorLocation != "":
			g.Text += " (" + g.Items[0].ErrorLocation + ")"
		}
		lines = append(lines, g.Text)
	}
	return lines
}

// ProblemGroup is the problems with the same text.
type ProblemGroup struct {
	Text  string
	Items []papi.Problem
}

// ProblemGroups groups problems by text, in the order of first appearance.
func ProblemGroups(items []papi.Problem) []*ProblemGroup {
	var order []*ProblemGroup
	groups := map[string]*ProblemGroup{}
	for _, p := range items {
		text := p.Summary()
		if groups[text] == nil {
			groups[text] = &ProblemGroup{Text: text}
			order = append(order, groups[text])
		}
		groups[text].Items = append(groups[text].Items, p)
	}
	return order
}

// viewPAPI returns the problem document of an error; nil if it has none.
func viewPAPI(err error) *PAPI {
	v := &PAPI{Errors: []papi.Problem{}, Warnings: []papi.Problem{}}
	spoke := false
	take := func(p papi.Problem) { v.Type, v.Title, v.Detail, v.Instance = p.Type, p.Title, p.Detail, p.Instance }
	if e, ok := errors.AsType[*papi.Error](err); ok && e.StatusCode != 0 {
		spoke = true
		take(e.Problem)
		v.Status = e.StatusCode
		v.Errors, v.Warnings = append(v.Errors, e.Errors...), append(v.Warnings, e.Warnings...)
		v.ErrorsLeftOut, v.WarningsLeftOut = e.ErrorsLeftOut, e.WarningsLeftOut
		if v.Detail == "" {
			v.Detail = e.Body
		}
	} else if e, ok := errors.AsType[*activation.RejectedError](err); ok && len(e.Errors)+len(e.Warnings) > 0 {
		spoke = true
		v.Errors, v.Warnings = append(v.Errors, e.Errors...), append(v.Warnings, e.Warnings...)
	} else if e, ok := errors.AsType[*activation.FailedError](err); ok && e.Activation.FailureCause != nil {
		spoke = true
		take(*e.Activation.FailureCause)
	}
	if !spoke {
		return nil
	}
	return v
}
