package result

import "github.com/propctl/propctl/cmd/term"

// Report is the result of a command, from which its document and its text are made.
type Report struct {
	Outcome string // empty: the error's outcome
	Help    string // what to do about the error, if the catalogue's help is not specific enough
	// Fill sets members of the document; may be nil.
	Fill func(*Document)
	// Text prints the document for people; nil prints nothing.
	Text func(*term.Printer, *Document)
}

// Document returns the document of the named command.
func (r *Report) Document(command string) *Document {
	d := &Document{SchemaVersion: SchemaVersion, Command: command, Outcome: r.Outcome}
	if r.Fill != nil {
		r.Fill(d)
	}
	return d
}
