package cmd_test

import (
	"bytes"
	"net/http"
	"testing"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// timedTransport adds up how long the other side takes.
type timedTransport struct {
	http.RoundTripper
	took *time.Duration
}

func (t timedTransport) RoundTrip(r *http.Request) (*http.Response, error) {
	defer func(begun time.Time) { *t.took += time.Since(begun) }(time.Now())
	return t.RoundTripper.RoundTrip(r)
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
	var server time.Duration
	for b.Loop() {
		var stdout, stderr bytes.Buffer
		code := cmd.Run(b.Context(), cmd.Env{
			Stdout: &stdout, Stderr: &stderr, Transport: timedTransport{sim.Transport(), &server},
			LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		}, args)
		if code != cmd.ExitOK || stdout.Len() < least {
			b.Fatal(code, stderr.String())
		}
	}
	ours := b.Elapsed() - server
	b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms/beside-server")
}
