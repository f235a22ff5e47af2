package simulator

import (
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// millis is PAPI's format for times until which a client is to wait.
const millis = "2006-01-02T15:04:05.000Z"

// BurstBlock refuses all requests for a while after too many in a short time, with the HTML page of a firewall
// instead of a problem document. Its durations are by the client's clock, as for the other limits.
type BurstBlock struct {
	Requests int           // how many within Within are too many; 0: no limit
	Within   time.Duration // 0 means a second
	For      time.Duration // 0 means a minute
}

// blocked is the firewall's answer, which does not say how long to wait.
func (c *call) blocked() *answer {
	f := KnownFaults()["burst"]
	return f.faulty(c)
}

// rateHeaders adds the rate limit to an answer, unless a fault has set it.
func (s *Simulator) rateHeaders(header http.Header, at time.Time) {
	if s.quiet || header.Get("X-RateLimit-Limit") != "" {
		return
	}
	header.Set("X-RateLimit-Limit", strconv.Itoa(s.requests.Size))
	header.Set("X-RateLimit-Remaining", strconv.Itoa(s.requests.Left(at)))
}

// budgetHeaders adds the daily budget to an accepted activation. The reset is in milliseconds.
func (s *Simulator) budgetHeaders(header http.Header, at time.Time) {
	if s.quiet {
		return
	}
	header.Set("X-RateLimit-Activations-Limit", strconv.Itoa(s.budget.Limit))
	header.Set("X-RateLimit-Activations-Remaining", strconv.Itoa(s.budget.Left(at)))
	header.Set("X-RateLimit-Activations-Reset", strconv.FormatInt(s.budget.Reset.UnixMilli(), 10))
}

func (s *Simulator) tooManyRequests(c *call) *answer {
	next := s.requests.Next()
	told := next.UTC().Format(millis)
	a := c.problem(http.StatusTooManyRequests, "http/too-many-requests", "Too Many Requests",
		"The account has made too many requests. Try again after "+told+".")
	if !s.quiet {
		a.header.Set("X-RateLimit-Next", told)
		a.header.Set("Retry-After", seconds(next.Sub(c.told)))
	}
	return a
}

func (s *Simulator) budgetExhausted(c *call) *answer {
	detail := fmt.Sprintf("The account has used its %d activations of this day. The limit resets at %s.",
		s.budget.Limit, s.budget.Reset.UTC().Format(millis))
	a := c.problem(http.StatusTooManyRequests, "rate-limit-exceeded.activations", "Activation limit reached", detail)
	s.budgetHeaders(a.header, c.told)
	return a
}
