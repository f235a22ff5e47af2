package cmd

import (
	"cmp"
	"context"
	"fmt"
	"time"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// document is what is told of a command that has ended.
func (p *program) document(command string, r *result.Report, err error) *result.Document {
	d := r.Document(command)
	d.Link(p.asset)
	d.Account = p.account()
	d.Count(p.meter.view())
	if err != nil && d.Error == nil { // else it was judged where it came up
		v := catalogue.Judge(err)
		if catalogue.Is[*catalogue.UsageError](err) {
			v.Help = helpOf(p.name() + " " + command)
		}
		d.Fail(v, err, cmp.Or(r.Help, p.hint(d, v)))
	}
	return d
}

// conclude prints the result and the error, and returns the exit code.
func (p *program) conclude(ctx context.Context, result *result.Report, err error) int {
	d := p.document(p.out.Command, result, err)
	p.record.SetText(result.Text)
	if fileErr := p.files.Write(d, p.record); fileErr != nil {
		p.spoil(d, fileErr)
	}
	printErr := p.out.Show(d, result)
	if err != nil {
		p.printErrors(d)
	}
	if printErr != nil {
		if !catalogue.Is[*catalogue.OutputError](printErr) {
			printErr = &catalogue.OutputError{Err: printErr}
		}
		p.spoil(d, printErr)
	}
	p.tell(ctx, d)
	return d.ExitCode
}

// How long all sinks together may take to be told of the result: after a change, and after a read, for which nobody
// wants to wait.
const (
	tellTimeout     = 5 * time.Second
	tellLookTimeout = time.Second
)

// tell passes the result to the sinks, also when the run was interrupted, within a limit of time. A Ctrl-C during it
// ends the telling, and the exit code stays that of the result.
func (p *program) tell(ctx context.Context, d *result.Document) {
	if ctx.Err() != nil {
		ctx = context.WithoutCancel(ctx)
	}
	limit := tellTimeout
	if !p.follows || d.ExitCode == catalogue.ExitUsage { // nothing was done
		limit = tellLookTimeout
	}
	ctx, cancel := context.WithTimeoutCause(ctx, limit, fmt.Errorf("no answer within %s", term.Duration(limit)))
	defer cancel()
	for _, s := range p.sinks {
		if err := s.Concluded(ctx, d, p.record); err != nil {
			p.progress.Warn(err.Error())
		}
	}
}

// printErrors prints the errors of all parts, and one of the run as a whole.
func (p *program) printErrors(d *result.Document) {
	printed := d.Error == nil
	for _, one := range d.Results {
		p.printError(one.Error)
		printed = printed || one.Error == d.Error
	}
	if !printed {
		p.printError(d.Error)
	}
}

func (p *program) printError(e *result.Error) {
	if e == nil {
		return
	}
	p.stderr().Label(term.Bad, "error", e.Message)
	if e.PAPI != nil {
		result.PrintProblems(e.PAPI, p.stderr())
	}
	if e.Help != "" {
		p.stderr().Label(term.Title, term.Try, e.Help)
	}
}
