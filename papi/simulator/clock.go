package simulator

import (
	"math"
	"strconv"
	"time"
)

// clock relates three times: the real one, of signatures; the simulated one, which runs
// speed times as fast, and in which all that happens at Akamai takes its usual time; and
// the client's, in which times are told and limits are counted. It is one of the others.
type clock struct {
	start time.Time
	speed float64
	// real tells times in real time. What was before the start keeps its distance, and
	// what comes after it is speed times nearer. Else they are told in simulated time.
	real bool
}

func (k clock) simulated(now time.Time) time.Time {
	return k.start.Add(time.Duration(float64(now.Sub(k.start)) * k.speed))
}

// clients is the client's time.
func (k clock) clients(now time.Time) time.Time {
	if k.real {
		return now
	}
	return k.simulated(now)
}

// told is how a simulated time is written in an answer.
func (k clock) told(t time.Time) time.Time {
	if !k.real || !t.After(k.start) {
		return t
	}
	return k.start.Add(k.shortened(t.Sub(k.start)))
}

// toldFor is how long a simulated duration is said to be in an answer.
func (k clock) toldFor(d time.Duration) time.Duration {
	if k.real {
		return k.shortened(d)
	}
	return d
}

// shortened is how long a simulated duration takes in real time.
func (k clock) shortened(d time.Duration) time.Duration {
	return time.Duration(min(float64(d)/k.speed, math.MaxInt64/2))
}

// delay is how long a duration of the client's time takes in real time.
func (k clock) delay(d time.Duration) time.Duration {
	if k.real {
		return d
	}
	return k.shortened(d)
}

// stamp writes a simulated time as PAPI writes dates.
func (c *call) stamp(t time.Time) string { return date(c.clock.told(t)) }

// date writes a time as it is.
func date(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// seconds are whole ones, rounded up.
func seconds(d time.Duration) string { return strconv.Itoa(int(math.Ceil(d.Seconds()))) }
