//go:build unix

package coordinator_test

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
)

var program = flag.String("propctl", "", "the `path` of the program to run; empty: only what needs none is tested")

// site is a simulated PAPI that is a process, and how to reach it.
type site struct {
	t      *testing.T
	folder string
}

func simulate(t *testing.T, speed string) *site {
	t.Helper()
	if *program == "" {
		t.Skip("-propctl says which program to run")
	}
	s := &site{t: t, folder: t.TempDir()}
	c := exec.CommandContext(t.Context(), *program, "simulate", "--dir", s.folder, "--speed", speed)
	var out bytes.Buffer
	c.Stdout, c.Stderr = &out, &out
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(syscall.SIGTERM)
		_ = c.Wait()
	})
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		_, edgerc := os.Stat(filepath.Join(s.folder, ".edgerc"))
		if certificates, _ := filepath.Glob(filepath.Join(s.folder, "*.pem")); edgerc == nil && len(certificates) > 0 {
			break
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("the simulator does not start: %s", &out)
		}
	}
	return s
}

// run is a process of propctl on a machine.
type run struct {
	*exec.Cmd

	stdout, stderr bytes.Buffer
}

func (s *site) start(machine string, env []string, args ...string) *run {
	s.t.Helper()
	return s.startBy(nil, machine, env, args...)
}

// startBy is start, of a process that another program starts.
func (s *site) startBy(by []string, machine string, env []string, args ...string) *run {
	s.t.Helper()
	line := slices.Concat(by, []string{*program}, args, []string{"-o", "json"})
	r := &run{Cmd: exec.CommandContext(s.t.Context(), line[0], line[1:]...)}
	r.Stdout, r.Stderr = &r.stdout, &r.stderr
	r.Env = append([]string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + filepath.Join(s.folder, machine), "XDG_STATE_HOME=" + filepath.Join(s.folder, machine), "USER=" + machine,
		"AKAMAI_EDGERC=" + filepath.Join(s.folder, ".edgerc"), "SSL_CERT_FILE=" + caOf(s.t, s.folder),
	}, env...)
	if err := r.Start(); err != nil {
		s.t.Fatal(err)
	}
	return r
}

func caOf(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*.pem"))
	if err != nil || len(found) == 0 {
		t.Fatalf("the simulator has no certificate in %s: %v", folder, err)
	}
	return found[0]
}

// result is what a run has printed.
func (r *run) result(t *testing.T) (outcome, code string, exit int) {
	t.Helper()
	_ = r.Wait()
	var d struct {
		Outcome  string
		ExitCode int
		Error    *struct{ Code string }
	}
	if err := json.Unmarshal(r.stdout.Bytes(), &d); err != nil {
		t.Fatalf("%v: %s%s", err, &r.stdout, &r.stderr)
	}
	if d.Error != nil {
		code = d.Error.Code
	}
	if d.ExitCode != r.ProcessState.ExitCode() {
		t.Errorf("exit code %d, and %d in the document", r.ProcessState.ExitCode(), d.ExitCode)
	}
	return d.Outcome, code, d.ExitCode
}

const password = "s3cr3t-of-nats"

// listen returns all that was sent to the bucket.
func listen(t *testing.T, at string) (seen func() string) {
	t.Helper()
	conn, err := nats.Connect(at)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(conn.Close)
	var mu sync.Mutex
	var all strings.Builder
	if _, err := conn.Subscribe(">", func(m *nats.Msg) {
		mu.Lock()
		defer mu.Unlock()
		all.WriteString(m.Subject + " " + string(m.Data) + "\n")
	}); err != nil {
		t.Fatal(err)
	}
	return func() string {
		mu.Lock()
		defer mu.Unlock()
		return all.String()
	}
}

func lines(t *testing.T, at string) []coordinator.LineState {
	t.Helper()
	c := member(t, jetstream.Options{URL: at})
	defer c.Close()
	all, err := coordinator.Lines(t.Context(), c)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func until(t *testing.T, what string, is func() bool) {
	t.Helper()
	for begun := time.Now(); !is(); time.Sleep(50 * time.Millisecond) {
		if time.Since(begun) > 90*time.Second {
			t.Fatalf("it is not so that %s", what)
		}
	}
}

// TestWithoutAServerCommandsEndInTime has an address where nobody listens.
func TestWithoutAServerCommandsEndInTime(t *testing.T) {
	t.Parallel()
	site := simulate(t, "60")
	env := []string{"PROPCTL_COORDINATOR=nats://127.0.0.1:1"}
	look := site.start("one", env, "status", "prp_1001")
	if outcome, _, exit := look.result(t); outcome != "ok" || exit != 0 || strings.Count(look.stderr.String(), "nats://127.0.0.1:1") != 1 {
		t.Errorf("%s, exit code %d\n%s", outcome, exit, &look.stderr)
	}
	submits := []string{"activate", "prp_1001@8", "--notify", "you@example.com"}
	stopped := site.start("one", env, submits...)
	time.Sleep(3 * time.Second)
	begun := time.Now()
	_ = stopped.Process.Signal(syscall.SIGINT)
	if outcome, _, exit := stopped.result(t); outcome != "interrupted" || exit != 130 || time.Since(begun) > 2*time.Second {
		t.Errorf("%s, exit code %d, %s after Ctrl-C\n%s", outcome, exit, time.Since(begun), &stopped.stderr)
	}
	without := site.start("one", env, append(submits, "--without-coordinator")...)
	if outcome, _, exit := without.result(t); outcome != "active" || exit != 0 {
		t.Errorf("%s, exit code %d\n%s", outcome, exit, &without.stderr)
	}
}
