package pace

import (
	"maps"
	"time"
)

// Constants of sharing out an account among machines. Durations are in PAPI's time.
const (
	bucketPerMinute = 96 // of PAPI's 100; PAPI's count of remaining requests corrects it in both directions
	// lineLength bounds how many places are allotted in advance: a newcomer waits until those allotted to
	// others are due.
	lineLength    = 120
	mostAtOnce    = 30
	leastAtOnce   = 2                // a look and the submission that depends on it
	activeFor     = 90 * time.Second // a member that has not taken places for that long no longer counts
	mostMembers   = 256
	bucketVersion = 1
)

// Bucket is the state that the machines of an account share: a token bucket, as plain data. It allots places
// with the times at which they are due, one after the other at PAPI's pace; places that were saved up are due
// at once. All times are by the clock of whoever keeps the bucket.
//
// It is stored as JSON and updated by compare-and-set.
type Bucket struct {
	Version int `json:"v"`
	// Next is when the next place is due. A time in the past tells how many places are saved up.
	Next time.Time `json:"next"`
	// PerMinute is the rate; a refusal lowers it, and it grows back over time.
	PerMinute float64   `json:"perMinute"`
	Slowed    time.Time `json:"slowed"`
	// Members are the machines that have taken places lately, by the names that they chose.
	Members map[string]Member `json:"members"`
	// Told is when a member last reported on its places while taking others.
	Told time.Time `json:"told"`
}

// Member is the state of one machine.
type Member struct {
	Open int       `json:"open"` // places that it has taken and that PAPI has not counted a request for yet
	At   time.Time `json:"at"`
	Last time.Time `json:"last"` // when the last of them is due
}

// waiting is how many of its places a member has not used yet at a time: those that are not due, and all of
// them if they were allotted only just before.
func (m Member) waiting(at time.Time, each time.Duration, speed float64) int {
	if each <= 0 || at.Sub(m.At) < Real(usableFor, speed) {
		return m.Open
	}
	return min(m.Open, max(int(m.Last.Sub(at)/each)+1, 0))
}

// Share is a number of places: the first is due at First, the others follow at intervals of Each.
type Share struct {
	First time.Time
	Each  time.Duration
	Size  int
}

// due is when the given place is due, counted from 0.
func (s Share) due(place int) time.Time { return s.First.Add(time.Duration(place) * s.Each) }

// Told is what a member reports when it takes places.
type Told struct {
	// Open is how many of its places PAPI has not counted a request for yet.
	Open int
	// Reply is the last answer of PAPI that was not reported yet, and At is when it arrived; zero if there is
	// none.
	Reply Reply
	At    time.Time
}

// NewBucket returns a bucket without saved-up places: somebody may just have used PAPI's burst.
func NewBucket(now time.Time) *Bucket {
	return &Bucket{Version: bucketVersion, Next: now, PerMinute: bucketPerMinute, Slowed: now, Members: map[string]Member{}}
}

// Check returns an error for a state that a bucket can never reach.
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

// Take records what the member has told and allots it at most n places. speed is as for [NewLocal].
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

// portion is how many places a member may have at once; with more members it is less.
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

// settle records how many of its places a member has not used yet.
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

// learn corrects the bucket by PAPI's answer. The remaining requests that PAPI states are shared with all
// places that were open then, so the value is taken literally only if all other members have reported since.
// Otherwise it can only lower what the bucket allots.
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

// refused puts off all further places.
func (b *Bucket) refused(now time.Time, speed float64, r Reply) {
	next := now.Add(max(min(r.Wait, Real(longestPause, speed)), b.each(speed)))
	b.Next = later(b.Next, next)
	if r.Wait <= 0 && r.Remaining == nil && now.Sub(b.Slowed) >= Real(halvingPause, speed) {
		b.PerMinute, b.Slowed = max(b.PerMinute/2, minPerMinute), now //nolint:mnd // half
	}
}

// grow raises a lowered rate again, and removes members that have gone.
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
