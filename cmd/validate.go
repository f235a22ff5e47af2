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
	"github.com/propctl/propctl/cmd/text"
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
			Text: text.Validation,
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
