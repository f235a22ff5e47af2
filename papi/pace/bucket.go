package pace

import (
	"maps"
	"time"
)

// How a bucket shares out an account among machines. Durations are of PAPI's time.
const (
	bucketPerMinute = 96 // of 100: what PAPI says is left corrects it both ways
	// line is how many requests are shared out in advance at most: what is promised to
	// others is how long a newcomer waits.
	lineLength    = 120
	mostAtOnce    = 30
	leastAtOnce   = 2                // a look and the submission that it decides
	activeFor     = 90 * time.Second // without a word, a member does not count any more
	mostMembers   = 256
	bucketVersion = 1
)

// Bucket is what the machines that use an account share: a token bucket, as values.
// Places are given out with the times at which they are due, one after the other at
// PAPI's pace; those that were saved up are due at once. All times are those of the
// clock of whoever keeps the bucket.
//
// It is kept as JSON, and changed by compare-and-set.
type Bucket struct {
	Version int `json:"v"`
	// Next is when the next place is due. In the past, it says how many were saved up.
	Next time.Time `json:"next"`
	// PerMinute is the rate, which refusals lower and time raises.
	PerMinute float64   `json:"perMinute"`
	Slowed    time.Time `json:"slowed"`
	// Members are those that have taken places lately, by names that they gave themselves.
	Members map[string]Member `json:"members"`
	// Told is when a member last told what became of its places, and took others.
	Told time.Time `json:"told"`
}

// Member is what a bucket knows of one machine.
type Member struct {
	Open int       `json:"open"` // places that it has, and of which PAPI has counted no request yet
	At   time.Time `json:"at"`
	Last time.Time `json:"last"` // when the last of them is due
}

// waiting is how many of its places a member has still to use at a time: those that are
// not due yet, and all of them when it has just got them.
func (m Member) waiting(at time.Time, each time.Duration, speed float64) int {
	if each <= 0 || at.Sub(m.At) < Real(usableFor, speed) {
		return m.Open
	}
	return min(m.Open, max(int(m.Last.Sub(at)/each)+1, 0))
}

// Share is a number of places: the first is due at First, the others follow.
type Share struct {
	First time.Time
	Each  time.Duration
	Size  int
}

// due is when one of its places is, counted from 0.
func (s Share) due(place int) time.Time { return s.First.Add(time.Duration(place) * s.Each) }

// Told is what a member says when it takes places.
type Told struct {
	// Open is how many of its places PAPI has counted no request of yet.
	Open int
	// Reply is the last answer of PAPI that is not told yet, and At when it came; the
	// zero time for none.
	Reply Reply
	At    time.Time
}

// NewBucket returns an empty bucket: whatever PAPI has saved up for the account, it is
// not known whether somebody has used it.
func NewBucket(now time.Time) *Bucket {
	return &Bucket{Version: bucketVersion, Next: now, PerMinute: bucketPerMinute, Slowed: now, Members: map[string]Member{}}
}

// Check returns an error for a bucket that no bucket can have become.
func (b *Bucket) Check(now time.Time, speed float64) error {
	far := Real(longestPause+time.Hour, speed)
	open := 0
	for name, m := range b.Members {
		if name == "" || len(name) > maxID || m.Open < 0 || m.Open > longestLine {
			return errNonsense
		}
		open += m.Open
	}
	switch {
	case b.Version != bucketVersion, len(b.Members) > mostMembers, open > mostMembers*mostAtOnce,
		!between(b.PerMinute, minPerMinute, bucketPerMinute), b.Next.Sub(now) > far:
		return errNonsense
	}
	return nil
}

// Take gives a member n places at most, after what it has told. speed is as for
// [NewLocal].
func (b *Bucket) Take(now time.Time, speed float64, name string, n int, told Told) Share {
	b.grow(now, speed)
	b.settle(now, name, told)
	b.learn(now, speed, name, told)
	each := b.each(speed)
	if first := now.Add(-Burst * each); b.Next.Before(first) {
		b.Next = first
	}
	n = max(min(n, b.portion(now, speed, name)), 0)
	s := Share{First: b.Next, Each: each, Size: n}
	b.Next = b.Next.Add(time.Duration(n) * each)
	m := b.Members[name]
	b.Members[name] = Member{Open: m.Open + n, At: now, Last: s.due(max(n-1, 0))}
	b.Told = now
	return s
}

// portion is how many places a member may have at once: the more members, the fewer.
func (b *Bucket) portion(now time.Time, speed float64, name string) int {
	members := 1
	for other, m := range b.Members {
		if other != name && now.Sub(m.At) < Real(activeFor, speed) {
			members++
		}
	}
	return min(max(lineLength/members, leastAtOnce), mostAtOnce)
}

func (b *Bucket) each(speed float64) time.Duration {
	return time.Duration(float64(Real(time.Minute, speed)) / b.PerMinute)
}

// settle takes note of which places a member has still to use.
func (b *Bucket) settle(now time.Time, name string, told Told) {
	if b.Members == nil {
		b.Members = map[string]Member{}
	}
	b.Members[name] = Member{Open: min(max(told.Open, 0), longestLine), At: now}
	if len(b.Members) > mostMembers {
		oldest := name
		for other, m := range b.Members {
			if m.At.Before(b.Members[oldest].At) {
				oldest = other
			}
		}
		delete(b.Members, oldest)
	}
}

// learn corrects the bucket by what PAPI has answered. What PAPI says is left is for all
// places that are open at that time, so that it is only taken at its word when it was
// said after all others have told theirs. Otherwise it can only take away.
func (b *Bucket) learn(now time.Time, speed float64, name string, told Told) {
	r, said := told.Reply, told.At
	if said.After(now) {
		said = now
	}
	switch {
	case told.At.IsZero() || r.NoAnswer:
	case r.Refused:
		b.refused(now, speed, r)
	case r.Remaining != nil && now.Sub(said) < Real(staleAfter, speed):
		unused := reserve
		if r.Limit != nil {
			unused = min(max(*r.Limit-1, 0), reserve)
		}
		free := min(max(*r.Remaining, 0), Burst) - unused
		whole := !said.Before(b.Told)
		for other, m := range b.Members {
			if whole || other == name {
				free -= m.waiting(said, b.each(speed), speed)
			}
		}
		next := said.Add(-time.Duration(free) * b.each(speed))
		if whole || next.After(b.Next) {
			b.Next = next
		}
	}
}

// refused puts all further places off.
func (b *Bucket) refused(now time.Time, speed float64, r Reply) {
	next := now.Add(max(min(r.Wait, Real(longestPause, speed)), b.each(speed)))
	b.Next = later(b.Next, next)
	if r.Wait <= 0 && r.Remaining == nil && now.Sub(b.Slowed) >= Real(halvingPause, speed) {
		b.PerMinute, b.Slowed = max(b.PerMinute/2, minPerMinute), now //nolint:mnd // half
	}
}

// grow raises a rate that was lowered, and forgets members that have gone.
func (b *Bucket) grow(now time.Time, speed float64) {
	if b.Slowed.After(now) {
		b.Slowed = now
	}
	for step := Real(growthStep, speed); b.PerMinute < bucketPerMinute && now.Sub(b.Slowed) >= step; {
		b.Slowed = b.Slowed.Add(step)
		b.PerMinute = min(b.PerMinute*growth, bucketPerMinute)
	}
	maps.DeleteFunc(b.Members, func(_ string, m Member) bool { return now.Sub(m.At) >= Real(activeFor, speed) })
}
