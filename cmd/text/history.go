package text

import (
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// History prints activations and their usual duration.
func History(w *term.Printer, d *result.Document, now time.Time) {
	if len(d.History) == 0 {
		w.Line("no activations")
	}
	t := term.NewTable(w, "SUBMITTED", "NETWORK", "VERSION", "TYPE", "STATUS", "TOOK", "ACTIVATION", "NOTE").
		Shorten("NOTE", term.MinColumn).Shorten("SUBMITTED", len("2006-01-02…")).Omit("NOTE").Omit("TOOK")
	t.ColumnTone("STATUS", func(cell string) term.Tone { return result.StatusTone(papi.Status(cell)) })
	for _, r := range d.History {
		submitted := "-"
		if r.SubmitDate != nil {
			submitted = w.Clock(now).Tell(*r.SubmitDate)
		}
		t.Row(submitted, term.Clean(string(r.Network), term.MaxName), term.VersionText(r.Version), term.Clean(string(r.Type), term.MaxName),
			term.Clean(r.Status.String(), term.MaxName), term.SecondsText(r.TookSeconds), term.Clean(string(r.ID), term.MaxName), term.Clean(r.Note, result.MaxShortNote))
	}
	if len(d.History) > 0 {
		t.Print()
	}
	for _, u := range d.Usual {
		if u.MedianSeconds == nil {
			w.Line("%s usually takes: not known", u.Network)
			continue
		}
		w.Line("%s usually takes: %s, the median of %d", u.Network, term.SecondsText(u.MedianSeconds), u.Of)
	}
}
