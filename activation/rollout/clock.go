package rollout

import (
	"math"
	"time"
)

// clock is PAPI's, as far as its answers tell; until they do, it is the local one. All
// moments of this package are of it, but those that a look or a request began at.
type clock struct {
	date  time.Time // that PAPI has told
	at    time.Time // when it did, by the local clock
	speed float64   // seconds of PAPI's time in a real one; 0 means 1
}

func newClock(speed float64) clock {
	now := wallClock()
	return clock{date: now, at: now, speed: speed}
}

// wallClock goes on while the machine sleeps, as PAPI's does.
func wallClock() time.Time { return time.Now().Round(0) }

// now is the time in which PAPI writes its dates.
func (c clock) now() time.Time { return c.date.Add(c.since(c.at)) }

// learn takes the Date of an answer, which has no fractions.
func (c *clock) learn(date time.Time) {
	if off := date.Sub(c.now()); !date.IsZero() && (off < -time.Second || off > time.Second) {
		c.date, c.at = date, wallClock()
	}
}

// since is how much of PAPI's time has passed since a local moment.
func (c clock) since(t time.Time) time.Duration {
	passed := time.Since(t)
	if c.speed > 0 {
		return time.Duration(float64(passed) * c.speed)
	}
	return passed
}

// real converts a duration of PAPI's time to one of this machine's, rounded up: what is
// waited for is over then.
func (c clock) real(d time.Duration) time.Duration {
	if c.speed > 0 {
		return time.Duration(math.Ceil(float64(d) / c.speed))
	}
	return d
}
