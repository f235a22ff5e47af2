package cmd

import (
	"errors"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/cmd/text"
)

func (c *changing) viewHostnameChange(r *activation.HostnameResult) *result.HostnameChange {
	return &result.HostnameChange{
		Base: result.OptionalVersion(r.Base), Version: result.OptionalVersion(r.Version), Created: r.Created, Resumed: r.Resumed,
		Added: append([]string{}, r.Added...), Removed: append([]string{}, r.Removed...),
		EdgeHostnames: append([]result.EdgeHostname{}, c.edges...),
	}
}

func (c *changing) report(done *activation.Result, plan *result.Plan, found *result.Validation, err error, now time.Time) *result.Report {
	return &result.Report{
		Outcome: string(done.Outcome),
		Help:    c.help(err),
		Fill: func(d *result.Document) {
			fillResult(d, done, c.what.name, now)
			d.Plan, d.Validation = plan, found
			if h := done.Hostnames; h != nil {
				d.Hostnames, d.HostnameChange = viewHostnames(h.Hostnames), c.viewHostnameChange(h)
			}
		},
		Text: func(w *term.Printer, d *result.Document) { text.Outcome(w, d, now) },
	}
}

// goesOnWithTheRest introduces the command to run again when the cause of the error is gone.
const goesOnWithTheRest = "remove the cause, then go on with the rest; what is done stays: "

// help is what to do about an error, where that depends on how far the change got.
func (c *changing) help(err error) string {
	stopped, ok := errors.AsType[*activation.StoppedError](err)
	switch {
	case !ok && catalogue.Is[*activation.PartlyDoneError](err):
		return goesOnWithTheRest + c.again()
	case ok && stopped.Cancelled:
		return "" // nothing goes on
	case ok && stopped.Activation != nil && !c.bucket:
		return c.program.pickUp(*stopped.Activation, c.what.ref)
	case ok, errors.Is(err, activation.ErrTimeout), errors.Is(err, catalogue.ErrInterrupted):
		return "run it again; it goes on where this has ended: " + c.again()
	}
	return ""
}
