package cmd

import (
	"cmp"
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
	"github.com/propctl/propctl/papi"
)

// session is a connection to PAPI, or to a simulated one.
type session struct {
	program     *program
	about       result.AssetKind
	client      *papi.Client
	shared      *papi.Account // nil where there is nothing to share
	credentials papi.Credentials
	speed       float64 // seconds of PAPI's time in a real one

	nearOnce sync.Once
	near     []string      // existing names, for suggestions; read when a name was not found
	nearRead chan struct{} // closed when near is there

	mu     sync.Mutex
	assets map[papi.ID]papi.ID // ids of assets by the ids of their properties, with the prefix
	last   activation.Event    // the last event; the zero value before the first
	names  map[papi.ID]string  // names in messages by the ids of properties and includes, with the prefix
}

// open connects. Nothing is sent yet.
func (p *program) open(about result.AssetKind) (*session, error) {
	if p.flags.Simulate {
		p.progress.Say("simulation: nothing of this reaches Akamai; one real second is %g simulated ones", p.flags.Speed)
		credentials, transport, err := p.simulation()
		if err != nil {
			return nil, err
		}
		return p.connect(about, credentials, transport, p.flags.Speed)
	}
	credentials, err := p.credentials()
	if err != nil {
		return nil, err
	}
	transport := p.env.Transport
	if transport == nil {
		if err := p.checkProxy(credentials.Host); err != nil {
			return nil, err
		}
	}
	if transport, err = p.network(transport); err != nil {
		return nil, err
	}
	return p.connect(about, credentials, transport, 1)
}

// connect makes a session. speed is how many seconds of PAPI's time pass in a real one.
func (p *program) connect(about result.AssetKind, credentials papi.Credentials, transport http.RoundTripper, speed float64) (*session, error) {
	s := &session{program: p, about: about, speed: speed, credentials: credentials, names: map[papi.ID]string{}, assets: map[papi.ID]papi.ID{}}
	var err error
	if s.shared, err = s.coordinate(credentials); err != nil {
		return nil, err
	}
	s.client, err = papi.New(credentials, papi.Options{
		Transport:      transport,
		UserAgent:      p.userAgent(),
		MaxRetries:     noneIsNegative(p.flags.MaxRetries),
		RequestTimeout: s.patience(papi.DefaultRequestTimeout),
		SubmitTimeout:  s.patience(papi.DefaultSubmitTimeout),
		Speed:          speed,
		Suspension:     p.flags.Suspension(),
		Jitter:         p.env.Jitter,
		Observe:        s.attempted,
		Account:        s.shared,
		ObserveDelay:   s.delayed,
	})
	if err != nil {
		return nil, &catalogue.CredentialsError{Err: err}
	}
	p.record.Connected(s.credentials.Host)
	p.session = s
	return s, nil
}

// leastPatience is how long a request may take on this machine, however fast a simulation
// runs: the work that an answer makes is real.
const leastPatience = 250 * time.Millisecond

// patience is how much of PAPI's time a request may take.
func (s *session) patience(otherwise time.Duration) time.Duration {
	return s.atLeast(cmp.Or(time.Duration(s.program.flags.RequestTimeout), otherwise))
}

// atLeast returns a time limit that leaves a simulation the time that its work takes here.
func (s *session) atLeast(limit time.Duration) time.Duration {
	if s.speed == 1 {
		return limit
	}
	return max(limit, time.Duration(float64(leastPatience)*s.speed))
}

// close waits for what the session may still be writing, which is not for long.
func (p *program) close() {
	if p.session != nil && p.session.shared != nil {
		_ = p.session.shared.Close() // the pace is a convenience
	}
	if p.shared != nil {
		p.shared.close()
	}
}

// sharedAccount is how the processes of this machine share an account's pace; nil
// where there is nothing to share.
func (p *program) sharedAccount(credentials papi.Credentials) *papi.Account {
	folder := settings.StateDir(p.env)
	if p.flags.Simulate || folder == "" {
		return nil
	}
	return papi.SharedAccount(folder, credentials)
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
		API:           s.client,
		Includes:      s.client,
		Observe:       s.happened,
		Resubmissions: noneIsNegative(s.program.flags.MaxRetries),
		Jitter:        s.program.env.Jitter,
		Speed:         s.speed,
		Turns:         s.turns(),
	}
}

// activations lists those of a property or of an include.
func (s *session) activations(ctx context.Context, ref result.AssetRef) (*papi.ActivationList, error) {
	if ref.Kind != result.Includes {
		return s.client.Activations(ctx, ref.Property())
	}
	list, err := s.client.IncludeActivations(ctx, ref.Include())
	if err != nil {
		return nil, err
	}
	return list.ActivationList(), nil
}

// rules gets the rule tree of a version of a property or of an include.
func (s *session) rules(ctx context.Context, ref result.AssetRef, version int) (*papi.RuleTree, error) {
	if ref.Kind == result.Includes {
		return s.client.IncludeRules(ctx, ref.Include(), version)
	}
	return s.client.Rules(ctx, ref.Property(), version)
}

// assetOf is what a run of the engine was about.
func assetOf(r *activation.Result) result.AssetRef { return result.AssetOf(r.Property, r.Include) }

// attempted takes note of a request.
func (s *session) attempted(a papi.Attempt) {
	s.program.meter.count(a)
	s.program.record.Attempted(a)
	s.program.progress.Attempt(a)
}

// called notes the name by which messages call a property.
func (s *session) called(p property) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.names[p.ref.FullID()] = p.String()
}

// hasAsset notes the id of a property's asset, which links to Control Center need, if it is known.
func (s *session) hasAsset(ref result.AssetRef) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if ref.AssetID != "" {
		s.assets[ref.FullID()] = ref.AssetID
	}
}

// begin shows from now on that the requests are about p.
func (s *session) begin(p property) {
	s.called(p)
	s.program.progress.Begin(p.String())
}

// subject is the name of the property, or the include, of an event.
func (s *session) subject(ev activation.Event) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	ref := result.AssetOf(ev.Property, ev.Include)
	return cmp.Or(s.names[ref.FullID()], ev.PropertyName, string(ref.ID))
}

// delayed prints that the run waits for PAPI's rate limit, and until when.
func (s *session) delayed(d papi.Delay) {
	why := "PAPI takes no more requests for now"
	switch {
	case d.Refused:
	case d.Ahead > 0:
		why = term.Plural(d.Ahead, "request") + " of this account come first"
	default:
		why = "the account's requests of this minute are used up"
	}
	p := s.program.progress
	p.Say("waiting for PAPI's rate limit until %s: %s", p.Clock().Tell(d.Until), why)
}

// seen returns the last event.
func (s *session) seen() activation.Event {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last
}

// happened takes note of an event.
func (s *session) happened(ev activation.Event) {
	if ev.Activation != nil { // the engine goes on with its own
		ev.Activation = new(*ev.Activation)
	}
	s.mu.Lock()
	s.last = ev
	s.mu.Unlock()
	if ev.Kind == activation.EventRetrying {
		s.program.meter.retry()
	}
	s.program.happened(journal.Entry{Event: ev, At: time.Now(), Subject: s.subject(ev), Speed: s.speed})
}

// asset returns the id of a property's asset as far as PAPI has told it; empty where it has not.
func (p *program) asset(property papi.ID) papi.ID {
	if p.session == nil {
		return ""
	}
	p.session.mu.Lock()
	defer p.session.mu.Unlock()
	return p.session.assets[property]
}

// account names the account for people: by its switch key, masked, or by the host of the credentials.
func (s *session) account() string {
	if key := s.credentials.AccountKey; key != "" {
		return "account " + settings.Mask(key)
	}
	return s.credentials.Host
}

// meter counts requests. It may be used from several goroutines.
type meter struct {
	mu     sync.Mutex
	counts result.Requests
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

func (m *meter) view() result.Requests {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.counts
}

// sender returns what sends notifications and traces.
func (p *program) sender() (*journal.Sender, error) {
	transport := p.env.Reporting
	if transport == nil {
		var err error
		if transport, err = p.network(nil); err != nil {
			return nil, err
		}
	}
	return journal.NewSender(transport, p.userAgent()), nil
}
