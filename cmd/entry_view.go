package cmd

import "github.com/propctl/propctl/cmd/catalogue"

// entryView is a row of the catalogue as JSON.
type entryView struct {
	Code         string             `json:"code"`
	Category     catalogue.Category `json:"category"`
	Outcome      string             `json:"outcome"`
	ExitCode     int                `json:"exitCode"`
	Retry        catalogue.Retry    `json:"retry"`
	Message      string             `json:"message"`
	Meaning      string             `json:"meaning"`
	Help         string             `json:"help"`
	Found        *string            `json:"found"`
	Recognitions []recognitionView  `json:"recognitions"`
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

func viewEntry(e catalogue.Entry) *entryView {
	v := &entryView{
		Code: e.Code, Category: e.Category, Outcome: e.Outcome, ExitCode: e.ExitCode, Retry: e.Retry,
		Message: e.Message, Meaning: e.Meaning, Help: e.Help, Found: optional(e.FoundBy),
		Recognitions: []recognitionView{},
	}
	for _, r := range e.Recognitions() {
		v.Recognitions = append(v.Recognitions, recognitionView{
			Status: optional(r.Status), LastStatus: optional(r.Last), Type: optional(r.Type),
			InErrors: r.InErrors, Text: optional(r.Text), Also: optional(r.Also),
		})
	}
	return v
}
