package cmd

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

// selectFlags say which activation wait and cancel are about.
type selectFlags struct {
	about    result.AssetKind
	acts     bool // it changes what it finds
	networks settings.Networks
	of       string // the property, or the include, of an activation that is named by its id
	waiting  waitFlags
	noWait   bool
}

func newSelectFlags(about result.AssetKind) *selectFlags {
	return &selectFlags{about: about, networks: settings.Networks{All: []papi.Network{papi.Staging}, Max: 1}}
}

func (f *selectFlags) declare(c *cobra.Command) {
	c.Flags().VarP(&f.networks, "network", "n", "`NETWORK` staging or production")
	c.Flags().StringVar(&f.of, f.about.Noun(), "", "`"+f.about.Operand()+"` of the activation that is named by its id")
	f.waiting.declare(c.Flags())
}

// naming explains the argument of wait and cancel.
func naming(k result.AssetKind) string {
	return k.Choose(`ACTIVATION is an activation's id (atv_1 or 1) together with --property, or the
activation link as PAPI printed it; it may also be a change of a hostname bucket.`, `ACTIVATION is an activation's id together with --include, or the activation link
as PAPI printed it.`) + " With " + k.Choose("a PROPERTY", "an INCLUDE") + " it is what is pending on the\nnetwork;"
}

func (p *program) waitCommand(about result.AssetKind) *cobra.Command {
	f := newSelectFlags(about)
	c := &cobra.Command{
		Use:   "wait " + about.Operand() + " | ACTIVATION",
		Short: "Wait for an activation that is under way, wherever it was started",
		Long: "Wait for an activation that is under way, wherever it was started.\n\n" + naming(about) +
			" when nothing is, the result is how the latest one ended. Without -n it is\nstaging, or production where nothing is pending on staging.",
		Example: about.Choose(`  propctl wait www.example.com -n production
  propctl wait atv_5001 --property prp_123`, `  propctl includes wait security-headers -n production`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.ExactArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.selected(ctx, f, args[0], (*activation.Engine).Wait)
			})
		},
	}
	f.declare(c)
	return c
}

// elsewhere is the network to wait on, too, where none was named: what goes on
// there is meant when nothing goes on at staging. What acts needs to be told.
func (f *selectFlags) elsewhere() papi.Network {
	if f.acts || f.networks.Given {
		return ""
	}
	return papi.Production
}

// verb is what wait and cancel do with an activation.
type verb func(*activation.Engine, context.Context, activation.Selection) (*activation.Result, error)

// selected is what wait and cancel have in common.
func (p *program) selected(ctx context.Context, f *selectFlags, arg string, do verb) (*result.Report, error) {
	named, err := parseActivation(f.about, arg, f.of)
	if err != nil {
		return &result.Report{}, err
	}
	s, err := p.open(f.about)
	if err != nil {
		return &result.Report{}, err
	}
	p.progress.Begin(arg)
	network := f.networks.All[0]
	limit := p.deadline(network)
	if named.id != "" { // of which nobody knows the network yet
		limit = p.deadline()
	}
	if named.id != "" && !f.networks.Typed {
		network = "" // that of the activation
	}
	what := property{ref: named.ref}
	if named.property != "" {
		looking, cancel := s.within(ctx, limit)
		what, err = s.resolve(looking, named.property)
		cancel()
	}
	if err != nil {
		return &result.Report{}, err
	}
	ctx, cancel := s.patiently(ctx, limit, func() result.AssetRef { return what.ref })
	defer cancel()
	s.begin(what)
	done, err := s.do(ctx, do, named, activation.Selection{
		Property: what.ref.Property(), Include: what.ref.Include(),
		ActivationID: named.id, Network: network, Elsewhere: f.elsewhere(),
		NoWait: f.noWait, WaitOptions: f.waiting.waiting(),
	})
	return p.selectedReport(what, done, err), err
}

// do does it with an activation, or with a change of a bucket when that is what
// the id is of: the id does not tell.
func (s *session) do(ctx context.Context, do verb, named namedActivation, which activation.Selection) (*activation.Result, error) {
	changes := s.engine()
	changes.API = activation.BucketChanges{BucketAPI: s.client}
	if named.inBucket {
		return do(changes, ctx, which)
	}
	done, err := do(s.engine(), ctx, which)
	if s.about == result.Includes || which.ActivationID == "" || done.Activation != nil || !errors.Is(err, papi.ClassNotFound) {
		return done, err
	}
	if change, changeErr := do(changes, ctx, which); change.Activation != nil {
		return change, changeErr
	}
	return done, err
}

func (p *program) selectedReport(what property, done *activation.Result, err error) *result.Report {
	now := p.now()
	if done.PropertyName != "" {
		what.name = done.PropertyName
	}
	what.ref = assetOf(done)
	r := &result.Report{
		Outcome: string(done.Outcome),
		Fill:    func(d *result.Document) { fillResult(d, done, what.name, now) },
		Text:    func(w *term.Printer, d *result.Document) { text.Outcome(w, d, now) },
	}
	if stopped, ok := errors.AsType[*activation.StoppedError](err); ok && stopped.Activation != nil {
		r.Help = p.pickUp(*stopped.Activation, what.ref)
	}
	return r
}

// namedActivation is how an activation was named: by a property to resolve, by an
// id, or by a link that has both.
type namedActivation struct {
	property string
	ref      result.AssetRef
	id       papi.ID
	inBucket bool // it is a change of a hostname bucket
}

// parseActivation reads PROPERTY | ACTIVATION.
func parseActivation(k result.AssetKind, arg, of string) (namedActivation, error) {
	flag := "--" + k.Noun()
	switch {
	case strings.Contains(arg, "/") && !isPage(arg):
		if of != "" {
			return namedActivation{}, catalogue.Usagef("%s cannot go with a link, which names it", flag)
		}
		return parseLink(k, arg)
	case of != "":
		if !isActivationID(k, arg) {
			return namedActivation{}, catalogue.Usagef("%q is not the id of an activation; with %s it has to be one", arg, flag)
		}
		named, err := parseProperty(of)
		return namedActivation{property: named, id: papi.ID(arg)}, err
	case strings.HasPrefix(arg, papi.PrefixActivation):
		return namedActivation{}, catalogue.Usagef("the activation %s needs its %s: give %s", term.Clean(arg, term.MaxName), k.Noun(), flag)
	}
	named, err := parseProperty(arg)
	return namedActivation{property: named}, err
}

// isActivationID reports whether s is the id of an activation. Those of includes
// may have letters.
func isActivationID(k result.AssetKind, s string) bool {
	return isID(s, papi.PrefixActivation) || k == result.Includes && papi.ID(s).Valid()
}

// parseLink reads a link to an activation, or to a change of a bucket.
func parseLink(k result.AssetKind, link string) (namedActivation, error) {
	parsed, err := papi.ParseActivationLink(link)
	if err != nil {
		return namedActivation{}, &catalogue.UsageError{Err: err}
	}
	ref := result.AssetOf(parsed.Property, parsed.Include)
	if ref.Kind != k {
		return namedActivation{}, catalogue.Usagef("%q is not a link to an activation of %s", link, k.Choose("a property", "an include"))
	}
	return namedActivation{ref: ref, id: parsed.ActivationID, inBucket: parsed.OfHostnames}, nil
}
