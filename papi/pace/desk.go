package pace

import (
	"crypto/rand"
	"slices"
	"time"
)

// Constants of using a machine's share of a bucket. Durations are in PAPI's time.
const (
	usableFor   = 5 * time.Second  // how long a place may be used, from when it is due
	visitFor    = 3 * time.Second  // at most, in real time; then another process may ask
	recently    = 30 * time.Second // since the last place was used: more requests are likely to follow
	deskVersion = 1
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
	// Settled is how many places up to Gone are no longer in flight; Mark is the value of Gone at MarkAt.
	Settled uint64    `json:"settled"`
	Mark    uint64    `json:"mark"`
	MarkAt  time.Time `json:"markAt"`
	// Reply is the last answer of PAPI that the bucket was not told yet; it arrived at ReplyAt.
	Reply   Reply     `json:"reply"`
	ReplyAt time.Time `json:"replyAt"`
	// Visit is until when a process may be asking the bucket, or PAPI for the account. Portion is how many
	// places the bucket allotted last, and Last is when a place was last used.
	Visit   time.Time `json:"visit"`
	Last    time.Time `json:"last"`
	Portion int       `json:"portion"`
	Given   time.Time `json:"given"` // when the bucket last allotted places

	speed float64
}

func newDesk(now time.Time, speed float64) *desk {
	return &desk{Version: deskVersion, ID: rand.Text(), At: now, MarkAt: now, speed: speed}
}

// check returns an error for a state that a desk can never reach.
func (d *desk) check(now time.Time) error {
	open := 0
	for _, s := range d.Shares {
		if s.Size <= 0 || s.Size > mostAtOnce || s.Each < 0 || s.Each > time.Minute ||
			s.First.Sub(later(now, d.At)) > d.real(longestPause)+time.Hour {
			return errNonsense
		}
		open += s.Size
	}
	switch {
	case d.Version != deskVersion, d.ID == "" || len(d.ID) > maxID, len(d.Account) > maxID, open > longestLine,
		d.Issued > maxNumber || d.Gone > d.Issued || d.Issued-d.Gone > longestLine, d.Settled > d.Gone || d.Mark > d.Gone,
		len(d.Left) > longestLine || !slices.IsSorted(d.Left),
		len(d.Left) > 0 && (d.Left[0] <= d.Gone || d.Left[len(d.Left)-1] > d.Issued),
		d.Paused.Sub(later(now, d.At)) > d.real(longestPause)+time.Second, d.Visit.Sub(later(now, d.At)) > visitFor+time.Second:
		return errNonsense
	}
	return nil
}

func (d *desk) real(t time.Duration) time.Duration { return Real(t, d.speed) }

// take takes n places in this machine's line.
func (d *desk) take(now time.Time, n int) Ticket {
	d.advance(now)
	n = min(max(n, 1), MaxPlaces)
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
	for n := t.Last; n > 0 && n+uint64(t.Size) > t.Last; n-- { //nolint:gosec // a ticket has few places
		if n <= d.Gone {
			d.Settled = min(d.Settled+1, d.Gone) // its place goes unused
			continue
		}
		if at, twice := slices.BinarySearch(d.Left, n); !twice {
			d.Left = slices.Insert(d.Left, at, n)
		}
	}
	d.advance(now)
}

// learn records PAPI's answer to a request of a ticket.
func (d *desk) learn(now time.Time, t Ticket, r Reply) {
	d.advance(now)
	if t.Line == d.ID && t.Last <= d.Issued {
		d.Settled = min(d.Settled+1, d.Gone)
	}
	switch {
	case r.NoAnswer:
		return
	case r.Refused:
		d.Paused = later(d.Paused, now.Add(min(r.Wait, d.real(longestPause))))
		d.Shares = nil
	case r.Remaining == nil:
		return
	case *r.Remaining == 0 && (r.Limit == nil || *r.Limit > 1):
		d.Shares = nil // others have used up the account's requests; the bucket must be told first
	}
	if !d.Reply.Refused || d.ReplyAt.IsZero() || r.Refused { // a refusal must not be overwritten by a later answer
		d.Reply, d.ReplyAt = r, now
	}
}

// wants returns how many places to ask the bucket for and what to tell it; 0 if it is not time to ask. The
// caller must ask.
func (d *desk) wants(now time.Time) (n int, told Told) {
	d.advance(now)
	waiting := int(d.Issued-d.Gone) - len(d.Left) //nolint:gosec // a line is no longer than longestLine
	if waiting == 0 || len(d.Shares) > 0 || now.Before(d.Visit) || now.Before(d.Paused) {
		return 0, Told{} // a machine with places left must not join the end of the line for more
	}
	n = waiting
	if now.Sub(d.Last) < d.real(recently) {
		n = max(n, min(2*d.Portion, mostAtOnce)) //nolint:mnd // it has used up its last allotment, so it may have as many again
	}
	d.Visit = now.Add(visitFor)
	told = Told{Open: int(d.Gone - d.Settled), Reply: d.Reply, At: d.ReplyAt} //nolint:gosec // as above
	d.Reply, d.ReplyAt = Reply{}, time.Time{}
	return n, told
}

// scouts reports whether the caller is to find out the account; only one process does so at a time.
func (d *desk) scouts(now time.Time) bool {
	if now.Before(d.Visit) {
		return false
	}
	d.Visit = now.Add(visitFor)
	return true
}

// got adds a share; an empty one means that the bucket had none.
func (d *desk) got(now time.Time, s Share) {
	d.Visit = time.Time{}
	if s.Size > 0 {
		d.Shares = append(d.Shares, s)
		slices.SortStableFunc(d.Shares, func(a, b Share) int { return a.First.Compare(b.First) })
		d.Given, d.Portion = now, s.Size
	}
	d.advance(now)
}

// advance moves the desk on to now.
func (d *desk) advance(now time.Time) {
	if back := d.At.Sub(now); back > 0 { // the clock was set back
		for _, t := range [...]*time.Time{&d.Paused, &d.MarkAt, &d.ReplyAt, &d.Visit, &d.Last, &d.Given} {
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
			d.Settled++
		} else if now.Before(d.Paused) || len(d.Shares) == 0 || d.Shares[0].First.After(now) {
			break
		} else {
			d.drop()
			d.Last = now
		}
		d.Gone++
	}
	for len(d.Shares) > 0 && now.Sub(d.Shares[0].First) > d.lifetime() {
		d.drop() // nobody needs it, but the bucket assumes that it was used
	}
	if now.Sub(d.MarkAt) >= d.real(lostAfter) {
		d.Settled = max(d.Settled, d.Mark)
		d.Mark, d.MarkAt = d.Gone, now
	}
}

// lifetime is how long the first remaining place may be used after it was due. A saved-up place was due long
// before it was allotted.
func (d *desk) lifetime() time.Duration {
	return max(d.Given.Sub(d.Shares[0].First), 0) + d.real(usableFor)
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
