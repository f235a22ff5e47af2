package notify

import (
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// summary says in a few lines how a run ended, to people who were not there. Its
// lines are clean.
type summary struct {
	headline string
	lines    []string
	bad      bool
}

// maxSummaryLine keeps a message below the limits of all who show it, in runes.
const maxSummaryLine = 500

func (m message) summary() summary {
	d := m.document
	s := summary{headline: term.Clean("propctl "+d.Command+": "+d.Outcome, maxSummaryLine), bad: d.ExitCode != catalogue.ExitOK}
	add := func(line string) { s.lines = append(s.lines, term.Clean(line, maxSummaryLine)) }
	if m.simulated {
		add("This is a simulation: nothing of it has reached Akamai.")
	}
	for _, one := range d.Parts() {
		if line := endingOf(one); line != "" {
			add(line)
		}
	}
	if d.Error != nil {
		add("Error: " + d.Error.Message)
		if d.Error.Help != "" {
			add(term.Try + ": " + d.Error.Help)
		}
	}
	return s
}

// endingOf says how it ended on a network; empty where nothing is known.
func endingOf(d *result.Document) string {
	what := d.Subject()
	if v := d.Rollout; v != nil {
		return v.Name + ": " + d.Outcome + ", " + v.Totals.Text()
	}
	if what == "" {
		return ""
	}
	parts := []string{what + ": " + d.Outcome}
	if d.Activation != nil {
		parts = append(parts, string(d.Activation.ID)+" "+d.Activation.Status.String())
	}
	if d.BlockedBy != nil {
		parts = append(parts, "blocked by "+string(d.BlockedBy.ID))
	}
	if d.WaitedSeconds != nil {
		parts = append(parts, "after "+term.Duration(time.Duration(*d.WaitedSeconds*float64(time.Second))))
	}
	return strings.Join(parts, ", ")
}
