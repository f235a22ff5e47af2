package page

import (
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// networkSections show the result for each network, and the timeline.
func networkSections(d *result.Document, r *journal.Run) node {
	if d.Rollout != nil {
		return node{} // has sections of its own
	}
	var cards []node
	for _, one := range networksOf(d) {
		if one.Outcome != string(activation.OutcomePlanned) && (one.WaitedSeconds != nil || one.Activation != nil) {
			cards = append(cards, networkCard(one))
		}
	}
	cards = append(subjectCard(d, len(cards) == 0), cards...)
	if len(cards) == 0 {
		return node{}
	}
	return several(el("section", "cards", cards...), timelineSection(timelines(r)))
}

// subjectCard shows the property, and the network if that has no card of its own.
func subjectCard(d *result.Document, withNetwork bool) []node {
	about := d.Asset()
	if about == nil {
		return nil
	}
	version := node{}
	if d.Version != nil {
		version = written(term.VersionText(*d.Version))
	}
	name, network := node{}, node{}
	if withNetwork && d.Network != nil {
		network = networkNode(*d.Network)
	}
	if about.Name != nil {
		name = upTo(term.MaxName, *about.Name)
	}
	return []node{el("article", "card",
		el("h2", "", written(capital(d.AssetKind().Noun()))),
		rows(
			named("Name", name), named("Id", codeOf(string(about.ID))), named("Version", version), named("Network", network),
			named("Contract", idNode(about.ContractID)), named("Group", idNode(about.GroupID)),
			named("Budget", budgetNode(d.Budget)),
		),
	)}
}

func idNode(id *papi.ID) node {
	if id == nil {
		return node{}
	}
	return codeOf(string(*id))
}

// budgetNode shows the remaining daily budget, as text and as a bar.
func budgetNode(b *result.Budget) node {
	if b == nil {
		return node{}
	}
	text := b.Amount() + " today"
	if b.Reset != nil {
		text += ", reset at "
	}
	return several(written(text), instantOrNone(b.Reset))
}

// networkCard shows the result for one network.
func networkCard(d *result.Document) node {
	m := moodOf(d)
	heading := "The network"
	if d.Network != nil {
		heading = strings.ToLower(string(*d.Network))
	}
	return el("article", "card "+m.class(),
		el("h2", "", el("span", "", upTo(term.MaxName, capital(heading))), el("span", "chip", m.icon(), written(headlineOf(d)))),
		rows(append(activationFacts(d),
			named("Blocked by", blockerNode(d.BlockedBy)),
			named("Took", tookNode(d.WaitedSeconds)),
		)...),
	)
}

// activationFacts describe the activation that was followed.
func activationFacts(d *result.Document) []node {
	a := d.Activation
	if a == nil {
		return []node{named("Activation", written("none"))}
	}
	how := ""
	switch {
	case d.Submitted != nil && *d.Submitted:
		how = ", submitted by this run"
	case d.Adopted != nil && *d.Adopted:
		how = ", on its way before this run"
	}
	return []node{
		named("Activation", several(codeOf(string(a.ID)), written(how))),
		named("Status", stateNode(a)),
		named("Type", written(notUsual(string(a.Type), string(papi.Activate)))),
		named("Submitted", instantOrNone(a.SubmitDate)),
		named("Last change", instantOrNone(a.UpdateDate)),
		named("Note", upTo(maxText, a.Note)),
		named("Fallback", fallbackNode(a.Fallback)),
	}
}

// notUsual returns s, and "" if it has its usual value.
func notUsual(s, usual string) string {
	if s == usual {
		return ""
	}
	return s
}

func stateNode(a *result.Activation) node {
	state := ""
	if a.FMAActivationState != nil {
		state = " · " + *a.FMAActivationState
	}
	return several(el("b", "", upTo(term.MaxName, string(a.Status))), upTo(term.MaxName, state))
}

func fallbackNode(f *result.Fallback) node {
	switch {
	case f == nil:
		return node{}
	case !f.Possible:
		return written("a fast one is not possible")
	}
	text := "a fast one is possible"
	if f.Version != nil {
		text += " to version " + term.VersionText(*f.Version)
	}
	if f.Expires != nil {
		text += " until "
	}
	return several(written(text), instantOrNone(f.Expires))
}

func blockerNode(a *result.Activation) node {
	if a == nil {
		return node{}
	}
	text := ""
	if a.Version > 0 {
		text = ", version " + term.VersionText(a.Version)
	}
	note := node{}
	if a.Note != "" {
		note = el("div", "muted", written("“"), upTo(maxText, a.Note), written("”"))
	}
	return several(codeOf(string(a.ID)), written(text+", "), stateNode(a), note)
}

func tookNode(s *float64) node {
	if s == nil || *s == 0 {
		return node{}
	}
	return written(tookOf(s))
}

// briefly formats a duration with a blank between its parts, and with fractions of a second if it is short.
func briefly(d time.Duration) string {
	if d < 10*time.Second {
		return d.Round(10 * time.Millisecond).String()
	}
	const blank = "\u00a0" // no-break space
	return strings.TrimSuffix(strings.NewReplacer("h", "h"+blank, "m", "m"+blank).Replace(term.Duration(d)), blank)
}
