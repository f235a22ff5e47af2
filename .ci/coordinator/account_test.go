//go:build unix

package coordinator_test

import (
	"bytes"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// account is a simulated account in this process. Each machine has an address of its own
// there, which tells who has sent what.
type account struct {
	t   *testing.T
	sim *simulator.Simulator

	mu    sync.Mutex
	sites map[string]*site // by machine
	sent  []request
	held  func(request) // is called before a look or a submission is answered; nil for nothing
}

// request is one that has come to an account.
type request struct {
	machine string
	what    string // look, submit, or empty for another one
	asset   string // the property
	network string // of a submission
	version int
	at      time.Time // of its arrival
	status  int       // of the answer; 0 before
}

// newAccount makes one; a request of a minute lasts a second there unless the options say otherwise.
func newAccount(t *testing.T, o simulator.Options) *account {
	t.Helper()
	if *program == "" {
		t.Skip("-propctl says which program to run")
	}
	o.RealDates = true
	if o.Speed == 0 {
		o.Speed = 60
	}
	if o.Pace == nil {
		o.Pace = simulator.Fixed(2*time.Minute, 4*time.Minute)
	}
	return &account{t: t, sim: simulator.New(o), sites: map[string]*site{}}
}

// hold has a function called before looks and submissions are answered.
func (a *account) hold(held func(request)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.held = held
}

// on returns how a machine reaches the account.
func (a *account) on(machine string) *site {
	a.t.Helper()
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sites[machine] == nil {
		a.sites[machine] = reachable(a.t, a.sim, a.to(machine))
	}
	return a.sites[machine]
}

// start starts a process on a machine.
func (a *account) start(machine string, env []string, args ...string) *run {
	a.t.Helper()
	return a.on(machine).start(machine, env, args...)
}

// reachable serves an account, and writes what one has to have to reach it.
func reachable(t *testing.T, sim *simulator.Simulator, handler http.Handler) *site {
	t.Helper()
	s := &site{t: t, folder: t.TempDir()}
	papi := httptest.NewTLSServer(handler)
	t.Cleanup(papi.Close)
	k := sim.Credentials()
	s.write(".edgerc", fmt.Sprintf("[default]\nhost = %s\nclient_token = %s\nclient_secret = %s\naccess_token = %s\n",
		strings.TrimPrefix(papi.URL, "https://"), k.ClientToken, k.ClientSecret, k.AccessToken))
	s.write("ca.pem", string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: papi.Certificate().Raw})))
	return s
}

func (s *site) write(name, text string) string {
	s.t.Helper()
	path := filepath.Join(s.folder, name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// to is the account as a machine reaches it.
func (a *account) to(machine string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		q := request{machine: machine, at: time.Now()}
		if rest, ok := strings.CutPrefix(r.URL.Path, "/papi/v1/properties/"); ok {
			q.asset, rest, _ = strings.Cut(rest, "/")
			switch {
			case rest == "activations" && r.Method == http.MethodPost:
				q.what = "submit"
				body, _ := io.ReadAll(r.Body)
				r.Body = io.NopCloser(bytes.NewReader(body))
				var about struct {
					Network         string
					PropertyVersion int
				}
				_ = json.Unmarshal(body, &about)
				q.network, q.version = about.Network, about.PropertyVersion
			case rest == "activations":
				q.what = "look"
			}
		}
		a.mu.Lock()
		held := a.held
		a.mu.Unlock()
		if held != nil && q.what != "" {
			held(q)
		}
		told := &statusWriter{ResponseWriter: w, status: http.StatusOK}
		a.sim.ServeHTTP(told, r)
		q.status = told.status
		a.mu.Lock()
		defer a.mu.Unlock()
		a.sent = append(a.sent, q)
	})
}

type statusWriter struct {
	http.ResponseWriter

	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// requests are those that a function chooses, in the order in which they were answered.
func (a *account) requests(choose func(request) bool) []request {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.DeleteFunc(slices.Clone(a.sent), func(q request) bool { return !choose(q) })
}

// accepted are the submissions that PAPI has taken.
func (a *account) accepted() []request {
	return a.requests(func(q request) bool { return q.what == "submit" && q.status == http.StatusCreated })
}

// twice names what was taken more than once.
func (a *account) twice() []request {
	var all, seen []request
	for _, q := range a.accepted() {
		same := func(o request) bool { return o.asset == q.asset && o.network == q.network && o.version == q.version }
		if slices.ContainsFunc(seen, same) {
			all = append(all, q)
		}
		seen = append(seen, q)
	}
	return all
}

// active is which version a property has on a network.
func (a *account) active(property string, network simulator.Network) (version int) {
	for _, act := range a.sim.Activations(property) {
		if act.Network == network && act.Status == simulator.StatusActive {
			version = act.Version
		}
	}
	return version
}

// quick are properties whose earlier activations have taken as long as those of the tests: that is
// when a run looks.
func quick(n int) []simulator.Property {
	all := simulator.Properties(n, 1, time.Now())
	for _, p := range all {
		for i := range p.Activations {
			a := &p.Activations[i]
			a.Updated = a.Submitted.Add(2 * time.Second)
			if a.Network == simulator.Production {
				a.Updated = a.Updated.Add(2 * time.Second)
			}
		}
	}
	return all
}

// manyVersions is a property, prp_1, of which version 2 is active, with more of them.
func manyVersions(more int) simulator.Property {
	p := quick(1)[0]
	p.ID = "prp_1"
	for v := len(p.Versions) + 1; v <= more+1; v++ {
		next := p.Versions[0]
		next.Number = v
		p.Versions = append(p.Versions, next)
	}
	return p
}

// suspend stops a process, as a machine does that sleeps, and returns what has it go on. It waits until the process
// has stopped: on a busy machine its threads go on for a while after the signal, and would submit.
func suspend(t *testing.T, p *os.Process) (goOn func()) {
	t.Helper()
	if err := p.Signal(syscall.SIGSTOP); err != nil {
		t.Fatal(err)
	}
	var status syscall.WaitStatus
	for {
		_, err := syscall.Wait4(p.Pid, &status, syscall.WUNTRACED, nil)
		if err == nil && status.Stopped() {
			break
		}
		if !errors.Is(err, syscall.EINTR) {
			t.Fatalf("process %d did not stop: %v, %v", p.Pid, status, err)
		}
	}
	var once sync.Once
	goOn = func() { once.Do(func() { _ = p.Signal(syscall.SIGCONT) }) }
	t.Cleanup(goOn)
	return goOn
}
