package text

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// How many items, failures and checks are printed; the document has all.
const (
	mostItems    = 20
	mostFailures = 20
)

// Rollout prints the progress of a rollout, or its plan.
func Rollout(w *term.Printer, d *result.Document, verbose bool) {
	v := d.Rollout
	if v == nil {
		return
	}
	planned := d.Outcome == string(result.RolloutPlanned) || d.Outcome == catalogue.OutcomeHandedIn
	printRolloutOutcome(w, d)
	if planned {
		printPlannedWaves(w, v, d.Command == "rollout rollback")
	} else {
		printWaves(w, v)
	}
	if planned {
		printRolloutPlan(w, v, verbose)
		printFailures(w, v) // that a dry run has found
	} else {
		printFailures(w, v)
		if verbose {
			printItems(w, v, len(allItems(v)))
		}
	}
	printChecks(w, v)
	for _, o := range v.Options {
		w.Field("with", o)
	}
	for _, warning := range v.Warnings {
		w.Field("warning", warning, term.Mark{Word: "warning:", As: term.Doubtful})
	}
	w.Field("mark", v.Mark)
	if d.WaitedSeconds != nil && !planned {
		w.Field("took", fmt.Sprintf("%s, %s", term.SecondsText(d.WaitedSeconds), term.Plural(d.Requests.Total, "request")))
	}
	if d.Budget != nil {
		w.Field("budget", d.Budget.Text(w.Clock(time.Now())))
	}
	if v.Next != nil {
		w.Line("  %-11s %s", "next:", *v.Next) // not wrapped, so that it can be copied
	}
}

// printRolloutOutcome explains an outcome, in one line if it fits.
func printRolloutOutcome(w *term.Printer, d *result.Document) {
	name, tone := "rollout "+term.Clean(d.Rollout.Name, term.MaxName)+": ", result.OutcomeTone(d.Outcome)
	outcome, more := strings.ReplaceAll(d.Outcome, "-", " "), d.Rollout.Totals.Text()
	switch d.Outcome {
	case string(result.RolloutPlanned):
		more = "nothing was submitted"
	case catalogue.OutcomeHandedIn:
		more = "and is carried out by whoever runs propctl runner"
	}
	whole := outcome + ", " + more
	if most := w.Terminal.Width; most == 0 || term.Cells(name+whole) <= most {
		w.Line("%s%s", name, w.Terminal.Paint(tone, whole))
		return
	}
	w.Line("%s%s", name, w.Terminal.Paint(tone, outcome))
	w.Field("so far", more)
}

// printWaves prints a line for each wave.
func printWaves(w *term.Printer, v *result.Rollout) {
	t := term.NewTable(w, "WAVE", "STATE", "ITEMS", "ACTIVE", "ON THEIR WAY", "FAILED", "ROLLED BACK", "OTHERS").Omit("OTHERS")
	t.ColumnTone("STATE", stateTone)
	for _, wave := range v.Waves {
		n := wave.Totals
		t.Row(wave.Name, string(wave.Outcome), term.VersionText(n.Items), term.VersionText(n.Active), term.VersionText(n.Underway),
			term.VersionText(n.Failed), term.VersionText(n.RolledBack), term.VersionText(n.Waiting+n.Blocked+n.Skipped))
	}
	t.Print()
}

// printPlannedWaves prints a line for each wave of what would be done. How long it takes is not known of a dry run.
func printPlannedWaves(w *term.Printer, v *result.Rollout, back bool) {
	estimated := slices.ContainsFunc(v.Waves, func(wave *result.RolloutWave) bool { return len(wave.Estimates) > 0 })
	columns := []string{"WAVE", "PROPERTIES", "TO SUBMIT", "AT ONCE", "CHECKS"}
	if estimated {
		columns = slices.Insert(columns, len(columns)-1, "TAKES ABOUT")
	}
	if back {
		columns[2] = "ACTIVE"
	}
	t := term.NewTable(w, columns...).Omit("AT ONCE").Omit("CHECKS")
	for _, wave := range v.Waves {
		n := wave.Totals.Waiting
		if back {
			n = wave.Totals.Active
		}
		row := []string{
			wave.Name, term.VersionText(len(wave.Items) / max(len(v.Networks), 1)), term.VersionText(n),
			term.VersionText(wave.AtOnce), checksOf(wave),
		}
		if estimated {
			row = slices.Insert(row, len(row)-1, takesAbout(wave))
		}
		t.Row(row...)
	}
	t.Print()
}

func stateTone(state string) term.Tone {
	switch rollout.WaveState(state) {
	case rollout.WaveDone:
		return term.Good
	case rollout.WaveFailed:
		return term.Bad
	case rollout.WaveOpen, rollout.WaveRunning, rollout.WaveChecking, rollout.WaveReturned:
	}
	return term.Doubtful
}

// takesAbout is the estimated duration of a wave over its networks, with its watch.
func takesAbout(w *result.RolloutWave) string {
	sum := 0.0
	for _, e := range w.Estimates {
		if e.Chosen {
			sum += e.TookSeconds + w.WatchSeconds
		}
	}
	return aboutText(sum)
}

// aboutText formats an estimated duration, which is not exact to the second.
func aboutText(seconds float64) string {
	return term.Duration((time.Duration(seconds) * time.Second).Round(time.Minute))
}

func checksOf(w *result.RolloutWave) string {
	text := strings.Join(w.CheckNames, ", ")
	if w.WatchSeconds > 0 {
		text += " for " + aboutText(w.WatchSeconds)
	}
	return text
}

// printRolloutPlan prints the plan apart from its waves.
func printRolloutPlan(w *term.Printer, v *result.Rollout, verbose bool) {
	items := allItems(v)
	if most := mostItems; verbose || len(items) <= most {
		printItems(w, v, len(items))
	}
	for _, wave := range v.Waves {
		if text := estimatesOf(wave); text != "" {
			w.Field("at once", wave.Name+": "+text)
		}
	}
	w.Field("networks", inOrder(v.Networks))
	w.Field("needs", v.Budget.Text())
	if v.Requests != nil && v.Requests.Expected != nil {
		w.Field("requests", "about "+term.VersionText(*v.Requests.Expected))
	}
}

func inOrder(all []papi.Network) string {
	var names []string
	for _, n := range all {
		names = append(names, string(n))
	}
	return strings.Join(names, ", then ")
}

// estimatesOf compares the wave's duration for lower, planned and higher concurrency, on its last network,
// which takes longest. It is empty for small waves, where there is no choice.
func estimatesOf(w *result.RolloutWave) string {
	var parts []string
	for _, e := range w.Estimates {
		if e.Network != w.Estimates[len(w.Estimates)-1].Network {
			continue
		}
		part := fmt.Sprintf("%d take about %s", e.AtOnce, aboutText(e.TookSeconds))
		if e.Chosen {
			part = fmt.Sprintf("%d, as planned, take about %s, and %s of the hour for fast fallback", e.AtOnce, aboutText(e.TookSeconds), aboutText(e.FallbackUsedSeconds))
		}
		parts = append(parts, part)
	}
	if len(parts) < 2 {
		return ""
	}
	return strings.Join(parts, "; ")
}

func allItems(v *result.Rollout) []*result.RolloutItem {
	var all []*result.RolloutItem
	for _, wave := range v.Waves {
		all = append(all, wave.Items...)
	}
	return all
}

// printItems prints one item a line.
func printItems(w *term.Printer, v *result.Rollout, most int) {
	t := term.NewTable(w, "WAVE", "PROPERTY", "NETWORK", "FROM", "TO", "STATE", "ACTIVATION").
		Shorten("PROPERTY", 2*term.MinColumn).Omit("ACTIVATION").Omit("WAVE")
	for _, wave := range v.Waves {
		for _, i := range wave.Items {
			if most--; most < 0 {
				break
			}
			id := ""
			if i.Activation != nil {
				id = term.Clean(string(i.Activation.ID), term.MaxName)
			}
			t.Row(wave.Name, i.Title(), string(i.Network), versionOrNone(i.Before), term.VersionText(i.Version), result.StateWords(i.Outcome), id)
		}
	}
	t.Print()
}

// printFailures prints the first failures.
func printFailures(w *term.Printer, v *result.Rollout) {
	all := v.Failures()
	if len(all) == 0 {
		return
	}
	t := term.NewTable(w, "FAILED", "NETWORK", "VERSION", "STATE", "WHY").Shorten("WHY", 2*term.MinColumn).Shorten("FAILED", 2*term.MinColumn)
	for _, i := range all[:min(len(all), mostFailures)] {
		why := ""
		if i.Error != nil {
			why = term.Clean(i.Error.Message, term.MaxMessage)
		}
		t.Row(i.Title(), string(i.Network), term.VersionText(i.Version), result.StateWords(i.Outcome), why)
	}
	t.Print()
	if more := len(all) - mostFailures; more > 0 {
		w.Line("  … and %d more that -o json has", more)
	}
}

// printChecks prints the checks that failed or could not be made.
func printChecks(w *term.Printer, v *result.Rollout) {
	all := v.NotHeld()
	if len(all) == 0 {
		return
	}
	slices.SortStableFunc(all, func(a, b *result.RolloutCheck) int { return strings.Compare(a.Check, b.Check) })
	printCheckTable(w, all)
}

func printCheckTable(w *term.Printer, all []*result.RolloutCheck) {
	t := term.NewTable(w, "CHECK", "PROPERTY", "NETWORK", "RESULT", "WHY").Shorten("WHY", 2*term.MinColumn).Shorten("PROPERTY", 2*term.MinColumn)
	t.ColumnTone("RESULT", func(cell string) term.Tone {
		switch rollout.Verdict(cell) {
		case rollout.Held:
			return term.Good
		case rollout.NotHeld:
			return term.Bad
		case rollout.NotDecided:
		}
		return term.Doubtful
	})
	for _, c := range all[:min(len(all), mostFailures)] {
		t.Row(term.Clean(c.Check, term.MaxName), term.Clean(c.Property, term.MaxName), string(c.Network), string(c.Outcome), term.Clean(c.Detail, term.MaxMessage))
	}
	t.Print()
	if more := len(all) - mostFailures; more > 0 {
		w.Line("  … and %d more that -o json has", more)
	}
}
