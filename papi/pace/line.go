package pace

import (
	"cmp"
	"crypto/rand"
	"errors"
	"math"
	"slices"
	"time"
)

// PAPI's limits, and how far below them a line stays.
const (
	PerMinute = 90   // of PAPI's 100
	Burst     = 1000 // available after a long time without requests
	MaxPlaces = 200  // in one ticket
	// reserve is how many of PAPI's remaining requests are left unused, because a request sent in time may
	// arrive late.
	reserve = 4
	// unproven is how many requests may be sent before PAPI has answered one.
	unproven = 4
)

// How a line adapts. Durations are in PAPI's time.
const (
	minPerMinute = 6
	halvingPause = 5 * time.Second // refusals within it count once, since those requests were in flight together
	growth       = 1.1             // factor on the rate for each growthStep without a refusal
	growthStep   = time.Minute
	staleAfter   = time.Minute     // without an answer for that long, the use by others is unknown
	longestPause = time.Hour       // upper bound of a pause that PAPI asks for
	lostAfter    = 5 * time.Second // a request without an answer counts as in flight for this long, twice that at most
)

// Bounds for validating a line that was read.
const (
	longestLine = 1000 // waiting places
	maxNumber   = 1 << 53
	maxID       = 64
	almost      = 1e-6 // tolerance for rounding when converting seconds to fractions of a request
)

// Line is the state of a waiting line, as plain data: which places were taken, and how far the line has moved
// at a point in time. It never waits, and can be stored as JSON and read by another process or machine.
//
// Places are numbered. Those up to Turn may go; Turn grows with time. All times are wall clock, so that
// processes can share them. If the clock is set back, the times are moved back with it; if it is set forward,
// the line becomes stale.
type Line struct {
	ID        string    `json:"id"`
	Issued    uint64    `json:"issued"`             // number of the last place that was taken
	Gone      uint64    `json:"gone"`               // number of the last place whose turn has come
	Left      []uint64  `json:"left,omitempty"`     // places above Gone that were given back, in order
	Together  []Span    `json:"together,omitempty"` // places above Gone that share one turn, in order
	Turn      float64   `json:"turn"`
	At        time.Time `json:"at"`     // the time for which Turn holds
	Paused    time.Time `json:"paused"` // nobody goes before this time
	PerMinute float64   `json:"perMinute"`
	Slowed    time.Time `json:"slowed"` // when PerMinute was last changed
	// Answered is the last place for which PAPI has stated the remaining requests.
	Answered   uint64    `json:"answered"`
	AnsweredAt time.Time `json:"answeredAt"` // time of the last answer of any kind
	// Settled is how many places up to Gone are no longer in flight: answered, given back, or sent so long ago
	// that no answer will come. Mark is the value of Gone at MarkAt.
	Settled uint64    `json:"settled"`
	Mark    uint64    `json:"mark"`
	MarkAt  time.Time `json:"markAt"`
	// Proving means that PAPI has not answered lately. Then only places up to Proof may go; Proof grows like
	// Turn.
	Proving bool    `json:"proving"`
	Proof   float64 `json:"proof"`
	Proven  uint64  `json:"proven"` // the value of Gone when PAPI answered again

	speed float64 // seconds of PAPI's time in one real second
}

// Span is a range of places that go together.
type Span struct {
	First uint64 `json:"first"`
	Last  uint64 `json:"last"`
}

// NewLine returns an empty line. Whether PAPI's burst is available is unknown at first, so only a few requests
// go until PAPI has answered.
func NewLine(now time.Time, speed float64) *Line {
	return &Line{ID: rand.Text(), Turn: Burst, At: now, MarkAt: now, PerMinute: PerMinute, Proving: true, Proof: unproven, speed: speed}
}

var errNonsense = errors.New("it cannot be the state of a line")

// Check returns an error for a state that a line can never reach. now is when it was read.
func (l *Line) Check(now time.Time) error {
	switch {
	case l.ID == "" || len(l.ID) > maxID,
		l.Issued > maxNumber || l.Gone > l.Issued || l.Issued-l.Gone > longestLine,
		l.Answered > l.Issued || l.Settled > l.Gone || l.Mark > l.Gone,
		!between(l.Turn, float64(l.Gone)-reserve-1, float64(l.Issued)+Burst+longestLine),
		!between(l.Proof, 0, maxNumber),
		!between(l.PerMinute, minPerMinute, PerMinute),
		len(l.Left) > longestLine || !slices.IsSorted(l.Left),
		len(l.Together) > longestLine || slices.ContainsFunc(l.Together, func(s Span) bool {
			return s.First < 1 || s.First > s.Last || s.Last > l.Issued || s.Last-s.First >= MaxPlaces
		}),
		!slices.IsSortedFunc(l.Together, func(a, b Span) int { return cmp.Compare(a.First, b.First) }),
		len(l.Left) > 0 && (l.Left[0] <= l.Gone || l.Left[len(l.Left)-1] > l.Issued),
		l.Paused.Sub(later(now, l.At)) > l.real(longestPause)+time.Second:
		return errNonsense
	}
	return nil
}

func between(x, least, most float64) bool { return x >= least && x <= most } // false for NaN

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

func (l *Line) real(d time.Duration) time.Duration { return Real(d, l.speed) }

// perSecond is how many places the line moves on per real second.
func (l *Line) perSecond() float64 { return l.PerMinute / l.real(time.Minute).Seconds() }

// Take takes n places, at most MaxPlaces. If the line is full it returns the zero Ticket.
func (l *Line) Take(now time.Time, n int) Ticket {
	l.advance(now)
	n = min(max(n, 1), MaxPlaces)
	if l.Issued-l.Gone+uint64(n) > longestLine {
		return Ticket{}
	}
	l.Issued += uint64(n)
	if n > 1 {
		// A ticket for several places waits for the last one. Until then none of them counts as sent.
		l.Together = append(l.Together, Span{l.Issued - uint64(n) + 1, l.Issued})
	}
	l.advance(now)
	return Ticket{Line: l.ID, Last: l.Issued, Size: n}
}

// enter takes places, and returns how far away their turn is.
func (l *Line) enter(now time.Time, n int) (Ticket, Turn) {
	t := l.Take(now, n)
	if t.Size == 0 {
		return t, full(l.Issued-l.Gone, l.speed)
	}
	return t, l.Look(now, t)
}

// full is the turn of who found no room in a line: with the zero Ticket it takes another one a little later.
func full(places uint64, speed float64) Turn {
	return Turn{Wait: Real(time.Second, speed), Ahead: int(places)} //nolint:gosec // a line is no longer than longestLine
}

// Look returns how far away a ticket's turn is.
func (l *Line) Look(now time.Time, t Ticket) Turn {
	l.advance(now)
	switch {
	case t.Line != l.ID || t.Last > l.Issued:
		return Turn{UnknownTicket: true}
	case t.Last <= l.Gone:
		return Turn{Sure: !l.Proving}
	}
	ahead := int(t.Last-l.Gone) - t.Size //nolint:gosec // a line is no longer than longestLine
	missing := float64(t.Last) - l.free()
	for _, left := range l.Left {
		if left < t.Last {
			ahead--
			missing--
		}
	}
	wait := time.Duration(math.Ceil(max(missing, 0) / l.perSecond() * float64(time.Second)))
	pause := max(l.Paused.Sub(now), 0)
	return Turn{Wait: max(pause+wait, 1), Ahead: max(ahead, 0), Refused: pause > 0, Sure: !l.Proving}
}

// Leave gives a ticket back.
func (l *Line) Leave(now time.Time, t Ticket) {
	l.advance(now)
	if t.Line != l.ID || t.Last > l.Issued {
		return
	}
	l.Together = slices.DeleteFunc(l.Together, func(s Span) bool { return s.Last == t.Last })
	for n := t.Last; n > l.Gone && n+uint64(t.Size) > t.Last; n-- { //nolint:gosec // a ticket has few places
		at, twice := slices.BinarySearch(l.Left, n)
		if !twice {
			l.Left = slices.Insert(l.Left, at, n)
		}
	}
	l.advance(now)
}

// Learn corrects the line by PAPI's answer to a request of a ticket.
func (l *Line) Learn(now time.Time, t Ticket, r Reply) {
	l.advance(now)
	ours := t.Line == l.ID && t.Last <= l.Issued
	if ours {
		l.settle(t)
	}
	if r.NoAnswer {
		return
	}
	if l.Proving {
		l.Proven = l.Gone
	}
	l.AnsweredAt, l.Proving = now, false
	switch {
	case r.Refused:
		next := float64(l.Gone) + 1
		l.Turn = min(l.Turn, next)
		if r.Wait > 0 { // after the pause one request may go
			l.Paused = later(l.Paused, now.Add(min(r.Wait, l.real(longestPause))))
			l.Turn = next
		}
		told := r.Wait > 0 || r.Remaining != nil
		foreseen := told && ours && t.Last <= l.Proven // it was sent before the pause was known
		if !foreseen && now.Sub(l.Slowed) >= l.real(halvingPause) {
			l.PerMinute, l.Slowed = max(l.PerMinute/2, minPerMinute), now //nolint:mnd // half
		}
	case r.Remaining == nil, !ours, t.Last < l.Answered, now.Before(l.Paused):
		return // it states no count, or an older one than is known
	default:
		unused := reserve
		if r.Limit != nil {
			unused = min(max(*r.Limit-1, 0), reserve)
		}
		// PAPI may not have counted the requests in flight yet.
		l.Turn = float64(l.Settled) + float64(min(max(*r.Remaining, 0), Burst)-unused)
		l.Turn = max(l.Turn, float64(l.Gone)-reserve)
	}
	if ours {
		l.Answered = max(l.Answered, t.Last)
	}
	l.advance(now)
}

// settle records that a request of a ticket was sent, whatever its turn was, and is no longer in flight.
func (l *Line) settle(t Ticket) {
	l.Gone = max(l.Gone, t.Last)
	l.Settled = min(l.Settled+1, l.Gone)
	l.Turn = max(l.Turn, float64(l.Gone)-reserve)
	l.Left = slices.DeleteFunc(l.Left, func(n uint64) bool { return n <= l.Gone })
}

// free is the number up to which places may go.
func (l *Line) free() float64 {
	if l.Proving {
		return min(l.Turn, l.Proof)
	}
	return l.Turn
}

// advance moves the line on to now.
func (l *Line) advance(now time.Time) {
	if back := l.At.Sub(now); back > 0 { // the clock was set back
		for _, t := range [...]*time.Time{&l.Paused, &l.Slowed, &l.AnsweredAt, &l.MarkAt} {
			if !t.IsZero() {
				*t = t.Add(-back)
			}
		}
		l.At = now
	}
	if passed := now.Sub(later(l.At, l.Paused)); passed > 0 {
		gained := passed.Seconds() * l.perSecond()
		l.Turn += gained
		l.Proof += gained
	}
	l.At = now
	for l.PerMinute < PerMinute && now.Sub(l.Slowed) >= l.real(growthStep) {
		l.Slowed = l.Slowed.Add(l.real(growthStep))
		l.PerMinute = min(l.PerMinute*growth, PerMinute)
	}
	if !l.Proving && now.Sub(l.AnsweredAt) > l.real(staleAfter) {
		l.Proving, l.Proof = true, float64(l.Gone)+unproven
	}
	if now.Sub(l.MarkAt) >= l.real(lostAfter) {
		l.Settled = max(l.Settled, l.Mark)
		l.Mark, l.MarkAt = l.Gone, now
	}
	l.let(now)
	burst := float64(Burst)
	if l.PerMinute < PerMinute {
		burst = unproven
	}
	l.Turn = min(l.Turn, float64(l.Issued)+burst)
	l.Proof = min(l.Proof, float64(l.Issued)+unproven)
}

// let releases the places whose turn has come. Places that were given back are skipped.
func (l *Line) let(now time.Time) {
	defer func() {
		l.Together = slices.DeleteFunc(l.Together, func(s Span) bool { return s.Last <= l.Gone })
	}()
	for l.Gone < l.Issued {
		next := l.Gone + 1
		turn := next // the place that must have its turn
		for len(l.Together) > 0 && l.Together[0].Last < next {
			l.Together = l.Together[1:]
		}
		if len(l.Together) > 0 && l.Together[0].First <= next {
			turn = l.Together[0].Last
		}
		switch {
		case len(l.Left) > 0 && l.Left[0] == next:
			l.Left = l.Left[1:]
			l.Turn++
			l.Proof++
			l.Settled++
		case now.Before(l.Paused) || float64(turn) > l.free()+almost:
			return
		}
		l.Gone = next
	}
}
