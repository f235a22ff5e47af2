package text

import (
	"fmt"
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Busy says in one line that an activation is pending.
func Busy(s *result.PropertyState, n *result.NetworkState, a *result.Activation) string {
	return fmt.Sprintf("%s on %s: busy, %s of %s is %s", s.Text(), term.Clean(string(n.Network), term.MaxName), a.ID, result.ContentText(a.Version), a.Status)
}

// Pending prints for each network that it is free, or what is pending.
func Pending(w *term.Printer, d *result.Document, now time.Time) {
	for _, s := range d.States() {
		for _, n := range s.Networks {
			if len(n.Pending) == 0 {
				w.Line("%s on %s: %s", s.Text(), term.Clean(string(n.Network), term.MaxName), w.Terminal.Paint(term.Good, "free"))
			}
			for _, a := range n.Pending {
				line := Busy(s, n, a)
				if a.SubmitDate != nil {
					line += " for " + term.Duration(max(now.Sub(*a.SubmitDate), 0))
				}
				if a.Note != "" {
					line += ", note “" + term.Clean(a.Note, result.MaxShortNote) + "”"
				}
				w.Line("%s", w.Terminal.Mark(term.Clean(line, term.MaxMessage), ": busy", term.Doubtful))
			}
		}
	}
}
