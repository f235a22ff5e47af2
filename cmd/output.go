package cmd

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/propctl/propctl/cmd/term"
)

// The rules of output: the result, and only the result, goes to stdout; all else
// goes to stderr. With json and ndjson, stdout has exactly one document at the
// end, whatever happened, or what --jq makes of it. What PAPI said is printed through clean or encodeJSON.

// output is where the result goes.
type output struct {
	command string
	format  format
	jq      *expression
	begun   time.Time
	verbose bool
	printed bool // the result was, and is not to be printed again

	term term.Terminal

	mu     sync.Mutex // guards all below
	w      io.Writer
	failed error // the first error of jq on an event
}

func newOutput(env term.Env, command string, f globalFlags, begun time.Time) *output {
	return &output{
		w: env.Stdout, term: env.StdoutTerminalOf(), command: command, format: f.output, jq: &f.jq,
		begun: begun, verbose: f.verbose || f.debug,
	}
}

// header begins a stream of events.
func (o *output) header(b term.Build) {
	o.line(headerView{"header", schemaVersion, o.command, b.Version, term.Timestamp(o.begun)})
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
func (o *output) happened(m moment) { o.line(viewEvent(m.Event, m.at)) }

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
		w := &term.Printer{W: o.w, Terminal: o.term}
		r.text(w)
		if d.Account.shows(o.verbose) {
			w.Line("  account:    %s", d.Account.text())
		}
		return unwritten(w.Err)
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
