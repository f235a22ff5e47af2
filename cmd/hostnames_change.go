package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/spf13/cobra"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

func (p *program) hostnamesAddCommand() *cobra.Command {
	f := newChangeFlags("add")
	c := &cobra.Command{
		Use:   "add PROPERTY HOST[=EDGEHOSTNAME]...",
		Short: "Add hostnames: a new version, and its activation where a network is given",
		Long: `Add hostnames to a property: make a version, edit it, and activate it where a
network is given. What the property has already is left alone. EDGEHOSTNAME is a
name or an id (ehn_123).

A file has a HOST[=EDGEHOSTNAME] a line; # begins a comment. More than 10 new
hostnames take much longer to activate, and after any there is no fast fallback.
This can be repeated at any time: the version that an interrupted run has left
behind is taken up again.`,
		Example: `  propctl hostnames add www.example.com shop.example.com=shop.example.com.edgekey.net -n staging --notify you@example.com
  propctl hostnames add prp_123 --from hostnames.txt --edge-hostname ehn_3001 --cert default`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MinimumNArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.changeHostnames(ctx, f, args)
			})
		},
	}
	f.declare(c)
	c.Flags().StringVar(&f.input.edge, "edge-hostname", "", "`NAME` edge hostname, or its id, of those without one")
	c.Flags().Var(settings.OneOf[certificate]{To: &f.input.cert, Allowed: []certificate{certDefault, certCPS}}, "cert", "whose certificates: Akamai's, or from CPS")
	return following(c)
}

func (p *program) hostnamesRemoveCommand() *cobra.Command {
	f := newChangeFlags("remove")
	c := &cobra.Command{
		Use:   "remove PROPERTY HOST...",
		Short: "Remove hostnames: a new version, and its activation where a network is given",
		Long: `Remove hostnames from a property: make a version, edit it, and activate it where a
network is given. What the property has not is no mistake, so that this can be
repeated at any time.`,
		Example: `  propctl hostnames remove www.example.com old.example.com -n staging --notify you@example.com`,
		RunE: func(c *cobra.Command, args []string) error {
			return p.run(c, args, cobra.MinimumNArgs(1), func(ctx context.Context, args []string) (*result.Report, error) {
				return p.changeHostnames(ctx, f, args)
			})
		},
	}
	f.declare(c)
	return following(c)
}

// changing is one run of hostnames add or hostnames remove.
type changing struct {
	*session

	flags  *changeFlags
	args   []string
	bucket bool
	change activation.HostnameChange
	edges  []result.EdgeHostname // whose ids were looked up

	unlimited context.Context //nolint:containedctx // the command's, without its time limit

	mu   sync.Mutex // guards what, which the timer of the time-out reads
	what property
}

// ref is what is known of the property by now.
func (c *changing) ref() result.AssetRef {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.what.ref
}

func (c *changing) know(p property) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.what = p
}

// changeHostnames is the command: read the list, name, ask, and change.
func (p *program) changeHostnames(ctx context.Context, f *changeFlags, args []string) (*result.Report, error) {
	c := &changing{flags: f, args: args, unlimited: ctx}
	named, err := c.parse(ctx, p)
	if err != nil {
		return &result.Report{}, err
	}
	if c.session, err = p.open(result.Properties); err != nil {
		return &result.Report{}, err
	}
	p.advise(&f.activateFlags)
	asks := f.network() == papi.Production && !f.dryRun && !f.yes && canAsk(p.env)
	if !asks {
		p.progress.Begin(named)
	}
	limit := p.deadline(papi.Staging)
	switch many := len(c.change.Add) > manyHostnames; {
	case many && p.flags.Timeout == 0:
		limit = hostnamesTimeout
	case f.network() != "":
		limit = p.deadline(f.network())
	}
	whole, cancel := c.patiently(ctx, limit, c.ref)
	defer cancel()
	if err = c.find(whole, named); err == nil && asks {
		err = p.confirm(whole, question{about: c.outlook(whole), text: c.question()})
	}
	if err != nil {
		return c.unstarted(err), err
	}
	c.begin(c.what)
	return c.bringAbout(whole)
}

// parse reads the command line, and the list that it names.
func (c *changing) parse(ctx context.Context, p *program) (named string, err error) {
	if named, err = parseProperty(c.args[0]); err != nil {
		return "", err
	}
	if err = c.flags.check(); err != nil {
		return "", err
	}
	if c.flags.verb == "remove" {
		c.change.Remove, err = c.flags.input.names(ctx, p, c.args[1:])
	} else {
		c.change.Add, err = c.flags.input.read(ctx, p, c.args[1:])
	}
	return named, err
}

// find finds the properties, and what kind of hostnames they have.
func (c *changing) find(ctx context.Context, named string) error {
	found, bucket, err := c.hostnamesOf(ctx, named)
	c.know(found)
	c.bucket = bucket
	if err != nil {
		return err
	}
	for _, other := range c.flags.or.All {
		one, err := c.resolve(ctx, other)
		if err != nil {
			return err
		}
		c.called(one)
		c.change.Alternatives = append(c.change.Alternatives, one.ref.Property())
	}
	c.change.Target = interruptedBy(c.unlimited, c.flags.target(c.what, wantedVersion{}, c.flags.network()))
	c.change.Base = activation.BaseVersion(c.flags.base)
	if c.bucket {
		if err := c.checkBucket(); err != nil {
			return err
		}
		return c.nameEdges(ctx)
	}
	if len(c.change.Add) > manyHostnames {
		c.program.progress.Say("more than %d new hostnames can take over an hour to activate, and there will be no fast fallback", manyHostnames)
	}
	return nil
}

// checkBucket finds what a hostname bucket cannot do.
func (c *changing) checkBucket() error {
	switch f := c.flags; {
	case f.network() == "":
		return &catalogue.BucketError{What: fmt.Sprintf("%s has a hostname bucket, which changes at once: give the network with -n", c.what)}
	case f.base != base{}, len(f.or.All) > 0:
		return &catalogue.BucketError{What: fmt.Sprintf("%s has a hostname bucket, for which --base and --or have no meaning", c.what)}
	}
	return nil
}

// nameEdges replaces the names of edge hostnames by their ids, which is all that a hostname bucket takes.
func (c *changing) nameEdges(ctx context.Context) error {
	named := func(a papi.HostnameToAdd) bool { return a.CNAMETo != "" }
	if !slices.ContainsFunc(c.change.Add, named) {
		return nil
	}
	list, err := c.client.EdgeHostnames(ctx, c.what.ref.ContractID, c.what.ref.GroupID)
	if err != nil {
		return err
	}
	ids, all := map[string]papi.ID{}, []string{}
	for _, e := range list.Items {
		name := strings.ToLower(e.EdgeHostnameDomain)
		ids[name], all = e.EdgeHostnameID.With(papi.PrefixEdgeHostname), append(all, name)
	}
	said := map[string]bool{}
	for i, a := range c.change.Add {
		if !named(a) {
			continue
		}
		id := ids[a.CNAMETo]
		if id == "" {
			return &catalogue.BucketError{What: fmt.Sprintf("there is no edge hostname %s in %s and %s%s",
				a.CNAMETo, c.what.ref.ContractID, c.what.ref.GroupID, nearNames(a.CNAMETo, all))}
		}
		if !said[a.CNAMETo] {
			c.program.progress.Say("the edge hostname %s is %s", a.CNAMETo, id)
			said[a.CNAMETo] = true
			c.edges = append(c.edges, result.EdgeHostname{Name: a.CNAMETo, ID: id})
		}
		c.change.Add[i].CNAMETo, c.change.Add[i].EdgeHostnameID = "", id
	}
	return nil
}

// outlook says what goes live with the hostnames: the version that the new one is made of may not be the active one.
func (c *changing) outlook(ctx context.Context) string {
	if c.bucket {
		return ""
	}
	number, base := c.flags.base.Version, c.flags.base
	var err error
	if number == 0 && !base.Latest {
		number, err = c.latestOn(ctx, c.what.ref, cmp.Or(base.ActiveOn, papi.Production))
	}
	if number == 0 && (base.Latest || errors.Is(err, papi.ClassNotFound)) {
		number, err = c.latestOn(ctx, c.what.ref, "")
	}
	var found outlook
	if err == nil {
		found, err = c.changesOn(ctx, c.what, number, papi.Production)
	}
	if err != nil {
		return "what changes cannot be read: " + err.Error()
	}
	var names []string
	for _, a := range c.change.Add {
		names = append(names, a.CNAMEFrom)
	}
	if c.flags.verb == "remove" {
		return found.text + "; a copy of it goes without " + text.Some(c.change.Remove)
	}
	return found.text + "; a copy of it also gets " + text.Some(names)
}

// question names the version that the new one is made of: the new one has no
// number before it is made.
func (c *changing) question() string {
	n, verb := term.Plural(len(c.change.Add), "hostname"), "Add %s to "
	if c.flags.verb == "remove" {
		n, verb = term.Plural(len(c.change.Remove), "hostname"), "Remove %s from "
	}
	what := term.Clean(c.what.String(), term.MaxName) + " (" + term.Clean(string(c.what.ref.ID), term.MaxName) + ")"
	where := " on " + string(papi.Production) + " of " + c.account() + "?"
	if c.bucket {
		return fmt.Sprintf(verb, n) + "the hostname bucket of " + what + ", which changes at once," + where
	}
	of := wantedVersion{number: c.flags.base.Version, activeOn: cmp.Or(c.flags.base.ActiveOn, papi.Production)}.String()
	if c.flags.base.Latest {
		of = wantedVersion{}.String()
	}
	return fmt.Sprintf(verb, n) + what + ": make a version of " + of + ", and activate it" + where
}

func (c *changing) bringAbout(ctx context.Context) (*result.Report, error) {
	change := c.engine().ChangeHostnames
	if c.bucket {
		change = c.engine().ChangeBucket
	}
	result, err := change(ctx, c.change)
	c.remember(result.Budget)
	name := result.PropertyName
	if name == "" && result.Property.PropertyID.Equal(c.what.ref.ID) {
		name = c.what.name
	}
	c.know(property{ref: assetOf(result), name: name})
	plan, found := c.plan(ctx, result), c.acknowledged(ctx, result, nil, err)
	return c.report(result, plan, found, err, c.program.now()), err
}

// again is the same command.
func (c *changing) again() string {
	l := c.program.commandLine("hostnames", c.flags.verb)
	return l.add(c.args...).addFlags(c.program.given, func(string) bool { return true }).String()
}

// unstarted is the report of a run that ended before the first look.
func (c *changing) unstarted(err error) *result.Report {
	r := &result.Report{Fill: func(d *result.Document) {
		if c.what.ref.ID != "" {
			d.SetAsset(c.what.ref, c.what.name)
		}
		d.Network, d.Submitted, d.Adopted = result.Optional(c.flags.network()), new(false), new(false)
	}}
	if errors.Is(err, activation.ErrTimeout) || errors.Is(err, catalogue.ErrInterrupted) {
		r.Help = "nothing was changed; run it again: " + c.again()
	}
	return r
}
