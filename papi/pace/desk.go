package pace

import (
	"crypto/rand"
	"slices"
	"time"
)

// Constants of using a machine's share of a bucket. Durations are in PAPI's time.
const (
	usableFor = 5 * time.Second  // how long a place may be used, from when it is due
	visitFor  = 3 * time.Second  // at most, in real time; then another process may ask
	recently  = 30 * time.Second // since the last place was used: more requests are likely to follow
	more      = 4                // how many times as many places it asks for as it has used of the last ones
	// A machine whose next place is farAway asks for saved-up places if PAPI has at least plenty of requests left,
	// which nobody seems to need: extra times as many as are waiting, since others may see the same.
	plenty   = 24
	extra    = 3
	farAway  = time.Second
	asksEach = 5 * time.Second
	vainFor  = 5 * time.Second
	// With fewer requests left than few it does not use its next place: somebody sends requests without the bucket.
	few         = 3
	deskVersion = 2
)

// desk is the waiting line of one machine, with places that the bucket has allotted. Like [Line] it is plain
// data; all times are by this machine's clock.
type desk struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	Account string    `json:"account"` // whose bucket it is; empty until PAPI has named it
	Issued  uint64    `json:"issued"`  // number of the last place that was taken here
	Gone    uint64    `json:"gone"`    // number of the last place whose turn has come
	Left    []uint64  `json:"left,omitempty"`
	Shares  []Share   `json:"shares,omitempty"` // places left of the bucket's allotments, in order
	At      time.Time `json:"at"`
	Paused  time.Time `json:"paused"`
	// Reply is the last answer of PAPI that the bucket was not told yet; it arrived at ReplyAt.
	Reply   Reply     `json:"reply"`
	ReplyAt time.Time `json:"replyAt"`
	// Visit is until when a process may be asking the bucket, or PAPI for the account. Asked is when the bucket was
	// last asked, Last is when a place was last used, and Used is how many were used since all were used up.
	Visit time.Time `json:"visit"`
	Asked time.Time `json:"asked"`
	Used  int       `json:"used"`
	Last  time.Time `json:"last"`

	speed float64
}

func newDesk(now time.Time, speed float64) *desk {
	return &desk{Version: deskVersion, ID: rand.Text(), At: now, speed: speed}
}

// check returns an error for a state that a desk can never reach.
func (d *desk) check(now time.Time) error {
	open := 0
	for _, s := range d.Shares {
		if s.Size <= 0 || s.Size > mostAtOnce || s.Each < 0 || s.Each > time.Hour ||
			s.First.Sub(later(now, d.At)) > d.real(longestPause)+time.Hour {
			return errNonsense
		}
		open += s.Size
	}
	switch {
	case d.Version != deskVersion, d.ID == "" || len(d.ID) > maxID, len(d.Account) > maxID, open > longestLine,
		d.Issued > maxNumber || d.Gone > d.Issued || d.Issued-d.Gone > longestLine, d.Used < 0,
		len(d.Left) > longestLine || !slices.IsSorted(d.Left),
		len(d.Left) > 0 && (d.Left[0] <= d.Gone || d.Left[len(d.Left)-1] > d.Issued),
		d.Paused.Sub(later(now, d.At)) > d.real(longestPause)+time.Second, d.Visit.Sub(later(now, d.At)) > visitFor+time.Second:
		return errNonsense
	}
	return nil
}

func (d *desk) real(t time.Duration) time.Duration { return Real(t, d.speed) }

// take takes n places in this machine's line. If that is full it returns the zero Ticket.
func (d *desk) take(now time.Time, n int) Ticket {
	d.advance(now)
	n = min(max(n, 1), MaxPlaces)
	if d.Issued-d.Gone+uint64(n) > longestLine {
		return Ticket{}
	}
	d.Issued += uint64(n)
	d.advance(now)
	return Ticket{Line: d.ID, Last: d.Issued, Size: n}
}

// look returns how far away a ticket's turn is.
func (d *desk) look(now time.Time, t Ticket) Turn {
	d.advance(now)
	switch {
	case t.Line != d.ID || t.Last > d.Issued:
		return Turn{UnknownTicket: true}
	case t.Last <= d.Gone:
		return Turn{Sure: true}
	}
	ahead := int(t.Last-d.Gone) - 1 //nolint:gosec // a line is no longer than longestLine
	for _, left := range d.Left {
		if left < t.Last {
			ahead--
		}
	}
	pause := max(d.Paused.Sub(now), 0)
	turn := Turn{Wait: max(pause, d.real(time.Second)), Ahead: max(ahead-t.Size+1, 0), Refused: pause > 0}
	var due time.Time
	for _, s := range d.Shares {
		due = later(due, s.due(min(ahead, s.Size-1)))
		if ahead < s.Size {
			turn.Sure = true
			turn.Wait = max(due.Sub(now), pause, 1)
			break
		}
		ahead -= s.Size
	}
	return turn
}

// leave gives a ticket back.
func (d *desk) leave(now time.Time, t Ticket) {
	d.advance(now)
	if t.Line != d.ID || t.Last > d.Issued {
		return
	}
	for n := t.Last; n > d.Gone && n+uint64(t.Size) > t.Last; n-- { //nolint:gosec // a ticket has few places
		if at, twice := slices.BinarySearch(d.Left, n); !twice {
			d.Left = slices.Insert(d.Left, at, n)
		}
	}
	d.advance(now)
}

// learn records PAPI's answer to a request.
func (d *desk) learn(now time.Time, r Reply) {
	d.advance(now)
	switch {
	case r.NoAnswer:
		return
	case r.Refused:
		d.Paused = later(d.Paused, now.Add(min(r.Wait, d.real(longestPause))))
		d.skip(now)
		if r.Wait <= 0 && r.Remaining == nil {
			d.Shares = nil // how many are allowed is not known any more; the bucket must be told first
		}
	case r.Remaining == nil:
		return
	case *r.Remaining < few && (r.Limit == nil || *r.Limit > few):
		d.skip(now)
	}
	lost := d.Reply.Refused && d.Reply.Wait <= 0 && d.Reply.Remaining == nil // such a refusal must not be overwritten
	if !lost || r.Refused {
		d.Reply, d.ReplyAt = r, now
	}
}

// wants returns how many places to ask the bucket for and what to tell it; 0 if it is not time to ask. The
// caller must ask.
func (d *desk) wants(now time.Time) (n int, told Told) {
	d.advance(now)
	waiting := int(d.Issued-d.Gone) - len(d.Left) //nolint:gosec // a line is no longer than longestLine
	switch {
	case waiting == 0 || now.Before(d.Visit) || now.Before(d.Paused):
		return 0, Told{}
	case len(d.Shares) == 0:
		n = waiting
		if now.Sub(d.Last) < d.real(recently) {
			n = max(n, min(more*d.Used, mostAtOnce))
		}
		d.Used = 0
	case d.seesPlenty(now):
		n, told.Saved = min(extra*waiting, mostAtOnce), true
	default:
		return 0, Told{}
	}
	told.Reply, told.At = d.Reply, d.ReplyAt
	d.Reply, d.ReplyAt = Reply{}, time.Time{}
	d.Visit, d.Asked = now.Add(visitFor), now
	return n, told
}

// seesPlenty reports whether PAPI has requests left that nobody seems to need, such as those of a machine that has
// gone, while the next place of this one is not due soon.
func (d *desk) seesPlenty(now time.Time) bool {
	r := d.Reply
	flying := int(r.Took / d.real(time.Minute/bucketPerMinute)) // that others may have sent meanwhile
	return r.Remaining != nil && !r.Refused && *r.Remaining >= plenty+flying && now.Sub(d.ReplyAt) < d.real(asksEach) &&
		now.Sub(d.Asked) >= d.real(asksEach) && d.Shares[0].First.Sub(now) > d.real(farAway)
}

// scouts reports whether the caller is to find out the account; only one process does so at a time.
func (d *desk) scouts(now time.Time) bool {
	if now.Before(d.Visit) {
		return false
	}
	d.Visit = now.Add(visitFor)
	return true
}

// got adds what the bucket has allotted, if anything.
func (d *desk) got(now time.Time, shares []Share) {
	d.Visit = time.Time{}
	if len(shares) == 0 {
		d.Asked = d.Asked.Add(d.real(vainFor)) // others have taken what this one saw
	}
	d.Shares = append(d.Shares, shares...)
	slices.SortStableFunc(d.Shares, func(a, b Share) int { return a.First.Compare(b.First) })
	d.advance(now)
}

// advance moves the desk on to now.
func (d *desk) advance(now time.Time) {
	if back := d.At.Sub(now); back > 0 { // the clock was set back
		for _, t := range [...]*time.Time{&d.Paused, &d.ReplyAt, &d.Visit, &d.Last, &d.Asked} {
			if !t.IsZero() {
				*t = t.Add(-back)
			}
		}
		for i := range d.Shares {
			d.Shares[i].First = d.Shares[i].First.Add(-back)
		}
	}
	d.At = now
	for d.Gone < d.Issued {
		if len(d.Left) > 0 && d.Left[0] == d.Gone+1 {
			d.Left = d.Left[1:]
		} else if now.Before(d.Paused) || len(d.Shares) == 0 || d.Shares[0].First.After(now) {
			break
		} else {
			d.drop()
			d.Last = now
			d.Used++
		}
		d.Gone++
	}
	for len(d.Shares) > 0 && now.Sub(d.Shares[0].First) > d.real(usableFor) {
		d.drop() // nobody needs it; the bucket learns that from PAPI's count
	}
}

// skip discards the places that are due, or else the next one.
func (d *desk) skip(now time.Time) {
	for due := true; due && len(d.Shares) > 0; {
		d.drop()
		due = len(d.Shares) > 0 && !d.Shares[0].First.After(now)
	}
}

// drop discards the first remaining place.
func (d *desk) drop() {
	s := &d.Shares[0]
	if s.Size--; s.Size == 0 {
		d.Shares = d.Shares[1:]
		return
	}
	s.First = s.First.Add(s.Each)
}
