package simulator

import (
	"math"
	"strconv"
	"time"
)

// clock relates three clocks: the real one, which signatures use; the simulated one, which runs speed times as
// fast, and on which everything at Akamai takes its usual time; and the client's, which times in answers and
// rate limits use. The client's is one of the other two.
type clock struct {
	start time.Time
	speed float64
	// real makes the client's clock the real one. Times before the start are then reported unchanged, and
	// intervals after it shortened by speed. Otherwise the client's clock is the simulated one.
	real bool
}

func (k clock) simulated(now time.Time) time.Time {
	return k.start.Add(time.Duration(float64(now.Sub(k.start)) * k.speed))
}

// clients returns the time by the client's clock.
func (k clock) clients(now time.Time) time.Time {
	if k.real {
		return now
	}
	return k.simulated(now)
}

// told converts a simulated time for an answer.
func (k clock) told(t time.Time) time.Time {
	if !k.real || !t.After(k.start) {
		return t
	}
	return k.start.Add(k.shortened(t.Sub(k.start)))
}

// toldFor converts a simulated duration for an answer.
func (k clock) toldFor(d time.Duration) time.Duration {
	if k.real {
		return k.shortened(d)
	}
	return d
}

// shortened converts a simulated duration to real time.
func (k clock) shortened(d time.Duration) time.Duration {
	return time.Duration(min(float64(d)/k.speed, math.MaxInt64/2))
}

// delay converts a duration of the client's clock to real time.
func (k clock) delay(d time.Duration) time.Duration {
	if k.real {
		return d
	}
	return k.shortened(d)
}

// stamp formats a simulated time as PAPI formats dates.
func (c *call) stamp(t time.Time) string { return date(c.clock.told(t)) }

// date formats a time without converting it.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// seconds formats a duration in whole seconds, rounded up.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
