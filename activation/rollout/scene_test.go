package rollout_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// scene is a simulated account with many properties. It has to be made inside a
// synctest bubble.
type scene struct {
	t       testing.TB
	sim     *simulator.Simulator
	wrap    func(http.RoundTripper) http.RoundTripper
	events  []rollout.Event
	checker *checker
}

// How long activations take in a scene.
const (
	stagingTime    = 90 * time.Second
	productionTime = 10 * time.Minute
)

func newScene(t testing.TB, properties, groups int, o simulator.Options) *scene {
	t.Helper()
	o.Properties = simulator.Properties(properties, groups, time.Now())
	if o.Pace == nil {
		o.Pace = simulator.Fixed(stagingTime, productionTime)
	}
	return &scene{t: t, sim: simulator.New(o), wrap: func(rt http.RoundTripper) http.RoundTripper { return rt }, checker: &checker{}}
}

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

// plan pins a manifest.
func (s *scene) plan(manifest string) *rollout.Plan {
	s.t.Helper()
	m, err := rollout.ParseManifest([]byte(manifest))
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := rollout.Resolve(s.t.Context(), s.client(), m, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) apply(p *rollout.Plan, o rollout.Options) (*rollout.Result, error) {
	s.t.Helper()
	return s.applyWithin(s.t.Context(), p, o)
}

func (s *scene) applyWithin(ctx context.Context, p *rollout.Plan, o rollout.Options) (*rollout.Result, error) {
	s.t.Helper()
	if o.Observe == nil {
		o.Observe = func(e rollout.Event) { s.events = append(s.events, e) }
	}
	r := &rollout.Runner{API: s.client(), Checker: s.checker}
	return r.Apply(ctx, p, o)
}

// checker answers checks by the title of the property.
type checker struct {
	mu      sync.Mutex
	made    []time.Time
	verdict func(item rollout.Item) rollout.Finding
}

func (c *checker) Check(_ context.Context, _ rollout.Check, item rollout.Item) rollout.Finding {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.made = append(c.made, time.Now())
	if c.verdict != nil {
		return c.verdict(item)
	}
	return rollout.Finding{Verdict: rollout.Held}
}

// manifest returns one of the first n properties on networks, with other lines.
func manifest(n int, lines ...string) string {
	var b strings.Builder
	b.WriteString("name: test\nnotify: [you@example.com]\nproperties:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - prp_%d@3\n", 100001+i)
	}
	return b.String() + strings.Join(lines, "\n") + "\n"
}

const checks = "checks: {home: {http: 'https://{hostname}/', within: 30s}}"

// active counts the properties on which a version is active.
func (s *scene) active(n, version int, network simulator.Network) int {
	count := 0
	for i := range n {
		for _, a := range s.sim.Activations(fmt.Sprintf("prp_%d", 100001+i)) {
			if a.Network == network && a.Status == simulator.StatusActive && a.Version == version {
				count++
			}
		}
	}
	return count
}

// submissions counts those of version 3 with a mark.
func (s *scene) submissions(n int) int {
	count := 0
	for i := range n {
		for _, a := range s.sim.Activations(fmt.Sprintf("prp_%d", 100001+i)) {
			if a.Version == 3 && strings.Contains(a.Note, "[propctl ") {
				count++
			}
		}
	}
	return count
}

func plainWire(rt http.RoundTripper) http.RoundTripper { return rt }

// property writes one as a list of properties has it.
func property(n int, name, account string) string {
	return fmt.Sprintf(`{"accountId":"%s","contractId":"ctr_1","groupId":"grp_1","propertyId":"prp_%d","propertyName":"%s","latestVersion":3,"stagingVersion":2,"productionVersion":2}`, account, n, name)
}

// scripted answers each path with a text, and with 404 where there is none.
type scripted map[string]string

func (s scripted) RoundTrip(r *http.Request) (*http.Response, error) {
	if text, ok := s[r.URL.Path]; ok {
		return reply(r, http.StatusOK, text), nil
	}
	return reply(r, http.StatusNotFound, `{"type":"not-found"}`), nil
}

// resolveFrom pins properties from answers that no simulator gives.
func resolveFrom(t *testing.T, answers map[string]string, properties string) (*rollout.Plan, error) {
	t.Helper()
	client, err := papi.New(papi.Credentials{
		Host: "akab-host.luna.akamaiapis.net", ClientToken: "akab-t", ClientSecret: "s", AccessToken: "akab-a",
	}, papi.Options{Transport: scripted(answers), MaxRetries: -1})
	if err != nil {
		t.Fatal(err)
	}
	m, err := rollout.ParseManifest([]byte("name: test\nproperties: " + properties + "\n"))
	if err != nil {
		t.Fatal(err)
	}
	return rollout.Resolve(t.Context(), client, m, time.Now())
}
