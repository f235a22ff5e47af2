package runner_test

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/activation/runner"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// seeds is how many random runs a test makes: fewer under the race detector, where each takes ten times as long.
func seeds(n uint64) uint64 {
	if testing.Short() {
		return (n + 2) / 3 //nolint:mnd // a third, rounded up
	}
	return n
}

// scene is a simulated account, and a coordinator of one process. It has to be made
// inside a synctest bubble.
type scene struct {
	t     *testing.T
	sim   *simulator.Simulator
	store coordinator.Memory
	work  coordinator.MemoryWork

	mu   sync.Mutex
	said []string
}

func newScene(t *testing.T, properties int, o simulator.Options) *scene {
	t.Helper()
	o.Properties = simulator.Properties(properties, 1, time.Now())
	if o.Pace == nil {
		o.Pace = simulator.Fixed(90*time.Second, 5*time.Minute)
	}
	if o.RequestBurst == 0 {
		o.RequestBurst = 5000
	}
	return &scene{t: t, sim: simulator.New(o)}
}

// cut is the way of a process to PAPI, which can be cut: it dies with what it has sent.
type cut struct {
	next http.RoundTripper
	ctx  context.Context
}

func (c cut) RoundTrip(r *http.Request) (*http.Response, error) {
	time.Sleep(100 * time.Millisecond)
	if c.ctx.Err() != nil {
		return nil, context.Cause(c.ctx)
	}
	resp, err := c.next.RoundTrip(r)
	time.Sleep(100 * time.Millisecond)
	if c.ctx.Err() != nil {
		return nil, context.Cause(c.ctx)
	}
	return resp, err
}

func (s *scene) client(life context.Context) *papi.Client {
	s.t.Helper()
	c := s.sim.Credentials()
	client, err := papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: cut{s.sim.Transport(), life}})
	if err != nil {
		s.t.Fatal(err)
	}
	return client
}

func manifest(n int, lines ...string) string {
	var b strings.Builder
	b.WriteString("name: test\nnotify: [you@example.com]\nproperties:\n")
	for i := range n {
		fmt.Fprintf(&b, "  - prp_%d@3\n", 100001+i)
	}
	return b.String() + strings.Join(lines, "\n") + "\n"
}

func (s *scene) plan(manifest string) *rollout.Plan {
	s.t.Helper()
	m, err := rollout.ParseManifest([]byte(manifest))
	if err != nil {
		s.t.Fatal(err)
	}
	p, err := rollout.Resolve(s.t.Context(), s.client(s.t.Context()), m, time.Now())
	if err != nil {
		s.t.Fatal(err)
	}
	return p
}

func (s *scene) handIn(p *rollout.Plan) *runner.Job {
	s.t.Helper()
	j, err := runner.HandIn(s.t.Context(), &s.store, p, rollout.Options{}, "default", activation.Holder{Host: "desk", User: "you"})
	if err != nil {
		s.t.Fatal(err)
	}
	return j
}

// runner makes one whose way to everything is cut when life ends.
func (s *scene) runner(life context.Context, name string, account papi.ID) *runner.Runner {
	s.t.Helper()
	holder := activation.Holder{Host: name, User: "ci"}
	store, work := mortal{&s.store, life}, mortalWork{&s.work, life}
	return &runner.Runner{
		Store: store, Work: work, Holder: holder, Once: true,
		Accounts: []runner.Account{{ID: account, API: s.client(life), Turns: &coordinator.Turns{Store: store, Holder: holder}}},
		Say: func(format string, args ...any) {
			s.mu.Lock()
			defer s.mu.Unlock()
			s.said = append(s.said, fmt.Sprintf("%s: ", name)+fmt.Sprintf(format, args...))
		},
	}
}

func (s *scene) lines() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return strings.Join(s.said, "\n")
}

// job is how a rollout stands.
func (s *scene) job(p *rollout.Plan) *runner.Job {
	s.t.Helper()
	j, err := runner.Find(s.t.Context(), &s.store, p.AccountID, p.Name)
	if err != nil || j == nil {
		s.t.Fatal(j, err)
	}
	return j
}

// submitted counts the activations of version 3, and finds what was submitted twice.
func (s *scene) submitted(n int) (active, all int) {
	s.t.Helper()
	for i := range n {
		id := fmt.Sprintf("prp_%d", 100001+i)
		for _, network := range []simulator.Network{simulator.Staging, simulator.Production} {
			count := 0
			for _, a := range s.sim.Activations(id) {
				if a.Network == network && a.Version == 3 && strings.Contains(a.Note, "[propctl ") {
					count++
					if a.Status == simulator.StatusActive {
						active++
					}
				}
			}
			if count > 1 {
				s.t.Errorf("%s was submitted %d times on %s", id, count, network)
			}
			all += count
		}
	}
	return active, all
}

// mortal is the store of a process that can die.
type mortal struct {
	coordinator.Store

	life context.Context
}

func (m mortal) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	if m.life.Err() != nil {
		return coordinator.Entry{}, m.life.Err()
	}
	return m.Store.Get(ctx, key)
}

func (m mortal) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if m.life.Err() != nil {
		return 0, m.life.Err()
	}
	return m.Store.Put(ctx, key, value, revision)
}

// mortalWork is the work of a process that can die.
type mortalWork struct {
	coordinator.Work

	life context.Context
}

func (m mortalWork) Tell(ctx context.Context, topic string, data []byte) error {
	if m.life.Err() != nil {
		return m.life.Err()
	}
	return m.Work.Tell(ctx, topic, data)
}

func (m mortalWork) Offer(ctx context.Context, at activation.Line, data []byte) error {
	if m.life.Err() != nil {
		return m.life.Err()
	}
	return m.Work.Offer(ctx, at, data)
}

func (m mortalWork) Next(ctx context.Context, account string) (*coordinator.Task, error) {
	task, err := m.Work.Next(ctx, account)
	if err == nil {
		task.Taken = mortalTask{task.Taken, m.life}
	}
	return task, err
}

type mortalTask struct {
	coordinator.Taken

	life context.Context
}

func (m mortalTask) Keep(ctx context.Context) error {
	return m.unless(func() error { return m.Taken.Keep(ctx) })
}

func (m mortalTask) Done(ctx context.Context) error {
	return m.unless(func() error { return m.Taken.Done(ctx) })
}

func (m mortalTask) Later(ctx context.Context, pause time.Duration) error {
	return m.unless(func() error { return m.Taken.Later(ctx, pause) })
}

func (m mortalTask) unless(do func() error) error {
	if m.life.Err() != nil {
		return m.life.Err()
	}
	return do()
}
