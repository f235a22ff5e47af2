package cmd

import (
	"errors"
	"syscall"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/ci"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/metrics"
	"github.com/propctl/propctl/cmd/page"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) askedFiles() journal.Files {
	var asked journal.Files
	for _, f := range []journal.File{
		{Flag: "output-file", Path: p.flags.OutputFile, Render: func(d *result.Document, _ *journal.Run) ([]byte, error) { return result.EncodeJSON(d, true) }},
		{Flag: "junit", Path: p.flags.JUnit, Render: ci.JUnit},
		{Flag: "dotenv", Path: p.flags.Dotenv, Render: ci.Dotenv},
		{Flag: "metrics-file", Path: p.flags.MetricsFile, Render: metrics.Render},
		{Flag: "report", Path: p.flags.Report, Render: page.Render},
	} {
		if f.Path != "" {
			asked = append(asked, f)
		}
	}
	return asked
}

// spoil adds the error that a result could not be written. The outcome stays. The other files are written again, since
// the exit code in them has changed.
func (p *program) spoil(d *result.Document, err error) {
	v := catalogue.Judge(err)
	if !errors.Is(err, syscall.EPIPE) { // a reader such as head, which has read enough, needs no message
		p.stderr().Label(term.Bad, "error", err.Error())
		p.stderr().Label(term.Title, term.Try, v.Help)
	}
	if d.ExitCode != catalogue.ExitOK {
		return
	}
	outcome := d.Outcome
	d.Fail(v, err, v.Help)
	d.Outcome = outcome
	_ = p.files.Write(d, p.record) // what cannot be written was said already
}
