//go:build unix

package coordinator_test

import (
	"bytes"
	"context"
	"encoding/json"
	"encoding/pem"
	"flag"
	"fmt"
	"math/rand/v2"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/Shopify/toxiproxy/v2"
	"github.com/rs/zerolog"

	"github.com/propctl/propctl/papi/simulator"
)

var (
	seeds     = flag.Int("seeds", 1, "how many runs of chaos there are")
	firstSeed = flag.Uint64("seed", 1, "the seed of the first one")
)

// chaos is what goes wrong.
type chaos struct {
	runners, properties int
	waves               string
	troubles            time.Duration // for how long
	each                time.Duration // about, between two deaths
}

// TestRunnersSurviveChaos has runners killed at any moment and started anew, the server
// restarted, and connections cut and delayed. Each item is activated once all the same.
func TestRunnersSurviveChaos(t *testing.T) {
	t.Parallel()
	if *program == "" {
		t.Skip("-propctl says which program to run")
	}
	c := chaos{runners: 3, properties: 8, waves: "waves: [{name: all}]", troubles: 12 * time.Second, each: 3 * time.Second}
	if *long {
		c = chaos{
			runners: 20, properties: 200, waves: "waves: [{name: canary, take: 5}, {name: rest, take: rest}]",
			troubles: 60 * time.Second, each: 700 * time.Millisecond,
		}
	}
	for i := range *seeds {
		seed := *firstSeed + uint64(i)
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) { c.run(t, seed) })
	}
}

// stage is what a run of chaos has.
type stage struct {
	t      *testing.T
	site   *site
	sim    *simulator.Simulator
	server *natsServer
	cut    *toxiproxy.Proxy // between the server and a part of the runners
	random *rand.Rand
}

func newStage(t *testing.T, c chaos, seed uint64) *stage {
	t.Helper()
	s := &stage{t: t, site: &site{t: t, folder: t.TempDir()}, server: serve(t, ""), random: rand.New(rand.NewPCG(seed, 3))}
	s.sim = simulator.New(simulator.Options{
		Speed: 60, RealDates: true, Properties: simulator.Properties(c.properties, 1, time.Now()),
		Pace: simulator.Fixed(3*time.Minute, 5*time.Minute), RequestBurst: 1_000_000, RequestsPerMinute: 60_000, ActivationsPerDay: 100_000, Seed: seed,
	})
	papi := httptest.NewTLSServer(s.sim)
	t.Cleanup(papi.Close)
	host := strings.TrimPrefix(papi.URL, "https://")
	k := s.sim.Credentials()
	edgerc := fmt.Sprintf("[default]\nhost = %s\nclient_token = %s\nclient_secret = %s\naccess_token = %s\n", host, k.ClientToken, k.ClientSecret, k.AccessToken)
	ca := pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: papi.Certificate().Raw})
	for name, data := range map[string][]byte{".edgerc": []byte(edgerc), "ca.pem": ca, "rollout.yaml": []byte(manifestOf(c))} {
		if err := os.WriteFile(filepath.Join(s.site.folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s.cut = toxiproxy.NewProxy(toxiproxy.NewServer(toxiproxy.NewMetricsContainer(nil), zerolog.Nop()), "nats", "127.0.0.1:0", s.server.address)
	if err := s.cut.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.cut.Stop)
	return s
}

func manifestOf(c chaos) string {
	var b strings.Builder
	b.WriteString("name: chaos\nnotify: [you@example.com]\nnetworks: [staging, production]\nproperties:\n")
	for i := range c.properties {
		fmt.Fprintf(&b, "  - prp_%d@3\n", 100001+i)
	}
	return b.String() + c.waves + "\n"
}

// runner keeps a runner running, whatever kills it, until stop is closed.
func (s *stage) runner(n int, stop <-chan struct{}, deaths *atomic.Int32, kill <-chan struct{}) {
	at := s.server.url()
	if n%4 == 1 {
		at = "nats://" + s.cut.Listen
	}
	for life := 0; ; life++ {
		c := exec.CommandContext(context.Background(), *program, "runner", "-o", "json")
		c.Env = s.env(fmt.Sprintf("machine-%d", n), at)
		var out bytes.Buffer
		c.Stderr = &out
		if err := c.Start(); err != nil {
			s.t.Error(err)
			return
		}
		ended := make(chan error, 1)
		go func() { ended <- c.Wait() }()
		select {
		case err := <-ended:
			s.t.Errorf("runner %d ended by itself: %v\n%s", n, err, &out)
			return
		case <-kill:
			deaths.Add(1)
			_ = c.Process.Kill()
			<-ended
		case <-stop:
			_ = c.Process.Signal(syscall.SIGTERM)
			<-ended
			if code := c.ProcessState.ExitCode(); code != 130 {
				s.t.Errorf("runner %d, which was told to end, ended with exit code %d\n%s", n, code, &out)
			}
			return
		}
	}
}

func (s *stage) env(machine, at string) []string {
	return []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(s.site.folder, machine), "XDG_STATE_HOME=" + filepath.Join(s.site.folder, machine), "USER=" + machine,
		"AKAMAI_EDGERC=" + filepath.Join(s.site.folder, ".edgerc"), "SSL_CERT_FILE=" + filepath.Join(s.site.folder, "ca.pem"), "PROPCTL_COORDINATOR=" + at,
	}
}

// do runs a command to its end, and returns its outcome and exit code.
func (s *stage) do(args ...string) (outcome string, exit int) {
	s.t.Helper()
	c := exec.CommandContext(s.t.Context(), *program, append(args, "-o", "json")...)
	c.Env, c.Dir = s.env("desk", s.server.url()), s.site.folder
	var stdout, stderr bytes.Buffer
	c.Stdout, c.Stderr = &stdout, &stderr
	_ = c.Run()
	var d struct{ Outcome string }
	if err := json.Unmarshal(stdout.Bytes(), &d); err != nil {
		s.t.Fatalf("%v: %s%s", err, &stdout, &stderr)
	}
	if c.ProcessState.ExitCode() != 0 {
		s.t.Logf("%q: %s", args, &stderr)
	}
	return d.Outcome, c.ProcessState.ExitCode()
}

// trouble cuts and delays connections, and restarts the server, until its time is up.
func (s *stage) trouble(c chaos, kill chan<- struct{}) (restarts int) {
	begun := time.Now()
	restarted := false
	for time.Since(begun) < c.troubles {
		time.Sleep(time.Duration(s.random.Int64N(int64(2 * c.each))))
		switch s.random.IntN(8) {
		case 0:
			s.cut.Stop()
			time.Sleep(time.Duration(s.random.IntN(3000)) * time.Millisecond)
			if err := s.cut.Start(); err != nil {
				s.t.Error(err)
			}
		case 1:
			s.toxic(`{"name": "slow", "type": "latency", "stream": "downstream", "attributes": {"latency": 300, "jitter": 300}}`)
		case 2:
			s.toxic(`{"name": "torn", "type": "limit_data", "stream": "upstream", "toxicity": 0.5, "attributes": {"bytes": 3000}}`)
		case 3:
			s.cut.Toxics.ResetToxics(s.t.Context())
		default:
			select {
			case kill <- struct{}{}:
			case <-time.After(time.Second):
			}
		}
		if !restarted && time.Since(begun) > c.troubles/2 {
			restarted = true
			restarts++
			s.server.end(syscall.SIGKILL)
			time.Sleep(time.Duration(s.random.IntN(2000)) * time.Millisecond)
			s.server.start()
		}
	}
	s.cut.Toxics.ResetToxics(s.t.Context())
	return restarts
}

func (s *stage) toxic(text string) {
	_, _ = s.cut.Toxics.AddToxicJson(strings.NewReader(text)) // it may be there already
}

func (c chaos) run(t *testing.T, seed uint64) {
	t.Helper()
	begun := time.Now()
	s := newStage(t, c, seed)
	if outcome, exit := s.do("rollout", "plan", "rollout.yaml", "--output-file", "plan.json"); exit != 0 {
		t.Fatal(outcome, exit)
	}
	if outcome, exit := s.do("rollout", "apply", "plan.json", "--detach", "--yes"); outcome != "handed-in" || exit != 0 {
		t.Fatal(outcome, exit)
	}
	stop, kill := make(chan struct{}), make(chan struct{})
	var deaths atomic.Int32
	var all sync.WaitGroup
	for n := range c.runners {
		all.Go(func() { s.runner(n, stop, &deaths, kill) })
	}
	restarts := s.trouble(c, kill)
	outcome, exit := s.do("rollout", "status", "plan.json", "--watch", "--timeout", "30m")
	close(stop)
	all.Wait()
	if outcome != "rolled-out" || exit != 0 {
		t.Errorf("seed %d: the watch ended with %s, exit code %d", seed, outcome, exit)
	}
	if outcome, exit := s.do("rollout", "apply", "plan.json", "--yes"); outcome != "rolled-out" || exit != 0 {
		t.Errorf("seed %d: what is done, once more: %s, exit code %d", seed, outcome, exit)
	}
	submitted, twofold, active := s.count(c.properties)
	if twofold > 0 || active != 2*c.properties {
		t.Errorf("seed %d: %d items were submitted, %d of them more than once; %d of %d are active", seed, submitted, twofold, active, 2*c.properties)
	}
	t.Logf("seed %d: %d items, %d submitted by %d runners, %d kills, %d restarts of the server, %s",
		seed, 2*c.properties, submitted, c.runners, deaths.Load(), restarts, time.Since(begun).Round(time.Second))
}

// count returns how many items were submitted, how many more than once, and how many have
// their version.
func (s *stage) count(properties int) (submitted, twofold, active int) {
	for i := range properties {
		for _, network := range []simulator.Network{simulator.Staging, simulator.Production} {
			n, on := 0, false
			for _, a := range s.sim.Activations(fmt.Sprintf("prp_%d", 100001+i)) {
				if a.Network != network || a.Version != 3 {
					continue
				}
				on = on || a.Status == simulator.StatusActive
				if strings.Contains(a.Note, "[propctl ") {
					n++
				}
			}
			submitted += min(n, 1)
			if n > 1 {
				twofold++
			}
			if on {
				active++
			}
		}
	}
	return submitted, twofold, active
}
