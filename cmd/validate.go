package cmd

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

func (p *program) validateCommand(about result.AssetKind) *cobra.Command {
	against := settings.Networks{All: []papi.Network{papi.Production}, Max: 1}
	c := &cobra.Command{
		Use:   "validate " + about.Operand() + "[@VERSION]",
		Short: "Show errors and warnings of a version, and which are new",
		Long: `Show what PAPI finds in the rule tree of a version: errors, with which it cannot be
activated, and warnings, which an activation acknowledges. They are grouped by their
text, with where they are, and marked when the active version does not have them.

The version is the latest one if none is named. Errors end with exit code 7.`,
		Example: "  propctl " + about.Command("validate") + about.Choose(" www.example.com@8\n  propctl validate www.example.com -n staging -o json", " security-headers@3"),
		Args:    cobra.ArbitraryArgs,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.validate(ctx, about, against.All[0], args[0])
			})
		},
	}
	c.Flags().VarP(&against, "network", "n", "`NETWORK` whose active version decides what is new")
	return c
}

func (p *program) validate(ctx context.Context, about result.AssetKind, network papi.Network, arg string) (*result.Report, error) {
	wanted, err := parseName(arg)
	if err != nil {
		return &result.Report{}, err
	}
	return p.lookAt(ctx, about, wanted.property, func(ctx context.Context, s *session, what property) (*result.Report, error) {
		list, err := s.activations(ctx, what.ref)
		if err != nil {
			return nil, err
		}
		what = what.knownBy(list)
		side, err := s.numbered(ctx, what.ref, wanted.version)
		if err != nil {
			return nil, err
		}
		found, err := s.validation(ctx, what.ref, side.Version, activation.Active(list.Items, network))
		if err != nil {
			return nil, err
		}
		found.Network = &network
		if n, _ := found.Counts(); n > 0 {
			err = &catalogue.InvalidVersionError{What: fmt.Sprintf("version %d cannot be activated: its rule tree has %s", side.Version, term.Plural(n, "error"))}
		}
		return &result.Report{
			Outcome: catalogue.OutcomeOK,
			Fill: func(d *result.Document) {
				d.SetAsset(what.ref, what.name)
				d.Version, d.Validation = &side.Version, found
			},
			Text: printValidation,
		}, err
	})
}

// validation has PAPI validate a version, and the one that is active; nil for none.
func (s *session) validation(ctx context.Context, ref result.AssetRef, number int, active *papi.Activation) (*result.Validation, error) {
	if active == nil || active.PropertyVersion == number {
		tree, err := s.rules(ctx, ref, number)
		if err != nil {
			return nil, err
		}
		before := tree
		if active == nil {
			before = nil
		}
		return result.NewValidation(tree, before), nil
	}
	trees, err := both(&result.DiffVersion{Version: number}, &result.DiffVersion{Version: active.PropertyVersion}, func(version int) (*papi.RuleTree, error) {
		return s.rules(ctx, ref, version)
	})
	if err != nil {
		return nil, err
	}
	return result.NewValidation(trees[0], trees[1]), nil
}

func printValidation(w *term.Printer, d *result.Document) {
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

// comparedText says what the version was compared with.
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

// mostPlaces is how many places of a problem are shown; all of them are in the document.
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

// mostWarnings is how many lines of warnings a plan has; propctl validate shows all of them.
const mostWarnings = 10

// printWarnings lists the warnings that an activation would acknowledge, the new ones first.
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
		w.Line("  and %s more", term.Plural(shown-mostWarnings, "warning"))
	}
}

// placeText says where a problem is, in names where they are known.
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
