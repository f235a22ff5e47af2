package cmd

import (
	"errors"
	"syscall"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

func (p *program) askedFiles() files {
	var asked files
	for _, f := range []file{
		{"output-file", p.flags.OutputFile, func(d *result.Document, _ *record) ([]byte, error) { return result.EncodeJSON(d, true) }},
		{"junit", p.flags.JUnit, junit},
		{"dotenv", p.flags.Dotenv, dotenv},
		{"metrics-file", p.flags.MetricsFile, renderMetrics},
		{"report", p.flags.Report, renderPage},
	} {
		if f.path != "" {
			asked = append(asked, f)
		}
	}
	return asked
}

// spoil makes an error of a result that could not be handed over. The outcome
// stays, and the files that could be written are written again: they have the exit
// code in them, which is another one now.
func (p *program) spoil(d *result.Document, err error, help string) {
	if !errors.Is(err, syscall.EPIPE) { // a reader that has read enough, as head does, knows
		p.stderr().Label(term.Bad, "error", err.Error())
	}
	if d.ExitCode != catalogue.ExitOK {
		return
	}
	outcome := d.Outcome
	d.Fail(catalogue.Judge(err), err, help)
	d.Outcome = outcome
	_ = p.files.write(d, p.record) // what cannot be written was said already
}
