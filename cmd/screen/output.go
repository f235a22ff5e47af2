package screen

import (
	"bufio"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// The rules of output: the result, and only the result, goes to stdout; all else
// goes to stderr. With json and ndjson, stdout has exactly one document at the
// end, whatever happened, or what --jq makes of it. What PAPI said is printed through term.Clean or result.EncodeJSON.

// Output is where the result goes.
type Output struct {
	Command string
	format  settings.Format
	jq      *result.JQ
	begun   time.Time
	verbose bool
	closed  bool // stdout was, before the run
	printed bool // the result was, and is not to be printed again

	term term.Terminal

	mu     sync.Mutex // guards all below
	w      io.Writer
	failed error // the first error of jq on an event
}

// NewOutput returns where the result of a command goes.
func NewOutput(env term.Env, command string, f settings.Flags, begun time.Time) *Output {
	return &Output{
		w: env.Stdout, term: env.StdoutTerminalOf(), Command: command, format: f.Output, jq: &f.JQ,
		begun: begun, verbose: f.Verbose || f.Debug, closed: env.StdoutClosed,
	}
}

// Begin begins a stream of events.
func (o *Output) Begin(b term.Build) {
	o.line(Header{"header", result.SchemaVersion, o.Command, b.Version, term.Timestamp(o.begun)})
}

// Header is the first line of ndjson.
type Header struct {
	Type          string `json:"type"`
	SchemaVersion int    `json:"schemaVersion"`
	Command       string `json:"command"`
	Propctl       string `json:"propctl"`
	Time          string `json:"time"`
}

// line prints a line of ndjson, and nothing with the other formats. That it
// cannot be written shows again with the result, and that --jq fails on it is said
// then. An expression that has failed by never ending is not tried on every event.
func (o *Output) line(v any) {
	if o.format != settings.FormatNDJSON {
		return
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	if errors.Is(o.failed, result.ErrEndless) {
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
func (o *Output) encode(v any) ([]byte, error) {
	data, err := result.EncodeJSON(v, o.format == settings.FormatJSON)
	if err != nil || o.jq.Code == nil {
		return data, err
	}
	if data, err = o.jq.Apply(data); err != nil {
		return nil, &catalogue.OutputError{Err: fmt.Errorf("--jq fails: %w", err), Expression: true}
	}
	return data, nil
}

// Happened implements journal.Sink.
func (o *Output) Happened(m journal.Entry) {
	switch {
	case m.Rollout == nil:
		o.line(result.NewEvent(m.Event, m.At))
	case m.Rollout.Type != rollout.EventProgress: // which is nothing new
		o.line(m.Rollout)
	}
}

// Concluded implements journal.Sink; show has printed the result before the others are told.
func (o *Output) Concluded(context.Context, *result.Document, *journal.Run) error { return nil }

// Show prints the result in the chosen format, once.
func (o *Output) Show(d *result.Document, r *result.Report) error {
	if o.printed {
		return nil
	}
	o.printed = true
	if o.format == settings.FormatText {
		if r.Text == nil {
			return nil
		}
		buffered := bufio.NewWriter(o.w) // a diff may have many lines
		w := &term.Printer{W: buffered, Terminal: o.term}
		r.Text(w, d)
		if d.Account.Shows(o.verbose) {
			w.Line("  account:    %s", d.Account.Text())
		}
		return unwritten(cmp.Or(w.Err, buffered.Flush()))
	}
	whole := *d
	if o.format == settings.FormatNDJSON {
		whole.Type = "result"
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return cmp.Or(o.failed, o.show(&whole))
}

// show prints a document, or what --jq makes of it. A large document is not in memory as text.
func (o *Output) show(d *result.Document) error {
	var data []byte
	if o.jq.Code != nil {
		var err error
		if data, err = o.encode(d); err != nil {
			return err
		}
	}
	switch {
	case o.closed:
		return unwritten(errors.New("stdout was closed when the program began"))
	case o.jq.Code == nil:
		return unwritten(result.WriteJSON(o.w, d, o.format == settings.FormatJSON))
	case len(data) > 0:
		_, err := o.w.Write(data)
		return unwritten(err)
	}
	return nil
}

func unwritten(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("the result cannot be written: %w", err)
}
