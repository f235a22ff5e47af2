package papi

import (
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// clock converts between PAPI's time and this machine's. In this package durations are in PAPI's time: pauses,
// time-outs, Retry-After, suspensions. Points in time, and how long an attempt took, are this machine's.
type clock struct {
	speed float64 // seconds of PAPI's time in one real second; 0 means 1
}

// real returns how long a duration takes on this machine.
func (c clock) real(d time.Duration) time.Duration { return pace.Real(d, c.speed) }

// until returns how much of PAPI's time is left until a moment of this machine.
func (c clock) until(t time.Time) time.Duration {
	left := time.Until(t)
	if c.speed > 0 {
		return time.Duration(float64(left) * c.speed)
	}
	return left
}
