package page

import (
	"fmt"
	"strings"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// rolloutSections show a rollout: what failed and why, the waves as a picture, then every item.
func rolloutSections(d *result.Document) node {
	v := d.Rollout
	if v == nil {
		return node{}
	}
	return several(
		part("What failed, and why", failureTable(v.Failures())),
		part("Checks that do not hold", checkTable(v.NotHeld())),
		wavesSection(v),
		part("The rollout", rows(
			named("Name", written(v.Name)),
			named("Mark", codeOf(v.Mark)),
			named("Networks", written(networkWords(v.Networks))),
			named("Needs", budgetText(v.Budget)),
			named("Options", written(strings.Join(v.Options, " "))),
			named("Warnings", lines(v.Warnings)),
			named("Next", nextNode(v.Next)),
		)),
		part("Items", itemTable(v)),
	)
}

func nextNode(next *string) node {
	if next == nil {
		return node{}
	}
	return codeOf(*next)
}

func budgetText(b *result.RolloutBudget) node {
	if b == nil {
		return node{}
	}
	return written(b.Text())
}

func lines(texts []string) node {
	var all []node
	for _, t := range texts {
		all = append(all, el("div", "", written(t)))
	}
	return several(all...)
}

func networkWords(all []papi.Network) string {
	var names []string
	for _, n := range all {
		names = append(names, capital(result.NetworkName(n)))
	}
	return strings.Join(names, ", then ")
}

// failureTable lists the failed items.
func failureTable(items []*result.RolloutItem) node {
	g := &grid{label: "what failed", columns: []string{"Property", "Network", "Version", "State", "Why", "Activation"}}
	for _, i := range items {
		why, id := node{}, node{}
		if i.Error != nil {
			why = upTo(maxText, i.Error.Message)
		}
		if i.Activation != nil {
			id = codeOf(string(i.Activation.ID))
		}
		g.row("went-wrong", el("b", "", upTo(term.MaxName, i.Title())), networkNode(i.Network), written(term.VersionText(i.Version)),
			written(result.StateWords(i.Outcome)), why, id)
	}
	return g.node()
}

// checkTable lists checks.
func checkTable(checks []*result.RolloutCheck) node {
	g := &grid{label: "checks", columns: []string{"Check", "Property", "Network", "Result", "Why"}}
	for _, c := range checks {
		g.row("went-wrong", el("b", "", upTo(term.MaxName, c.Check)), upTo(term.MaxName, c.Property), networkNode(c.Network),
			written(string(c.Outcome)), upTo(maxText, c.Detail))
	}
	return g.node()
}

// cell is the look of an item in the picture of its wave: a colour, and a sign that the style adds.
type cell struct {
	class markup
	word  string
}

// cellOf is the cell of an item in a state.
func cellOf(s rollout.State) cell {
	switch s {
	case rollout.Active:
		return cell{"c-done", "active"}
	case rollout.Underway, rollout.Returning:
		return cell{"c-way", "on its way"}
	case rollout.Returned:
		return cell{"c-back", "rolled back"}
	case rollout.Failed, rollout.Rejected, rollout.Superseded, rollout.Overdue, rollout.ReturnFailed, rollout.NotReturnable, rollout.Drifted:
		return cell{"c-fail", "failed"}
	case rollout.Uncertain, rollout.Unknown:
		return cell{"c-unknown", "not known"}
	case rollout.Skipped:
		return cell{"c-out", "left out"}
	case rollout.Waiting, rollout.Blocked, rollout.Inactive:
	}
	return cell{"c-wait", "not active yet"}
}

// mostNamed is up to how many cells each have a tooltip; in a larger picture only those that failed have one.
const mostNamed = 2500

// wavesSection draws a card for each wave, with a row of cells for each network.
func wavesSection(v *result.Rollout) node {
	all := 0
	for _, w := range v.Waves {
		all += len(w.Items)
	}
	var cards, legend []node
	used := map[cell]bool{}
	for n, w := range v.Waves {
		cards = append(cards, waveCard(v, w, n+1, all <= mostNamed))
		for _, i := range w.Items {
			if c := cellOf(i.Outcome); !used[c] {
				used[c] = true
				legend = append(legend, el("li", "", elWith("i", []attribute{{"class", "c " + string(c.class)}}), written(" "+c.word)))
			}
		}
	}
	if all == 0 {
		return node{}
	}
	return part("Waves", el("ul", "legend", legend...), several(cards...))
}

func waveCard(v *result.Rollout, w *result.RolloutWave, number int, named bool) node {
	var pictures []node
	for _, network := range v.Networks {
		var row []node
		for _, i := range w.Items {
			if i.Network == network {
				row = append(row, cellNode(i, named))
			}
		}
		if len(row) == 0 {
			continue
		}
		kept, left := within(mostOfWave, row)
		pictures = append(pictures,
			el("p", "muted", written(capital(result.NetworkName(network)))),
			elWith("div", []attribute{{"class", "cells"}, {"role", "img"}, {"aria-label", w.Name + " on " + string(network) + ": " + countedOn(w, network)}}, kept...),
			leftOut(left),
		)
	}
	return elWith("article", []attribute{{"class", "card wave " + string(waveMood(w).class())}},
		el("h2", "", written(fmt.Sprintf("%d. %s", number, w.Name)), el("span", "chip", waveMood(w).icon(), written(string(w.Outcome)))),
		el("p", "note", written(w.Totals.Text()+checkWords(w))),
		several(pictures...),
	)
}

// mostOfWave limits the picture of one wave, in bytes.
const mostOfWave = 300 << 10

func checkWords(w *result.RolloutWave) string {
	if len(w.CheckNames) == 0 {
		return ""
	}
	return "; checks: " + strings.Join(w.CheckNames, ", ")
}

func countedOn(w *result.RolloutWave, network papi.Network) string {
	active, all := 0, 0
	for _, i := range w.Items {
		if i.Network == network {
			all++
			if i.Outcome == rollout.Active {
				active++
			}
		}
	}
	return fmt.Sprintf("%d of %d active", active, all)
}

func cellNode(i *result.RolloutItem, named bool) node {
	attributes := []attribute{{"class", "c " + string(cellOf(i.Outcome).class)}}
	if named || i.Error != nil {
		attributes = append(attributes, attribute{"title", fmt.Sprintf("%s %d: %s", i.Title(), i.Version, result.StateWords(i.Outcome))})
	}
	return elWith("i", attributes)
}

func waveMood(w *result.RolloutWave) mood {
	switch w.Outcome {
	case rollout.WaveDone:
		return moodGood
	case rollout.WaveFailed:
		return moodBad
	case rollout.WaveRunning, rollout.WaveChecking, rollout.WaveReturned:
		return moodWaiting
	case rollout.WaveOpen:
	}
	return moodLooked
}

// itemTable lists the items, as far as the limit allows.
func itemTable(v *result.Rollout) node {
	g := &grid{label: "items", columns: []string{"Wave", "Property", "Network", "From", "To", "State", "Activation"}}
	all := 0
	for _, w := range v.Waves {
		for _, i := range w.Items {
			all++
			from, id := el("span", "muted", written("none")), node{}
			if i.Before != nil {
				from = written(term.VersionText(*i.Before))
			}
			if i.Activation != nil {
				id = codeOf(string(i.Activation.ID))
			}
			g.row("", upTo(term.MaxName, w.Name), upTo(term.MaxName, i.Title()), networkNode(i.Network), from,
				written(term.VersionText(i.Version)), written(result.StateWords(i.Outcome)), id)
		}
	}
	if all == 0 {
		return node{}
	}
	return folded(counter(all, "item"), false, g.node())
}

// rolloutSentence explains the outcome of a rollout.
func rolloutSentence(d *result.Document) string {
	v := d.Rollout
	name, counts := "Rollout "+v.Name, v.Totals.Text()
	switch {
	case d.Outcome == string(result.RolloutPlanned):
		return fmt.Sprintf("Nothing was submitted: this is what rollout %s would do with %s.", v.Name, counter(v.Totals.Items, "item"))
	case d.Outcome == string(rollout.OutcomeRolledOut):
		return name + " is done: " + counts + "."
	case d.Outcome == string(rollout.OutcomePaused):
		return name + " has paused: " + counts + "."
	case d.Outcome == string(rollout.OutcomeRolledBack) && d.ExitCode == catalogue.ExitOK:
		return "What rollout " + v.Name + " had activated was returned: " + counts + "."
	case d.Outcome == string(rollout.OutcomeRolledBack):
		return name + " has gone back: " + counts + "."
	case d.Outcome == catalogue.OutcomeOK:
		return name + ": " + counts + "."
	case d.Outcome == catalogue.OutcomeTimedOut, d.Outcome == catalogue.OutcomeInterrupted:
		return name + " was stopped; what is on its way goes on without this command: " + counts + "."
	}
	return name + " has not ended as it should: " + counts + "."
}
