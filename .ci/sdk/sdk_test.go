//go:build unix

// Package sdk_test lets Akamai's SDK for Go do everything that it knows of PAPI, against
// the simulator of the real program.
package sdk_test

import (
	"context"
	"errors"
	"flag"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"syscall"
	"testing"
	"time"

	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/edgegrid"
	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/papi"
	"github.com/akamai/AkamaiOPEN-edgegrid-golang/v13/pkg/session"
)

var program = flag.String("propctl", "", "the program to run; empty: there is nothing to test")

const (
	speed    = "60" // an activation takes three seconds at most, and can be cancelled for the tenth part of it
	patience = 60 * time.Second
	pause    = 50 * time.Millisecond
)

// serve starts the simulator, and returns a client that is set up as docs/simulator.md
// says: by SSL_CERT_FILE, and with the SDK's own retries.
func serve(t *testing.T) papi.PAPI {
	t.Helper()
	if *program == "" {
		t.Skip("-propctl says which program to run")
	}
	dir := t.TempDir()
	command := exec.CommandContext(context.WithoutCancel(t.Context()), *program, "simulate", "--dir", dir, "--speed", speed, "-o", "json")
	command.Stderr, command.Env = os.Stderr, append(os.Environ(), "HOME="+dir)
	stdout, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Signal(syscall.SIGTERM)
		_ = command.Wait()
	})
	if _, err := io.ReadFull(stdout, make([]byte, 1)); err != nil { // it is ready
		t.Fatalf("propctl simulate: %v", err)
	}
	go io.Copy(io.Discard, stdout)
	t.Setenv("SSL_CERT_FILE", filepath.Join(dir, "ca.pem"))
	config, err := edgegrid.New(edgegrid.WithFile(filepath.Join(dir, ".edgerc")))
	if err != nil {
		t.Fatal(err)
	}
	s, err := session.New(session.WithSigner(config), session.WithRetries(session.NewRetryConfig()))
	if err != nil {
		t.Fatal(err)
	}
	return papi.Client(s)
}

// script calls the SDK, and remembers what of it was called.
type script struct {
	t    *testing.T
	ctx  context.Context
	papi papi.PAPI
	done []string
}

// call takes note of a method, and ends the test when it failed.
func call[R any](s *script, method string, result R, err error) R {
	s.t.Helper()
	if err != nil {
		s.t.Fatalf("%s: %v", method, err)
	}
	s.done = append(s.done, method)
	s.t.Logf("%s: ok", method)
	return result
}

// wants compares what came back with what should have.
func (s *script) wants(what string, got, want any) {
	s.t.Helper()
	if !reflect.DeepEqual(got, want) {
		s.t.Errorf("%s: %v, want %v", what, got, want)
	}
}

// until asks again until it is so.
func (s *script) until(what string, so func() (bool, error)) {
	s.t.Helper()
	for start := time.Now(); time.Since(start) < patience; time.Sleep(pause) {
		if ok, err := so(); err != nil {
			s.t.Fatalf("%s: %v", what, err)
		} else if ok {
			return
		}
	}
	s.t.Fatalf("%s: not after %s", what, patience)
}

const (
	contract = "ctr_C-SIM1"
	group    = "grp_10001"
	product  = "prd_Fresca"
)

// TestTheOfficialSDK has one simulator: a process reads SSL_CERT_FILE once.
func TestTheOfficialSDK(t *testing.T) {
	client := serve(t)
	t.Run("does all that it knows", func(t *testing.T) { everything(t, client) })
	t.Run("knows the simulator's errors", func(t *testing.T) { failures(t, client) })
}

func everything(t *testing.T, client papi.PAPI) {
	t.Helper()
	s := &script{t: t, ctx: t.Context(), papi: client}
	account(s)
	property(s)
	bucket(s)
	include(s)
	all := reflect.TypeFor[papi.PAPI]()
	for method := range all.Methods() {
		if !slices.Contains(s.done, method.Name) {
			t.Errorf("%s was not called", method.Name)
		}
	}
	t.Logf("%d methods of %d", len(slices.Compact(slices.Sorted(slices.Values(s.done)))), all.NumMethod())
}

func failures(t *testing.T, client papi.PAPI) {
	t.Helper()
	if _, err := client.GetProperty(t.Context(), papi.GetPropertyRequest{PropertyID: "prp_9", ContractID: contract, GroupID: group}); !errors.Is(err, papi.ErrNotFound) {
		t.Errorf("a property that is not there: %v", err)
	}
	_, err := client.CreateActivation(t.Context(), papi.CreateActivationRequest{PropertyID: "prp_1004", Activation: papi.Activation{
		PropertyVersion: 2, Network: papi.ActivationNetworkStaging, ActivationType: papi.ActivationTypeActivate,
		NotifyEmails: []string{"you@example.com"}, AcknowledgeAllWarnings: true,
	}})
	var refused *papi.Error
	if !errors.As(err, &refused) || refused.StatusCode != 400 || len(refused.Errors) == 0 {
		t.Errorf("rules with an error: %v", err)
	}
	submitted, err := client.ActivateInclude(t.Context(), papi.ActivateIncludeRequest{
		IncludeID: "inc_2002", Version: 3, Network: papi.ActivationNetworkStaging, NotifyEmails: []string{"you@example.com"},
	})
	if err != nil {
		t.Fatal(err)
	}
	for start := time.Now(); ; time.Sleep(pause) {
		_, err := client.GetIncludeActivation(t.Context(), papi.GetIncludeActivationRequest{IncludeID: "inc_2002", ActivationID: submitted.ActivationID})
		if errors.Is(err, papi.ErrMissingComplianceRecord) {
			return
		}
		if time.Since(start) > patience {
			t.Fatalf("no compliance record: %v", err)
		}
	}
}
