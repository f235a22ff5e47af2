package activation

import (
	"context"
	"fmt"
	"time"
)

// Poll is when to poll an activation. The zero value is adaptive.
type Poll struct {
	mode  pollMode
	every time.Duration
}

type pollMode int

const (
	pollAdaptive pollMode = iota
	pollRetryAfter
	pollFixed
)

// UnmarshalText parses "adaptive", "retry-after" or a duration of at least 5 s.
func (p *Poll) UnmarshalText(text []byte) error {
	switch s := string(text); s {
	case "adaptive":
		*p = Poll{}
	case "retry-after":
		*p = Poll{mode: pollRetryAfter}
	default:
		every, err := ParseDuration(s)
		if err != nil {
			return fmt.Errorf("%q is neither adaptive, retry-after, nor a duration such as 30s", s)
		}
		if every < minPoll {
			return fmt.Errorf("%s is too often; the least is %s", every, minPoll)
		}
		*p = Poll{mode: pollFixed, every: every}
	}
	return nil
}

// MarshalText is the inverse of UnmarshalText.
func (p Poll) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String returns the form that UnmarshalText parses.
func (p Poll) String() string {
	switch p.mode {
	case pollRetryAfter:
		return "retry-after"
	case pollFixed:
		return p.every.String()
	case pollAdaptive:
	}
	return "adaptive"
}

// sleep waits for a duration of PAPI's time, or returns why the context ended.
func (e *Engine) sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(e.real(d))
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// real converts a duration of PAPI's time to this machine's.
func (e *Engine) real(d time.Duration) time.Duration {
	if e.Speed > 0 {
		return time.Duration(float64(d) / e.Speed)
	}
	return d
}

// since returns how much of PAPI's time has passed since a local time.
func (e *Engine) since(t time.Time) time.Duration {
	passed := time.Since(t)
	if e.Speed > 0 {
		return time.Duration(float64(passed) * e.Speed)
	}
	return passed
}

// clock estimates PAPI's clock from its answers; before the first one it is the local clock.
type clock struct {
	date   time.Time // the last Date of PAPI
	at     time.Time // when it was received, by the local clock
	engine *Engine
}

func (e *Engine) clock() clock {
	now := wallClock()
	return clock{date: now, at: now, engine: e}
}

// wallClock continues while the machine sleeps, as PAPI's clock does.
func wallClock() time.Time { return time.Now().Round(0) }

// learn sets the clock by the Date of an answer received now; zero for none.
func (c *clock) learn(date time.Time) {
	if !date.IsZero() {
		c.date, c.at = date, wallClock()
	}
}

// now is the current time by PAPI's clock.
func (c clock) now() time.Time { return c.date.Add(c.engine.since(c.at)) }
