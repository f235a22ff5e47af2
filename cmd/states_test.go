package cmd_test

import (
	"bytes"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// crowd is a network that takes its time, and counts how many requests it has at once.
type crowd struct {
	next http.RoundTripper
	took func(*http.Request) time.Duration

	mu        sync.Mutex
	now, most int
}

func (c *crowd) RoundTrip(r *http.Request) (*http.Response, error) {
	c.mu.Lock()
	c.now++
	c.most = max(c.most, c.now)
	c.mu.Unlock()
	time.Sleep(c.took(r))
	defer func() {
		c.mu.Lock()
		c.now--
		c.mu.Unlock()
	}()
	return c.next.RoundTrip(r)
}

// manyProperties makes a scene with so many properties.
func manyProperties(t *testing.T, n int) (s *scene, ids []string) {
	t.Helper()
	properties := simulator.Properties(n, 1, time.Now())
	s = newScene(t, func(o *simulator.Options) { o.Properties, o.RequestBurst = properties, 1<<20 })
	for _, p := range properties {
		ids = append(ids, p.ID)
	}
	return s, ids
}

func TestManyPropertiesAreReadFourAtOnceAndShownInOrder(t *testing.T) {
	for _, verb := range []string{"status", "pending"} {
		synctest.Test(t, func(t *testing.T) {
			s, ids := manyProperties(t, 20)
			slices.Reverse(ids)
			c := &crowd{next: s.sim.Transport(), took: func(r *http.Request) time.Duration {
				return time.Duration(1+len(r.URL.Path)*int(r.URL.Path[len(r.URL.Path)-1])%7) * time.Second // some later than others
			}}
			s.transport = c
			r := s.run(append([]string{verb, "-o", "json"}, ids...)...)
			var got []string
			for _, p := range r.document(t).Properties {
				got = append(got, p.ID)
			}
			if r.code != cmd.ExitOK || !slices.Equal(got, ids) || c.most != 4 {
				t.Errorf("%s: exit code %d, %d at once\n%v\n%s", verb, r.code, c.most, got, r.stderr)
			}
		})
	}
}

func TestTheErrorOfManyIsThatOfTheFirst(t *testing.T) {
	for _, verb := range []string{"status", "pending"} {
		synctest.Test(t, func(t *testing.T) {
			s, ids := manyProperties(t, 12)
			s.transport = &crowd{next: s.sim.Transport(), took: func(r *http.Request) time.Duration {
				if strings.HasSuffix(r.URL.Path, "prp_77") {
					return 10 * time.Second // it is asked for first, and comes last
				}
				return time.Second
			}}
			ids[0], ids[1] = "prp_77", "prp_88"
			r := s.run(append([]string{verb, "-o", "json"}, ids...)...)
			if d := r.document(t); r.code != cmd.ExitError || !strings.Contains(d.Error.Message, "prp_77") || verb == "status" && len(d.Properties) != 12 {
				t.Errorf("%s: exit code %d: %+v", verb, r.code, d.Error)
			}
		})
	}
}

// What the status of 50 properties takes when each answer takes 20 ms.
func BenchmarkStatusOf50Properties(b *testing.B) {
	properties := simulator.Properties(50, 1, time.Now())
	sim := simulator.New(simulator.Options{
		Credentials: simulator.Credentials{Host: host, ClientToken: clientToken, ClientSecret: clientSecret, AccessToken: accessToken},
		Properties:  properties, RequestBurst: 1 << 30,
	})
	env := map[string]string{
		"HOME": b.TempDir(), "AKAMAI_HOST": host, "AKAMAI_CLIENT_TOKEN": clientToken,
		"AKAMAI_CLIENT_SECRET": clientSecret, "AKAMAI_ACCESS_TOKEN": accessToken,
	}
	args := []string{"status"}
	for _, p := range properties {
		args = append(args, p.ID)
	}
	for b.Loop() {
		var stdout, stderr bytes.Buffer
		code := cmd.Run(b.Context(), cmd.Env{
			Stdout: &stdout, Stderr: &stderr,
			Transport: &crowd{next: sim.Transport(), took: func(*http.Request) time.Duration { return 20 * time.Millisecond }},
			LookupEnv: func(name string) (string, bool) { v, ok := env[name]; return v, ok },
		}, args)
		if code != cmd.ExitOK {
			b.Fatal(code, stderr.String())
		}
	}
	b.ReportMetric(b.Elapsed().Seconds()/float64(b.N), "s/command")
	b.ReportMetric(0, "ns/op")
}
