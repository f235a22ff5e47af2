package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"
)

// The rules of output: the result, and only the result, goes to stdout; all else
// goes to stderr. With json and ndjson, stdout has exactly one document at the
// end, whatever happened, or what --jq makes of it. What PAPI said is printed through clean or encodeJSON.

// report is what a command has found out.
type report struct {
	outcome string // empty: of the error
	help    string // what to do about the error, where that is known better here than in the table
	// fill completes the document; nil leaves it as it is.
	fill func(*document)
	// text prints the result for people; nil prints nothing.
	text func(*printer)
}

func (r *report) document(command string) *document {
	d := &document{SchemaVersion: schemaVersion, Command: command, Outcome: r.outcome}
	if r.fill != nil {
		r.fill(d)
	}
	return d
}

// output is where the result goes.
type output struct {
	command string
	format  format
	jq      *expression
	begun   time.Time
	verbose bool
	printed bool // the result was, and is not to be printed again

	term terminal

	mu     sync.Mutex // guards all below
	w      io.Writer
	failed error // the first error of jq on an event
}

func newOutput(env Env, command string, f globalFlags, begun time.Time) *output {
	return &output{
		w: env.Stdout, term: env.stdoutTerminal(), command: command, format: f.output, jq: &f.jq,
		begun: begun, verbose: f.verbose || f.debug,
	}
}

// header begins a stream of events.
func (o *output) header(b Build) {
	o.line(headerView{"header", schemaVersion, o.command, b.Version, stamp(o.begun)})
}

// headerView is the first line of ndjson.
type headerView struct {
	Type          string `json:"type"`
	SchemaVersion int    `json:"schemaVersion"`
	Command       string `json:"command"`
	Propctl       string `json:"propctl"`
	Time          string `json:"time"`
}

// line prints a line of ndjson, and nothing with the other formats. That it
// cannot be written shows again with the result, and that --jq fails on it is said
// then. An expression that has failed by never ending is not tried on every event.
func (o *output) line(v any) {
	if o.format != formatNDJSON {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if errors.Is(o.failed, errEndless) {
		return
	}
	data, err := o.encode(v)
	if err != nil {
		o.failed = cmp.Or(o.failed, err)
		return
	}
	_, _ = o.w.Write(data)
}

// encode returns a document, or what --jq makes of it.
func (o *output) encode(v any) ([]byte, error) {
	data, err := encodeJSON(v, o.format == formatJSON)
	if err != nil || o.jq.code == nil {
		return data, err
	}
	if data, err = o.jq.apply(data); err != nil {
		return nil, fmt.Errorf("--jq fails: %w", err)
	}
	return data, nil
}

// happened implements sink.
func (o *output) happened(m moment) { o.line(viewEvent(m)) }

// concluded implements sink; show has printed the result before the others are told.
func (o *output) concluded(context.Context, *document, *record) error { return nil }

// show prints the result in the chosen format, once.
func (o *output) show(d *document, r *report) error {
	if o.printed {
		return nil
	}
	o.printed = true
	if o.format == formatText {
		if r.text == nil {
			return nil
		}
		w := &printer{w: o.w, term: o.term}
		r.text(w)
		if d.Account.shows(o.verbose) {
			w.line("  account:    %s", d.Account.text())
		}
		return unwritten(w.err)
	}
	whole := *d
	if o.format == formatNDJSON {
		whole.Type = "result"
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	data, err := o.encode(&whole)
	if err == nil && len(data) > 0 {
		_, err = o.w.Write(data)
		err = unwritten(err)
	}
	return cmp.Or(o.failed, err)
}

func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the result cannot be written: %w", err)
}

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

func stamp(t time.Time) string { return t.UTC().Format(time.RFC3339) }
