package text

import (
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Outcome prints the result of a workflow, network by network.
func Outcome(w *term.Printer, d *result.Document, now time.Time) {
	for _, one := range d.Parts() {
		w.Line("%s: %s", one.Subject(), w.Terminal.Paint(result.OutcomeTone(one.Outcome), outcomeText(one)))
		if one.Plan != nil {
			printPlan(w, one, now)
		}
		if one.HostnameChange != nil {
			printHostnameChange(w, one)
		}
		printDetails(w, one, now)
		if v := one.Validation; v != nil {
			printAcknowledged(w, v)
		}
	}
}

// outcomeText explains an outcome.
func outcomeText(d *result.Document) string {
	switch activation.Outcome(d.Outcome) {
	case activation.OutcomeActive:
		return "active"
	case activation.OutcomeAlreadyActive:
		return "active already"
	case activation.OutcomeSubmitted:
		if result.OrZero(d.Adopted) {
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
		return cancelledText(d)
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
	if d.Error != nil && d.Error.Done != nil {
		return "partly done, " + *d.Error.Done
	}
	if a := d.Activation; a != nil && a.InProgress() {
		if a.Type == papi.Deactivate {
			return "not yet taken off"
		}
		return "not yet active"
	}
	return "not done"
}

// printDetails prints the known details after the outcome.
func printDetails(w *term.Printer, d *result.Document, now time.Time) {
	if about := d.Asset(); about != nil && about.ID != "" {
		w.Field(d.AssetKind().Noun(), idText(about), term.Mark{Word: string(about.ID), Link: result.OrEmpty(about.URL)})
	}
	if d.Return != nil && d.Outcome != string(activation.OutcomeCancelled) {
		w.Field("return", Return(d.Return))
	}
	if a := d.Activation; a != nil {
		w.Field("activation", string(a.ID)+", "+a.State(),
			term.Mark{Word: a.State(), As: result.StatusTone(a.Status)}, term.Mark{Word: string(a.ID), Link: result.OrEmpty(a.URL)})
		if a.Note != "" {
			w.Field("note", a.Note)
		}
		if a.Fallback != nil && a.Fallback.Possible {
			w.Field("fallback", fallbackText(a.Fallback, w.Clock(now)))
		}
	}
	if b := d.BlockedBy; b != nil {
		version := "" // a change of a bucket has no version
		if b.Version != 0 {
			version = "version " + term.VersionText(b.Version) + ", "
		}
		w.Field("blocked by", string(b.ID)+", "+version+b.State()+b.ShortNote(),
			term.Mark{Word: b.State(), As: result.StatusTone(b.Status)}, term.Mark{Word: string(b.ID), Link: result.OrEmpty(b.URL)})
	}
	if d.Outcome != string(activation.OutcomePlanned) {
		w.Field("took", term.SecondsText(d.WaitedSeconds))
	}
	if d.Budget != nil || result.OrZero(d.Submitted) {
		w.Field("budget", d.Budget.Text(w.Clock(now)))
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

// idText is the id with contract and group, if they are known.
func idText(about *result.Property) string {
	text := string(about.ID)
	if about.ContractID != nil && about.GroupID != nil {
		text += fmt.Sprintf(" (%s, %s)", *about.ContractID, *about.GroupID)
	}
	return text
}

// Return names the version that a rollback returns to, and why it is fast or is not.
func Return(r *result.Return) string {
	if r.Cancelled {
		return undoText(r, "would be cancelled")
	}
	switch result.OrZero(r.From) {
	case r.To:
		return fmt.Sprintf("version %d is active, which is what a rollback returns to", r.To)
	case 0: // nothing was active, or a pending activation was cancelled
		return fmt.Sprintf("back to version %d: %s", r.To, r.Reason)
	}
	text := fmt.Sprintf("from version %d back to version %d", *r.From, r.To)
	if r.Fast {
		return text + ", by fast fallback: " + r.Reason
	}
	return text + ", as a full activation: " + r.Reason
}

// cancelledText says what remains after a cancellation.
func cancelledText(d *result.Document) string {
	if d.Return == nil {
		return "cancelled"
	}
	return undoText(d.Return, "cancelled")
}

// undoText says what becomes of an activation in progress, and what stays active.
func undoText(r *result.Return, cancelled string) string {
	text := fmt.Sprintf("version %d %s, ", result.OrZero(r.From), cancelled)
	if r.To == 0 {
		return text + "nothing is active"
	}
	text += fmt.Sprintf("version %d is still active", r.To)
	if r.Before != nil {
		text += fmt.Sprintf("; to go further back: --to %d", *r.Before)
	}
	return text
}

// printHostnameChange names the version that has the change, and the change itself if no plan was printed
// before.
func printHostnameChange(w *term.Printer, d *result.Document) {
	h := d.HostnameChange
	changed := len(h.Added)+len(h.Removed) > 0
	switch version := result.OrZero(h.Version); {
	case h.Created:
		w.Field("version", fmt.Sprintf("%d, made from version %d", version, result.OrZero(h.Base)))
	case h.Resumed:
		w.Field("version", fmt.Sprintf("%d, which an earlier run has made from version %d", version, result.OrZero(h.Base)))
	case version != 0 && !changed:
		w.Field("version", fmt.Sprintf("%d, which has it so already", version))
	}
	for _, e := range h.EdgeHostnames {
		w.Field("edge", e.Name+" is "+string(e.ID))
	}
	if d.Plan == nil && changed {
		w.Field("hostnames", listed("added", h.Added)+", "+listed("removed", h.Removed))
	}
}
