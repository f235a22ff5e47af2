package rollout

import (
	"math"
	"time"
)

// clock is PAPI's, as far as its answers tell; until they do, it is the local one. All
// moments of this package are of it, but those that a look or a request began at.
// Between two answers it goes on by this machine's monotonic clock: when the local one is
// set nothing is moved, and while the machine sleeps nothing ends.
type clock struct {
	date    time.Time     // that PAPI has told
	at      time.Time     // when it did, by the local clock
	told    bool          // PAPI has told one
	doubt   time.Duration // how far the last answer was off, when nothing has confirmed it yet
	doubted bool
	speed   float64 // seconds of PAPI's time in a real one; 0 means 1
}

func newClock(speed float64) clock {
	now := time.Now()
	return clock{date: now.Round(0), at: now, speed: speed}
}

// now is the time in which PAPI writes its dates.
func (c *clock) now() time.Time { return c.date.Add(c.since(c.at)) }

// learn takes the Date of an answer, which has no fractions. One that is off counts when
// the next one agrees: a single wrong date must not end a watch, or an item's time.
func (c *clock) learn(date time.Time) {
	const exact, agree = time.Second, 5 * time.Second
	if date.IsZero() {
		return
	}
	off := date.Sub(c.now())
	switch {
	case off.Abs() <= exact:
		c.told, c.doubted = true, false
	case !c.told, c.doubted && (off-c.doubt).Abs() <= agree:
		c.date, c.at, c.told, c.doubted = date, time.Now(), true, false
	default:
		c.doubt, c.doubted = off, true
	}
}

// since is how much of PAPI's time has passed since a local moment.
func (c *clock) since(t time.Time) time.Duration {
	passed := time.Since(t)
	if c.speed > 0 {
		return time.Duration(float64(passed) * c.speed)
	}
	return passed
}

// real converts a duration of PAPI's time to one of this machine's, rounded up: what is
// waited for is over then. It reads the speed alone, which never changes, so it needs no
// lock; that is why the clock is not copied for it.
func (c *clock) real(d time.Duration) time.Duration {
	if c.speed > 0 {
		return time.Duration(math.Ceil(float64(d) / c.speed))
	}
	return d
}
