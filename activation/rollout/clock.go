package rollout

import "time"

// clock is PAPI's, as far as its answers tell.
type clock struct {
	ahead time.Duration // of the local one
	speed float64       // seconds of PAPI's time in a real one; 0 means 1
}

// now is the time in which PAPI writes its dates.
func (c clock) now() time.Time { return time.Now().Add(c.ahead) }

// learn takes the Date of an answer, which has no fractions.
func (c *clock) learn(date time.Time) {
	if ahead := time.Until(date); !date.IsZero() && (ahead < c.ahead-time.Second || ahead > c.ahead+time.Second) {
		c.ahead = ahead
	}
}

// between is how much of PAPI's time is between two dates.
func (c clock) between(from, to time.Time) time.Duration {
	if c.speed > 0 {
		return time.Duration(float64(to.Sub(from)) * c.speed)
	}
	return to.Sub(from)
}

// after is a date so much later.
func (c clock) after(t time.Time, d time.Duration) time.Time { return t.Add(c.real(d)) }

// real converts a duration of PAPI's time to one of this machine's.
func (c clock) real(d time.Duration) time.Duration {
	if c.speed > 0 {
		return time.Duration(float64(d) / c.speed)
	}
	return d
}
