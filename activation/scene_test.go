package activation_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
	"github.com/propctl/propctl/papi/simulator/contract"
)

// scene is an engine and a real client over a simulated PAPI. It has to be made
// inside a synctest bubble.
type scene struct {
	t      *testing.T
	sim    *simulator.Simulator
	engine *activation.Engine
	events []activation.Event
	begun  time.Time
	took   time.Duration // by cancelLate
	wrap   func(http.RoundTripper) http.RoundTripper
}

// How long activations take in a scene.
const (
	stagingTime    = 90 * time.Second
	productionTime = 7 * time.Minute
)

// newScene makes a scene whose requests and answers are held to PAPI's document.
func newScene(t *testing.T, o simulator.Options) *scene {
	t.Helper()
	return newSceneOver(t, o, func(rt http.RoundTripper) http.RoundTripper { return validated(t, rt) })
}

// newInventiveScene makes a scene in which PAPI says what its document does not
// know.
func newInventiveScene(t *testing.T, o simulator.Options) *scene {
	t.Helper()
	return newSceneOver(t, o, func(rt http.RoundTripper) http.RoundTripper { return rt })
}

func newSceneOver(t *testing.T, o simulator.Options, wrap func(http.RoundTripper) http.RoundTripper) *scene {
	t.Helper()
	if o.Pace == nil {
		o.Pace = simulator.Fixed(stagingTime, productionTime)
	}
	s := &scene{t: t, sim: simulator.New(o), begun: time.Now(), wrap: wrap}
	s.engine = s.another()
	s.engine.Observe = func(e activation.Event) { s.events = append(s.events, e) }
	return s
}

// another returns an engine as a second process would have it.
func (s *scene) another() *activation.Engine {
	s.t.Helper()
	return &activation.Engine{API: s.client()}
}

// client returns a client as a second process would have it.
func (s *scene) client() *papi.Client {
	s.t.Helper()
	c := s.sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: s.wrap(s.sim.Transport())})
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

// validated holds requests and answers to the OpenAPI document, where it is at hand.
func validated(t *testing.T, rt http.RoundTripper) http.RoundTripper {
	t.Helper()
	if v := contract.Find(t); v != nil {
		return v.Wrap(rt)
	}
	return rt
}

// www is version 8 of www.example.com on staging: new, while 7 is active.
func www() activation.Target {
	return activation.Target{
		Property: papi.PropertyRef{PropertyID: "prp_1001"}, Network: papi.Staging, Version: 8,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}, Note: "test"},
	}
}

// activate runs the target with a deadline of an hour.
func (s *scene) activate(target activation.Target) (*activation.Result, error) {
	s.t.Helper()
	return s.activateWithin(time.Hour, target)
}

func (s *scene) activateWithin(d time.Duration, target activation.Target) (*activation.Result, error) {
	s.t.Helper()
	ctx, cancel := context.WithTimeoutCause(s.t.Context(), d, activation.ErrTimeout)
	defer cancel()
	s.begun = time.Now()
	return s.engine.Activate(ctx, target)
}

// accepted counts the activations of version 8 of www.example.com on staging
// that PAPI has.
func (s *scene) accepted() int {
	n := 0
	for _, a := range s.sim.Activations("prp_1001") {
		if a.Network == simulator.Staging && a.Version == 8 {
			n++
		}
	}
	return n
}

func (s *scene) kinds() []activation.EventKind {
	var kinds []activation.EventKind
	for _, e := range s.events {
		kinds = append(kinds, e.Kind)
	}
	return kinds
}

// fault reads a fault as the command line does.
func fault(t *testing.T, text string) simulator.Fault {
	t.Helper()
	f, err := simulator.ParseFault(text)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// contextWithin returns a context with a time-out, as a command has it.
func contextWithin(t *testing.T, d time.Duration) (context.Context, context.CancelFunc) {
	t.Helper()
	return context.WithTimeoutCause(t.Context(), d, activation.ErrTimeout)
}
