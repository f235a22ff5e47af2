package page

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// errorSection says what went wrong, what PAPI said about it, and what to do.
func errorSection(d *result.Document) node {
	e := d.Error
	if e == nil {
		return node{}
	}
	heading := "What went wrong"
	if moodOf(d) == moodWaiting {
		heading = "Why it ended"
	}
	return el("section", "error "+moodOf(d).class(),
		el("h2", "", written(heading)),
		el("p", "message", written(e.Message)),
		helpNode(e.Help),
		saidNode(e.PAPI),
		el("p", "note", written("error code "), el("code", "", written(e.Code)), written(", category "+string(e.Category)+"; "),
			el("code", "", written("propctl explain "+e.Code)), written(" says more")),
	)
}

// helpNode shows what to do. A command in it is on lines of its own, to be copied.
func helpNode(help string) node {
	if help == "" {
		return node{}
	}
	const begins = "propctl "
	before, after, found := strings.Cut(help, ": "+begins)
	if !found {
		return el("p", "help", el("b", "", written("What to do: ")), written(help))
	}
	return several(
		el("p", "help", el("b", "", written("What to do: ")), written(before+":")),
		el("pre", "command", el("code", "", written(begins+after))),
	)
}

// saidNode shows PAPI's problem document.
func saidNode(v *result.PAPI) node {
	if v == nil {
		return node{}
	}
	status := ""
	if v.Status > 0 {
		status = strconv.Itoa(v.Status)
	}
	return several(
		el("h3", "", written("What PAPI said")),
		rows(
			named("Status", written(status)),
			named("Title", written(v.Title)),
			named("Detail", written(v.Detail)),
			named("Type", el("code", "", written(v.Type))),
			named("Instance", codeOf(v.Instance)),
		),
		problemTable("Error", v.Errors),
		notKept(v.ErrorsLeftOut, "error"),
		problemTable("Warning", v.Warnings),
		notKept(v.WarningsLeftOut, "warning"),
	)
}

// notKept says how many more problems PAPI sent than were kept.
func notKept(n int, what string) node {
	if n == 0 {
		return node{}
	}
	return el("p", "more", written("… and "+term.Plural(n, what)+" that PAPI sent and are left out"))
}

func codeOf(text string) node {
	if text == "" {
		return node{}
	}
	return el("code", "", upTo(term.MaxName, text))
}

// problemTable lists the problems of a version, those with the same text once.
func problemTable(kind string, items []papi.Problem) node {
	g := &grid{label: kind + "s of PAPI", columns: []string{kind, "Times", "Where"}, most: mostOfList / 2}
	for _, group := range result.ProblemGroups(items) {
		g.row("", upTo(maxText, group.Text), written(strconv.Itoa(len(group.Items))), placesNode(group.Items))
	}
	return g.node()
}

// maxText is how much of a text is shown in a list of many.
const maxText = 500

// placesNode lists the first locations of a problem.
func placesNode(items []papi.Problem) node {
	var places []node
	for _, p := range items {
		if p.ErrorLocation != "" {
			places = append(places, el("div", "", codeOf(p.ErrorLocation)))
		}
	}
	if left := len(places) - mostPlaces; left > 0 {
		places = append(places[:mostPlaces:mostPlaces], el("div", "more", written(fmt.Sprintf("… and %d more", left))))
	}
	return several(places...)
}

const mostPlaces = 4
