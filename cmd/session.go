package cmd

import (
	"net/http"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// session is a connection to PAPI, or to a simulated one.
type session struct {
	program     *program
	about       kind
	client      *papi.Client
	api         activation.API // the part of the client that has the activations
	credentials papi.Credentials
	speed       float64 // seconds of PAPI's time in a real one
}

// open connects. Nothing is sent yet.
func (p *program) open(about kind) (*session, error) {
	s := &session{program: p, about: about, speed: 1}
	var err error
	transport := p.env.Transport
	if p.flags.simulate {
		s.credentials, transport = p.simulation()
		s.speed = p.flags.speed
		p.progress.say("simulation: nothing of this reaches Akamai; one real second is %g simulated ones", s.speed)
	} else {
		if s.credentials, err = p.credentials(); err != nil {
			return nil, err
		}
		if transport, err = p.network(transport); err != nil {
			return nil, err
		}
	}
	s.client, err = papi.New(s.credentials, papi.Options{
		Transport:      transport,
		UserAgent:      p.userAgent(),
		MaxRetries:     noneIsNegative(p.flags.maxRetries),
		RequestTimeout: time.Duration(p.flags.requestTimeout),
		SubmitTimeout:  time.Duration(p.flags.requestTimeout),
		Suspension:     p.flags.suspension(),
		Jitter:         p.env.Jitter,
		Observe:        s.attempted,
	})
	if err != nil {
		return nil, &credentialsError{err: err}
	}
	p.record.host = s.credentials.Host
	s.api = s.client
	if about == includes {
		s.api = activation.Includes{PAPI: s.client}
	}
	return s, nil
}

func (p *program) network(transport http.RoundTripper) (http.RoundTripper, error) {
	roots, err := p.roots()
	if err != nil || transport != nil {
		return transport, err
	}
	return papi.NewNetwork(roots), nil
}

// noneIsNegative translates from the flag, where 0 means none, to the options,
// where it means the default.
func noneIsNegative(n int) int {
	if n == 0 {
		return -1
	}
	return n
}

// engine returns the workflow over the session.
func (s *session) engine() *activation.Engine {
	return &activation.Engine{
		API:           s.api,
		Observe:       s.happened,
		Resubmissions: noneIsNegative(s.program.flags.maxRetries),
		Jitter:        s.program.env.Jitter,
		Speed:         s.speed,
	}
}

// attempted takes note of a request.
func (s *session) attempted(a papi.Attempt) {
	s.program.meter.count(a)
	s.program.record.attempted(a)
	s.program.progress.attempt(a)
}

// happened takes note of an event.
func (s *session) happened(ev activation.Event) {
	if ev.Kind == activation.EventRetrying {
		s.program.meter.retry()
	}
	s.program.happened(moment{Event: ev, at: time.Now(), subject: s.program.progress.about(), speed: s.speed})
}

// account says whose properties these are, for people.
func (s *session) account() string {
	if key := s.credentials.AccountKey; key != "" {
		return "account " + masked(key)
	}
	return s.credentials.Host
}

// meter counts requests. It may be used from several goroutines.
type meter struct {
	mu     sync.Mutex
	counts requestsView
}

func (m *meter) count(a papi.Attempt) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if a.Sent {
		m.counts.Total++
	}
	if a.Retry {
		m.counts.Retries++
	}
	if a.Sent && a.Class == papi.ClassRateLimited || a.StatusCode == http.StatusTooManyRequests {
		m.counts.RateLimited++
	}
}

func (m *meter) retry() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.counts.Retries++
}

func (m *meter) view() requestsView {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts
}
