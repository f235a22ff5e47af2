// Package page renders a run as one HTML page.
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

// The page of --report is for somebody who was not there: it says how a run ended,
// what became of each network and when, what PAPI said, and how it was run. It is
// one file that asks for nothing, runs nothing, and is the same for the same run.

// Render is the page about a run.
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

// part is a section of the page under a heading; without content there is none.
func part(heading string, content ...node) node {
	all := several(content...)
	if all.isEmpty() {
		return all
	}
	return el("section", "", el("h2", "", written(heading)), all)
}

// pageHeader says how it ended.
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

// simulationMark keeps a simulation from being taken for the real thing.
func simulationMark(r *journal.Run) node {
	if r.Speed == 0 {
		return node{}
	}
	return el("span", "pill simulated", written("simulation: nothing of this reached Akamai"))
}

// runTime is how long it took on PAPI's clock, all networks together.
func runTime(d *result.Document) time.Duration {
	var sum float64
	for _, one := range networksOf(d) {
		if one.WaitedSeconds != nil {
			sum += *one.WaitedSeconds
		}
	}
	return time.Duration(sum * float64(time.Second))
}

// networksOf returns a document for each network that was touched.
func networksOf(d *result.Document) []*result.Document {
	if len(d.Results) > 0 {
		return d.Results
	}
	return []*result.Document{d}
}

// runSection says how it was run.
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

// maxCommit is as much of a commit's name as people use.
const maxCommit = 12

// facts are names and values; values that are empty are left out.
func facts(pairs ...node) node {
	all := several(pairs...)
	if all.isEmpty() {
		return all
	}
	return el("dl", "facts", all)
}

// rows are facts one below the other.
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

// instantNode is an instant, for people and for programs.
func instantNode(t time.Time) node {
	if t.IsZero() {
		return node{}
	}
	t = t.UTC()
	return elWith("time", []attribute{{"datetime", t.Format(time.RFC3339)}}, written(t.Format("2006-01-02 15:04:05")+" UTC"))
}

// instantOrNone is instantNode for what may be nil.
func instantOrNone(t *time.Time) node { return instantNode(result.OrZero(t)) }

// grid is a table with a heading for each column.
type grid struct {
	label   string // what it lists, for those who do not see it
	columns []string
	rows    []node
	most    int  // bytes
	narrow  bool // it fits a telephone as it is; others become lists there
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

// node returns the table with as many of its rows as there is room for.
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

// mostOfList is how much of the page a list may take, in bytes. There are few of
// them, so the page stays below a megabyte.
const mostOfList = 90 << 10

func leftOut(n int) node {
	if n == 0 {
		return node{}
	}
	return el("p", "more", written(fmt.Sprintf("… and %d more", n)))
}

// counter counts something in words.
func counter(n int, what string) string {
	switch {
	case n == 1:
		return "1 " + what
	case strings.HasSuffix(what, "y"):
		return strconv.Itoa(n) + " " + strings.TrimSuffix(what, "y") + "ies"
	}
	return strconv.Itoa(n) + " " + what + "s"
}
