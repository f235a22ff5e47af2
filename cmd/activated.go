package cmd

import (
	"cmp"
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// report makes one result of the networks that were touched. The outer members
// are those of the last one, which also has the worst exit code: what does not
// end well ends the sequence.
func (a *activating) report(done []*activated, err error) *result.Report {
	last := done[len(done)-1]
	r := &result.Report{Outcome: string(last.result.Outcome), Help: a.help(last, err)}
	r.Fill = func(d *result.Document) {
		last.fill(d, a.property.name)
		if len(a.flags.networks.All) < 2 {
			return
		}
		d.Requested = a.flags.networks.All
		for _, one := range done {
			d.Results = append(d.Results, a.single(one))
		}
	}
	r.Text = func(w *term.Printer) {
		for _, one := range done {
			one.print(w, a.property)
		}
	}
	return r
}

// single is the document of one network of several.
func (a *activating) single(one *activated) *result.Document {
	d := &result.Document{SchemaVersion: result.SchemaVersion, Command: a.about.Command(a.verb), Outcome: string(one.result.Outcome), Requests: one.requests}
	one.fill(d, a.property.name)
	if one.err != nil {
		v := catalogue.Judge(one.err)
		d.Fail(v, one.err, cmp.Or(a.help(one, one.err), a.program.hint(d, v)))
	}
	return d
}

// fill completes a document with what is known of a network.
func (one *activated) fill(d *result.Document, name string) {
	fillResult(d, one.result, name, one.at)
	d.Plan = one.plan
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

// help is what can be done about an error of a network, where that depends on
// how far it got.
func (a *activating) help(one *activated, err error) string {
	stopped, ok := errors.AsType[*activation.StoppedError](err)
	all := a.flags.networks.All
	switch isLast := one.result.Network == all[len(all)-1]; {
	case ok && stopped.Cancelled:
		return "" // nothing goes on
	case ok && stopped.Uncertain:
		return "the same command looks before it submits again: " + a.again()
	case ok && stopped.Activation != nil && isLast:
		return a.program.pickUp(stopped.Activation.ActivationID, a.property.ref)
	case ok && stopped.Activation != nil:
		return a.program.goesOn() + ": " + a.again()
	case ok, errors.Is(err, activation.ErrTimeout), errors.Is(err, catalogue.ErrInterrupted):
		return "nothing of this command goes on at Akamai; run it again: " + a.again()
	}
	return ""
}

// print shows a network's result to people.
func (one *activated) print(w *term.Printer, p property) {
	r := one.result
	headline(w, r, p)
	if one.plan != nil {
		showPlan(one.plan, w, r, one.at)
	}
	printResult(w, r, one.at)
}

// headline says how it ended in one line.
func headline(w *term.Printer, r *activation.Result, p property) {
	what := term.Clean(p.String(), term.MaxName)
	if r.Version > 0 {
		what += " version " + term.VersionText(r.Version)
	}
	if r.Network != "" {
		what += " on " + term.Clean(string(r.Network), term.MaxName)
	}
	w.Line("%s: %s", what, w.Terminal.Paint(result.OutcomeTone(r.Outcome), outcomeText(r)))
}

// outcomeText says what an outcome means.
func outcomeText(r *activation.Result) string {
	switch r.Outcome {
	case activation.OutcomeActive:
		return "active"
	case activation.OutcomeAlreadyActive:
		return "active already"
	case activation.OutcomeSubmitted:
		if r.Adopted {
			return "on its way already, not waited for"
		}
		return "submitted, not waited for"
	case activation.OutcomeDeactivated:
		return "taken off"
	case activation.OutcomeAlreadyInactive:
		return "not active already"
	case activation.OutcomeRolledBack:
		return "rolled back"
	case activation.OutcomeOK:
		return "done"
	case activation.OutcomeCancelled:
		return "cancelled"
	case activation.OutcomeAlreadyCancelled:
		return "nothing to cancel"
	case activation.OutcomePlanned:
		return "planned, nothing was submitted"
	case activation.OutcomeFailed:
		return "failed"
	case activation.OutcomeAborted:
		return "cancelled by somebody"
	case activation.OutcomeSuperseded:
		return "active no longer"
	}
	if r.Activation != nil && activation.InProgress(*r.Activation) {
		if r.Activation.ActivationType == papi.Deactivate {
			return "not yet taken off"
		}
		return "not yet active"
	}
	return "not done"
}

// printResult shows the details that are known.
func printResult(w *term.Printer, r *activation.Result, now time.Time) {
	about := assetOf(r)
	w.Field(about.Kind.Noun(), fullID(about))
	if r.Rollback != nil {
		w.Field("return", returnText(r.Rollback))
	}
	if a := r.Activation; a != nil {
		w.Field("activation", result.IDOf(a)+", "+result.StateOf(a), term.Mark{Word: result.StateOf(a), As: result.StatusTone(a.Status)})
		if a.Note != "" {
			w.Field("note", a.Note)
		}
		if v := result.NewActivation(a, now); v.Fallback != nil && v.Fallback.Possible {
			w.Field("fallback", fallbackText(v.Fallback, w.Clock(now)))
		}
	}
	if b := r.BlockedBy; b != nil {
		w.Field("blocked by", result.IDOf(b)+", "+versionOf(b)+result.StateOf(b)+result.NoteOf(b), term.Mark{Word: result.StateOf(b), As: result.StatusTone(b.Status)})
	}
	if r.Outcome != activation.OutcomePlanned {
		w.Field("took", term.Duration(r.Waited))
	}
	if r.Budget != nil || r.Submitted {
		w.Field("budget", result.BudgetText(r.Budget, w.Clock(time.Now())))
	}
}

func fallbackText(f *result.Fallback, c term.Clock) string {
	text := "possible"
	if f.Version != nil {
		text += " to version " + term.VersionText(*f.Version)
	}
	if f.Expires != nil {
		text += " until " + c.Tell(*f.Expires)
	}
	return text
}

// fullID is a property's id with its contract and group, where they are known.
func fullID(ref result.AssetRef) string {
	text := string(ref.FullID())
	if ref.ContractID != "" && ref.GroupID != "" {
		text += fmt.Sprintf(" (%s, %s)", ref.ContractID.With(papi.PrefixContract), ref.GroupID.With(papi.PrefixGroup))
	}
	return text
}

// versionOf is the version of an activation; a change of a bucket has none.
func versionOf(a *papi.Activation) string {
	if a.PropertyVersion == 0 {
		return ""
	}
	return "version " + term.VersionText(a.PropertyVersion) + ", "
}
