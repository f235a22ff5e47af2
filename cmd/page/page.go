// Package page renders a run as one HTML page, for --report.
package page

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// The page is for readers who did not see the run: how it ended, what happened on each network and when, what
// PAPI answered, and how it was called. It is one file that loads nothing and runs no scripts, and depends on
// nothing but the run.

// Render returns the page of a run.
func Render(d *result.Document, r *journal.Run) ([]byte, error) {
	details, err := otherMembers(d)
	if err != nil {
		return nil, err
	}
	title := headlineOf(d) + " · propctl " + r.Command
	return htmlPage(title, pageStyle,
		pageHeader(d, r),
		elWith("main", nil,
			errorSection(d),
			rolloutSections(d),
			networkSections(d, r),
			lookSections(d),
			details,
			part("In detail", eventList(r), requestList(d, r)),
		),
		el("footer", "", runSection(d, r)),
	), nil
}

// part is a section with a heading; it is empty without content.
func part(heading string, content ...node) node {
	all := several(content...)
	if all.isEmpty() {
		return all
	}
	return el("section", "", el("h2", "", written(heading)), all)
}

// pageHeader shows the outcome.
func pageHeader(d *result.Document, r *journal.Run) node {
	m := moodOf(d)
	pills := []node{pill("exit code", strconv.Itoa(d.ExitCode))}
	if took := runTime(d); took >= time.Second {
		pills = append(pills, pill("took", briefly(took)))
	}
	if n := d.Requests; n.Total > 0 {
		pills = append(pills, pill(counter(n.Total, "request"), ""))
		if n.Retries > 0 {
			pills = append(pills, pill(counter(n.Retries, "retry"), ""))
		}
		if n.RateLimited > 0 {
			pills = append(pills, pill(strconv.Itoa(n.RateLimited)+" rate limited", ""))
		}
	}
	return el("header", m.class(),
		el("p", "kicker", el("span", "", written("propctl "+r.Command)), instantNode(r.Begun)),
		el("h1", "", m.icon(), el("span", "", written(headlineOf(d)))),
		el("p", "lead", written(sentenceOf(d))),
		el("p", "pills", append(pills, simulationMark(r))...),
	)
}

func pill(name, value string) node {
	if value == "" {
		return el("span", "pill", written(name))
	}
	return el("span", "pill", written(name+" "), el("b", "", written(value)))
}

// simulationMark marks the page of a simulated run.
func simulationMark(r *journal.Run) node {
	if r.Speed == 0 {
		return node{}
	}
	return el("span", "pill simulated", written("simulation: nothing of this reached Akamai"))
}

// runTime is the duration in PAPI's time, over all networks.
func runTime(d *result.Document) time.Duration {
	var sum float64
	for _, one := range networksOf(d) {
		if one.WaitedSeconds != nil {
			sum += *one.WaitedSeconds
		}
	}
	return time.Duration(sum * float64(time.Second))
}

// networksOf returns the document of each network that was processed.
func networksOf(d *result.Document) []*result.Document {
	if len(d.Results) > 0 {
		return d.Results
	}
	return []*result.Document{d}
}

// runSection shows how the program was run.
func runSection(d *result.Document, r *journal.Run) node {
	version := cmp.Or(r.Build.Version, "unknown")
	if r.Build.Commit != "" {
		version += " (" + term.Truncate(r.Build.Commit, maxCommit) + ")"
	}
	speed := ""
	if r.Speed > 0 {
		speed = fmt.Sprintf("the simulator; one real second is %g simulated ones, and times of PAPI are simulated", r.Speed)
	}
	return part("How it was run",
		el("pre", "command", el("code", "", written(r.CommandLine))),
		facts(
			named("Started", instantNode(r.Begun)),
			named("Ended", instantNode(r.Ended())),
			named("propctl", written(version)),
			named("Go", written(r.Build.Go)),
			named("Against", written(speed)),
			named("Outcome", written(fmt.Sprintf("%s, exit code %d", d.Outcome, d.ExitCode))),
		),
	)
}

// maxCommit is how much of a commit hash is shown.
const maxCommit = 12

// facts are names with values; those with empty values are left out.
func facts(pairs ...node) node {
	all := several(pairs...)
	if all.isEmpty() {
		return all
	}
	return el("dl", "facts", all)
}

// rows are facts in a column.
func rows(pairs ...node) node {
	all := several(pairs...)
	if all.isEmpty() {
		return all
	}
	return el("dl", "facts rows", all)
}

func named(name string, value node) node {
	if value.isEmpty() {
		return value
	}
	return el("div", "", el("dt", "", written(name)), el("dd", "", value))
}

// instantNode is a point in time, readable for people and programs.
func instantNode(t time.Time) node {
	if t.IsZero() {
		return node{}
	}
	t = t.UTC()
	return elWith("time", []attribute{{"datetime", t.Format(time.RFC3339)}}, written(t.Format("2006-01-02 15:04:05")+" UTC"))
}

// instantOrNone is instantNode for an optional time.
func instantOrNone(t *time.Time) node { return instantNode(result.OrZero(t)) }

// grid is a table with column headings.
type grid struct {
	label   string // what it lists, for screen readers
	columns []string
	rows    []node
	most    int  // limit in bytes
	narrow  bool // it fits a telephone; other tables become lists there
}

// row adds a row of cells.
func (g *grid) row(class markup, cells ...node) {
	var all []node
	for i, c := range cells {
		if !c.isEmpty() {
			c = el("div", "", c)
		}
		all = append(all, elWith("td", []attribute{{"data-label", g.columns[i]}}, c))
	}
	g.rows = append(g.rows, el("tr", class, all...))
}

// node returns the table with as many rows as its limit allows.
func (g *grid) node() node {
	if len(g.rows) == 0 {
		return node{}
	}
	var heads []node
	for _, c := range g.columns {
		heads = append(heads, elWith("th", []attribute{{"scope", "col"}}, written(c)))
	}
	kept, left := within(cmp.Or(g.most, mostOfList), g.rows)
	class := markup("wide")
	if g.narrow {
		class = "narrow"
	}
	return several(
		elWith("div", []attribute{{"class", "scroll"}, {"role", "region"}, {"aria-label", g.label}, {"tabindex", "0"}},
			el("table", class, el("thead", "", el("tr", "", heads...)), el("tbody", "", kept...)),
		),
		leftOut(left),
	)
}

// mostOfList limits one list, in bytes. There are few lists, so the page stays below a megabyte.
const mostOfList = 90 << 10

func leftOut(n int) node {
	if n == 0 {
		return node{}
	}
	return el("p", "more", written(fmt.Sprintf("… and %d more", n)))
}

// counter is a number of things, in words.
func counter(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		return strconv.Itoa(n) + " " + strings.TrimSuffix(what, "y") + "ies"
	}
	return strconv.Itoa(n) + " " + what + "s"
}
