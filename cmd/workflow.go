package cmd

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// workflow is a command that changes what is active on a network.
type workflow struct {
	verb  string // activate, deactivate or rollback
	of    result.AssetKind
	flags *activateFlags
	// versioned says that a version may be named, and is the latest otherwise.
	versioned bool
	// always says that every network needs a confirmation, not only production, and that the command is refused where
	// nobody can be asked.
	always bool
	change change
}

// change is what a workflow does to a network.
type change interface {
	// prepare finds out what has to be known before anything is submitted.
	prepare(context.Context, *activating) error
	// question returns what has to be confirmed; the zero value when nothing has to be.
	question(context.Context, *activating) (question, error)
	// make brings it about.
	make(context.Context, *activating, activation.Target) (*activation.Result, error)
}

// run declares the workflow's flags and runs it.
func (w workflow) command(p *program, c *cobra.Command) *cobra.Command {
	c.Args = cobra.ArbitraryArgs // they are counted when the settings have been read
	c.RunE = func(c *cobra.Command, args []string) error {
		return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
			return p.perform(ctx, w, args[0])
		})
	}
	return following(c)
}

// check finds what makes no sense before anything is sent.
func (w workflow) check(env term.Env) error {
	if len(w.flags.networks.All) == 0 {
		return catalogue.Usagef("%s has no default network; give -n staging or -n production", w.verb)
	}
	if err := w.flags.check(); err != nil {
		return err
	}
	if w.always && !w.flags.yes && !w.flags.dryRun && !canAsk(env) {
		return catalogue.Usagef("%s stops traffic, and there is no terminal to ask at; give --yes if that is wanted", w.verb)
	}
	return nil
}

// asks reports whether somebody has to confirm.
func (w workflow) asks(env term.Env) bool {
	return (w.always || slices.Contains(w.flags.networks.All, papi.Production)) && !w.flags.dryRun && !w.flags.yes && canAsk(env)
}

// parse reads the argument.
func (w workflow) parse(arg string) (name, error) {
	if w.versioned {
		return parseName(arg)
	}
	named, err := parseProperty(arg)
	return name{property: named}, err
}

// activates puts a version on a network.
type activates struct{}

func (activates) prepare(ctx context.Context, a *activating) error { return a.settle(ctx) }

// question names the version: what is confirmed is what will be submitted.
func (activates) question(ctx context.Context, a *activating) (question, error) {
	if a.version.number == 0 {
		number, err := a.latestOn(ctx, a.property.ref, a.version.activeOn)
		if err != nil {
			return question{}, err
		}
		a.version = wantedVersion{number: number}
	}
	about := a.outlook(ctx, a.version.number)
	return question{about: about, text: "Activate " + a.named() + " version " + term.VersionText(a.version.number) + " on " + a.everywhere() + " of " + a.account() + "?"}, nil
}

// everywhere names the networks in the order in which they are gone through.
func (a *activating) everywhere() string {
	var names []string
	for _, network := range a.flags.networks.All {
		names = append(names, string(network))
	}
	return strings.Join(names, ", then ")
}

func (activates) make(ctx context.Context, a *activating, t activation.Target) (*activation.Result, error) {
	return a.engine().Activate(ctx, t)
}

// settle replaces the version by its number, where that has to be known before the first look.
func (a *activating) settle(ctx context.Context) error {
	var err error
	if a.version, err = a.latest(ctx, a.property, a.version); err != nil {
		return err
	}
	switch {
	case !a.flags.dryRun || a.version.number == 0:
	case a.property.ref.Kind == result.Includes: // without a submission, nobody else would notice
		_, err = a.rules(ctx, a.property.ref, a.version.number)
	default:
		_, err = a.client.Version(ctx, a.property.ref.Property(), a.version.number)
	}
	return err
}
