package pace

import (
	"crypto/rand"
	"slices"
	"time"
)

// How a machine uses its share of a bucket. Durations are of PAPI's time.
const (
	usableFor   = 5 * time.Second  // a place, from when it is due
	visitFor    = 3 * time.Second  // at most; then somebody else may try, in real time
	recently    = 30 * time.Second // since a visit: there is more to come
	deskVersion = 1
)

// desk is the line of one machine whose places are those that it has got of a bucket.
// Like [Line] it is values, and all times are of this machine's clock.
type desk struct {
	Version int       `json:"v"`
	ID      string    `json:"id"`
	Account string    `json:"account"` // whose bucket it is; empty while nobody knows
	Issued  uint64    `json:"issued"`  // the last place that was taken here
	Gone    uint64    `json:"gone"`    // the last one whose turn has come
	Left    []uint64  `json:"left,omitempty"`
	Shares  []Share   `json:"shares,omitempty"` // that are left, in order
	At      time.Time `json:"at"`
	Paused  time.Time `json:"paused"`
	// Settled is how many places up to Gone are not on their way any more; Mark is
	// where Gone was at MarkAt.
	Settled uint64    `json:"settled"`
	Mark    uint64    `json:"mark"`
	MarkAt  time.Time `json:"markAt"`
	// Reply is the last answer that the bucket has not been told, and ReplyAt when it came.
	Reply   Reply     `json:"reply"`
	ReplyAt time.Time `json:"replyAt"`
	// Visit is until when somebody is asking the bucket, or PAPI for the account. Portion
	// is how many places it gave, and Last when one was used last.
	Visit   time.Time `json:"visit"`
	Last    time.Time `json:"last"`
	Portion int       `json:"portion"`
	Given   time.Time `json:"given"` // when the bucket gave the last places

	speed float64
}

func newDesk(now time.Time, speed float64) *desk {
	return &desk{Version: deskVersion, ID: rand.Text(), At: now, MarkAt: now, speed: speed}
}

// check returns an error for a desk that no desk can have become.
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

// take takes n places of this machine.
func (d *desk) take(now time.Time, n int) Ticket {
	d.advance(now)
	n = min(max(n, 1), MaxPlaces)
	d.Issued += uint64(n)
	d.advance(now)
	return Ticket{Line: d.ID, Last: d.Issued, Size: n}
}

// look returns how far away the turn of a ticket is.
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
			d.Settled = min(d.Settled+1, d.Gone) // its place is lost
			continue
		}
		if at, twice := slices.BinarySearch(d.Left, n); !twice {
			d.Left = slices.Insert(d.Left, at, n)
		}
	}
	d.advance(now)
}

// learn takes what PAPI answered to a request.
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
		d.Shares = nil // others have used them up; the bucket has to know
	}
	if !d.Reply.Refused || d.ReplyAt.IsZero() || r.Refused { // a refusal is not to be forgotten
		d.Reply, d.ReplyAt = r, now
	}
}

// wants returns how many places the bucket is to be asked for, and what to tell it, when
// it is time for that. Whoever it is given to asks.
func (d *desk) wants(now time.Time) (n int, told Told) {
	d.advance(now)
	waiting := int(d.Issued-d.Gone) - len(d.Left) //nolint:gosec // a line is no longer than longestLine
	if waiting == 0 || len(d.Shares) > 0 || now.Before(d.Visit) || now.Before(d.Paused) {
		return 0, Told{} // who has places left does not go to the end of the line for more
	}
	n = waiting
	if now.Sub(d.Last) < d.real(recently) {
		n = max(n, min(2*d.Portion, mostAtOnce)) //nolint:mnd // it has used up the last: it may have as many again
	}
	d.Visit = now.Add(visitFor)
	told = Told{Open: int(d.Gone - d.Settled), Reply: d.Reply, At: d.ReplyAt} //nolint:gosec // as above
	d.Reply, d.ReplyAt = Reply{}, time.Time{}
	return n, told
}

// scouts reports whether whoever asks is to find out whose account it is: one at a time.
func (d *desk) scouts(now time.Time) bool {
	if now.Before(d.Visit) {
		return false
	}
	d.Visit = now.Add(visitFor)
	return true
}

// got takes over a share; one of no places says that there was none.
func (d *desk) got(now time.Time, s Share) {
	d.Visit = time.Time{}
	if s.Size > 0 {
		d.Shares = append(d.Shares, s)
		slices.SortStableFunc(d.Shares, func(a, b Share) int { return a.First.Compare(b.First) })
		d.Given, d.Portion = now, s.Size
	}
	d.advance(now)
}

// advance moves on to now.
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
		d.drop() // nobody wants it, and the bucket counts on its having been used
	}
	if now.Sub(d.MarkAt) >= d.real(lostAfter) {
		d.Settled = max(d.Settled, d.Mark)
		d.Mark, d.MarkAt = d.Gone, now
	}
}

// lifetime is how long the first place that is left may be used from when it was due.
// What was saved up was due long ago, when it was given.
func (d *desk) lifetime() time.Duration {
	return max(d.Given.Sub(d.Shares[0].First), 0) + d.real(usableFor)
}

// drop takes the first place that is left away.
func (d *desk) drop() {
	s := &d.Shares[0]
	if s.Size--; s.Size == 0 {
		d.Shares = d.Shares[1:]
		return
	}
	s.First = s.First.Add(s.Each)
}
