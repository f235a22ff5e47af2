package catalogue

import (
	"fmt"
	"strings"

	"github.com/propctl/propctl/papi"
)

// RecognisedBy says in words how the error is told from others.
func (e Entry) RecognisedBy() []string {
	var lines []string
	if e.FoundBy != "" {
		lines = append(lines, e.FoundBy)
	}
	for _, r := range e.Recognitions() {
		lines = append(lines, recognitionText(r))
	}
	return lines
}

// recognitionText is one line for each way of PAPI's to say it.
func recognitionText(r papi.Recognition) string {
	var parts []string
	switch {
	case r.Last > 599:
		parts = append(parts, fmt.Sprintf("a status from %d on", r.Status))
	case r.Last > 0:
		parts = append(parts, fmt.Sprintf("a status from %d to %d", r.Status, r.Last))
	case r.Status > 0:
		parts = append(parts, fmt.Sprintf("status %d", r.Status))
	}
	switch {
	case r.Type != "" && r.InErrors:
		parts = append(parts, fmt.Sprintf("all of errors[] have %q in their type", r.Type))
	case r.Type != "":
		parts = append(parts, fmt.Sprintf("%q in the type", r.Type))
	}
	if r.Text != "" {
		parts = append(parts, fmt.Sprintf("%q in the text", r.Text))
	}
	if r.Also != "" {
		parts = append(parts, r.Also)
	}
	return strings.Join(parts, ", ")
}
