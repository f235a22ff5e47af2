package cmd

import (
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/papi"
)

// One property is shown with all that is known of it, several in a table.

func printStates(w *printer, about kind, states []*propertyState, now time.Time) {
	if len(states) == 1 && states[0].Error == nil {
		showProperty(states[0], w, about, now)
		return
	}
	t := newTable(w, about.operand(), "LATEST", "NETWORK", "ACTIVE", "SINCE", "PENDING").
		shorten("SINCE", len("2006-01-02…")).shorten("PENDING", len("12 (atv_12345678, PENDING)")).leaveOut("SINCE")
	t.tone("PENDING", func(cell string) tone {
		switch {
		case strings.HasPrefix(cell, "error: "):
			return bad
		case cell != "-":
			return doubtful
		}
		return plain
	})
	for _, s := range states {
		if s.Error != nil {
			t.row(s.text(), "", "", "", "", "error: "+clean(s.Error.Message, maxName))
			continue
		}
		for _, n := range s.Networks {
			t.row(s.text(), latestText(s), clean(string(n.Network), maxName), activeText(n.Active), sinceText(n.Active, w.clock(now)), pendingText(n.Pending))
		}
	}
	t.print()
}

func latestText(s *propertyState) string {
	if s.LatestVersion == nil {
		return "-"
	}
	return versionText(*s.LatestVersion)
}

// showProperty prints one property, network by network.
func showProperty(s *propertyState, w *printer, about kind, now time.Time) {
	w.line("%s", w.term.paint(title, s.text()))
	w.field(about.word(), fullID(papi.PropertyRef{PropertyID: s.ID, ContractID: orZero(s.ContractID), GroupID: orZero(s.GroupID)}))
	w.field("latest", "version "+latestText(s))
	for _, n := range s.Networks {
		showNetwork(n, w, now)
	}
}

func showNetwork(n *networkState, w *printer, now time.Time) {
	name := w.term.paint(title, clean(string(n.Network), maxName))
	if n.Active == nil {
		w.line("%s: nothing is active", name)
	} else {
		w.line("%s: version %s is %s", name, activeText(n.Active), w.term.paint(good, "active"))
		showActivation(n.Active, w, now)
		if n.Active.UpdateDate != nil {
			w.field("since", w.clock(now).tell(*n.Active.UpdateDate))
		}
		if f := n.Active.Fallback; f != nil && f.Possible {
			w.field("fallback", fallbackText(f, w.clock(now)))
		}
	}
	for _, a := range n.Pending {
		w.line("%s: %s is %s", name, contentText(a.Version), w.term.paint(doubtful, "pending"))
		showActivation(a, w, now)
	}
	if l := n.Latest; l != nil && !showsActivation(n, l.ID) {
		w.line("%s: version %s was submitted last", name, activeText(l))
		showActivation(l, w, now)
	}
}

// showsActivation reports whether an activation is active or pending.
func showsActivation(n *networkState, id papi.ID) bool {
	for _, a := range append([]*activationView{n.Active}, n.Pending...) {
		if a != nil && a.ID == id {
			return true
		}
	}
	return false
}

// showActivation prints an activation: what, when and why.
func showActivation(a *activationView, w *printer, now time.Time) {
	state := string(a.Status)
	if a.FMAActivationState != nil {
		state += " (" + *a.FMAActivationState + ")"
	}
	text := string(a.ID) + ", " + state
	if a.Type == papi.Deactivate {
		text += ", a deactivation"
	}
	w.field("activation", text, mark{state, toneOfStatus(a.Status)})
	if a.SubmitDate != nil {
		w.field("submitted", w.clock(now).tell(*a.SubmitDate))
	}
	if a.Note != "" {
		w.field("note", a.Note)
	}
}

func activeText(a *activationView) string {
	if a == nil {
		return "-"
	}
	return versionText(a.Version)
}

func sinceText(a *activationView, c clock) string {
	if a == nil || a.UpdateDate == nil {
		return "-"
	}
	return c.tell(*a.UpdateDate)
}

func pendingText(pending []*activationView) string {
	if len(pending) == 0 {
		return "-"
	}
	var all []string
	for _, a := range pending {
		all = append(all, clean(fmt.Sprintf("%s (%s, %s)", strings.TrimPrefix(contentText(a.Version), "version "), a.ID, a.Status), maxName))
	}
	return strings.Join(all, ", ")
}
