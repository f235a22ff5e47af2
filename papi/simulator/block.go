package simulator

import "time"

// BurstBlock refuses all requests for a while once there were too many in a short
// time, with the page of a firewall instead of a problem. Its times are real ones,
// as those of the other limits are.
type BurstBlock struct {
	Requests int           // that are too many within Within; 0: never
	Within   time.Duration // 0 means a second
	For      time.Duration // 0 means a minute
}

// block is the state of a BurstBlock.
type block struct {
	BurstBlock

	recent []time.Time
	until  time.Time
}

// take reports whether a request is let through.
func (b *block) take(now time.Time) bool {
	if b.Requests == 0 {
		return true
	}
	if now.Before(b.until) {
		return false
	}
	within, pause := b.Within, b.For
	if within == 0 {
		within = time.Second
	}
	if pause == 0 {
		pause = time.Minute
	}
	for len(b.recent) > 0 && now.Sub(b.recent[0]) >= within {
		b.recent = b.recent[1:]
	}
	b.recent = append(b.recent, now)
	if len(b.recent) < b.Requests {
		return true
	}
	b.recent, b.until = nil, now.Add(pause)
	return false
}

// blocked is the answer of the firewall: it does not say how long.
func (c *call) blocked() *answer {
	f := Known()["burst"]
	return f.faulty(c)
}
