package text

import (
	"fmt"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Validation prints PAPI's validation of a version.
func Validation(w *term.Printer, d *result.Document) {
	v := d.Validation
	errors, warnings := v.Counts()
	w.Line("%s version %s: %s, %s%s", term.Clean(d.Name(), term.MaxName), term.VersionText(v.Version),
		w.Terminal.Paint(toneOf(errors, term.Bad), term.Plural(errors, "error")),
		w.Terminal.Paint(toneOf(warnings, term.Doubtful), term.Plural(warnings, "warning")), comparedText(v))
	for _, list := range []struct {
		word string
		as   term.Tone
		all  []*result.ProblemsOfText
	}{{"error", term.Bad, v.Errors}, {"warning", term.Doubtful, v.Warnings}} {
		for _, g := range list.all {
			printProblem(w, list.word, list.as, g)
		}
	}
}

func toneOf(n int, bad term.Tone) term.Tone {
	if n == 0 {
		return term.Good
	}
	return bad
}

// comparedText names the version that it is compared with.
func comparedText(v *result.Validation) string {
	errors, warnings := v.Counts()
	switch {
	case errors+warnings == 0:
		return ""
	case v.Active == nil:
		return "; nothing is active on " + string(*v.Network) + " to compare with"
	case *v.Active == v.Version:
		return "; it is active on " + string(*v.Network)
	}
	return fmt.Sprintf("; %d new since version %d, which is active on %s", v.NewErrors+v.NewWarnings, *v.Active, *v.Network)
}

// mostPlaces limits the locations printed for one problem; the document has all.
const mostPlaces = 10

func printProblem(w *term.Printer, word string, as term.Tone, g *result.ProblemsOfText) {
	if g.New > 0 {
		word = "new " + word
	}
	text := term.Clean(g.Text, term.MaxMessage)
	if g.Count > 1 {
		text += fmt.Sprintf(" (%d times, %d new)", g.Count, g.New)
	}
	w.Label(as, word, text)
	for i, place := range g.Places {
		if i == mostPlaces {
			w.Line("  and %d more", len(g.Places)-i)
			break
		}
		w.Line("  %s", placeText(place))
	}
}

// mostWarnings limits the lines of warnings in a plan; propctl validate prints all.
const mostWarnings = 10

// printAcknowledged lists the warnings that an activation acknowledged.
func printAcknowledged(w *term.Printer, v *result.Validation) {
	_, n := v.Counts()
	if n == 0 {
		return
	}
	fresh := ""
	if v.Active != nil {
		fresh = fmt.Sprintf(" (%d new)", v.NewWarnings)
	}
	w.Field("warnings", fmt.Sprintf("%d acknowledged%s", n, fresh))
	printWarnings(w, v)
}

// printWarnings lists the warnings that an activation would acknowledge, new ones first.
func printWarnings(w *term.Printer, v *result.Validation) {
	shown := 0
	for _, isNew := range []bool{true, false} {
		for _, g := range v.Warnings {
			if g.New > 0 != isNew {
				continue
			}
			if shown++; shown > mostWarnings {
				continue
			}
			text := g.Text
			if g.Count > 1 {
				text += fmt.Sprintf(" (%d times)", g.Count)
			}
			if isNew && v.Active != nil {
				text = "new: " + text
			}
			w.Field("warning", term.Clean(text, term.MaxName))
		}
	}
	if shown > mostWarnings {
		w.Line("  and %d more", shown-mostWarnings)
	}
}

// placeText is the location of a problem, in names if they are known.
func placeText(p *result.ProblemPlace) string {
	text := term.Clean(p.Location, term.MaxName)
	if p.Place != nil {
		text = "rule " + pathText(p.Place.Path)
		if p.Place.Name != "" {
			text += ", " + string(p.Place.Part) + " " + term.Clean(p.Place.Name, term.MaxName)
		}
	}
	if p.New {
		text += " (new)"
	}
	return text
}
