package journal

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

// Sink takes what happens in a run to somebody.
type Sink interface {
	// Happened is told of an event as it happens. It may be called from several
	// goroutines, must not block, and cannot fail: a run does not depend on who watches.
	Happened(Entry)
	// Concluded is told of the result, once, when it has been printed. Its error is
	// a warning and changes neither the result nor the exit code.
	Concluded(context.Context, *result.Document, *Run) error
}

// Entry is an event, when it happened, and how PAPI's time passed.
type Entry struct {
	activation.Event

	At       time.Time
	Subject  string  // what the run is about, for people
	Speed    float64 // seconds of PAPI's time in a real one
	Requests int     // requests that were over by then, as the record has them
}

// Text is the moment as a line for people, and whether it is worth one when not
// every look is to be shown.
func (m Entry) Text() (line string, always bool) { return result.EventText(m.Subject, m.Event) }

// Request is one attempt at a request, and when it was over.
type Request struct {
	papi.Attempt

	At time.Time
}

// Run is what happened in a run. It may be used from several goroutines.
type Run struct {
	Command     string // activate, hostnames add
	CommandLine string // the command line, without secrets
	Build       term.Build
	Begun       time.Time
	Text        func(*term.Printer) // the result for people, when it is known; nil prints nothing
	Host        string              // that requests are sent to; empty before there are any
	Ended       time.Time           // when the result was known
	Speed       float64             // of the simulator's time; 0 where nothing was simulated

	mu       sync.Mutex
	moments  []Entry
	requests []Request
	omitted  int // moments and requests past the most that are kept
}

// mostRecorded bounds what a run remembers of itself: a wait of three hours has
// some hundreds of looks.
const mostRecorded = 20_000

func (r *Run) Happened(m Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.moments) == mostRecorded {
		r.omitted++
		return
	}
	m.Requests = len(r.requests)
	r.moments = append(r.moments, m)
}

func (r *Run) Attempted(a papi.Attempt) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.requests) == mostRecorded {
		r.omitted++
		return
	}
	r.requests = append(r.requests, Request{a, time.Now()})
}

// Snapshot returns what has happened so far.
func (r *Run) Snapshot() (moments []Entry, requests []Request, omitted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.moments), slices.Clone(r.requests), r.omitted
}
