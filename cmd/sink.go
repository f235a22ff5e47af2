package cmd

import (
	"context"
	"slices"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// One stream of events, many sinks. The workflow knows none of them: terminals,
// CI systems, files and notifications each make of the same moments what their
// readers want. What goes to a file at the end is a [file] instead.

// sink takes what happens in a run to somebody.
type sink interface {
	// happened is told of an event as it happens. It may be called from several
	// goroutines, must not block, and cannot fail: a run does not depend on who watches.
	happened(moment)
	// concluded is told of the result, once, when it has been printed. Its error is
	// a warning and changes neither the result nor the exit code.
	concluded(context.Context, *result.Document, *record) error
}

// moment is an event, when it happened, and how PAPI's time passed.
type moment struct {
	activation.Event

	at      time.Time
	subject string  // what the run is about, for people
	speed   float64 // seconds of PAPI's time in a real one
	after   int     // requests that were over by then, as the record has them
}

// text is the moment as a line for people, and whether it is worth one when not
// every look is to be shown.
func (m moment) text() (line string, always bool) { return result.EventText(m.subject, m.Event) }

// request is one attempt at a request, and when it was over.
type request struct {
	papi.Attempt

	at time.Time
}

// record is what happened in a run. It may be used from several goroutines.
type record struct {
	command string // activate, hostnames add
	line    string // the command line, without secrets
	build   term.Build
	begun   time.Time
	text    func(*term.Printer) // the result for people, when it is known; nil prints nothing
	host    string              // that requests are sent to; empty before there are any
	ended   time.Time           // when the result was known
	speed   float64             // of the simulator's time; 0 where nothing was simulated

	mu       sync.Mutex
	moments  []moment
	requests []request
	omitted  int // moments and requests past the most that are kept
}

// mostRecorded bounds what a run remembers of itself: a wait of three hours has
// some hundreds of looks.
const mostRecorded = 20_000

func (r *record) happened(m moment) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.moments) == mostRecorded {
		r.omitted++
		return
	}
	m.after = len(r.requests)
	r.moments = append(r.moments, m)
}

func (r *record) attempted(a papi.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.requests) == mostRecorded {
		r.omitted++
		return
	}
	r.requests = append(r.requests, request{a, time.Now()})
}

// all returns what has happened so far.
func (r *record) all() (moments []moment, requests []request, omitted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.moments), slices.Clone(r.requests), r.omitted
}
