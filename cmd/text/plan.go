package text

import (
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// printPlan prints the result of a dry run.
func printPlan(w *term.Printer, d *result.Document, now time.Time) {
	p, onNetwork := d.Plan, d.Network != nil
	w.Field("plan", planText(p.Action, onNetwork))
	if p.Request != nil {
		if data, err := result.EncodeJSON(p.Request, false); err == nil {
			w.Line("  %-11s %s", "request:", strings.TrimSpace(string(data)))
		}
	}
	if p.Active != nil {
		w.Field("active", "version "+activeText(p.Active)+since(p.Active, w.Clock(now)))
	}
	if len(p.Pending) > 0 {
		w.Field("pending", pendingText(p.Pending))
	}
	if p.Warnings != nil {
		w.Field("rules", term.Plural(*p.Errors, "error")+", "+term.Plural(*p.Warnings, "warning")+refused(*p.Errors))
	}
	if p.Diff != nil {
		w.Field("changes", p.Diff.Summary())
		printSomeOf(w, DiffLines(p.Diff))
	}
	if p.Validation != nil {
		printWarnings(w, p.Validation)
	}
	if h := p.Hostnames; h != nil {
		w.Field("hostnames", listed("added", h.Added)+", "+listed("removed", h.Removed))
	}
	if p.Action != activation.ActionNone && onNetwork {
		w.Field("usually", term.SecondsText(&p.UsualSeconds))
	}
	if p.FastFallback != nil {
		w.Field("fallback", map[bool]string{true: "a fast one will be possible for an hour", false: "a fast one will not be possible"}[*p.FastFallback])
	}
	if p.Budget != nil {
		w.Field("budget", p.Budget.Text(w.Clock(now)))
	}
}

// mostDiffLines limits the lines of a diff in a plan; propctl diff prints all.
const mostDiffLines = 20

func printSomeOf(w *term.Printer, lines []DiffLine) {
	for i, line := range lines {
		if i == mostDiffLines {
			w.Line("  and %s more; propctl diff shows all of them", term.Plural(len(lines)-i, "line"))
			return
		}
		w.Line("    %s", w.Terminal.Paint(line.Tone, line.Text))
	}
}

// planText says what would be done.
func planText(action activation.Action, onNetwork bool) string {
	switch action {
	case activation.ActionNone:
		return "nothing, it is so already"
	case activation.ActionFollow:
		return "wait for the activation that is on its way"
	case activation.ActionWait:
		return "wait for the activation that is in the way, then submit"
	case activation.ActionVersion:
		if onNetwork {
			return "make a version, edit it, and activate it"
		}
		return "make a version and edit it"
	case activation.ActionCancel:
		return "cancel the activation that is in the way"
	case activation.ActionSubmit:
	}
	return "submit"
}

func since(a *result.Activation, c term.Clock) string {
	if a == nil || a.UpdateDate == nil {
		return ""
	}
	return ", since " + c.Tell(*a.UpdateDate)
}

func refused(errors int) string {
	if errors == 0 {
		return ""
	}
	return "; PAPI would refuse it"
}

// listed names the first few.
func listed(what string, names []string) string {
	text := term.VersionText(len(names)) + " " + what
	if len(names) == 0 {
		return text
	}
	return text + " (" + Some(names) + ")"
}

// Some names the first few of many.
func Some(names []string) string {
	more := ""
	if len(names) > mostShown {
		names, more = names[:mostShown], ", …"
	}
	return strings.Join(names, ", ") + more
}

// mostShown limits how many hostnames are printed; the document has all.
const mostShown = 10
