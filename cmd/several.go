package cmd

import (
	"context"
	"sync"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

// several does it with all choices at the same time; where each may be asked about, with one after the other.
func (p *program) several(ctx context.Context, s *session, f *selectFlags, all []*choice, do verb) (*result.Report, error) {
	network := f.networks.All[0]
	if !f.acts && !f.networks.Given || f.networkOf(all[0]) == "" {
		network = papi.Production // it may be on either
	}
	ctx, cancel := s.within(ctx, p.deadline(network))
	defer cancel()
	one := func(c *choice) {
		if s.findChosen(ctx, c); c.err == nil {
			s.doWith(ctx, f, c, do)
		}
	}
	if f.asks(p.env) {
		for _, c := range all {
			one(c)
		}
		return p.severalReport(f, all)
	}
	p.progress.BeginSeveral(allOf(f.about, make([]string, len(all))))
	var doing sync.WaitGroup
	for _, c := range all {
		doing.Go(func() { one(c) })
	}
	doing.Wait()
	return p.severalReport(f, all)
}

// severalReport makes one result of all. The outer members are those of the first that has not ended well, else of the last.
func (p *program) severalReport(f *selectFlags, all []*choice) (*result.Report, error) {
	var done []*result.Document
	var outer *result.Document
	var first error
	now := p.now()
	for _, c := range all {
		d := &result.Document{SchemaVersion: result.SchemaVersion, Command: p.out.Command, Outcome: string(c.done.Outcome)}
		fillResult(d, c.done, c.what.name, now)
		if c.what.ref.ID == "" { // it was not found
			d.SetAssetView(f.about, &result.Property{Name: result.Optional(c.arg)})
		}
		if c.err != nil {
			v := catalogue.Judge(c.err)
			d.Fail(v, c.err, p.helpWith(c, d, v))
			if first == nil {
				first, outer = c.err, d
			}
		}
		d.Link(p.asset)
		done = append(done, d)
	}
	if outer == nil {
		outer = done[len(done)-1]
	}
	return &result.Report{
		Outcome: outer.Outcome,
		Fill:    func(d *result.Document) { *d = *outer; d.Results = done },
		Text:    func(w *term.Printer, d *result.Document) { text.Outcome(w, d, now) },
	}, first
}

func (p *program) helpWith(c *choice, d *result.Document, v catalogue.Verdict) string {
	if help := p.goesOnWith(c); help != "" {
		return help
	}
	return p.hint(d, v)
}
