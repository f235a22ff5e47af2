package rollout

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// entry is the state of an item in a run.
type entry struct {
	Item
	state State
	// known reports that this run has read the property's own list; shown, that the list of its group shows the
	// version.
	known, shown bool
	ours         bool // the activation carries the plan's mark
	marked       bool // its list has an activation of the plan
	// submitted and adopted refer to this run; back means that the item is being rolled back.
	submitted, adopted, back bool
	attempt, backAttempt     int
	scope                    Scope
	act                      *papi.Activation // the activation that state is about
	blocker                  *papi.Activation
	before                   int // version that was active before the plan's; 0: none
	to                       int // version that a rollback returns to
	on                       int // active version in the latest list
	staging                  int // active version on staging in that list
	fast                     bool
	err                      error

	part   *part // the part it was sent in; nil once the result for the item is known
	listed bool  // the list of its group has shown it
	single bool  // it is submitted by itself
	// elsewhere reports that its list shows a submission that is not the part's.
	elsewhere bool
	bulk      int // id of the bulk request that has submitted it; 0: none

	working bool
	queued  bool              // it waits for its turn
	ahead   *activation.Ahead // its position; nil if it does not wait
	turn    activation.Turn   // the turn that it has got and not used yet
	keeps   activation.Turn   // the turn kept for a part until the result for the item is known
	handed  bool              // a Submitter says that it was submitted
	alone   bool              // a Submitter did not submit it: the run does
	since   time.Time         // submitDate, by PAPI's clock
	usual   time.Duration
	looks   int
	due     time.Time // next poll, or next attempt if blocked
	blocked time.Time // since when
	tries   int
	late    time.Time // the first poll at which it was overdue, by the local clock
	arrived time.Time // when it became active by PAPI's dates, or when that was first seen
	shownAt time.Time // when the latest list that shows it as active was requested, if after arrived
	again   bool      // it was active, and is being looked at again
}

// target is the version that the list of the group finally shows.
func (e *entry) target() int {
	if e.back {
		return e.to
	}
	return e.Version
}

// where names the property and the network.
func (e *entry) where() string { return e.Title() + " on " + string(e.Network) }

// onTheWay reports whether an activation of the item is in progress.
func (e *entry) onTheWay() bool { return e.state == Underway || e.state == Returning }

// board is the state of a run. Its methods decide; they neither wait nor send requests.
type board struct {
	plan    *Plan
	options Options
	clock   clock
	stages  []Stage
	entries []*entry
	stage   int
	// Of probed stages some lists were read, of scanned ones all.
	probed, scanned []bool
	asking          []*entry // items whose lists are read first
	resumed         bool     // an earlier run, or another one, has submitted items of the plan
	gates           []gate
	touched         []bool // stages in which this run has submitted or followed items
	trouble         *trouble
	another         *AnotherPlanError // another plan that a rollback has found
	returning       bool
	only            map[papi.ID]bool // a rollback of these items only
	closed          int              // attempts up to this one were rolled back
	budget          *papi.Quota
	glanced         bool      // the lists of the groups were read
	held            time.Time // nothing is submitted before this time
	rest            time.Time // no list is read before this time
	round           time.Time // time of the last lists of groups
	downs           int       // consecutive reads without a result
	total           int       // number of items, if entries has not all of them; otherwise 0
	parts           []*part
	spans           []*span
	noBulk          bool          // PAPI does not accept bulk requests
	latency         time.Duration // average latency of a look; 0 if unknown
	partMost        int           // limit of items in a part after PAPI has refused one as a burst; 0 for none
}

func newBoard(p *Plan, o Options) *board {
	b := &board{plan: p, options: o, clock: newClock(o.Speed), stages: p.Stages(), budget: o.Budget}
	for _, item := range p.Items() {
		e := &entry{Item: item, state: Waiting}
		if o.skips(item.Pinned) {
			e.state = Skipped
		}
		b.entries = append(b.entries, e)
	}
	n := len(b.stages)
	b.probed, b.scanned, b.touched, b.gates = make([]bool, n), make([]bool, n), make([]bool, n), make([]gate, n)
	return b
}

// of returns the items of a stage.
func (b *board) of(stage int) []*entry {
	s := b.stages[stage]
	return b.entries[s.First : s.First+s.Count]
}

func (b *board) wave(stage int) *Wave { return &b.plan.Waves[b.stages[stage].Wave] }

// last is the stage after which the run ends.
func (b *board) last() int {
	for i := range slices.Backward(b.stages) {
		if b.options.Through == "" || b.wave(i).Name == b.options.Through {
			return i + 1
		}
	}
	return len(b.stages)
}

// failures counts the failed items of a stage.
func (b *board) failures(stage int) int {
	n := 0
	for _, e := range b.of(stage) {
		if e.state.Bad() && !b.options.skips(e.Pinned) {
			n++
		}
	}
	return n
}

// tolerated is how many items of a wave may fail.
func (b *board) tolerated() int {
	amount := b.plan.Tolerate
	if b.options.Tolerate != nil {
		amount = *b.options.Tolerate
	}
	return amount.Of(b.plan.properties())
}

type stepKind int

const (
	finish     stepKind = iota // nothing is left to do
	survey                     // read the lists of items
	submit                     // items
	submitPart                 // items, in one bulk request
	follow                     // poll what is in progress, or wait
	confirm                    // whether active items still are
	check                      // run the checks of the stage
	giveBack                   // roll items back
)

// step is the next thing to do. No step submits an item that has an activation in progress.
type step struct {
	kind  stepKind
	items []*entry
	until time.Time // of follow: nothing changes earlier; zero if only polls matter
}

// next decides on the next step, from the board alone.
func (b *board) next(now time.Time) step {
	for {
		if b.returning {
			return b.nextReturn()
		}
		if b.trouble == nil && b.stage >= b.last() {
			return step{kind: finish}
		}
		if b.trouble == nil {
			b.skipFailed()
		}
		if look := b.unlooked(); len(look) > 0 {
			return b.look(survey, look, now)
		}
		if b.trouble == nil {
			b.skipFailed() // judging by their lists
			if b.returned() {
				continue
			}
			if b.judge(); b.trouble != nil {
				continue
			}
		}
		if b.trouble != nil {
			b.goOnReturning()
			if alone := b.unsettled(); len(alone) > 0 {
				return step{kind: submit, items: alone}
			}
			if b.busy() {
				return step{kind: follow}
			}
			if s, waits := b.awaitSpans(now); waits {
				return s
			}
			if !b.goesBack() {
				return step{kind: finish}
			}
			b.returning = true
			continue
		}
		s, unsettled := b.proceed(now)
		switch {
		case b.trouble != nil:
			continue
		case unsettled:
			return s
		}
		if s, shut := b.gate(now); shut {
			return s
		}
		if stale := b.stale(now, oldAtTheEnd); len(stale) > 0 {
			return b.look(confirm, stale, now)
		}
		b.stage++
	}
}

// look returns the step that reads the lists of items, unless PAPI is down.
func (b *board) look(kind stepKind, items []*entry, now time.Time) step {
	if b.rest.After(now) {
		return step{kind: follow, until: b.rest}
	}
	return step{kind: kind, items: items}
}

// proceed submits what can be submitted and follows the rest, until all items of the stage are settled.
func (b *board) proceed(now time.Time) (step, bool) {
	if s, waits := b.awaitSpans(now); waits && len(b.asking) > 0 {
		return s, true
	}
	waiting, until := b.ready(now)
	bulk, single := b.part(waiting)
	if len(bulk)+len(single) > 0 {
		if b.afford(); b.trouble != nil {
			return step{}, false
		}
		wait := max(b.held.Sub(now), b.plan.Window.Until(now))
		if b.options.AnyTime {
			wait = max(b.held.Sub(now), 0)
		}
		stale := b.stale(now, oldForAnything)
		switch {
		case wait > 0:
			return step{kind: follow, until: now.Add(wait)}, true
		case len(stale) > 0:
			return b.look(confirm, stale, now), true
		case len(bulk) > 0:
			return step{kind: submitPart, items: bulk}, true
		}
		return step{kind: submit, items: single}, true
	}
	for _, e := range b.of(b.stage) {
		if !e.state.Settled() || e.working {
			return step{kind: follow, until: until}, true
		}
	}
	return step{}, false
}

// awaitSpans waits for what another process may still submit, and looks for it.
func (b *board) awaitSpans(now time.Time) (step, bool) {
	if len(b.spans) == 0 || b.downs > maxDowns {
		return step{}, false // nothing is expected, or PAPI is down
	}
	b.asking = slices.DeleteFunc(b.asking, func(e *entry) bool { return e.known })
	if len(b.asking) == 0 {
		b.asking = b.expects(now)
	}
	switch {
	case len(b.asking) > 0:
		return b.look(survey, b.asking, now), true
	case len(b.spans) > 0:
		return step{kind: follow, until: b.awaits()}, true
	}
	return step{}, false
}

// ready returns the items that may be submitted now, in order, and when the next blocked one may be retried.
func (b *board) ready(now time.Time) (items []*entry, until time.Time) {
	room := b.wave(b.stage).AtOnce
	if b.plan.Strict {
		room = min(room, b.tolerated()-b.failures(b.stage)+1)
	}
	var first, later []*entry
	until = b.awaits()
	for _, e := range b.of(b.stage) {
		switch {
		case e.working || e.onTheWay():
			room--
		case e.queued:
		case b.expected(e):
			room--
		case e.state == Waiting && e.turn != nil:
			first = append(first, e) // others wait for it
		case e.state == Waiting:
			items = append(items, e)
		case e.state == Blocked && !e.due.After(now):
			later = append(later, e) // after those that had no attempt yet
		case e.state == Blocked && (until.IsZero() || e.due.Before(until)):
			until = e.due
		}
	}
	items = slices.Concat(first, items, later)
	return items[:min(max(room, 0), len(items))], until
}

// busy reports whether anything is in progress.
func (b *board) busy() bool {
	return slices.ContainsFunc(b.entries, func(e *entry) bool { return e.working || e.onTheWay() })
}

// skipFailed skips the items whose property has failed on the previous network, unless they were submitted
// nevertheless: the failure may be newer.
func (b *board) skipFailed() {
	for _, e := range b.of(b.stage) {
		if b.failedBefore(e) && (e.state == Waiting && (e.known || !b.resumed) || e.state == Drifted) {
			e.state, e.err = Skipped, nil
		}
	}
}

// failedBefore reports whether the item's property has failed on the previous network.
func (b *board) failedBefore(e *entry) bool {
	if e.Stage == 0 || b.stages[e.Stage].Wave != b.stages[e.Stage-1].Wave {
		return false
	}
	at := e.Place - 1 - b.stages[e.Stage].First
	return b.of(e.Stage - 1)[at].state.Bad()
}
