package text

import (
	"strconv"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Entries lists the entries of the error catalogue, one a line.
func Entries(w *term.Printer, d *result.Document) {
	t := term.NewTable(w, "CODE", "EXIT", "CATEGORY", "MESSAGE").Shorten("MESSAGE", 2*term.MinColumn).Shorten("CATEGORY", term.MinColumn)
	for _, e := range d.Errors {
		t.Row(e.Code, strconv.Itoa(e.ExitCode), string(e.Category), e.Message)
	}
	t.Print()
}

// Entry prints an entry of the error catalogue.
func Entry(w *term.Printer, e catalogue.Entry) {
	w.Line("%s: %s", w.Terminal.Paint(term.Title, e.Code), e.Message)
	w.Field("category", string(e.Category))
	w.Field("outcome", e.Outcome+", exit code "+term.VersionText(e.ExitCode))
	w.Field("meaning", e.Meaning)
	w.Field("what to do", e.Help)
	w.Field("try again", string(e.Retry)+": "+e.Retry.Text())
	w.Line("  recognised by:")
	for _, line := range e.RecognisedBy() {
		w.Line("    %s", line)
	}
}
