package result

import "github.com/propctl/propctl/cmd/catalogue"

// Entry is an entry of the error catalogue.
type Entry struct {
	Code         string             `json:"code"`
	Category     catalogue.Category `json:"category"`
	Outcome      string             `json:"outcome"`
	ExitCode     int                `json:"exitCode"`
	Retry        catalogue.Retry    `json:"retry"`
	Message      string             `json:"message"`
	Meaning      string             `json:"meaning"`
	Help         string             `json:"help"`
	Found        *string            `json:"found"`
	Recognitions []recognition      `json:"recognitions"`
}

// recognition is how an answer of PAPI is recognised. Null members match everything.
type recognition struct {
	Status     *int    `json:"status"`
	LastStatus *int    `json:"lastStatus"`
	Type       *string `json:"type"`
	InErrors   bool    `json:"inErrors"`
	Text       *string `json:"text"`
	Also       *string `json:"also"`
}

// NewEntry converts an entry of the catalogue.
func NewEntry(e catalogue.Entry) *Entry {
	v := &Entry{
		Code: e.Code, Category: e.Category, Outcome: e.Outcome, ExitCode: e.ExitCode, Retry: e.Retry,
		Message: e.Message, Meaning: e.Meaning, Help: e.Help, Found: Optional(e.FoundBy),
		Recognitions: []recognition{},
	}
	for _, r := range e.Recognitions() {
		v.Recognitions = append(v.Recognitions, recognition{
			Status: Optional(r.Status), LastStatus: Optional(r.Last), Type: Optional(r.Type),
			InErrors: r.InErrors, Text: Optional(r.Text), Also: Optional(r.Also),
		})
	}
	return v
}
