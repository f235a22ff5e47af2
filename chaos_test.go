//go:build unix

package main

import (
	"bytes"
	"context"
	"crypto/x509"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi"
)

var (
	chaosRounds = flag.Int("chaos", 1, "how many rounds TestChaos runs")
	chaosSeed   = flag.Uint64("chaos-seed", 0, "what TestChaos draws its rounds from; 0 takes another one each time")
)

const property = "prp_1001"

const (
	herdSize     = 20 // processes that want the same at once
	mostKills    = 6  // of one wish, before it is left in peace
	mostLife     = 400 * time.Millisecond
	patience     = 2 * time.Minute // with a process that is left in peace
	pendingSpeed = 40              // an activation takes seconds, so processes meet it
	instantSpeed = 60_000          // an activation takes milliseconds, so many processes live to its end
)

// TestChaos runs the real program against a simulator in a process of its own,
// over real sockets, and kills it. Whatever happens, there is one activation for
// each wish, and exit codes and documents say what is true.
func TestChaos(t *testing.T) {
	if testing.Short() {
		t.Skip("real processes take seconds")
	}
	seed := *chaosSeed
	if seed == 0 {
		seed = uint64(time.Now().UnixNano())
	}
	t.Logf("run it again with -chaos-seed=%d", seed)
	for round := range *chaosRounds {
		random := rand.New(rand.NewPCG(seed, uint64(round)))
		t.Run(fmt.Sprintf("killed while it is pending %d", round), func(t *testing.T) {
			t.Parallel()
			served := serve(t, pendingSpeed)
			mortal(t, served, random, wish{8, papi.Staging})
		})
		t.Run(fmt.Sprintf("killed all the way %d", round), func(t *testing.T) {
			t.Parallel()
			var wishes []wish
			for _, version := range []int{8, 6, 5, 4, 3} {
				wishes = append(wishes, wish{version, papi.Production})
			}
			mortal(t, serve(t, instantSpeed), rand.New(rand.NewPCG(seed, uint64(round)+1<<32)), wishes...)
		})
		t.Run(fmt.Sprintf("all at once %d", round), func(t *testing.T) {
			t.Parallel()
			herd(t)
		})
	}
}

// mortal has one wish after the other. Its processes are killed at random
// moments and started again, until one ends by itself.
func mortal(t *testing.T, served *simulation, random *rand.Rand, wishes ...wish) {
	t.Helper()
	killed, interrupted := 0, 0
	for _, w := range wishes {
		for lives := random.IntN(mostKills + 1); ; lives-- {
			life, stop := patience, syscall.SIGKILL
			if lives > 0 {
				life = time.Duration(random.Int64N(int64(mostLife)))
			}
			if random.IntN(3) == 0 {
				stop = syscall.SIGINT
			}
			e := served.run(t, life, stop, w)
			served.truthful(t, w, e)
			killed += oneIf(e.signal != 0)
			interrupted += oneIf(e.code == cmd.ExitInterrupted)
			if e.code == cmd.ExitOK {
				break
			}
			if lives <= 0 {
				t.Errorf("%v, left in peace, ends with exit code %d (%v): %s\n%s", w, e.code, e.signal, e.stdout, e.stderr)
				return
			}
		}
		served.onlyOne(t, w)
	}
	t.Logf("%d wishes: killed %d times, interrupted %d times", len(wishes), killed, interrupted)
}

// herd starts many processes with one wish at once.
func herd(t *testing.T) {
	t.Helper()
	served := serve(t, pendingSpeed)
	w := wish{8, papi.Staging}
	var all sync.WaitGroup
	for range herdSize {
		all.Go(func() {
			e := served.run(t, patience, syscall.SIGKILL, w)
			served.truthful(t, w, e)
			if e.code != cmd.ExitOK {
				t.Errorf("exit code %d (%v): %s\n%s", e.code, e.signal, e.stdout, e.stderr)
			}
		})
	}
	all.Wait()
	served.onlyOne(t, w)
}

// wish is what a process is started for.
type wish struct {
	version int
	network papi.Network
}

// simulation is a running "propctl simulate".
type simulation struct {
	edgerc, ca string
	client     *papi.Client
	before     map[papi.ID]bool // activations that were there at the beginning
}

// serve starts a simulator in a process of its own, which ends with the test.
func serve(t *testing.T, speed int) *simulation {
	t.Helper()
	command := exec.CommandContext(t.Context(), "propctl", "simulate", "--dir", t.TempDir(), "--speed", fmt.Sprint(speed), "-o", "json")
	command.Cancel = func() error { return command.Process.Signal(syscall.SIGINT) }
	command.WaitDelay = 10 * time.Second
	stdout, err := command.StdoutPipe()
	if err == nil {
		err = command.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = command.Wait() }) // after the end of t.Context
	var printed struct {
		Simulator struct{ Edgerc, CAFile string }
	}
	if err := json.NewDecoder(stdout).Decode(&printed); err != nil {
		t.Fatal(err)
	}
	s := &simulation{edgerc: printed.Simulator.Edgerc, ca: printed.Simulator.CAFile, before: map[papi.ID]bool{}}
	credentials, _, err := papi.CredentialsFromFile(s.edgerc, "default")
	if err != nil {
		t.Fatal(err)
	}
	pem, err := os.ReadFile(s.ca)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(pem)
	if s.client, err = papi.New(credentials, papi.Options{Transport: papi.NewTransport(roots)}); err != nil {
		t.Fatal(err)
	}
	for _, a := range s.activations(t) {
		s.before[a.ActivationID] = true
	}
	return s
}

// activations asks the simulator what there is of the property.
func (s *simulation) activations(t *testing.T) []papi.Activation {
	t.Helper()
	list, err := s.client.Activations(t.Context(), papi.PropertyRef{PropertyID: property})
	if err != nil {
		t.Error(err)
		return nil
	}
	return list.Items
}

// ending is how a process ended.
type ending struct {
	code           int            // -1: by a signal
	signal         syscall.Signal // 0: by itself
	stdout, stderr string
	document       struct {
		ExitCode   int
		Outcome    string
		Activation *struct{ ID papi.ID }
	}
}

// run starts a process for a wish, stops it after its life, and waits for its end.
func (s *simulation) run(t *testing.T, life time.Duration, stop syscall.Signal, w wish) ending {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	command := exec.CommandContext(ctx, "propctl", "activate", fmt.Sprintf("%s@%d", property, w.version), "-n", string(w.network),
		"--notify", "you@example.com", "--edgerc", s.edgerc, "--ca-file", s.ca, "-o", "json", "--debug")
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr, command.Env = &stdout, &stderr, append(os.Environ(), "HOME="+filepath.Dir(s.edgerc), "CI=true")
	command.Cancel = func() error { return command.Process.Signal(stop) }
	command.WaitDelay = 10 * time.Second
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(life, cancel) // not before the start: however short its life, there is a process that had it
	err := command.Wait()
	if _, exited := errors.AsType[*exec.ExitError](err); err != nil && !exited && ctx.Err() == nil {
		t.Errorf("%v: %v", w, err)
	}
	e := ending{code: command.ProcessState.ExitCode(), stdout: stdout.String(), stderr: stderr.String()}
	if status, ok := command.ProcessState.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		e.signal = status.Signal()
	}
	return e.read(t)
}

// read holds what was printed to the contract: one document, or none where the
// process had no time for it.
func (e ending) read(t *testing.T) ending {
	t.Helper()
	decoder := json.NewDecoder(strings.NewReader(e.stdout))
	switch err := decoder.Decode(&e.document); {
	case e.signal != 0:
		return e
	case err != nil:
		t.Errorf("exit code %d, and stdout is no document: %v: %q\n%s", e.code, err, e.stdout, e.stderr)
	case e.document.ExitCode != e.code:
		t.Errorf("exit code %d, and the document says %d", e.code, e.document.ExitCode)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		t.Errorf("more than one document: %s", e.stdout)
	}
	return e
}

// truthful holds an ending to what the simulator has: a success names the
// activation that is there, and an interruption says no more than that.
func (s *simulation) truthful(t *testing.T, w wish, e ending) {
	t.Helper()
	switch {
	case e.signal == syscall.SIGKILL, e.signal == syscall.SIGINT: // the latter before it could be heard
		return
	case e.signal != 0:
		t.Errorf("%v ended by %v\n%s", w, e.signal, e.stderr)
	case e.code == cmd.ExitInterrupted && e.document.Outcome == "interrupted":
	case e.code == cmd.ExitOK && (e.document.Outcome == "active" || e.document.Outcome == "already-active"):
		for _, a := range s.activations(t) {
			if e.document.Activation != nil && a.ActivationID.Equal(e.document.Activation.ID) &&
				a.PropertyVersion == w.version && a.Network == w.network && a.Status == papi.StatusActive {
				return
			}
		}
		t.Errorf("%v: %s, but PAPI has no such activation: %s", w, e.document.Outcome, e.stdout)
	default:
		t.Errorf("%v: exit code %d with outcome %q\n%s", w, e.code, e.document.Outcome, e.stderr)
	}
}

// onlyOne checks that a wish has made one activation.
func (s *simulation) onlyOne(t *testing.T, w wish) {
	t.Helper()
	var made []string
	for _, a := range s.activations(t) {
		if !s.before[a.ActivationID] && a.PropertyVersion == w.version && a.Network == w.network {
			made = append(made, fmt.Sprintf("%s %s", a.ActivationID, a.Status))
		}
	}
	if len(made) != 1 {
		t.Errorf("%v has made %d activations, want one: %s", w, len(made), strings.Join(made, "; "))
	}
}

func oneIf(b bool) int {
	if b {
		return 1
	}
	return 0
}
