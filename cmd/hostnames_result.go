package cmd

import (
	"errors"
	"fmt"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

func viewHostnameChange(r *activation.HostnameResult) *result.HostnameChange {
	return &result.HostnameChange{
		Base: result.OptionalVersion(r.Base), Version: result.OptionalVersion(r.Version), Created: r.Created, Resumed: r.Resumed,
		Added: append([]string{}, r.Added...), Removed: append([]string{}, r.Removed...),
	}
}

func (c *changing) report(done *activation.Result, plan *result.Plan, err error, now time.Time) *result.Report {
	return &result.Report{
		Outcome: string(done.Outcome),
		Help:    c.help(err),
		Fill: func(d *result.Document) {
			fillResult(d, done, c.what.name, now)
			d.Plan = plan
			if h := done.Hostnames; h != nil {
				d.Hostnames, d.HostnameChange = viewHostnames(h.Hostnames), viewHostnameChange(h)
			}
		},
		Text: func(w *term.Printer) {
			headline(w, done, c.what)
			if plan != nil {
				showPlan(plan, w, done, now)
			}
			if done.Hostnames != nil {
				printHostnameChange(w, done.Hostnames, plan)
			}
			printResult(w, done, now)
		},
	}
}

// help is what can be done about an error, where that depends on how far it got.
func (c *changing) help(err error) string {
	stopped, ok := errors.AsType[*activation.StoppedError](err)
	switch {
	case ok && stopped.Cancelled:
		return "" // nothing goes on
	case ok && stopped.Activation != nil && !c.bucket:
		return c.program.pickUp(stopped.Activation.ActivationID, c.what.ref)
	case ok, errors.Is(err, activation.ErrTimeout), errors.Is(err, catalogue.ErrInterrupted):
		return "run it again, it goes on where this has ended: " + c.again()
	}
	return ""
}

// mostShown is how many hostnames are worth a line; all of them are in the
// document.
const mostShown = 10

func printHostnameChange(w *term.Printer, h *activation.HostnameResult, plan *result.Plan) {
	switch {
	case h.Created:
		w.Field("version", fmt.Sprintf("%d, made from version %d", h.Version, h.Base))
	case h.Resumed:
		w.Field("version", fmt.Sprintf("%d, which an earlier run has made from version %d", h.Version, h.Base))
	case h.Version != 0 && len(h.Added)+len(h.Removed) == 0:
		w.Field("version", fmt.Sprintf("%d, which has it so already", h.Version))
	}
	if plan == nil && len(h.Added)+len(h.Removed) > 0 {
		w.Field("hostnames", listed("added", h.Added)+", "+listed("removed", h.Removed))
	}
}
