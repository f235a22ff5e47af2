// Package journal records what happens in a run and passes it on: to sinks as it happens, and to files at the end.
// It knows none of them.
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
// CI systems, files and notifications each make of the same entries what their
// readers want. What goes to a file at the end is a [File] instead.

// Sink takes what happens in a run to somebody.
type Sink interface {
	// Happened is told of an event as it happens. It may be called from several
	// goroutines, must not block, and cannot fail: a run does not depend on who watches.
	Happened(Entry)
	// Concluded is told of the result, once, when it has been printed. Its error is
	// a warning and changes neither the result nor the exit code.
	Concluded(context.Context, *result.Document, *Run) error
}

// Entry is an event, and what sinks need to know beside it.
type Entry struct {
	activation.Event

	At       time.Time
	Subject  string  // what the run is about, for people
	Speed    float64 // seconds of PAPI's time in a real one
	Requests int     // requests that were over by then, as the run has them

	Rollout *result.RolloutEvent // of a rollout, instead of the event above; else nil
}

// Text returns the entry as a line for people. always is false for what only --verbose shows.
func (e Entry) Text() (line string, always bool) {
	if e.Rollout != nil {
		return e.Rollout.Text()
	}
	return result.EventText(e.Subject, e.Event)
}

// Request is one attempt at a request, and when it was over.
type Request struct {
	papi.Attempt

	At time.Time
}

// Run is what happened in a run. It may be used from several goroutines: what
// stands above the lock is set before the run begins and not changed.
type Run struct {
	Command     string // activate, hostnames add
	CommandLine string // the command line, without secrets
	Build       term.Build
	Begun       time.Time
	Speed       float64 // of the simulator's time; 0 where nothing is simulated

	mu       sync.Mutex
	entries  []Entry
	rollouts []Entry // events of a rollout that are worth a line
	requests []Request
	omitted  int // entries and requests past the most that are kept
	host     string
	ended    time.Time
	clock    func() time.Time // PAPI's; nil for the local one
	text     func(*term.Printer, *result.Document)
}

// Simulated sets PAPI's clock where it is not the local one.
func (r *Run) Simulated(clock func() time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.clock = clock
}

// Now is the time by PAPI's clock.
func (r *Run) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.clock == nil {
		return time.Now()
	}
	return r.clock()
}

// Connected records the host that requests are sent to.
func (r *Run) Connected(host string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.host = host
}

// Host returns the host that requests are sent to; empty before there are any.
func (r *Run) Host() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.host
}

// End records when the result was known.
func (r *Run) End(at time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.ended = at
}

// Ended returns when the result was known; the zero time before.
func (r *Run) Ended() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ended
}

// SetText sets the function that prints the document for people; nil prints nothing.
func (r *Run) SetText(text func(*term.Printer, *result.Document)) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.text = text
}

// PrintsText reports whether the document has a text for people.
func (r *Run) PrintsText() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text != nil
}

// PrintText prints the document for people.
func (r *Run) PrintText(w *term.Printer, d *result.Document) {
	r.mu.Lock()
	text := r.text
	r.mu.Unlock()
	if text != nil {
		text(w, d)
	}
}

// mostRecorded bounds what a run remembers of itself: a wait of three hours has
// some hundreds of looks.
const mostRecorded = 20_000

// Happened records an event.
func (r *Run) Happened(e Entry) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if e.Rollout != nil {
		if _, always := e.Text(); always && len(r.rollouts) < mostRecorded {
			r.rollouts = append(r.rollouts, e)
		}
		return
	}
	if len(r.entries) == mostRecorded {
		r.omitted++
		return
	}
	e.Requests = len(r.requests)
	r.entries = append(r.entries, e)
}

// Attempted records a request.
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
func (r *Run) Snapshot() (entries []Entry, requests []Request, omitted int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.entries), slices.Clone(r.requests), r.omitted
}

// Rollout returns the events of a rollout that are worth a line, so far.
func (r *Run) Rollout() []Entry {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.rollouts)
}
