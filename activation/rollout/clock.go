package rollout

import (
	"math"
	"time"
)

// clock estimates PAPI's clock from its answers; before the first one it is the local clock. All times in this
// package are by it, except those at which a look or a request began. Between answers it follows this machine's
// monotonic clock: setting the local clock changes nothing, and no time passes while the machine sleeps.
type clock struct {
	date    time.Time     // the last Date of PAPI
	at      time.Time     // when it was received, by the local clock
	told    bool          // PAPI has sent a Date
	doubt   time.Duration // how far the last Date was off, until another one confirms it
	doubted bool
	speed   float64 // seconds of PAPI's time in one real second; 0 means 1
}

func newClock(speed float64) clock {
	now := time.Now()
	return clock{date: now.Round(0), at: now, speed: speed}
}

// now is the current time by PAPI's clock.
func (c *clock) now() time.Time { return c.date.Add(c.since(c.at)) }

// learn sets the clock by the Date of an answer, in whole seconds. A Date that is off counts only once the next
// one agrees, because a single wrong Date must not end a watch or an item's time.
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

// since returns how much of PAPI's time has passed since a local time.
func (c *clock) since(t time.Time) time.Duration {
	passed := time.Since(t)
	if c.speed > 0 {
		return time.Duration(float64(passed) * c.speed)
	}
	return passed
}

// real converts a duration of PAPI's time to this machine's, rounded up so that no wait is too short. It reads
// only speed, which never changes, and so needs no lock.
func (c *clock) real(d time.Duration) time.Duration {
	if c.speed > 0 {
		return time.Duration(math.Ceil(float64(d) / c.speed))
	}
	return d
}
