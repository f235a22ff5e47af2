package text

import (
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Lines prints the coordinator's lines: who waits, and for what.
func Lines(w *term.Printer, d *result.Document, now time.Time) {
	if len(d.Lines) == 0 {
		w.Line("nobody stands in line")
		return
	}
	t := term.NewTable(w, "PROPERTY", "NETWORK", "PLACE", "WHO", "DOES", "SINCE")
	for _, l := range d.Lines {
		if l.Error != nil {
			t.Row(term.Clean(string(l.ID), term.MaxName), term.Clean(string(l.Network), term.MaxName), "", term.Clean(*l.Error, term.MaxMessage), "", "")
		}
		for i, h := range l.Holders {
			t.Row(term.Clean(string(l.ID), term.MaxName), term.Clean(string(l.Network), term.MaxName), result.PlaceText(i),
				term.Clean(h.Who(), term.MaxMessage), term.Clean(h.Does(), term.MaxName), w.Clock(now).Tell(h.Since))
		}
	}
	t.Print()
}
