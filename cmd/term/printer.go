package term

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Printer prints lines for people. It keeps the first error, so that nothing
// has to be asked after each line.
type Printer struct {
	W        io.Writer
	Terminal Terminal
	Err      error
}

// Line prints one line.
func (p *Printer) Line(format string, args ...any) { p.Printf(format+"\n", args...) }

// Printf prints what is not a line, or several.
func (p *Printer) Printf(format string, args ...any) {
	if p.Err == nil {
		_, p.Err = fmt.Fprintf(p.W, format, args...)
	}
}

// Write implements io.Writer.
func (p *Printer) Write(data []byte) (int, error) {
	if p.Err != nil {
		return 0, p.Err
	}
	n, err := p.W.Write(data)
	p.Err = err
	return n, err
}

// Field prints one of the members of a result. On a terminal it is broken at its
// blanks, below where it began. marks are painted.
func (p *Printer) Field(name, text string, marks ...Mark) {
	lines := []string{Clean(text, MaxMessage)}
	if room := p.Terminal.Width - fieldIndent; room >= fieldIndent {
		lines = wrap(lines[0], room, 0)
	}
	for i, line := range lines {
		for _, m := range marks {
			line = p.Terminal.Mark(line, Clean(m.Word, MaxName), m.As)
			if before, after, found := strings.Cut(line, m.Word); found && m.Link != "" {
				line = before + p.Terminal.Link(m.Link, m.Word) + after
			}
		}
		label := ""
		if i == 0 {
			label = name + ":"
		}
		p.Line("  %-11s %s", label, line)
	}
}

// fieldIndent is where the texts of fields begin.
const fieldIndent = 14

// Mark is a word in a line, what its colour stands for, and the page that it leads to.
type Mark struct {
	Word string
	As   Tone
	Link string
}

// Label prints a line that says with its first word what it is.
func (p *Printer) Label(as Tone, word, text string) {
	p.Line("%s %s", p.Terminal.Paint(as, word+":"), Clean(text, MaxMessage))
}

// Try is the label of what to do about an error.
const Try = "Try"

// Clock tells times to those who read this.
func (p *Printer) Clock(now time.Time) Clock { return Clock{now, p.Terminal.zone} }
