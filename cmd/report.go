package cmd

import "github.com/propctl/propctl/cmd/term"

// report is what a command has found out.
type report struct {
	outcome string // empty: of the error
	help    string // what to do about the error, where that is known better here than in the table
	// fill completes the document; nil leaves it as it is.
	fill func(*document)
	// text prints the result for people; nil prints nothing.
	text func(*term.Printer)
}

func (r *report) document(command string) *document {
	d := &document{SchemaVersion: schemaVersion, Command: command, Outcome: r.outcome}
	if r.fill != nil {
		r.fill(d)
	}
	return d
}
