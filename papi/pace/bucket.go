package pace

import (
	"maps"
	"time"
)

// Constants of sharing out an account among machines. Durations are in PAPI's time.
const (
	bucketPerMinute = 96 // of PAPI's 100; PAPI's count of remaining requests corrects it in both directions
	// aheadFor bounds how far in advance places are allotted. The places of a member are apart from each other,
	// so that a newcomer finds free ones in between.
	aheadFor      = 20 * time.Minute
	mostAlone     = 30               // places allotted at once to the only member
	mostAtOnce    = 48               // places allotted at once to one of several members
	leastAtOnce   = 2                // a look and the submission that depends on it
	activeFor     = 90 * time.Second // a member no longer counts so long after its last place was due
	countedIn     = usableFor        // within it, PAPI has counted the request of a place that was due
	believedFor   = 40 * time.Second // how long PAPI's count of remaining requests is used
	mostMembers   = 256
	bucketVersion = 2
)

// Bucket is the state that the machines of an account share: a token bucket, as plain data. One place after the
// other is due at PAPI's pace. Places that were not allotted until they were due are saved up, and may be used at
// once. Of the places that are due later, each member has some, with as many of the others in between as there are
// other members. All times are by the clock of whoever keeps the bucket.
//
// Members do not report which places they have used, and return none: PAPI counts the requests, and each answer
// states how many remain. A place that was not used is among these, and is saved up again.
//
// It is stored as JSON and updated by compare-and-set.
type Bucket struct {
	Version int `json:"v"`
	// Saved is how many places are due that were not allotted. If negative, so many requests too many were sent,
	// and as many of the next places are not allotted.
	Saved int `json:"saved"`
	// Next is when the first place is due that was not due yet, and Given tells which places from there on are
	// allotted.
	Next  time.Time `json:"next"`
	Given Places    `json:"given,omitempty"`
	// Paused is until when places are neither allotted nor saved up.
	Paused time.Time `json:"paused"`
	// PerMinute is the rate; a refusal lowers it, and it grows back over time.
	PerMinute float64   `json:"perMinute"`
	Slowed    time.Time `json:"slowed"`
	// Lately is how many allotted places were due in each of the last seconds. The last one begins at LatelyAt.
	Lately   []int     `json:"lately,omitempty"`
	LatelyAt time.Time `json:"latelyAt"`
	// Members are the machines that have taken places lately, by the names that they chose, and when the last
	// place of each is due.
	Members map[string]time.Time `json:"members"`
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
	// Reply is the last answer of PAPI that was not reported yet, and At is when it arrived; zero if there is
	// none.
	Reply Reply
	At    time.Time
	// Saved means that the member takes only places that are saved up: it has others that are due later.
	Saved bool
}

// NewBucket returns a bucket without saved-up places: somebody may just have used PAPI's burst.
func NewBucket(now time.Time) *Bucket {
	return &Bucket{Version: bucketVersion, Next: now, PerMinute: bucketPerMinute, Slowed: now, LatelyAt: now, Members: map[string]time.Time{}}
}

// Check returns an error for a state that a bucket can never reach.
func (b *Bucket) Check(now time.Time, speed float64) error {
	far := now.Add(Real(longestPause+time.Hour, speed))
	for name, last := range b.Members {
		if name == "" || len(name) > maxID || last.After(far) {
			return errNonsense
		}
	}
	for _, n := range b.Lately {
		if n < 0 || n > longestLine<<16 {
			return errNonsense
		}
	}
	switch {
	case b.Version != bucketVersion, len(b.Given) > mostGiven, len(b.Lately) > latelyFor, len(b.Members) > mostMembers,
		b.Saved > Burst || b.Saved < -longestLine, !between(b.PerMinute, minPerMinute, bucketPerMinute),
		b.Next.After(far), b.Paused.After(far), b.LatelyAt.After(far):
		return errNonsense
	}
	return nil
}

// Take records what the member has told and allots it at most n places. speed is as for [NewLocal].
func (b *Bucket) Take(now time.Time, speed float64, name string, n int, told Told) []Share {
	b.grow(now, speed)
	b.pass(now, speed)
	b.learn(now, speed, told)
	members := b.join(now, speed, name)
	most := mostAtOnce
	if members == 1 {
		most = mostAlone
	}
	n = min(n, max(b.ahead(speed)/members, leastAtOnce), most)
	var shares []Share
	if saved := min(n, b.Saved); saved > 0 && !now.Before(b.Paused) {
		shares = append(shares, Share{First: now, Size: saved})
		b.Saved -= saved
		b.note(now, speed, saved)
		n -= saved
	}
	if n > 0 && !told.Saved {
		shares = append(shares, b.coming(speed, n, members)...)
	}
	for _, s := range shares {
		b.Members[name] = later(b.Members[name], s.due(s.Size-1))
	}
	return shares
}

// join adds a member if it is new, and returns how many there are.
func (b *Bucket) join(now time.Time, speed float64, name string) int {
	if b.Members == nil {
		b.Members = map[string]time.Time{}
	}
	maps.DeleteFunc(b.Members, func(_ string, last time.Time) bool { return now.Sub(last) >= Real(activeFor, speed) })
	b.Members[name] = later(b.Members[name], now)
	if len(b.Members) > mostMembers {
		first := ""
		for other, last := range b.Members {
			if other != name && (first == "" || last.Before(b.Members[first])) {
				first = other
			}
		}
		delete(b.Members, first)
	}
	return len(b.Members)
}

// coming allots n places that are due later. Between them are as many places as there are other members, so that
// each gets as many; the first two follow each other, for a look and the submission that depends on it.
func (b *Bucket) coming(speed float64, n, members int) []Share {
	each, at := b.each(speed), 0
	if pause := b.Paused.Sub(b.Next); pause > 0 {
		at = int((pause + each - 1) / each)
	}
	for missing := -b.Saved; missing > 0; at++ {
		if !b.Given.has(at) {
			missing--
		}
	}
	var shares []Share
	last := 0
	for i, end := 0, at+b.ahead(speed); i < n && (at < end || i == 0); i++ {
		for b.Given.has(at) {
			at++
		}
		b.Given.set(at)
		due, apart := b.Next.Add(time.Duration(at)*each), time.Duration(at-last)*each
		if before := len(shares) - 1; before >= 0 && (shares[before].Size == 1 || shares[before].Each == apart) {
			shares[before].Each = apart
			shares[before].Size++
		} else {
			shares = append(shares, Share{First: due, Size: 1})
		}
		last = at
		if at++; i >= leastAtOnce-1 {
			at = last + members
		}
	}
	return shares
}

func (b *Bucket) each(speed float64) time.Duration {
	return time.Duration(float64(Real(time.Minute, speed)) / b.PerMinute)
}

// ahead is how many places there are in the time for which they are allotted in advance.
func (b *Bucket) ahead(speed float64) int { return int(Real(aheadFor, speed) / b.each(speed)) }

// pass saves up the places that are due by now and were not allotted.
func (b *Bucket) pass(now time.Time, speed float64) {
	if now.Before(b.Next) {
		return
	}
	each := b.each(speed)
	if long := now.Add(-time.Duration(b.Given.len()+Burst) * each); b.Next.Before(long) {
		b.Next, b.Given, b.Saved = long, nil, max(b.Saved, 0) // so long ago that all allotted places have passed
	}
	passed := int(now.Sub(b.Next)/each) + 1
	known := min(passed, b.Given.len())
	free := 0
	for i := range known {
		due := b.Next.Add(time.Duration(i) * each)
		switch {
		case b.Given.has(i):
			b.note(due, speed, 1)
		case !due.Before(b.Paused):
			free++
		}
	}
	rest := passed - known
	if pause := b.Paused.Sub(b.Next.Add(time.Duration(known) * each)); pause > 0 {
		rest = max(rest-int((pause+each-1)/each), 0)
	}
	b.Saved = min(b.Saved+free+rest, Burst)
	b.Given = b.Given.after(passed)
	b.Next = b.Next.Add(time.Duration(passed) * each)
}

// learn corrects the bucket by PAPI's answer. The remaining requests that PAPI states have since grown at the rate,
// and shrunk by the allotted places that were due since. When PAPI counted is not known, only that it was between the
// request and its answer, nor whether it had already counted those that were due shortly before. So this yields two
// bounds for Saved. Within them the bucket's own count is kept.
func (b *Bucket) learn(now time.Time, speed float64, told Told) {
	r, said := told.Reply, told.At
	if said.After(now) {
		said = now
	}
	switch {
	case told.At.IsZero() || r.NoAnswer:
	case r.Refused:
		b.refused(now, said, speed, r)
	case r.Remaining != nil && now.Sub(said)+r.Took < Real(believedFor, speed) && !said.Before(b.Paused):
		unused := reserve
		if r.Limit != nil {
			unused = min(max(*r.Limit-1, 0), reserve)
		}
		left, sent := min(max(*r.Remaining, 0), Burst)-unused, said.Add(-max(r.Took, 0))
		most := max(left+int(now.Sub(sent)/b.each(speed))-b.since(said, speed, false), -longestLine)
		least := max(left+int(now.Sub(said)/b.each(speed))-b.since(sent.Add(-Real(countedIn, speed)), speed, true), -longestLine)
		b.Saved = min(max(b.Saved, least), most, Burst)
	}
}

// refused puts off all further places.
func (b *Bucket) refused(now, said time.Time, speed float64, r Reply) {
	b.Paused = later(b.Paused, said.Add(max(min(r.Wait, Real(longestPause, speed)), b.each(speed))))
	b.Saved = min(b.Saved, 0)
	if r.Wait <= 0 && r.Remaining == nil && now.Sub(b.Slowed) >= Real(halvingPause, speed) {
		b.goAt(max(b.PerMinute/2, minPerMinute), speed) //nolint:mnd // half
		b.Slowed = now
	}
}

// grow raises a lowered rate again.
func (b *Bucket) grow(now time.Time, speed float64) {
	if b.Slowed.After(now) {
		b.Slowed = now
	}
	for step := Real(growthStep, speed); b.PerMinute < bucketPerMinute && now.Sub(b.Slowed) >= step; {
		b.Slowed = b.Slowed.Add(step)
		b.goAt(min(b.PerMinute*growth, bucketPerMinute), speed)
	}
}

// goAt changes the rate. Allotted places stay due when they are.
func (b *Bucket) goAt(perMinute, speed float64) {
	was := b.each(speed)
	b.PerMinute = perMinute
	each := b.each(speed)
	var given Places
	for i := range b.Given.len() {
		if b.Given.has(i) {
			at := int((time.Duration(i)*was + each - 1) / each)
			for given.has(at) {
				at++
			}
			given.set(at)
		}
	}
	b.Given = given
}
