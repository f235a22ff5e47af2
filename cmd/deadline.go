package cmd

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// Default time-outs of a command that waits for a network.
const (
	stagingTimeout    = 30 * time.Minute
	productionTimeout = 90 * time.Minute
	// hostnamesTimeout is that of a version that adds more than manyHostnames.
	hostnamesTimeout = 3 * time.Hour
	manyHostnames    = 10
	countTimeout     = time.Minute // of finding out how many it adds
)

// deadline returns how long the command may take: --timeout, else the default of the first network, and the longer one
// where no network is given.
func (p *program) deadline(n ...papi.Network) time.Duration {
	switch {
	case p.flags.Timeout > 0:
		return time.Duration(p.flags.Timeout)
	case len(n) > 0 && n[0] == papi.Staging:
		return stagingTimeout
	}
	return productionTimeout
}

// within bounds a context by a duration of PAPI's time.
func (s *session) within(ctx context.Context, d time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeoutCause(ctx, s.real(d), s.program.timeUp(d))
}

// timeUpError is an activation.ErrTimeout that names what has set the time.
type timeUpError struct{ what string }

// Error says which time has passed, and what has set it.
func (e *timeUpError) Error() string { return e.what + " has passed" }

// Unwrap returns what the engine tells it by.
func (e *timeUpError) Unwrap() error { return activation.ErrTimeout }

// timeUp is why a command ends that has lasted for d.
func (p *program) timeUp(d time.Duration) error {
	what := "--timeout " + term.Duration(d)
	switch {
	case p.flags.Timeout == 0:
		what = "the default --timeout of " + term.Duration(d)
	case p.timeoutFrom != "":
		what = "the timeout of " + term.Duration(d) + " in " + p.timeoutFrom
	}
	return &timeUpError{what}
}

// real converts a duration of PAPI's time to one of this machine's.
func (s *session) real(d time.Duration) time.Duration { return time.Duration(float64(d) / s.speed) }

// patiently bounds a context by a default time-out. When it has passed, it is extended once it turns out that the
// activation is on production, or adds many hostnames. Counting them costs requests that most runs never need, so
// they are counted only then.
func (s *session) patiently(ctx context.Context, d time.Duration, ref func() result.AssetRef) (context.Context, context.CancelFunc) {
	if s.program.flags.Timeout > 0 {
		return s.within(ctx, d)
	}
	ctx, cancel := context.WithCancelCause(ctx)
	p := &patience{Context: ctx, until: time.Now().Add(s.real(d + countTimeout))}
	var timer *time.Timer
	started := make(chan struct{})
	timer = time.AfterFunc(s.real(d), func() {
		<-started
		longer := s.longer(ctx, d, ref)
		if longer <= d {
			cancel(s.program.timeUp(d))
			return
		}
		more := s.real(longer - d)
		d = longer
		p.set(time.Now().Add(more + s.real(countTimeout)))
		timer.Reset(more)
	})
	close(started)
	return p, func() {
		timer.Stop()
		cancel(nil)
	}
}

// longer returns the time-out that fits what is waited for, when d has passed.
func (s *session) longer(ctx context.Context, d time.Duration, ref func() result.AssetRef) time.Duration {
	ev := s.seen()
	switch {
	case d >= hostnamesTimeout:
		return d
	case ev.Activation != nil && ev.Network == papi.Production && d < productionTimeout:
		return productionTimeout
	case s.addsManyHostnames(ctx, ref()):
		return hostnamesTimeout
	}
	return d
}

// patience is a context whose deadline can be put off.
type patience struct {
	context.Context //nolint:containedctx // it is one

	mu    sync.Mutex
	until time.Time
}

// Deadline implements context.Context.
func (p *patience) Deadline() (time.Time, bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if outer, ok := p.Context.Deadline(); ok && outer.Before(p.until) {
		return outer, true
	}
	return p.until, true
}

func (p *patience) set(until time.Time) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.until = until
}

// addsManyHostnames reports whether what is waited for adds so many hostnames
// that it takes longer than others. Where that cannot be found out, it does not.
func (s *session) addsManyHostnames(ctx context.Context, ref result.AssetRef) bool {
	ev := s.seen()
	if ref.Kind == result.Includes || ev.Activation == nil || ev.Kind == activation.EventQueued || ev.Activation.ActivationType == papi.Deactivate {
		return false
	}
	ctx, cancel := context.WithTimeout(ctx, s.real(countTimeout))
	defer cancel()
	added, err := s.addedHostnames(ctx, ref.Property(), ev.Activation.PropertyVersion, ev.Activation.Network)
	if err != nil || added <= manyHostnames {
		return false
	}
	s.program.progress.Say("version %d adds %d hostnames, which takes longer: waiting for up to %s",
		ev.Activation.PropertyVersion, added, term.Duration(hostnamesTimeout))
	return true
}

// addedHostnames counts the hostnames of a version that the version which is
// active on the network has not.
func (s *session) addedHostnames(ctx context.Context, ref papi.PropertyRef, version int, network papi.Network) (int, error) {
	wanted, err := s.client.VersionHostnames(ctx, ref, version)
	if err != nil {
		return 0, err
	}
	have := map[string]bool{}
	switch active, err := s.client.LatestVersion(ctx, ref, network); {
	case errors.Is(err, papi.ClassNotFound): // nothing is active: all of them are new
	case err != nil:
		return 0, err
	default:
		list, err := s.client.VersionHostnames(ctx, ref, active)
		if err != nil {
			return 0, err
		}
		for _, h := range list.Items {
			have[strings.ToLower(h.CNAMEFrom)] = true
		}
	}
	added := 0
	for _, h := range wanted.Items {
		if !have[strings.ToLower(h.CNAMEFrom)] {
			added++
		}
	}
	return added, nil
}
