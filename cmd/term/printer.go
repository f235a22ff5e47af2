package term

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// Printer prints lines for people. It keeps the first error, so that callers need not check each line.
type Printer struct {
	W        io.Writer
	Terminal Terminal
	Err      error
}

// Line prints one line.
func (p *Printer) Line(format string, args ...any) { p.Printf(format+"\n", args...) }

// Printf prints text without adding a line break.
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

// Field prints a member of a result. On a terminal its text is wrapped and indented. marks are painted.
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

// fieldIndent is the column at which the texts of fields begin.
const fieldIndent = 14

// Mark is a word in a line with its tone and its hyperlink.
type Mark struct {
	Word string
	As   Tone
	Link string
}

// Label prints a line that begins with a label.
func (p *Printer) Label(as Tone, word, text string) {
	p.Line("%s %s", p.Terminal.Paint(as, word+":"), Clean(text, MaxMessage))
}

// Try is the label of the advice about an error.
const Try = "Try"

// Clock returns a clock in the reader's time zone.
func (p *Printer) Clock(now time.Time) Clock { return Clock{now, p.Terminal.zone} }
