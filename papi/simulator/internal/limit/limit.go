// Package limit counts what a simulated account may still do: the requests of a
// minute, the activations of a day, and the requests of a short time.
package limit

import (
	"math"
	"time"
)

// Bucket is a token bucket. It is full at first, and gains so many a minute.
type Bucket struct {
	Size      int
	perSecond float64
	level     float64
	at        time.Time
}

// NewBucket returns a bucket that is full now.
func NewBucket(perMinute, size int, now time.Time) Bucket {
	return Bucket{Size: size, perSecond: float64(perMinute) / 60, level: float64(size), at: now}
}

func (b *Bucket) refill(now time.Time) {
	b.level = min(float64(b.Size), b.level+now.Sub(b.at).Seconds()*b.perSecond)
	b.at = now
}

// almost makes up for what is lost when seconds become fractions of a request.
const almost = 1e-6

// Take takes one, and reports whether there was one.
func (b *Bucket) Take(now time.Time) bool {
	b.refill(now)
	if b.level < 1-almost {
		return false
	}
	b.level = max(0, b.level-1)
	return true
}

// Left returns how many there are now.
func (b *Bucket) Left(now time.Time) int {
	b.refill(now)
	return int(b.level + almost)
}

// Next returns when there will be one again, rounded up to a millisecond.
func (b *Bucket) Next() time.Time {
	missing := max(0, 1-b.level)
	wait := math.Ceil(missing/b.perSecond*1000) * float64(time.Millisecond)
	return b.at.Add(time.Duration(wait)).Add(time.Millisecond - 1).Truncate(time.Millisecond)
}

// Budget is so many of something in 24 hours, which begin with the first one.
type Budget struct {
	Limit int
	Reset time.Time // when the 24 hours end
	used  int
}

const window = 24 * time.Hour

// Left returns how many remain now.
func (b *Budget) Left(now time.Time) int {
	if !now.Before(b.Reset) {
		b.used = 0
	}
	return max(0, b.Limit-b.used)
}

// Spend uses one.
func (b *Budget) Spend(now time.Time) {
	if b.Left(now); b.used == 0 {
		b.Reset = now.Add(window)
	}
	b.used++
}

// Burst refuses everything for a while once there was too much in a short time.
type Burst struct {
	Limit  int           // that are too many within Within; 0: never
	Within time.Duration // 0 means a second
	Pause  time.Duration // 0 means a minute

	recent []time.Time
	until  time.Time
}

// Take reports whether one is let through.
func (b *Burst) Take(now time.Time) bool {
	if b.Limit == 0 {
		return true
	}
	if now.Before(b.until) {
		return false
	}
	within, pause := b.Within, b.Pause
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
	if len(b.recent) < b.Limit {
		return true
	}
	b.recent, b.until = nil, now.Add(pause)
	return false
}
