package activation

import (
	"context"
	"fmt"
	"time"

	"github.com/propctl/propctl/papi"
)

// Poll is how the moments are chosen at which an activation is looked at. The
// zero value is adaptive.
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

// Bounds of what is believed of a Retry-After, and the least fixed interval.
const (
	minPoll       = 5 * time.Second
	maxRetryAfter = time.Hour
)

// UnmarshalText reads "adaptive", "retry-after" or a duration of 5 s at least.
func (p *Poll) UnmarshalText(text []byte) error {
	switch s := string(text); s {
	case "adaptive":
		*p = Poll{}
	case "retry-after":
		*p = Poll{mode: pollRetryAfter}
	default:
		every, err := time.ParseDuration(s)
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

// MarshalText is the opposite of UnmarshalText.
func (p Poll) MarshalText() ([]byte, error) { return []byte(p.String()), nil }

// String returns what UnmarshalText reads.
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

// Figures of the adaptive schedule.
const (
	firstStep   = 5 * time.Second // of linear back-off
	stepGrowth  = 10 * time.Second
	minFineStep = 10 * time.Second // of the steps around the usual duration
	maxFineStep = 60 * time.Second
	fineSteps   = 15 // in a usual duration
)

// schedule chooses the moments of the looks at one activation. Its state is how
// many linear steps it has made, so a schedule is for one wait.
type schedule struct {
	poll   Poll
	usual  time.Duration
	linear int           // linear steps so far, before the fine ones
	grown  time.Duration // the last linear step after the fine ones
}

// next returns the pause after a look at an activation of the age, whose answer
// asked for a look after retryAfter (0: it did not ask).
//
// Looks are made to find a failure early: soon after the submission, and
// rarely from then on, until most of the usual duration is over; then often
// enough to see the end within a fifteenth of it.
func (s *schedule) next(age, retryAfter time.Duration) time.Duration {
	if retryAfter < 0 || retryAfter > maxRetryAfter {
		retryAfter = 0
	}
	if retryAfter > 0 {
		retryAfter = max(retryAfter, minPoll)
	}
	switch s.poll.mode {
	case pollFixed:
		return s.poll.every
	case pollRetryAfter:
		if retryAfter > 0 {
			return retryAfter
		}
		return s.linearStep()
	case pollAdaptive:
	}
	step := s.adaptiveStep(age)
	if retryAfter > 0 {
		step = min(step, retryAfter)
	}
	return step
}

func (s *schedule) adaptiveStep(age time.Duration) time.Duration {
	age = max(age, 0)
	soon, late := s.usual*6/10, s.usual*3/2
	fine := min(max(s.usual/fineSteps, minFineStep), maxFineStep)
	switch {
	case age < soon:
		return min(s.linearStep(), soon-age)
	case age < late:
		return fine
	}
	s.grown = max(s.grown, fine) + stepGrowth
	return s.grown
}

func (s *schedule) linearStep() time.Duration {
	step := linear(s.linear)
	s.linear++
	return step
}

// linear returns 5 s for 0, 15 s for 1, 25 s for 2 and so on.
func linear(n int) time.Duration { return firstStep + time.Duration(n)*stepGrowth }

// Waiting for somebody else's activation.
const (
	blockerStep    = time.Minute
	maxBlockerStep = 10 * time.Minute
)

// blockerPause returns 1 min for 0, 2 min for 1 and so on, up to 10 min.
func blockerPause(n int) time.Duration {
	return min(time.Duration(n+1)*blockerStep, maxBlockerStep)
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

// real converts a duration of PAPI's time to one of this machine's.
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

// Usual durations of a property of which no activation has finished yet.
const (
	usualStaging    = 90 * time.Second
	usualProduction = 7 * time.Minute
	maxUsual        = 6 * time.Hour // a longer one is taken for a wrong date
)

// UsualDuration returns how long an activation takes on a network: the median of those
// in the list, or a general figure where there is none.
func UsualDuration(have []papi.Activation, network papi.Network) time.Duration {
	if d, ok := median(durations(have, network)); ok {
		return d
	}
	if network == papi.Production {
		return usualProduction
	}
	return usualStaging
}
