package text

import (
	"fmt"
	"strings"
	"time"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Status prints one property in detail, and several as a table.
func Status(w *term.Printer, d *result.Document, now time.Time) {
	about, states := statesOf(d)
	if len(states) == 1 {
		if states[0].Error == nil { // an error is printed on stderr and there is nothing else to say
			showProperty(states[0], w, about, now)
		}
		return
	}
	t := term.NewTable(w, about.Operand(), "LATEST", "NETWORK", "ACTIVE", "SINCE", "PENDING").
		Shorten("SINCE", len("2006-01-02…")).Shorten("PENDING", len("12 (atv_12345678, PENDING)")).Omit("SINCE")
	rows := []*result.PropertyState{}
	t.ColumnLink(about.Operand(), func(row int) string { return result.OrEmpty(rows[row].URL) })
	t.ColumnTone("PENDING", func(cell string) term.Tone {
		switch {
		case strings.HasPrefix(cell, "error: "):
			return term.Bad
		case cell != "-":
			return term.Doubtful
		}
		return term.Plain
	})
	for _, s := range states {
		if s.Error != nil {
			rows = append(rows, s)
			t.Row(s.Text(), "", "", "", "", "error: "+term.Clean(s.Error.Message, term.MaxName))
			continue
		}
		for _, n := range s.Networks {
			rows = append(rows, s)
			t.Row(s.Text(), versionOrNone(s.LatestVersion), term.Clean(string(n.Network), term.MaxName), activeText(n.Active), sinceText(n.Active, w.Clock(now)), pendingText(n.Pending))
		}
	}
	t.Print()
}

// showProperty prints one property, network by network.
func showProperty(s *result.PropertyState, w *term.Printer, about result.AssetKind, now time.Time) {
	w.Line("%s", w.Terminal.Link(result.OrEmpty(s.URL), w.Terminal.Paint(term.Title, s.Text())))
	w.Field(about.Noun(), idText(s.Property))
	w.Field("latest", "version "+versionOrNone(s.LatestVersion))
	for _, n := range s.Networks {
		showNetwork(n, w, now)
	}
}

func showNetwork(n *result.NetworkState, w *term.Printer, now time.Time) {
	name := w.Terminal.Paint(term.Title, term.Clean(string(n.Network), term.MaxName))
	if n.Active == nil {
		w.Line("%s: nothing is active", name)
	} else {
		w.Line("%s: version %s is %s", name, activeText(n.Active), w.Terminal.Paint(term.Good, "active"))
		showActivation(n.Active, w, now)
		if n.Active.UpdateDate != nil {
			w.Field("since", w.Clock(now).Tell(*n.Active.UpdateDate))
		}
		if f := n.Active.Fallback; f != nil && f.Possible {
			w.Field("fallback", fallbackText(f, w.Clock(now)))
		}
	}
	for _, a := range n.Pending {
		w.Line("%s: %s is %s", name, result.ContentText(a.Version), w.Terminal.Paint(term.Doubtful, "pending"))
		showActivation(a, w, now)
		if state := result.OrEmpty(a.FMAActivationState); result.StateMeaning(state) != "" {
			w.Field("state", state+": "+result.StateMeaning(state))
		}
	}
	if l := n.Latest; l != nil && !showsActivation(n, l.ID) {
		w.Line("%s: version %s was submitted last", name, activeText(l))
		showActivation(l, w, now)
	}
}

// showsActivation reports whether an activation is shown as active or pending.
func showsActivation(n *result.NetworkState, id papi.ID) bool {
	for _, a := range append([]*result.Activation{n.Active}, n.Pending...) {
		if a != nil && a.ID == id {
			return true
		}
	}
	return false
}

// showActivation prints an activation: what, when and why.
func showActivation(a *result.Activation, w *term.Printer, now time.Time) {
	state := string(a.Status)
	if a.FMAActivationState != nil {
		state += " (" + *a.FMAActivationState + ")"
	}
	text := string(a.ID) + ", " + state
	if a.Type == papi.Deactivate {
		text += ", a deactivation"
	}
	w.Field("activation", text, term.Mark{Word: state, As: result.StatusTone(a.Status)}, term.Mark{Word: string(a.ID), Link: result.OrEmpty(a.URL)})
	if a.SubmitDate != nil {
		w.Field("submitted", w.Clock(now).Tell(*a.SubmitDate))
	}
	if a.Note != "" {
		w.Field("note", a.Note)
	}
}

func activeText(a *result.Activation) string {
	if a == nil {
		return "-"
	}
	return term.VersionText(a.Version)
}

func sinceText(a *result.Activation, c term.Clock) string {
	if a == nil || a.UpdateDate == nil {
		return "-"
	}
	return c.Tell(*a.UpdateDate)
}

func pendingText(pending []*result.Activation) string {
	if len(pending) == 0 {
		return "-"
	}
	var all []string
	for _, a := range pending {
		all = append(all, term.Clean(fmt.Sprintf("%s (%s, %s)", strings.TrimPrefix(result.ContentText(a.Version), "version "), a.ID, a.Status), term.MaxName))
	}
	return strings.Join(all, ", ")
}
