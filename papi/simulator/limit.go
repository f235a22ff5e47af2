package simulator

import (
	"fmt"
	"math"
	"net/http"
	"strconv"
	"time"
)

// millis is how PAPI writes times that a client is to wait for.
const millis = "2006-01-02T15:04:05.000Z"

// bucket counts the requests of an account: it is full at first and gains so many a minute.
type bucket struct {
	size      float64
	perSecond float64
	level     float64
	at        time.Time
}

func newBucket(perMinute, size int, now time.Time) bucket {
	return bucket{size: float64(size), perSecond: float64(perMinute) / 60, level: float64(size), at: now}
}

func (b *bucket) refill(now time.Time) {
	b.level = min(b.size, b.level+now.Sub(b.at).Seconds()*b.perSecond)
	b.at = now
}

// almost makes up for what is lost when seconds become fractions of a request.
const almost = 1e-6

func (b *bucket) take(now time.Time) bool {
	b.refill(now)
	if b.level < 1-almost {
		return false
	}
	b.level = max(0, b.level-1)
	return true
}

// next returns when a request will be taken again, rounded up to a millisecond.
func (b *bucket) next() time.Time {
	missing := max(0, 1-b.level)
	wait := math.Ceil(missing/b.perSecond*1000) * float64(time.Millisecond)
	return b.at.Add(time.Duration(wait)).Add(time.Millisecond - 1).Truncate(time.Millisecond)
}

// budget counts the activations of 24 hours, which begin with the first one.
type budget struct {
	limit int
	used  int
	reset time.Time
}

const budgetWindow = 24 * time.Hour

// left returns what remains now.
func (b *budget) left(now time.Time) int {
	if !now.Before(b.reset) {
		b.used = 0
	}
	return max(0, b.limit-b.used)
}

func (b *budget) spend(now time.Time) {
	if b.left(now); b.used == 0 {
		b.reset = now.Add(budgetWindow)
	}
	b.used++
}

// rateHeaders go with every answer, unless a fault has set them.
func (s *Simulator) rateHeaders(header http.Header, now time.Time) {
	if s.quiet || header.Get("X-RateLimit-Limit") != "" {
		return
	}
	s.bucket.refill(now)
	header.Set("X-RateLimit-Limit", strconv.Itoa(int(s.bucket.size)))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(int(s.bucket.level+almost)))
}

// budgetHeaders go with an accepted activation. The reset is in milliseconds.
func (s *Simulator) budgetHeaders(header http.Header, now time.Time) {
	if s.quiet {
		return
	}
	header.Set("X-RateLimit-Activations-Limit", strconv.Itoa(s.budget.limit))
	header.Set("X-RateLimit-Activations-Remaining", strconv.Itoa(s.budget.left(now)))
	header.Set("X-RateLimit-Activations-Reset", strconv.FormatInt(s.budget.reset.UnixMilli(), 10))
}

func (s *Simulator) tooManyRequests(c *call) *answer {
	next := s.bucket.next()
	a := c.problem(http.StatusTooManyRequests, "http/too-many-requests", "Too Many Requests",
		"The account has made too many requests. Try again after "+next.UTC().Format(millis)+".")
	if !s.quiet {
		a.header.Set("X-RateLimit-Next", next.UTC().Format(millis))
		a.header.Set("Retry-After", strconv.Itoa(int(math.Ceil(next.Sub(c.now).Seconds()))))
	}
	return a
}

func (s *Simulator) budgetExhausted(c *call) *answer {
	detail := fmt.Sprintf("The account has used its %d activations of this day. The limit resets at %s.",
		s.budget.limit, s.budget.reset.UTC().Format(millis))
	a := c.problem(http.StatusTooManyRequests, "rate-limit-exceeded.activations", "Activation limit reached", detail)
	s.budgetHeaders(a.header, c.now)
	return a
}
