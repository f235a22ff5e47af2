package rollout

import (
	"errors"
	"slices"
	"time"
)

// SubmitMode is how the submissions of a wave are sent.
type SubmitMode string

// The values of SubmitMode. The empty one means SubmitSingle.
const (
	SubmitSingle SubmitMode = "single" // one request per item
	SubmitBulk   SubmitMode = "bulk"   // in bulk requests
	SubmitAuto   SubmitMode = "auto"   // bulk requests if there are enough items, and none may have to be taken back
)

// Constants of bulk requests.
const (
	defaultPart = 100
	mostPart    = 199 // what can be reserved at once, less the bulk request itself
	leastBulk   = 20  // fewer items are submitted singly
	lookAge     = 5 * time.Second
	usualAnswer = 300 * time.Millisecond
	// silence is how long no item of a part has to appear before the part is taken to have ended.
	silence = 10 * time.Minute
)

// partSize is the wanted number of items in a bulk request.
func (b *board) partSize() int {
	if b.options.PartSize > 0 {
		return min(b.options.PartSize, mostPart)
	}
	return defaultPart
}

// inBulk reports whether the stage uses bulk requests.
func (b *board) inBulk() bool {
	r := b.options.Request
	lacks := r.ComplianceRecord != nil || r.IgnoreHTTPErrors != nil || r.DelayValidations != nil
	switch {
	case lacks || b.noBulk:
		return false
	case b.options.Submit == SubmitBulk:
		return true
	case b.options.Submit != SubmitAuto:
		return false
	}
	canary := len(b.plan.Waves) > 1 && b.stages[b.stage].Wave == 0
	return !canary && !b.plan.Strict && b.tolerated() >= b.partSize() && b.stages[b.stage].Count >= leastBulk
}

// part splits the items that may be submitted into those for a bulk request and those to submit singly. Both
// may be empty: then the run waits for more room.
func (b *board) part(ready []*entry) (bulk, single []*entry) {
	size := min(b.partSize(), b.lookable())
	if !b.inBulk() || size == 1 {
		return nil, ready
	}
	for _, e := range ready {
		if b.goesAlone(e) {
			single = append(single, e)
		} else {
			bulk = append(bulk, e)
		}
	}
	all := 0
	for _, e := range b.of(b.stage) {
		if e.state == Waiting && !b.goesAlone(e) {
			all++
		}
	}
	switch {
	case len(bulk) == 1 && (all == 1 || !b.busy()):
		return nil, ready // a bulk request of one costs more and tells less
	case len(bulk) < min(size, leastBulk, all) && b.busy():
		return nil, single
	}
	return bulk[:min(len(bulk), size)], single
}

// goesAlone reports whether an item must not go in a bulk request: an earlier one had no effect for it, or its
// list has an earlier submission.
func (b *board) goesAlone(e *entry) bool { return e.single || b.marks(e) }

// lookable is how many items can be looked at before the first look is too old.
func (b *board) lookable() int {
	latency := b.latency
	if latency <= 0 {
		latency = usualAnswer
	}
	n := int(lookAge/latency)*maxWorkers - maxWorkers
	if b.partMost > 0 {
		n = min(n, b.partMost)
	}
	return min(max(n, 1), mostPart)
}

// answered updates the average latency of a look.
func (b *board) answered(latency time.Duration) {
	const weight = 8 // of the previous average
	if b.latency == 0 {
		b.latency = latency
	}
	b.latency += (latency - b.latency) / weight
}

// part is a bulk request that was sent.
type part struct {
	Part

	request string    // distinguishes it from another process's
	id      int       // 0: not known
	posted  time.Time // by PAPI's clock
	taken   bool      // PAPI has submitted some of its items
	seen    time.Time // PAPI's date of the last submission that was found
	due     time.Time // next poll
	looks   int
	working bool
	lost    bool     // the bulk request can no longer be read: the lists have to be
	told    []*entry // submitted without an id, to be looked for
}

// open returns the items of a part whose result is not known.
func (b *board) open(p *part) []*entry {
	var all []*entry
	for _, e := range b.entries[p.First-1 : p.Last] {
		if e.part == p {
			all = append(all, e)
		}
	}
	return all
}

// quiet is when a part counts as ended if nothing more of it appears.
func (b *board) quiet(from time.Time) time.Time { return from.Add(silence + b.options.Lag) }

// found records that an item's list shows the submission of its bulk request.
func (b *board) found(e *entry, at time.Time) {
	e.part.taken = true
	if at.After(e.part.seen) {
		e.part.seen = at
	}
	e.bulk, e.part, e.submitted = e.part.id, nil, true
}

// concluded ends a part that is no longer polled. What remains open is uncertain, unless PAPI has submitted
// none of the part. An item that was submitted elsewhere goes on by its own list.
func (b *board) concluded(p *part) {
	var lost []string
	for _, e := range b.open(p) {
		e.part = nil
		if (p.taken || p.id != 0) && !e.elsewhere {
			lost = append(lost, e.Title())
			e.settle(Uncertain, nil, errUnknown)
		} else {
			e.state, e.single = Waiting, true
		}
	}
	if len(lost) > 0 {
		b.stop(&trouble{outcome: OutcomeError, err: &UncertainError{lost}})
	}
}

var errUnknown = errors.New("a bulk request was sent, and PAPI does not tell whether it has submitted this item")

// span is a part that another process has sent, as the marks of its items tell.
type span struct {
	Part

	seen   time.Time // PAPI's date of the last submission that was found
	looked time.Time // when its items were last looked for
}

// sees records an item that another process has submitted in a bulk request: others of that part may follow.
func (b *board) sees(p Part, at time.Time) {
	if p.First < 1 || p.Last > len(b.entries) {
		return
	}
	for _, s := range b.spans {
		if s.Part == p {
			if at.After(s.seen) {
				s.seen = at
			}
			return
		}
	}
	if now := b.clock.now(); now.Before(b.quiet(at)) {
		b.spans = append(b.spans, &span{Part: p, seen: at, looked: now})
	}
}

// spanLook is the interval at which the items of a span are looked for.
const spanLook = 2 * time.Minute

// expects returns the items of spans that are due to be looked at, and forgets ended spans.
func (b *board) expects(now time.Time) []*entry {
	var look []*entry
	b.spans = slices.DeleteFunc(b.spans, func(s *span) bool {
		missing := b.missing(s)
		switch end := b.quiet(s.seen); {
		case len(missing) == 0 || !s.looked.Before(end):
			return true
		case now.Before(b.nextLook(s)):
			return false
		default:
			s.looked = now
		}
		for _, e := range missing {
			e.known = false
			look = append(look, e)
		}
		return false
	})
	return look
}

// nextLook is when the items of a span are next looked for.
func (b *board) nextLook(s *span) time.Time {
	next, end := s.looked.Add(spanLook), b.quiet(s.seen)
	if next.After(end) {
		return end
	}
	return next
}

// missing returns the items of a span that have not appeared.
func (b *board) missing(s *span) []*entry {
	var all []*entry
	for _, e := range b.entries[s.First-1 : s.Last] {
		if e.state == Waiting || e.state == Blocked {
			all = append(all, e)
		}
	}
	return all
}

// expected reports whether another process may still submit an item.
func (b *board) expected(e *entry) bool {
	return slices.ContainsFunc(b.spans, func(s *span) bool { return s.has(e.Place) })
}

// awaits is when a span is next looked at; zero without spans.
func (b *board) awaits() time.Time {
	var next time.Time
	for _, s := range b.spans {
		if at := b.nextLook(s); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}
