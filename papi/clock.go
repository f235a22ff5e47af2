package papi

import (
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// clock relates PAPI's time to this machine's. All durations of this package are
// of PAPI's time: pauses, time-outs, what PAPI asks to wait, suspensions. Moments,
// and how long an attempt took, are this machine's.
type clock struct {
	speed float64 // seconds of PAPI's time in a real one; 0 means 1
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
