package result

import "github.com/propctl/propctl/cmd/term"

// Report is what a command has found out.
type Report struct {
	Outcome string // empty: of the error
	Help    string // what to do about the error, where that is known better here than in the table
	// Fill completes the document; nil leaves it as it is.
	Fill func(*Document)
	// Text prints the document for people; nil prints nothing.
	Text func(*term.Printer, *Document)
}

// Document returns the document of a command.
func (r *Report) Document(command string) *Document {
	d := &Document{SchemaVersion: SchemaVersion, Command: command, Outcome: r.Outcome}
	if r.Fill != nil {
		r.Fill(d)
	}
	return d
}
