package cmd

import (
	"fmt"
	"strings"

	"github.com/propctl/propctl/papi"
)

// entryView is a row of the catalogue as JSON.
type entryView struct {
	Code         string            `json:"code"`
	Category     category          `json:"category"`
	Outcome      string            `json:"outcome"`
	ExitCode     int               `json:"exitCode"`
	Retry        retry             `json:"retry"`
	Message      string            `json:"message"`
	Meaning      string            `json:"meaning"`
	Help         string            `json:"help"`
	Found        *string           `json:"found"`
	Recognitions []recognitionView `json:"recognitions"`
}

// recognitionView is how PAPI says it. Members that are null match everything.
type recognitionView struct {
	Status     *int    `json:"status"`
	LastStatus *int    `json:"lastStatus"`
	Type       *string `json:"type"`
	InErrors   bool    `json:"inErrors"`
	Text       *string `json:"text"`
	Also       *string `json:"also"`
}

func viewEntry(e entry) *entryView {
	v := &entryView{
		Code: e.code, Category: e.category, Outcome: e.outcome, ExitCode: e.exitCode, Retry: e.retry,
		Message: e.message, Meaning: e.meaning, Help: e.help, Found: optional(e.found),
		Recognitions: []recognitionView{},
	}
	for _, r := range e.recognitions() {
		v.Recognitions = append(v.Recognitions, recognitionView{
			Status: optional(r.Status), LastStatus: optional(r.Last), Type: optional(r.Type),
			InErrors: r.InErrors, Text: optional(r.Text), Also: optional(r.Also),
		})
	}
	return v
}

// recognisedBy says in words how the error is told from others.
func (e entry) recognisedBy() []string {
	var lines []string
	if e.found != "" {
		lines = append(lines, e.found)
	}
	for _, r := range e.recognitions() {
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
