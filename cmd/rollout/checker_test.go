package rollout_test

import (
	"context"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	checks "github.com/propctl/propctl/cmd/rollout"
	"github.com/propctl/propctl/papi"
)

// TestMain lets this program be the command that a check runs.
func TestMain(m *testing.M) {
	switch os.Getenv("CHECK_AS") {
	case "":
		m.Run()
		return
	case "good":
		exit(0)
	case "bad":
		say("first line\n")
		say(strings.Join(os.Args[1:], " ") + " \x1b[31mred\x1b[0m ::error::x\n")
		exit(3)
	case "variables":
		for _, v := range os.Environ() {
			say(v + ";")
		}
		exit(1)
	case "loud":
		for range 1000 {
			say(strings.Repeat("x", 10_000) + "\n")
		}
		exit(1)
	case "slow":
		time.Sleep(time.Minute)
	case "parent": // begins a child that holds the output open
		child, err := os.StartProcess(os.Args[0], os.Args[:1], &os.ProcAttr{Env: []string{"CHECK_AS=slow"}, Files: []*os.File{nil, os.Stdout, os.Stderr}})
		if err == nil {
			_, _ = child.Wait()
		}
	}
}

// exit ends this program where it is the command of a check.
func exit(code int) { os.Exit(code) } //nolint:forbidigo // it is not propctl then

// say writes to the output of that command.
func say(text string) { _, _ = io.WriteString(os.Stdout, text) }

func item(network papi.Network) rollout.Item {
	return rollout.Item{Pinned: rollout.Pinned{PropertyID: "prp_1", Name: "www", Version: 12}, Network: network}
}

// names is a PAPI that knows the hostnames.
type names []papi.Hostname

func (n names) VersionHostnames(context.Context, papi.PropertyRef, int) (*papi.HostnameList, error) {
	return &papi.HostnameList{Items: n}, nil
}

// site is a TLS server, and a checker that finds it behind any name.
type site struct {
	checker *checks.Checker
	mu      sync.Mutex
	dialled []string
	asked   []string // Host and SNI
}

func newSite(t *testing.T, handler http.HandlerFunc, hosts ...string) *site {
	t.Helper()
	s := &site{}
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.asked = append(s.asked, r.Host+" "+r.TLS.ServerName)
		s.mu.Unlock()
		handler(w, r)
	}))
	t.Cleanup(server.Close)
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate()) // of example.com and *.example.com
	var list names
	for _, h := range hosts {
		list = append(list, papi.Hostname{CNAMEFrom: h, CNAMETo: h + ".edgekey.net"})
	}
	s.checker = &checks.Checker{API: list, Roots: roots, UserAgent: "test", Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		s.mu.Lock()
		s.dialled = append(s.dialled, address)
		s.mu.Unlock()
		return (&net.Dialer{}).DialContext(ctx, network, server.Listener.Addr().String())
	}}
	return s
}

func (s *site) check(t *testing.T, c rollout.Check, on papi.Network, within time.Duration) rollout.Finding {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	return s.checker.Check(ctx, c, item(on))
}

func TestStagingIsAskedByItsEdgeHostname(t *testing.T) {
	s := newSite(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, "ok") }, "www.example.com", "api.example.com")
	c := rollout.Check{HTTP: "https://{hostname}/{network}/{version}", Expect: rollout.Expect{Body: "ok"}}
	if f := s.check(t, c, papi.Staging, time.Minute); f.Verdict != rollout.Held {
		t.Fatalf("%+v", f)
	}
	if want := []string{"www.example.com.edgekey-staging.net:443", "api.example.com.edgekey-staging.net:443"}; !slices.Equal(s.dialled, want) {
		t.Errorf("dialled %q", s.dialled)
	}
	if want := []string{"www.example.com www.example.com", "api.example.com api.example.com"}; !slices.Equal(s.asked, want) {
		t.Errorf("asked for %q", s.asked)
	}
	c.First = true
	if f := s.check(t, c, papi.Production, time.Minute); f.Verdict != rollout.Held || s.dialled[2] != "www.example.com:443" || len(s.dialled) != 3 {
		t.Errorf("%+v, dialled %q", f, s.dialled)
	}
}

func TestAnswersAreComparedWithWhatIsExpected(t *testing.T) {
	handler := func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/redirect":
			http.Redirect(w, r, "https://www.example.com/", http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/slow":
			select {
			case <-r.Context().Done():
			case <-time.After(time.Minute):
			}
		case "/large":
			for range 100 {
				if _, err := w.Write(make([]byte, 1<<20)); err != nil {
					return
				}
			}
		case "/cut":
			w.Header().Set("Content-Length", "100")
			_, _ = io.WriteString(w, "half")
		case "/500":
			w.WriteHeader(http.StatusInternalServerError)
		default:
			w.Header().Set("X-Release", "12")
			_, _ = io.WriteString(w, "all is well")
		}
	}
	s := newSite(t, handler, "www.example.com")
	for path, c := range map[string]struct {
		expect    rollout.Expect
		redirects bool
		want      rollout.Verdict
		detail    string
	}{
		"/":            {rollout.Expect{Body: "well", Header: map[string]string{"x-release": "12"}}, false, rollout.Held, ""},
		"/?body":       {rollout.Expect{Body: "sick"}, false, rollout.NotHeld, `the first 1024 KiB of its answer do not have "sick"`},
		"/?header":     {rollout.Expect{Header: map[string]string{"x-release": "13"}}, false, rollout.NotHeld, `its header x-release is "12", and not "13"`},
		"/500":         {rollout.Expect{}, false, rollout.NotHeld, "it answers 500, and not 200"},
		"/redirect":    {rollout.Expect{}, false, rollout.NotHeld, "it answers 302, and not 200"},
		"/redirect?30": {rollout.Expect{Status: 302}, false, rollout.Held, ""},
		"/redirect?to": {rollout.Expect{}, true, rollout.Held, ""},
		"/loop":        {rollout.Expect{}, true, rollout.NotHeld, "it redirects too often"},
		"/slow":        {rollout.Expect{}, false, rollout.NotDecided, "no answer in time"},
		"/large":       {rollout.Expect{Body: "x"}, false, rollout.NotHeld, "the first 1024 KiB"},
		"/cut":         {rollout.Expect{Body: "x"}, false, rollout.NotHeld, "its answer breaks off"},
	} {
		within := 10 * time.Second
		if path == "/slow" {
			within = 300 * time.Millisecond
		}
		f := s.check(t, rollout.Check{HTTP: "https://{hostname}" + path, Expect: c.expect, Redirects: c.redirects}, papi.Production, within)
		if f.Verdict != c.want || !strings.Contains(f.Detail, c.detail) || c.detail != "" && !strings.HasPrefix(f.Detail, "www.example.com: ") {
			t.Errorf("%s: %+v", path, f)
		}
	}
}

func TestACertificateOfAnotherNameDoesNotHold(t *testing.T) {
	s := newSite(t, func(http.ResponseWriter, *http.Request) {}, "www.example.org")
	f := s.check(t, rollout.Check{HTTP: "https://{hostname}/"}, papi.Staging, time.Minute)
	if f.Verdict != rollout.NotHeld || !strings.Contains(f.Detail, "certificate") {
		t.Errorf("%+v", f)
	}
}

func TestCommandsAreRunWithoutAShell(t *testing.T) {
	program, err := filepath.Abs(os.Args[0])
	if err != nil {
		t.Fatal(err)
	}
	for as, want := range map[string]rollout.Finding{
		"good":      {Verdict: rollout.Held},
		"bad":       {Verdict: rollout.NotHeld, Detail: "ended with exit code 3: www staging 12 $(id) \\u001b[31mred\\u001b[0m"},
		"loud":      {Verdict: rollout.NotHeld, Detail: "exit code 1: xxx"},
		"slow":      {Verdict: rollout.NotDecided, Detail: "did not end in time"},
		"parent":    {Verdict: rollout.NotDecided, Detail: "did not end in time"},
		"variables": {Verdict: rollout.NotHeld, Detail: "CHECK_AS=variables;AKAMAI_EDGERC=kept;"},
	} {
		c := &checks.Checker{Environ: []string{"CHECK_AS=" + as, "AKAMAI_EDGERC=kept", "AKAMAI_CLIENT_SECRET=secret", "propctl_x=secret"}}
		within := 20 * time.Second
		if want.Verdict == rollout.NotDecided {
			within = time.Second
		}
		ctx, cancel := context.WithTimeout(t.Context(), within)
		begun := time.Now()
		f := c.Check(ctx, rollout.Check{Command: []string{program, "{property}", "{network}", "{version}", "$(id)"}, Pass: []string{"AKAMAI_EDGERC"}}, item(papi.Staging))
		cancel()
		if as == "bad" || as == "variables" || as == "loud" {
			f.Detail = strings.TrimPrefix(f.Detail, program+" ")
		}
		if f.Verdict != want.Verdict || !strings.Contains(f.Detail, want.Detail) || strings.Contains(f.Detail, "secret") || strings.HasPrefix(f.Detail, "::") || time.Since(begun) > within+10*time.Second {
			t.Errorf("%s: %+v after %s", as, f, time.Since(begun))
		}
	}
	c := &checks.Checker{}
	if f := c.Check(t.Context(), rollout.Check{Command: []string{"/nowhere/x"}}, item(papi.Staging)); f.Verdict != rollout.NotDecided {
		t.Errorf("%+v", f)
	}
}
