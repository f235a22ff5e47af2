package rollout

import (
	"errors"
	"slices"
	"time"
)

// Submit says how the submissions of a wave are made.
type Submit string

// How they can be. The empty one is SubmitSingle.
const (
	SubmitSingle Submit = "single" // one request for each
	SubmitBulk   Submit = "bulk"   // in bulk requests
	SubmitAuto   Submit = "auto"   // in bulk requests where it is worth it, and nothing has to be recalled
)

// Figures of bulk requests.
const (
	defaultPart = 100
	mostPart    = 199 // what can be reserved at once, less the request itself
	leastBulk   = 20  // items from which it is worth it
	lookAge     = 5 * time.Second
	usualAnswer = 300 * time.Millisecond
	// silence is how long nothing of a part has to appear before it is taken to have ended.
	silence = 10 * time.Minute
)

// partSize is how many items a bulk request is to have.
func (b *board) partSize() int {
	if b.options.PartSize > 0 {
		return min(b.options.PartSize, mostPart)
	}
	return defaultPart
}

// inBulk reports whether the stage's submissions are made in bulk requests.
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

// part returns which of the items that may be submitted go in a bulk request now, and
// which by themselves. Of neither there may be any: then more room is waited for.
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
		return nil, ready // a bulk request of one costs more, and tells less
	case len(bulk) < min(size, leastBulk, all) && b.busy():
		return nil, single
	}
	return bulk[:min(len(bulk), size)], single
}

// goesAlone reports whether an item is not for bulk requests: one was without effect, or
// an earlier submission is in its list.
func (b *board) goesAlone(e *entry) bool { return e.single || b.marks(e) }

// lookable is at how many items can be looked before the first look is too old.
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

// answered takes how long a look took.
func (b *board) answered(latency time.Duration) {
	const weight = 8 // of what was known
	if b.latency == 0 {
		b.latency = latency
	}
	b.latency += (latency - b.latency) / weight
}

// part is a bulk request that was sent.
type part struct {
	Part

	id      int       // 0: not known
	posted  time.Time // by PAPI's clock
	taken   bool      // PAPI has submitted some of it
	seen    time.Time // PAPI's date of the last submission that was found
	due     time.Time // next look at it
	looks   int
	working bool
	lost    bool     // the bulk request tells nothing more: the lists have to
	told    []*entry // that are submitted, and have to be looked for
}

// open returns the items of a part of which it is not known what became of them.
func (b *board) open(p *part) []*entry {
	var all []*entry
	for _, e := range b.entries[p.First-1 : p.Last] {
		if e.part == p {
			all = append(all, e)
		}
	}
	return all
}

// quiet is when a part of which nothing more appears is taken to have ended.
func (b *board) quiet(from time.Time) time.Time { return from.Add(silence + b.options.Lag) }

// found takes note that the list of an item shows the submission of a bulk request.
func (b *board) found(e *entry, at time.Time) {
	e.part.taken = true
	if at.After(e.part.seen) {
		e.part.seen = at
	}
	e.bulk, e.part, e.submitted = e.part.id, nil, true
}

// concluded ends a part that is not looked at any more: of what it has left nobody knows
// what became, unless PAPI has taken nothing of it. What was submitted otherwise goes on by
// its list.
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

// span is the part of a bulk request that another process has sent, as the marks of its
// items tell.
type span struct {
	Part

	seen   time.Time // PAPI's date of the last submission that was found
	looked time.Time // when its items were last looked for
}

// sees takes note of an item that another process has submitted in a bulk request:
// others of its part may follow.
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

// spanLook is how often the items of a span are looked for.
const spanLook = 2 * time.Minute

// expects returns the items of spans that have to be looked at again now, and forgets the
// spans that have ended.
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

// nextLook is when the items of a span are looked for.
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

// awaits is when a span is looked at next; the zero time where there is none.
func (b *board) awaits() time.Time {
	var next time.Time
	for _, s := range b.spans {
		if at := b.nextLook(s); next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next
}
