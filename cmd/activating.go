package cmd

import (
	"cmp"
	"context"
	"errors"
	"strings"
	"sync"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// perform runs a workflow: name, look, ask, and one network after the other.
func (p *program) perform(ctx context.Context, w workflow, arg string) (*result.Report, error) {
	wanted, err := w.parse(arg)
	if err == nil {
		err = w.check(p.env)
	}
	var s *session
	if err == nil {
		s, err = p.open(w.of)
	}
	if err != nil {
		return &result.Report{}, err
	}
	p.advise(w.flags)
	asks := w.asks(p.env)
	if !asks { // the line of progress is drawn again and again, over the question
		p.progress.Begin(wanted.property)
	}
	a := &activating{session: s, workflow: w, version: wanted.version, argument: arg, unlimited: ctx}
	whole, cancel := s.patiently(ctx, p.deadline(w.flags.networks.All...), a.ref)
	defer cancel()
	found, err := s.resolve(whole, wanted.property)
	a.know(found)
	if err == nil {
		err = w.change.prepare(whole, a)
	}
	if err == nil && asks {
		err = a.ask(whole)
	}
	if err != nil {
		return a.unstarted(err), err
	}
	return a.inOrder(ctx, whole)
}

// activating is one run of a workflow.
type activating struct {
	*session
	workflow

	argument  string
	version   wantedVersion
	counted   result.Requests    // of the networks before
	unlimited context.Context    //nolint:containedctx // the command's, without its time limit
	found     *result.Validation // of the version, where it was read before it was asked about

	mu       sync.Mutex // guards property, which the timer of the time-out reads
	property property
}

// ask puts the workflow's question, if there is one.
func (a *activating) ask(ctx context.Context) error {
	q, err := a.change.question(ctx, a)
	if err != nil || q == (question{}) {
		return err
	}
	return a.program.confirm(ctx, q)
}

// named is the property with its id, for a question.
func (a *activating) named() string {
	return term.Clean(a.property.String(), term.MaxName) + " (" + term.Clean(string(a.property.ref.ID), term.MaxName) + ")"
}

// ref is what is known of the property by now.
func (a *activating) ref() result.AssetRef {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.property.ref
}

func (a *activating) know(p property) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.property = p
}

// inOrder goes through the networks, and stops at the first that does not end
// well. A --timeout that was given is for all of them together; the default is
// for each.
func (a *activating) inOrder(ctx, whole context.Context) (*result.Report, error) {
	var (
		done []*result.Document
		err  error
	)
	for i, network := range a.flags.networks.All {
		within, cancel := whole, context.CancelFunc(func() {})
		if a.program.flags.Timeout == 0 && i > 0 {
			within, cancel = a.patiently(ctx, a.program.deadline(network), a.ref)
		}
		var one *result.Document
		one, err = a.on(within, network)
		cancel()
		done = append(done, one)
		if err != nil {
			break
		}
	}
	return a.report(done), err
}

// on runs the workflow on one network and returns its result as a document.
func (a *activating) on(ctx context.Context, network papi.Network) (*result.Document, error) {
	t := interruptedBy(a.unlimited, a.flags.target(a.property, a.version, network))
	if t.DryRun && len(a.flags.networks.All) > 1 {
		t.RequireStaging = false // it would be active there by then
	}
	a.begin(a.property)
	done, err := a.change.make(ctx, a, t)
	if a.versioned && done.Version > 0 {
		a.version = wantedVersion{number: done.Version} // the same one on every network
	}
	a.know(property{ref: assetOf(done), name: cmp.Or(done.PropertyName, a.property.name)})
	a.remember(done.Budget)
	plan, found := a.plan(ctx, done), a.acknowledged(ctx, done, a.found, err)
	all := a.program.meter.view()
	here := all.Since(a.counted)
	a.counted = all
	d := a.document(done, plan, here, err)
	d.Validation = found
	return d, err
}

// unstarted is the report of a run that ended before the first look.
func (a *activating) unstarted(err error) *result.Report {
	r := &result.Report{Fill: func(d *result.Document) {
		if a.property.ref.ID != "" {
			d.SetAsset(a.property.ref, a.property.name)
		}
		d.Version = result.OptionalVersion(a.version.number)
		if n := a.flags.networks.All; len(n) == 1 {
			d.Network = &n[0]
		} else {
			d.Requested = n
		}
		d.Submitted, d.Adopted = new(false), new(false)
	}}
	if errors.Is(err, activation.ErrTimeout) || errors.Is(err, catalogue.ErrInterrupted) {
		r.Help = "nothing was submitted; run it again: " + a.again()
	}
	return r
}

// again is the same command, with what it has found out so far.
func (a *activating) again() string {
	named := a.argument
	if a.property.ref.ID != "" {
		named = string(a.property.ref.FullID())
		switch v := a.version; {
		case v.number > 0:
			named += "@" + term.VersionText(v.number)
		case v.activeOn != "":
			named += "@" + result.NetworkName(v.activeOn)
		}
	}
	l := a.program.commandLine(strings.Fields(a.about.Command(a.verb))...)
	l.add(named)
	return l.addFlags(a.program.given, func(string) bool { return true }).String()
}
