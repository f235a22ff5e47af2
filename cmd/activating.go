package cmd

import (
	"cmp"
	"context"
	"errors"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// activate is the command: name, look, ask, and one network after the other.
func (p *program) activate(ctx context.Context, f *activateFlags, arg string) (*report, error) {
	wanted, err := parseName(arg)
	if err == nil {
		err = f.check()
	}
	if err != nil {
		return &report{}, err
	}
	s, err := p.open()
	if err != nil {
		return &report{}, err
	}
	asks := f.asks(p.env)
	if !asks { // a question and a line that is drawn again and again would be in each other's way
		p.progress.begin(wanted.property)
	}
	a := &activating{session: s, flags: f, version: wanted.version, argument: arg}
	whole, cancel := s.patiently(ctx, p.deadline(f.networks.all...), a.ref)
	defer cancel()
	found, err := s.resolve(whole, wanted.property)
	a.know(found)
	if err == nil {
		err = a.settle(whole)
	}
	if err == nil && asks {
		err = a.confirm(whole)
	}
	if err != nil {
		return a.unstarted(err), err
	}
	return a.inOrder(ctx, whole)
}

// activating is one run of activate.
type activating struct {
	*session

	flags    *activateFlags
	argument string
	version  wantedVersion

	mu       sync.Mutex // guards property: a time-out asks for it, too
	property property
}

// ref is what is known of the property by now.
func (a *activating) ref() papi.PropertyRef {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.property.ref
}

func (a *activating) know(p property) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.property = p
}

// settle makes a number of the version as far as that is to be known before the
// first look.
func (a *activating) settle(ctx context.Context) error {
	var err error
	if a.version, err = a.latest(ctx, a.property, a.version); err != nil {
		return err
	}
	if a.flags.dryRun && a.version.number > 0 { // without a submission, nobody else would notice
		_, err = a.client.Version(ctx, a.property.ref, a.version.number)
	}
	return err
}

// inOrder goes through the networks, and stops at the first that does not end
// well. A --timeout that was given is for all of them together; the default is
// for each.
func (a *activating) inOrder(ctx, whole context.Context) (*report, error) {
	var done []*activated
	for i, network := range a.flags.networks.all {
		within, cancel := whole, context.CancelFunc(func() {})
		if a.program.flags.timeout == 0 && i > 0 {
			within, cancel = a.patiently(ctx, a.program.deadline(network), a.ref)
		}
		one, err := a.on(within, network)
		cancel()
		done = append(done, one)
		if err != nil {
			return a.report(done, err), err
		}
	}
	return a.report(done, nil), nil
}

// activated is how a network went.
type activated struct {
	result   *activation.Result
	err      error
	requests requestsView
	at       time.Time
}

func (a *activating) on(ctx context.Context, network papi.Network) (*activated, error) {
	t := a.flags.target(a.property, a.version, network)
	a.program.progress.begin(a.property.String())
	result, err := a.engine().Activate(ctx, t)
	if result.Version > 0 {
		a.version = wantedVersion{number: result.Version} // the same one on every network
	}
	a.know(property{ref: result.Property, name: cmp.Or(result.PropertyName, a.property.name)})
	a.remember(result.Budget)
	return &activated{result: result, err: err, requests: a.program.meter.view(), at: time.Now()}, err
}

// unstarted is the report of a run that ended before the first look.
func (a *activating) unstarted(err error) *report {
	r := &report{fill: func(d *document) {
		if a.property.ref.PropertyID != "" {
			d.Property = viewProperty(a.property.ref, a.property.name)
		}
		d.Version = versionNumber(a.version.number)
		if n := a.flags.networks.all; len(n) == 1 {
			d.Network = &n[0]
		}
		d.Submitted, d.Adopted = new(false), new(false)
	}}
	if errors.Is(err, activation.ErrTimeout) || errors.Is(err, ErrInterrupted) {
		r.help = "nothing was submitted; run it again: " + a.again()
	}
	return r
}

// again is the same command, with what it has found out so far.
func (a *activating) again() string {
	named := a.argument
	if a.property.ref.PropertyID != "" {
		named = string(a.property.ref.PropertyID.With(papi.PrefixProperty))
		switch v := a.version; {
		case v.number > 0:
			named += "@" + versionText(v.number)
		case v.activeOn != "":
			named += "@" + lower(v.activeOn)
		}
	}
	l := newCommandLine("activate", named)
	return l.addFlags(a.program.given, func(string) bool { return true }).String()
}
