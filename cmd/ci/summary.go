package ci

import (
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

const (
	// maxSummary is what GitHub takes of a step, in bytes; all that its commands
	// have added counts.
	maxSummary = 1 << 20
	// mostPrintedLines is how much of a result is worth a place in a summary.
	mostPrintedLines = 200
	mostCauses       = 20
)

// summaryWithin returns the summary if it is not longer than room; else a shorter
// one, which says so, or nothing: GitHub shows none of a file that is longer.
func summaryWithin(room int64, d *result.Document, rec *journal.Run) string {
	for _, text := range [...]string{summaryOf(d, rec, true), summaryOf(d, rec, false)} {
		if int64(len(text)) <= room {
			return text
		}
	}
	return ""
}

// summaryOf tells of a run on a page in Markdown. Details are what can get long.
func summaryOf(d *result.Document, rec *journal.Run, details bool) string {
	m := &markdown{}
	m.heading(titleOf(d.Command, d.Outcome))
	switch {
	case d.Rollout != nil:
		m.line("Rollout " + inlineCode(d.Rollout.Name) + ": " + d.Rollout.Totals.Text() + ".")
		m.table([]string{"Wave", "State", "Items", "Active", "On their way", "Failed", "Rolled back", "Left out"}, waveRows(d.Rollout))
	case isChange(d):
		m.table([]string{"Property", "Version", "Network", "Outcome", "Activation", "Status", "Submitted", "Took", "Requests"}, activationRows(d))
	}
	if details && rec.PrintsText() && (!isChange(d) || d.Plan != nil || d.HostnameChange != nil) {
		m.block(printed(rec, d))
	}
	if details {
		for i, c := range causesOf(d) {
			if i == mostCauses {
				m.line("There are more errors.")
				break
			}
			a := c.annotation(d.Command)
			m.block(a.lines)
		}
	}
	if !details {
		m.line("There is more than fits: what was printed and the errors are in the log of the step only.")
	}
	m.line(fmt.Sprintf("Exit code %d. Requests: %s, %d sent again, %d refused for their rate.%s",
		d.ExitCode, term.Plural(d.Requests.Total, "attempt"), d.Requests.Retries, d.Requests.RateLimited, budgetSentence(d.Budget, rec.Now())))
	m.line("Command: " + inlineCodeOf(rec.CommandLine, term.MaxMessage) + ", begun at " + term.Timestamp(rec.Begun) + ".")
	return m.b.String()
}

// isChange reports whether the command changes what is active, whether or not it succeeded.
func isChange(d *result.Document) bool {
	return d.Submitted != nil || d.WaitedSeconds != nil || d.Activation != nil || len(d.Results) > 0
}

func waveRows(v *result.Rollout) [][]string {
	var rows [][]string
	for _, w := range v.Waves {
		n := w.Totals
		row := []string{w.Name, string(w.Outcome)}
		for _, count := range []int{n.Items, n.Active, n.Underway, n.Failed, n.RolledBack, n.Skipped} {
			row = append(row, fmt.Sprint(count))
		}
		rows = append(rows, row)
	}
	return rows
}

func activationRows(d *result.Document) [][]string {
	var rows [][]string
	for _, one := range d.Parts() {
		about := one.Asset()
		row := []string{"", numberText(one.Version), string(result.OrZero(one.Network)), one.Outcome, "", "", "", "", fmt.Sprint(one.Requests.Total)}
		if about != nil {
			row[0] = about.Text()
		}
		if a := one.Activation; a != nil {
			row[4], row[5] = string(a.ID), a.Status.String()
			if a.SubmitDate != nil {
				row[6] = term.Timestamp(*a.SubmitDate)
			}
		}
		if one.WaitedSeconds != nil {
			row[7] = term.SecondsText(one.WaitedSeconds)
		}
		rows = append(rows, row)
	}
	for _, network := range d.Untouched() {
		rows = append(rows, []string{"", "", string(network), "not begun", "", "", "", "", ""})
	}
	return rows
}

func budgetSentence(b *result.Budget, now time.Time) string {
	if b == nil {
		return ""
	}
	left := result.Budget{Limit: b.Limit, Remaining: b.Remaining, Reset: b.Reset} // the run has just asked
	return " Activations: " + left.Text(term.Clock{Now: now}) + "."
}

// printed is the result as people see it, in lines.
func printed(rec *journal.Run, d *result.Document) []string {
	var b strings.Builder
	rec.PrintText(&term.Printer{W: &b}, d)
	if b.Len() == 0 {
		return nil
	}
	return bounded(strings.Split(strings.TrimRight(b.String(), "\n"), "\n"), mostPrintedLines)
}
