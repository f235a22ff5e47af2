package text

import (
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Checks prints doctor's checks, one a line.
func Checks(w *term.Printer, d *result.Document) {
	t := term.NewTable(w, "STATUS", "CHECK", "FOUND")
	for _, c := range d.Checks {
		found := c.Message
		if c.Help != "" {
			found += "; " + c.Help
		}
		t.Row(string(c.Status), c.Name, term.Clean(found, term.MaxMessage))
	}
	t.Print()
}
