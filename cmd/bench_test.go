package cmd_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// timedTransport adds up how long the other side has anything to do.
type timedTransport struct {
	http.RoundTripper

	mu    sync.Mutex
	open  int // requests
	begun time.Time
	took  time.Duration
}

func (t *timedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	t.count(1)
	defer t.count(-1)
	return t.RoundTripper.RoundTrip(r)
}

func (t *timedTransport) count(more int) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.open == 0 {
		t.begun = time.Now()
	}
	if t.open += more; t.open == 0 {
		t.took += time.Since(t.begun)
	}
}

// What a list of 1,000 properties costs beside the server's time.
func BenchmarkListOf1000Properties(b *testing.B) {
	sim := newBenchmarkedPAPI(simulator.Options{Properties: simulator.Properties(1000, 1, time.Now()), RequestBurst: 1 << 30})
	for _, output := range []string{"text", "json"} {
		b.Run(output, func(b *testing.B) { benchmarkRun(b, sim, 50_000, "list", "-o", output) })
	}
}

// What a property with 10,000 activations costs beside the server's time.
func BenchmarkStatusAfter10000Activations(b *testing.B) {
	sim := newBenchmarkedPAPI(simulator.Options{RequestBurst: 1 << 30})
	for i := range 10_000 {
		sim.AddActivation("prp_1002", simulator.Activation{
			Network: simulator.Staging, Version: 1 + i%3, Status: simulator.StatusInactive, Submitted: time.Now().Add(-time.Duration(i) * time.Hour),
		})
	}
	benchmarkRun(b, sim, 100, "status", "prp_1002", "-o", "json")
}

// What the difference of two rule trees of 2 MB costs beside the server's time, where the last third of the rules is new.
func BenchmarkDiffOf2MB(b *testing.B) {
	sim := newBenchmarkedPAPI(simulator.Options{RequestBurst: 1 << 30, Properties: twoVersions(10_000)})
	for _, output := range [][]string{{"-o", "text"}, {"-o", "json"}, {"--markdown"}} {
		b.Run(output[len(output)-1], func(b *testing.B) {
			benchmarkRun(b, sim, 20_000, append([]string{"diff", "prp_1001", "7", "8"}, output...)...)
		})
	}
}

// twoVersions are the samples, with rule trees of n rules, of about 200 bytes each, in the versions 7 and 8 of the first.
func twoVersions(n int) []simulator.Property {
	tree := func(unlike int) json.RawMessage {
		var b strings.Builder
		b.WriteString(`{"name":"default","behaviors":[{"name":"origin","options":{"hostname":"origin.example.com"}}],"children":[`)
		for i := range n {
			switch {
			case i%50 == 0 && i > 0:
				fmt.Fprintf(&b, `]},{"name":"Group %d","children":[`, i/50)
			case i == 0:
				b.WriteString(`{"name":"Group 0","children":[`)
			default:
				b.WriteByte(',')
			}
			ttl := i
			if i > unlike {
				ttl++
			}
			fmt.Fprintf(&b, `{"name":"Rule %d","criteria":[{"name":"path","options":{"matchOperator":"MATCHES_ONE_OF","values":["/a/%d/*"]}}],`+
				`"behaviors":[{"name":"caching","options":{"behavior":"MAX_AGE","ttl":"%dd"}}],"children":[]}`, i, i, ttl)
		}
		b.WriteString(`]}]}`)
		return json.RawMessage(b.String())
	}
	all := simulator.SampleProperties(time.Now())
	all[0].Versions[6].RuleTree, all[0].Versions[7].RuleTree = tree(n), tree(n*2/3)
	return all
}

func newBenchmarkedPAPI(o simulator.Options) *simulator.Simulator {
	o.Credentials = simulator.Credentials{Host: host, ClientToken: clientToken, ClientSecret: clientSecret, AccessToken: accessToken}
	return simulator.New(o)
}

// benchmarkRun runs a command whose result has so many bytes at least.
func benchmarkRun(b *testing.B, sim *simulator.Simulator, least int, args ...string) {
	b.Helper()
	env := map[string]string{
		"HOME": b.TempDir(), "AKAMAI_HOST": host, "AKAMAI_CLIENT_TOKEN": clientToken,
		"AKAMAI_CLIENT_SECRET": clientSecret, "AKAMAI_ACCESS_TOKEN": accessToken,
	}
	server := &timedTransport{RoundTripper: sim.Transport()}
	for b.Loop() {
		var stdout, stderr bytes.Buffer
		code := cmd.Run(b.Context(), cmd.Env{
			Stdout: &stdout, Stderr: &stderr, Transport: server,
			LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		}, args)
		if code != cmd.ExitOK || stdout.Len() < least {
			b.Fatal(code, stderr.String())
		}
	}
	ours := b.Elapsed() - server.took
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms/beside-server")
}
