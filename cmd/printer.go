package cmd

import (
	"fmt"
	"io"
	"time"
)

// printer prints lines for people. It keeps the first error, so that nothing
// has to be asked after each line.
type printer struct {
	w    io.Writer
	term terminal
	err  error
}

// line prints one line.
func (p *printer) line(format string, args ...any) { p.text(format+"\n", args...) }

// text prints what is not a line, or several.
func (p *printer) text(format string, args ...any) {
	if p.err == nil {
		_, p.err = fmt.Fprintf(p.w, format, args...)
	}
}

// Write implements io.Writer.
func (p *printer) Write(data []byte) (int, error) {
	if p.err != nil {
		return 0, p.err
	}
	n, err := p.w.Write(data)
	p.err = err
	return n, err
}

// field prints one of the members of a result. On a terminal it is broken at its
// blanks, below where it began. marks are painted.
func (p *printer) field(name, text string, marks ...mark) {
	lines := []string{clean(text, maxMessage)}
	if room := p.term.width - fieldIndent; room >= fieldIndent {
		lines = wrap(lines[0], room, 0)
	}
	for i, line := range lines {
		for _, m := range marks {
			line = p.term.mark(line, clean(m.word, maxName), m.as)
		}
		label := ""
		if i == 0 {
			label = name + ":"
		}
		p.line("  %-11s %s", label, line)
	}
}

// fieldIndent is where the texts of fields begin.
const fieldIndent = 14

// mark is a word in a line, and what its colour stands for.
type mark struct {
	word string
	as   tone
}

// label prints a line that says with its first word what it is.
func (p *printer) label(as tone, word, text string) {
	p.line("%s %s", p.term.paint(as, word+":"), clean(text, maxMessage))
}

// clock tells times to those who read this.
func (p *printer) clock(now time.Time) clock { return clock{now, p.term.zone} }
