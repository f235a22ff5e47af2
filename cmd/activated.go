package cmd

import (
	"cmp"
	"errors"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
	"github.com/propctl/propctl/papi"
)

// report makes one result of the networks that were touched. Its outer members are those of the last one, which also
// has the worst exit code, since the sequence stops at the first failure.
func (a *activating) report(done []*result.Document) *result.Report {
	last := done[len(done)-1]
	return &result.Report{
		Outcome: last.Outcome,
		Fill: func(d *result.Document) {
			*d = *last
			if len(a.flags.networks.All) > 1 {
				d.Requested, d.Results = a.flags.networks.All, done
			}
		},
		Text: func(w *term.Printer, d *result.Document) { text.Outcome(w, d, a.program.now()) },
	}
}

// document is what became of a network. Its error is judged here, once.
func (a *activating) document(r *activation.Result, plan *result.Plan, requests result.Requests, err error) *result.Document {
	d := &result.Document{
		SchemaVersion: result.SchemaVersion, Command: a.about.Command(a.verb), Outcome: string(r.Outcome),
		Requests: requests, Plan: plan,
	}
	fillResult(d, r, a.property.name, a.program.now())
	if err != nil {
		v := catalogue.Judge(err)
		d.Fail(v, err, cmp.Or(a.help(r.Network, err), a.program.hint(d, v)))
	}
	return d
}

// fillResult completes a document with a result of the engine.
func fillResult(d *result.Document, r *activation.Result, name string, now time.Time) {
	d.SetAsset(assetOf(r), name)
	d.Version, d.Network = result.OptionalVersion(r.Version), result.Optional(r.Network)
	d.Activation, d.BlockedBy = result.NewActivation(r.Activation, now), result.NewActivation(r.BlockedBy, now)
	d.Submitted, d.Adopted = &r.Submitted, &r.Adopted
	d.Budget = result.NewBudget(r.Budget)
	d.WaitedSeconds = new(result.Seconds(r.Waited))
	d.Return = viewReturn(r.Rollback)
}

// help is what to do about an error on a network, where that depends on how far the workflow got.
func (a *activating) help(network papi.Network, err error) string {
	stopped, ok := errors.AsType[*activation.StoppedError](err)
	all := a.flags.networks.All
	switch isLast := network == all[len(all)-1]; {
	case !ok && catalogue.Is[*activation.PartlyDoneError](err):
		return goesOnWithTheRest + a.again()
	case ok && stopped.Cancelled:
		return "" // nothing goes on
	case ok && stopped.Uncertain:
		return "run the same command again; it looks before it submits: " + a.again()
	case ok && stopped.Activation != nil && isLast:
		return a.program.pickUp(*stopped.Activation, a.property.ref)
	case ok && stopped.Activation != nil:
		return a.program.goesOn() + ": " + a.again()
	case ok, errors.Is(err, activation.ErrTimeout), errors.Is(err, catalogue.ErrInterrupted):
		return "run it again; nothing of it goes on at Akamai: " + a.again()
	}
	return ""
}
