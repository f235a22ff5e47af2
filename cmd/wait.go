package cmd

import (
	"cmp"
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
	yes      bool
}

// asks reports whether somebody has to confirm what is cancelled on production.
func (f *selectFlags) asks(env term.Env) bool {
	return f.acts && !f.yes && canAsk(env)
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
		Use:   "wait " + about.Operand() + "|ACTIVATION...",
		Short: "Wait for activations that are under way, wherever they were started",
		Long: "Wait for an activation that is under way, wherever it was started, or for several at\nthe same time.\n\n" + naming(about) +
			" when nothing is, the result is how the latest one ended. Without -n it is\nstaging, or production where nothing is pending on staging.\n\n" + severalHelp,
		Example: about.Choose(`  propctl wait www.example.com -n production
  propctl wait www.example.com api.example.com -n staging
  propctl wait atv_5001 --property prp_123`, `  propctl includes wait security-headers -n production`),
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MinimumNArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.selected(ctx, f, args, (*activation.Engine).Wait)
			})
		},
	}
	f.declare(c)
	return following(c)
}

// severalHelp says what becomes of several.
const severalHelp = "One that does not end well does not hide the others: the exit code is that of the\nfirst."

// elsewhere is the second network to look at where none was named: production, when nothing is pending on staging.
// A command that changes something does not guess.
func (f *selectFlags) elsewhere() papi.Network {
	if f.acts || f.networks.Given {
		return ""
	}
	return papi.Production
}

// verb is what wait and cancel do with an activation.
type verb func(*activation.Engine, context.Context, activation.Selection) (*activation.Result, error)

// choice is an argument of wait and cancel: what it names, and what became of it.
type choice struct {
	named namedActivation
	arg   string
	what  property
	done  *activation.Result
	err   error
}

// selected is what wait and cancel have in common.
func (p *program) selected(ctx context.Context, f *selectFlags, args []string, do verb) (*result.Report, error) {
	all := make([]*choice, len(args))
	for i, arg := range args {
		named, err := parseActivation(f.about, arg, f.of)
		if err != nil {
			return &result.Report{}, err
		}
		all[i] = &choice{named: named, arg: arg, what: property{ref: named.ref}, done: &activation.Result{}}
	}
	s, err := p.open(f.about)
	if err != nil {
		return &result.Report{}, err
	}
	if len(all) > 1 {
		return p.several(ctx, s, f, all, do)
	}
	c := all[0]
	if !f.asks(p.env) { // the line of progress is drawn again and again, over the question
		p.progress.Begin(c.arg)
	}
	limit := p.deadline(f.networkOf(c))
	looking, stop := s.within(ctx, limit)
	s.findChosen(looking, c)
	stop()
	if c.err != nil {
		return &result.Report{}, c.err
	}
	ctx, cancel := s.patiently(ctx, limit, func() result.AssetRef { return c.what.ref })
	defer cancel()
	s.doWith(ctx, f, c, do)
	return p.selectedReport(c), c.err
}

// networkOf is where the activation is; empty for the network of the one that is named by its id.
func (f *selectFlags) networkOf(c *choice) papi.Network {
	if c.named.id != "" && !f.networks.Typed {
		return ""
	}
	return f.networks.All[0]
}

// findChosen finds the property of a choice.
func (s *session) findChosen(ctx context.Context, c *choice) {
	if c.named.property != "" {
		c.what, c.err = s.resolve(ctx, c.named.property)
	}
	if c.err == nil {
		s.called(c.what)
	}
}

// doWith does it with a choice.
func (s *session) doWith(ctx context.Context, f *selectFlags, c *choice, do verb) {
	which := activation.Selection{
		Property: c.what.ref.Property(), Include: c.what.ref.Include(),
		ActivationID: c.named.id, Network: f.networkOf(c), OtherNetwork: f.elsewhere(),
		NoWait: f.noWait, WaitOptions: f.waiting.waiting(),
	}
	if f.asks(s.program.env) {
		which.Confirm = func(ctx context.Context, a papi.Activation) error { return s.confirmCancel(ctx, c, a) }
	} else {
		s.begin(c.what)
	}
	c.done, c.err = s.do(ctx, do, c.named, which)
	c.what = property{ref: assetOf(c.done), name: cmp.Or(c.done.PropertyName, c.what.name)}
}

// do acts on an activation, or on a change of a hostname bucket where the id is of one, which it does not tell.
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

func (p *program) selectedReport(c *choice) *result.Report {
	now := p.now()
	return &result.Report{
		Outcome: string(c.done.Outcome),
		Help:    p.goesOnWith(c),
		Fill:    func(d *result.Document) { fillResult(d, c.done, c.what.name, now) },
		Text:    func(w *term.Printer, d *result.Document) { text.Outcome(w, d, now) },
	}
}

// goesOnWith says how to pick up what goes on without this command; empty where nothing does.
func (p *program) goesOnWith(c *choice) string {
	if stopped, ok := errors.AsType[*activation.StoppedError](c.err); ok && stopped.Activation != nil {
		return p.pickUp(*stopped.Activation, c.what.ref)
	}
	return ""
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
	case strings.Contains(arg, "/") && !settings.IsPage(arg):
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
	return settings.IsID(s, papi.PrefixActivation) || k == result.Includes && papi.ID(s).Valid()
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
	return namedActivation{ref: ref, id: parsed.ActivationID, inBucket: parsed.HostnameBucket}, nil
}
