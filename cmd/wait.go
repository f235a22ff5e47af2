package cmd

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// selectFlags say which activation wait and cancel are about.
type selectFlags struct {
	networks networks
	property string
	waiting  waitFlags
	noWait   bool
}

func newSelectFlags() *selectFlags {
	return &selectFlags{networks: networks{all: []papi.Network{papi.Staging}, most: 1}}
}

func (f *selectFlags) declare(c *cobra.Command) {
	c.Flags().VarP(&f.networks, "network", "n", "`network`: staging or production")
	c.Flags().StringVar(&f.property, "property", "", "`property` of the activation that is named by its id")
	f.waiting.declare(c.Flags())
}

func (p *program) waitCommand() *cobra.Command {
	f := newSelectFlags()
	c := &cobra.Command{
		Use:   "wait PROPERTY | ACTIVATION",
		Short: "Wait for an activation that is under way, wherever it was started",
		Long: `Wait for an activation that is under way, wherever it was started.

ACTIVATION is an activation's id (atv_1 or 1) together with --property, or the
activation link as PAPI printed it. With a PROPERTY it is what is pending on the
network; when nothing is, the result is how the latest one ended.`,
		Example: `  propctl wait www.example.com -n production
  propctl wait atv_5001 --property prp_123`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*report, error) {
				return p.selected(ctx, f, args[0], (*activation.Engine).Wait)
			})
		},
	}
	f.declare(c)
	return c
}

// verb is what wait and cancel do with an activation.
type verb func(*activation.Engine, context.Context, activation.Selection) (*activation.Result, error)

// selected is what wait and cancel have in common.
func (p *program) selected(ctx context.Context, f *selectFlags, arg string, do verb) (*report, error) {
	named, err := parseActivation(arg, f.property)
	if err != nil {
		return &report{}, err
	}
	s, err := p.open()
	if err != nil {
		return &report{}, err
	}
	p.progress.begin(arg)
	network := f.networks.all[0]
	limit := p.deadline(network)
	if named.id != "" { // of which nobody knows the network yet
		limit = p.deadline()
	}
	what := property{ref: named.ref}
	if named.property != "" {
		looking, cancel := s.within(ctx, limit)
		what, err = s.resolve(looking, named.property)
		cancel()
	}
	if err != nil {
		return &report{}, err
	}
	ctx, cancel := s.patiently(ctx, limit, func() papi.PropertyRef { return what.ref })
	defer cancel()
	p.progress.begin(what.String())
	result, err := do(s.engine(), ctx, activation.Selection{
		Property: what.ref, ActivationID: named.id, Network: network, NoWait: f.noWait, Waiting: f.waiting.waiting(),
	})
	return p.selectedReport(what, result, err), err
}

func (p *program) selectedReport(what property, result *activation.Result, err error) *report {
	now := time.Now()
	if result.PropertyName != "" {
		what.name = result.PropertyName
	}
	what.ref = result.Property
	r := &report{
		outcome: string(result.Outcome),
		fill:    func(d *document) { fillResult(d, result, what.name, now) },
		text: func(w *printer) {
			headline(w, result, what)
			printResult(w, result, now)
		},
	}
	if stopped, ok := errors.AsType[*activation.Stopped](err); ok && stopped.Activation != nil {
		r.help = p.pickUp(stopped.Activation.ActivationID, what.ref)
	}
	return r
}

// namedActivation is how an activation was named: by a property to resolve, by an
// id, or by a link that has both.
type namedActivation struct {
	property string
	ref      papi.PropertyRef
	id       papi.ID
}

// parseActivation reads PROPERTY | ACTIVATION.
func parseActivation(arg, of string) (namedActivation, error) {
	switch {
	case strings.Contains(arg, "/"):
		link, err := papi.ParseActivationLink(arg)
		if err != nil {
			return namedActivation{}, &usageError{err: err}
		}
		if of != "" {
			return namedActivation{}, usagef("--property cannot go with a link, which names it")
		}
		return namedActivation{ref: link.Property, id: link.ActivationID}, nil
	case of != "":
		if !isActivationID(arg) {
			return namedActivation{}, usagef("%q is not the id of an activation; with --property it has to be one", arg)
		}
		named, err := parseProperty(of)
		return namedActivation{property: named, id: papi.ID(arg)}, err
	case strings.HasPrefix(arg, papi.PrefixActivation):
		return namedActivation{}, usagef("the activation %s needs its property: give --property", clean(arg, maxName))
	}
	named, err := parseProperty(arg)
	return namedActivation{property: named}, err
}

func isActivationID(s string) bool {
	digits := strings.TrimPrefix(s, papi.PrefixActivation)
	return digits != "" && strings.Trim(digits, "0123456789") == ""
}
