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
	env := map[string]string{
		"HOME": b.TempDir(), "AKAMAI_HOST": host, "AKAMAI_CLIENT_TOKEN": clientToken,
		"AKAMAI_CLIENT_SECRET": clientSecret, "AKAMAI_ACCESS_TOKEN": accessToken,
	}
	sim := simulator.New(simulator.Options{
		Credentials: simulator.Credentials{Host: host, ClientToken: clientToken, ClientSecret: clientSecret, AccessToken: accessToken},
		Properties:  simulator.Properties(1000, 1, time.Now()), RequestBurst: 1 << 30,
	})
	for _, output := range []string{"text", "json"} {
		b.Run(output, func(b *testing.B) {
			var server time.Duration
			for b.Loop() {
				var stdout, stderr bytes.Buffer
				code := cmd.Run(b.Context(), cmd.Env{
					Stdout: &stdout, Stderr: &stderr, Transport: timedTransport{sim.Transport(), &server},
					LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
				}, []string{"list", "-o", output})
				if code != cmd.ExitOK || stdout.Len() < 50_000 {
					b.Fatal(code, stderr.String())
				}
			}
			ours := b.Elapsed() - server
			b.ReportMetric(float64(ours.Microseconds())/1000/float64(b.N), "ms/beside-server")
		})
	}
}
