package rollout

import (
	"slices"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// entry is what a run knows of an item.
type entry struct {
	Item
	state State
	// known says that its own list was looked at in this run; shown, that the list of its
	// group shows the version.
	known, shown bool
	ours         bool // the activation carries the plan's mark
	marked       bool // something of the plan was found in its list
	// submitted and adopted are about this run; back says that it is being returned.
	submitted, adopted, back bool
	attempt, backAttempt     int
	scope                    Scope
	act                      *papi.Activation // that the state is about
	blocker                  *papi.Activation
	before                   int // version that was active before the plan's; 0: none
	to                       int // version that a return goes to
	on                       int // version that a list has shown as active last
	staging                  int // that it has shown as active on staging
	fast                     bool
	err                      error

	part   *part // that has been sent, as long as it is not known what became of the item
	single bool  // it is submitted by itself
	// elsewhere says that its list shows a submission that is not the part's.
	elsewhere bool
	bulk      int // the bulk request that has submitted it; 0: none

	working bool
	queued  bool              // it waits in line
	ahead   *activation.Ahead // where; nil: nowhere
	turn    activation.Turn   // that has come, and is not used yet
	keeps   activation.Turn   // that of a part, until it is known what became of the item
	handed  bool              // others say that they have submitted it
	alone   bool              // others have not: the run does it itself
	since   time.Time         // PAPI's date of the submission
	usual   time.Duration
	looks   int
	due     time.Time // next look, or next try of one that is blocked
	blocked time.Time // since when
	tries   int
	late    time.Time // first look at which it took too long, on the local clock
	arrived time.Time // PAPI's date of the end, or when it was seen first
	shownAt time.Time // when a list was asked for that has shown it as active last, where that was after its arrival
	again   bool      // it was active, and is looked at again
}

// target is the version that the list of the group shows at the end.
func (e *entry) target() int {
	if e.back {
		return e.to
	}
	return e.Version
}

// where names the property and the network.
func (e *entry) where() string { return e.Title() + " on " + string(e.Network) }

// onTheWay reports whether an item has to be followed.
func (e *entry) onTheWay() bool { return e.state == Underway || e.state == Returning }

// board is all that is known. The functions on it decide, and neither wait nor ask.
type board struct {
	plan    *Plan
	options Options
	clock   clock
	stages  []Stage
	entries []*entry
	stage   int
	// probed stages had some of their lists looked at, scanned ones all.
	probed, scanned []bool
	asking          []*entry // whose lists are read before anything else
	resumed         bool     // an earlier run, or another one, has left something
	gates           []gate
	touched         []bool // stages in which this run has submitted or followed
	trouble         *trouble
	another         *AnotherPlanError // that a return has met
	returning       bool
	only            map[papi.ID]bool // a rollback of some items
	closed          int              // attempts up to it are of a rollout that was returned
	budget          *papi.Quota
	glanced         bool      // the lists of the groups were read
	held            time.Time // nothing is submitted before it
	rest            time.Time // no list is looked at before it
	round           time.Time // of the last lists of groups
	downs           int       // reads that came to nothing, one after the other
	total           int       // of items, where not all are entries; 0: all are
	parts           []*part
	spans           []*span
	noBulk          bool          // PAPI does not take bulk requests
	latency         time.Duration // of looks; 0: not known
	partMost        int           // items of a part, after PAPI has taken it for a burst; 0: no bound
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

// failures counts the items of a stage that have failed.
func (b *board) failures(stage int) int {
	n := 0
	for _, e := range b.of(stage) {
		if e.state.Bad() && !b.options.skips(e.Pinned) {
			n++
		}
	}
	return n
}

// tolerated is how many failures a wave may have.
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
	survey                     // look at the lists of items
	submit                     // items
	submitPart                 // items, in one bulk request
	follow                     // what is on its way, or wait
	confirm                    // that what was active still is
	check                      // the stage
	giveBack                   // items
)

// step is what to do next. No step submits anything for an item that is on its way.
type step struct {
	kind  stepKind
	items []*entry
	until time.Time // of follow: nothing changes before; zero when only what is on its way counts
}

// next decides. It looks at nothing but the board.
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
			b.skipFailed() // by what their lists tell
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

// look is the step that looks at the lists of items, when PAPI is there.
func (b *board) look(kind stepKind, items []*entry, now time.Time) step {
	if b.rest.After(now) {
		return step{kind: follow, until: b.rest}
	}
	return step{kind: kind, items: items}
}

// proceed submits what can be, and follows the rest, until all of a stage is settled.
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
		return step{}, false // nothing is expected, or nobody tells
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

// ready returns the items that may be submitted now, in the plan's order, and when
// the next one can be that is blocked.
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
			later = append(later, e) // behind those that have not had their turn
		case e.state == Blocked && (until.IsZero() || e.due.Before(until)):
			until = e.due
		}
	}
	items = slices.Concat(first, items, later)
	return items[:min(max(room, 0), len(items))], until
}

// busy reports whether anything has not come to its end.
func (b *board) busy() bool {
	return slices.ContainsFunc(b.entries, func(e *entry) bool { return e.working || e.onTheWay() })
}

// skipFailed leaves out what has failed on the network before, and was not submitted all
// the same: it may have failed there only since.
func (b *board) skipFailed() {
	for _, e := range b.of(b.stage) {
		if b.failedBefore(e) && (e.state == Waiting && (e.known || !b.resumed) || e.state == Drifted) {
			e.state, e.err = Skipped, nil
		}
	}
}

// failedBefore reports whether an item's property has failed on the network before.
func (b *board) failedBefore(e *entry) bool {
	if e.Stage == 0 || b.stages[e.Stage].Wave != b.stages[e.Stage-1].Wave {
		return false
	}
	at := e.Place - 1 - b.stages[e.Stage].First
	return b.of(e.Stage - 1)[at].state.Bad()
}
