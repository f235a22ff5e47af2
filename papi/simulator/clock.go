package simulator

import (
	"math"
	"time"
)

// clock relates three times: the real one; the simulated one, which runs speed times
// as fast and in which all that happens at Akamai takes its usual time; and the one
// in which dates are told.
type clock struct {
	start time.Time
	speed float64
	// real tells dates in real time. What was before the start keeps its distance, and
	// what comes after it is speed times nearer.
	real bool
}

func (k clock) simulated(now time.Time) time.Time {
	return k.start.Add(time.Duration(float64(now.Sub(k.start)) * k.speed))
}

// told is how a simulated time is written in an answer.
func (k clock) told(t time.Time) time.Time {
	if !k.real || !t.After(k.start) {
		return t
	}
	return k.start.Add(k.shortened(t.Sub(k.start)))
}

// shortened is how long a simulated duration takes in real time.
func (k clock) shortened(d time.Duration) time.Duration {
	return time.Duration(min(float64(d)/k.speed, math.MaxInt64/2))
}

// stamp writes a simulated time as PAPI writes dates.
func (c *call) stamp(t time.Time) string { return date(c.clock.told(t)) }

// date writes a time as it is.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }
