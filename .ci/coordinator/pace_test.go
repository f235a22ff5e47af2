//go:build unix

package coordinator_test

import (
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace"
	"github.com/propctl/propctl/papi/simulator"
)

// crowd is processes that begin to read at once, on four machines.
type crowd struct {
	processes, properties int // that each reads
}

const machines = 4

// left is how many requests of the first thousand nobody has used. Each machine needs one,
// before it is known whose account it is.
const left = 20

// TestProcessesOfManyMachinesShareAnAccount has them do with the requests that an account
// has in a minute. How long they take is a matter of minutes, and looked at then only.
func TestProcessesOfManyMachinesShareAnAccount(t *testing.T) {
	t.Parallel()
	c := crowd{processes: 8, properties: 5}
	if *long {
		c = crowd{processes: 40, properties: 14}
	}
	a := newAccount(t, simulator.Options{Speed: 1, Properties: quick(c.properties)})
	plan := a.plan(manifestOf(chaos{properties: c.properties, waves: "waves: [{name: all}]"}))
	s := serve(t, "")
	a.spend(simulator.DefaultRequestBurst - left)
	before := len(a.requests(every))
	messages := count(t, s.url())
	begun := time.Now()
	took := make([]time.Duration, c.processes)
	var all sync.WaitGroup
	for i := range c.processes {
		r := a.start(fmt.Sprintf("machine-%d", i%machines), []string{"PROPCTL_COORDINATOR=" + s.url()}, "rollout", "status", plan)
		all.Go(func() {
			if outcome, code, exit := r.result(t); exit != 0 {
				t.Errorf("%s, %s, exit code %d\n%s", outcome, code, exit, &r.stderr)
			}
			took[i] = time.Since(begun)
		})
	}
	all.Wait()
	sent := messages()
	asked := len(a.requests(every)) - before
	refused := len(a.requests(func(q request) bool { return q.status == http.StatusTooManyRequests }))
	var longest, mean time.Duration
	for _, d := range took {
		longest, mean = max(longest, d), mean+d/time.Duration(c.processes)
	}
	needed := time.Duration(asked-left) * time.Minute / simulator.DefaultRequestsPerMinute
	t.Logf("%d processes: %d requests, %d refused, messages %v; %s (%.2f of what the limit allows), the longest %.2f of the mean",
		c.processes, asked, refused, sent, longest.Round(time.Second), longest.Seconds()/needed.Seconds(), longest.Seconds()/mean.Seconds())
	if asked < c.processes*c.properties || refused*100 > asked {
		t.Errorf("%d of %d requests were refused", refused, asked)
	}
	if !*long {
		return
	}
	if longest > needed*11/10 || longest > 2*mean {
		t.Errorf("%s, while the limit allows for %s; the mean is %s", longest, needed, mean)
	}
	pacing := 0
	for subject, n := range sent {
		if !strings.Contains(subject, ".STREAM.") { // which each connection needs once
			pacing += n
		}
	}
	if pacing > asked/10+6*machines { // a machine that comes needs about six more
		t.Errorf("%d messages for %d requests: %v", pacing, asked, sent)
	}
}

func every(request) bool { return true }

// plan has a rollout planned, and returns the file.
func (a *account) plan(manifest string) string {
	a.t.Helper()
	desk := a.on("desk")
	file := desk.folder + "/plan.json"
	r := desk.start("desk", nil, "rollout", "plan", desk.write("rollout.yaml", manifest), "--output-file", file)
	if outcome, code, exit := r.result(a.t); exit != 0 {
		a.t.Fatalf("%s, %s\n%s", outcome, code, &r.stderr)
	}
	return file
}

// spend uses requests of the account, as fast as it goes.
func (a *account) spend(n int) {
	a.t.Helper()
	k := a.sim.Credentials()
	const fast = 1e6
	client, err := papi.New(papi.Credentials{Host: k.Host, ClientToken: k.ClientToken, ClientSecret: k.ClientSecret, AccessToken: k.AccessToken},
		papi.Options{Transport: a.sim.Transport(), Account: &papi.Account{Pace: pace.NewLocal(fast)}})
	if err != nil {
		a.t.Fatal(err)
	}
	for range n {
		if _, err := client.Groups(a.t.Context()); err != nil {
			a.t.Fatal(err)
		}
	}
}

// count counts what clients send to keep the account's pace.
func count(t *testing.T, at string) (messages func() map[string]int) {
	t.Helper()
	conn, err := nats.Connect(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	var mu sync.Mutex
	n := map[string]int{}
	if _, err := conn.Subscribe(">", func(m *nats.Msg) {
		mu.Lock()
		defer mu.Unlock()
		if strings.HasPrefix(m.Subject, "$JS.API.") || strings.HasPrefix(m.Subject, "$KV.") {
			n[m.Subject]++
		}
	}); err != nil {
		t.Fatal(err)
	}
	if err := conn.Flush(); err != nil {
		t.Fatal(err)
	}
	return func() map[string]int {
		mu.Lock()
		defer mu.Unlock()
		return maps.Clone(n)
	}
}
