package cmd

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
