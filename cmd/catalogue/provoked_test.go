package catalogue_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// machine is the engine and the client over a simulated PAPI.
type machine struct {
	sim    *simulator.Simulator
	client *papi.Client
	engine *activation.Engine
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// newMachine makes one in which activations take 2 minutes on staging and 8 on production.
func newMachine(t *testing.T, e provocation) *machine {
	t.Helper()
	m := &machine{sim: simulator.New(simulator.Options{Pace: simulator.Fixed(2*time.Minute, 8*time.Minute), HostnamesPerProperty: e.room})}
	transport := m.sim.Transport()
	if e.network != nil {
		transport = e.network(transport)
	}
	c := m.sim.Credentials()
	var err error
	m.client, err = papi.New(papi.Credentials{
		Host: c.Host, ClientToken: c.ClientToken, ClientSecret: c.ClientSecret, AccessToken: c.AccessToken,
	}, papi.Options{Transport: transport})
	if err != nil {
		t.Fatal(err)
	}
	m.engine = &activation.Engine{API: m.client, Includes: m.client}
	return m
}

// provocation is how a row of the catalogue comes about.
type provocation struct {
	name    string
	fault   simulator.Fault // met by all requests of its operation
	network func(next http.RoundTripper) http.RoundTripper
	room    int // for hostnames in a property; 0: the simulator's
	prepare func(m *machine)
	do      func(ctx context.Context, m *machine) error // nil: an activation of a version that is not active
	ends    error                                       // the cause with which the context ends after ten seconds; nil: it does not
	code    string
	next    []catalogue.Command
	help    string // part of what to do
}

var (
	again  = []catalogue.Command{catalogue.CommandSameAgain}
	doctor = []catalogue.Command{catalogue.CommandDoctor}
	status = []catalogue.Command{catalogue.CommandStatus}
)

const onStaging = papi.Staging

func target(property papi.ID, version int) activation.Target {
	return activation.Target{
		Property: papi.PropertyRef{PropertyID: property}, Network: onStaging, Version: version,
		Request: papi.ActivationRequest{NotifyEmails: []string{"you@example.com"}},
	}
}

// activate activates a version, which is changed before.
func activate(property papi.ID, version int, change func(*activation.Target)) func(context.Context, *machine) error {
	return func(ctx context.Context, m *machine) error {
		t := target(property, version)
		if change != nil {
			change(&t)
		}
		_, err := m.engine.Activate(ctx, t)
		return err
	}
}

// read reads a property, which repeats what fails.
func read(ctx context.Context, m *machine) error {
	_, err := m.client.Property(ctx, papi.PropertyRef{PropertyID: "prp_1001"})
	return err
}

// on is a fault that PAPI is known for, met by an operation.
func on(o simulator.Operation, name string) simulator.Fault {
	f, ok := simulator.KnownFaults()[name]
	if !ok {
		panic("no fault " + name)
	}
	f.Operation = o
	return f
}

// problem is a problem document as the answer to submissions.
func problem(status int, kind string) simulator.Fault {
	return simulator.Fault{
		Operation: simulator.OpSubmit, Status: status,
		Body: `{"type":"https://problems.example.com/papi/v1/` + kind + `","title":"A title"}`,
	}
}

// unreachable is a network on which nothing is answered.
func unreachable(err error) func(http.RoundTripper) http.RoundTripper {
	return func(http.RoundTripper) http.RoundTripper {
		return roundTrip(func(*http.Request) (*http.Response, error) { return nil, err })
	}
}

// ways are errors on the way to PAPI, and answers that are none.
func ways() []provocation {
	property := simulator.OpProperty
	dial := func(err error) error { return &net.OpError{Op: "dial", Net: "tcp", Err: err} }
	refused := os.NewSyscallError("connect", syscall.ECONNREFUSED)
	return []provocation{
		{name: "connection refused", do: read, network: unreachable(dial(refused)), code: "no-answer", next: again, help: "host in the credentials"},
		{name: "connection cut", do: read, fault: simulator.Fault{Operation: property, Drop: true}, code: "no-answer", next: again, help: "network"},
		{name: "submission cut", fault: simulator.Fault{Operation: simulator.OpSubmit, Drop: true}, code: "no-answer", next: again, help: "looks first"},
		{name: "too slow", do: read, fault: simulator.Fault{Operation: property, Delay: time.Hour}, code: "request-timeout", next: again, help: "--request-timeout"},
		{name: "no such host", do: read, network: unreachable(dial(&net.DNSError{Err: "no such host", Name: "akab.example.com", IsNotFound: true})), code: "dns", next: doctor, help: "HTTPS_PROXY"},
		{name: "proxy refused", do: read, network: unreachable(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: dial(refused)}), code: "proxy", next: doctor, help: "NO_PROXY"},
		{name: "unknown authority", do: read, network: unreachable(&tls.CertificateVerificationError{Err: x509.UnknownAuthorityError{}}), code: "tls", next: doctor, help: "--ca-file"},
		{name: "cut off", do: read, fault: simulator.Fault{Operation: property, Malformed: true}, code: "malformed-answer", next: again, help: "looks first"},
		{name: "to another host", do: read, fault: simulator.Fault{Operation: property, Status: 302, Header: http.Header{"Location": {"https://elsewhere.example.com/"}}}, code: "redirect", help: "--contract"},
		{name: "503", do: read, fault: simulator.Fault{Operation: property, Status: 503}, code: "server-error", next: again, help: "looks first"},
		{name: "after too many", do: tooMany, fault: simulator.Fault{Operation: property, Status: 503}, code: "suspended", help: "wait until the time"},
		{name: "signature", do: read, fault: on(property, "signature"), code: "unauthorized", next: doctor, help: "belong together"},
		{name: "clock", do: read, fault: on(property, "clock"), code: "clock-skew", next: doctor, help: "agrees with PAPI's"},
		{name: "grant", do: read, fault: on(property, "grant"), code: "grant-missing", next: doctor, help: "READ-WRITE"},
		{name: "forbidden", do: read, fault: on(property, "forbidden"), code: "forbidden", next: doctor, help: "role"},
		{name: "404", do: read, fault: on(property, "not-found"), code: "not-found", help: "account switch key"},
		{name: "paced", do: read, fault: on(property, "paced"), ends: activation.ErrTimeout, code: "rate-limited", next: []catalogue.Command{catalogue.CommandBudget}, help: "same limit"},
	}
}

// tooMany reads until PAPI is left alone.
func tooMany(ctx context.Context, m *machine) error {
	_ = read(ctx, m)
	return read(ctx, m)
}

// refusals are answers to submissions.
func refusals() []provocation {
	submit := simulator.OpSubmit
	dryRun, budget := []catalogue.Command{catalogue.CommandDryRun}, []catalogue.Command{catalogue.CommandBudget}
	blocker := []catalogue.Command{catalogue.CommandWaitForBlocker, catalogue.CommandSameAgain}
	return []provocation{
		{name: "warnings", fault: on(submit, "warnings"), code: "warnings-unacknowledged", next: dryRun, help: "where the warnings are right"},
		{name: "errors", fault: on(submit, "errors"), code: "rejected", next: dryRun, help: "correct the version"},
		{name: "address", fault: on(submit, "bad-email"), code: "bad-notify-emails", next: dryRun, help: "--notify"},
		{name: "compliance", fault: on(submit, "compliance"), code: "compliance-record", next: dryRun, help: "--compliance-reason"},
		{name: "cache wipe", fault: problem(400, "activation/cachewipe-error-possible"), code: "cachewipe-error-possible", help: "the time that PAPI names"},
		{name: "certificate", fault: on(submit, "third-party-cert"), code: "certificate-not-visible-yet", next: again, help: "again"},
		{name: "locked", fault: problem(403, "property-version/already-activated"), code: "version-locked", help: "make a new version"},
		{name: "schema", fault: problem(400, "json-schema-invalid"), code: "invalid-request", help: "--debug"},
		{name: "of no known kind", fault: problem(422, "next-year"), code: "refused", help: "read PAPI's reason"},
		{name: "busy", fault: on(submit, "busy"), code: "busy", next: blocker, help: "looks first"},
		{name: "both networks", fault: on(submit, "arl"), code: "arl-conflict", help: "in order"},
		{name: "tower", fault: on(submit, "tower"), code: "not-yet", next: again, help: "again"},
		{name: "etag", fault: problem(412, "property-version/etag-conflict"), code: "etag-conflict", next: again, help: "again"},
		{name: "still pending", fault: on(submit, "still-pending"), code: "still-pending", next: blocker, help: "again"},
		{name: "already activated", fault: on(submit, "already-activated"), code: "already-activated", next: status, help: "propctl status"},
		{name: "not active", fault: on(submit, "not-active"), code: "not-active", next: status, help: "propctl status"},
		{name: "too late", do: cancelOn(onStaging, ""), fault: on(simulator.OpCancel, "too-late"), code: "cancel-too-late", next: []catalogue.Command{catalogue.CommandWait}, help: "propctl wait"},
		{name: "budget", fault: on(submit, "budget"), code: "budget-exhausted", next: budget, help: "propctl budget"},
		{name: "limit of a resource", fault: on(submit, "resource-limit"), code: "resource-limit", help: "waiting does not help"},
	}
}

// cancelOn cancels an activation, or what is in progress on a network.
func cancelOn(network papi.Network, id papi.ID) func(context.Context, *machine) error {
	return func(ctx context.Context, m *machine) error {
		property := papi.ID("prp_1006")
		if id != "" {
			property = "prp_1001"
		}
		_, err := m.engine.Cancel(ctx, activation.Selection{Property: papi.PropertyRef{PropertyID: property}, ActivationID: id, Network: network})
		return err
	}
}

// ending gives the activation that is made a status after half a minute.
func ending(s simulator.Status) func(*machine) {
	return func(m *machine) {
		time.AfterFunc(30*time.Second, func() {
			all := m.sim.Activations("prp_1001")
			m.sim.SetStatus("prp_1001", all[len(all)-1].ID, s, "")
		})
	}
}

// vanishing makes PAPI forget the activation that it has accepted.
func vanishing(m *machine) {
	poll := on(simulator.OpPoll, "not-found")
	list := on(simulator.OpList, "empty")
	poll.Times, list.Times, list.Skip = -1, -1, 1
	m.sim.Inject(poll)
	m.sim.Inject(list)
}

// ends are ways in which the engine ends without having reached its aim.
func ends() []provocation {
	blocker := []catalogue.Command{catalogue.CommandWaitForBlocker}
	history := []catalogue.Command{catalogue.CommandHistory}
	byTimeout := func(t *activation.Target) { t.CancelOnTimeout = true }
	hostname := func(ctx context.Context, m *machine) error {
		t := target("prp_1001", 0)
		_, err := m.engine.ChangeHostnames(ctx, activation.HostnameChange{Target: t, Add: []papi.HostnameToAdd{{CNAMEFrom: "a.example.com", EdgeHostnameID: "ehn_3001"}}})
		return err
	}
	rollback := func(ctx context.Context, m *machine) error {
		_, err := m.engine.Rollback(ctx, activation.RollbackTarget{Target: target("prp_1004", 0)})
		return err
	}
	wait := func(ctx context.Context, m *machine) error {
		_, err := m.engine.Wait(ctx, activation.Selection{Property: papi.PropertyRef{PropertyID: "prp_1008"}, Network: onStaging})
		return err
	}
	store := func(s coordinator.Store, do func(context.Context, *machine) error) func(context.Context, *machine) error {
		return func(ctx context.Context, m *machine) error {
			m.engine.Turns = &coordinator.Turns{Store: s, Holder: activation.Holder{User: "one"}}
			return do(ctx, m)
		}
	}
	// cut is a submission whose answer is lost, and then the turn as well.
	cut := func(ctx context.Context, m *machine) error {
		dying := &coordinatortest.Dying{Store: &coordinator.Memory{}}
		m.engine.API = lossy{m.client, func() { dying.Die(true); time.Sleep(time.Hour) }}
		return store(dying, activate("prp_1001", 8, nil))(ctx, m)
	}
	gone := &coordinatortest.Dying{}
	gone.Die(true)
	foreign := &coordinator.Memory{}
	_, _ = foreign.Put(context.Background(), coordinator.LineKey(activation.Line{Account: "A-SIM1", Asset: "prp_1001", Network: onStaging}), []byte("{}"), 0)
	return []provocation{
		{name: "cut off", do: cut, code: "turn-lost", next: again, help: "looks first"},
		{name: "no server", do: store(gone, activate("prp_1001", 8, nil)), code: "coordinator-gone", next: append(slices.Clone(again), catalogue.CommandDoctor), help: "--without-coordinator"},
		{name: "of something else", do: store(foreign, activate("prp_1001", 8, nil)), code: "coordinator-unreadable", help: "one version of this"},
		{name: "FAILED", prepare: ending(simulator.StatusFailed), code: "activation-failed", next: history, help: "support"},
		{name: "ABORTED", prepare: ending(simulator.StatusAborted), code: "activation-aborted", next: again, help: "again"},
		{name: "INACTIVE", prepare: ending(simulator.StatusInactive), code: "activation-superseded", next: status, help: "propctl status"},
		{name: "forgotten", prepare: vanishing, code: "activation-lost", next: status, help: "propctl status"},
		{name: "never activated", do: wait, code: "no-activation", next: status, help: "both networks"},
		{name: "nothing before", do: rollback, code: "nothing-before", next: history, help: "--to"},
		{name: "time-out", ends: activation.ErrTimeout, code: "timed-out", next: again, help: "looks first"},
		{name: "time-out that cancels", do: activate("prp_1001", 8, byTimeout), ends: activation.ErrTimeout, code: "timed-out", help: "a longer --timeout"},
		{name: "Ctrl-C", ends: catalogue.ErrInterrupted, code: "interrupted", next: again, help: "looks first"},
		{name: "a context that ends without a cause", ends: context.Canceled, code: "interrupted", next: again, help: "looks first"},
		{name: "in the way", do: activate("prp_1006", 1, func(t *activation.Target) { t.FailIfPending = true }), code: "busy", next: blocker, help: "--if-pending wait"},
		{name: "in the way for too long", do: activate("prp_1006", 1, nil), ends: activation.ErrTimeout, code: "busy", next: append(slices.Clone(blocker), again...), help: "looks first"},
		{name: "in the way at Ctrl-C", do: activate("prp_1006", 1, nil), ends: catalogue.ErrInterrupted, code: "interrupted", next: again, help: "looks first"},
		{name: "warnings", do: activate("prp_1001", 8, func(t *activation.Target) { t.Warnings = activation.FailOnWarnings }), code: "rejected", help: "correct the version"},
		{name: "not on staging", do: activate("prp_1001", 6, func(t *activation.Target) { t.Network, t.RequireStaging = papi.Production, true }), code: "rejected", help: "change what the error says"},
		{name: "nothing active to take", do: activate("prp_1008", 0, func(t *activation.Target) { t.ActiveOn, t.Network = papi.Staging, papi.Production }), code: "not-found", next: status, help: "by its number"},
		{name: "of what is active", do: cancelOn(papi.Production, "atv_5014"), code: "cancel-too-late", next: []catalogue.Command{catalogue.CommandWait}, help: "propctl wait"},
		{name: "no room", do: hostname, room: 1, code: "resource-limit", help: "several properties"},
	}
}

// lossy is a PAPI that accepts no submission, and whose answers to them are lost.
type lossy struct {
	*papi.Client

	meanwhile func()
}

func (l lossy) CreateActivation(context.Context, papi.PropertyRef, papi.ActivationRequest) (*papi.CreatedActivation, error) {
	l.meanwhile()
	return nil, &papi.Error{Class: papi.ClassNoAnswer}
}

// Every row that PAPI, the way to it or the engine can bring about is met by a real error, which has its outcome, its
// exit code and its next command however often it was wrapped.
func TestRealErrorsHaveTheirRow(t *testing.T) {
	met := map[string]bool{}
	for _, e := range slices.Concat(ways(), refusals(), ends()) {
		met[e.code] = true
		t.Run(e.code+"/"+e.name, func(t *testing.T) {
			synctest.Test(t, e.check)
		})
	}
	for code := range rolloutRows() { // in TestRealRolloutsEndWithTheirRow
		met[code] = true
	}
	// Those of the command line, which only cmd can bring about.
	const local = "usage settings credentials-missing credentials-invalid ambiguous hostname-bucket different output-not-written declined internal rollout-overdue rollout-blocked not-handed-in rollout-stopped"
	for _, code := range catalogue.Codes() {
		if !met[code] && !slices.Contains(strings.Fields(local), code) {
			t.Errorf("nothing brings %s about: give a line that does, here or in rolloutRows, or name it in local if only a command can", code)
		}
	}
}

func (e provocation) check(t *testing.T) {
	m := newMachine(t, e)
	if e.fault.Operation != "" {
		e.fault.Times = -1
		m.sim.Inject(e.fault)
	}
	if e.prepare != nil {
		e.prepare(m)
	}
	ctx, end := context.WithCancelCause(t.Context())
	defer end(nil)
	const after = 10 * time.Second
	if errors.Is(e.ends, activation.ErrTimeout) {
		var cancel context.CancelFunc
		ctx, cancel = context.WithTimeoutCause(ctx, after, e.ends)
		defer cancel()
	} else if e.ends != nil {
		time.AfterFunc(after, func() { end(e.ends) })
	}
	do := e.do
	if do == nil {
		do = activate("prp_1001", 8, nil)
	}
	err := do(ctx, m)
	if err == nil {
		t.Fatal("no error")
	}
	row := catalogue.Lookup(e.code)
	for _, wrapped := range []error{err, fmt.Errorf("the command: %w", errors.Join(err, nil))} {
		v := catalogue.Judge(wrapped)
		if v.Code != e.code || v.Outcome != row.Outcome || v.ExitCode != row.ExitCode || v.Category != row.Category {
			t.Errorf("%v is judged as %+v, want the row %s", wrapped, v, e.code)
		}
		var next []catalogue.Command
		for _, n := range v.Next {
			next = append(next, n.Command)
		}
		if diff := cmp.Diff(e.next, next); diff != "" {
			t.Errorf("the next commands (-want +got):\n%s", diff)
		}
		if v.Help == "" || !strings.Contains(v.Help, e.help) {
			t.Errorf("what to do is %q, want %q in it", v.Help, e.help)
		}
	}
	if row.Retry == catalogue.RetryNever && e.fault.Operation == simulator.OpSubmit && m.sim.Count(simulator.OpSubmit) > 1 {
		t.Errorf("submitted %d times although the row says never", m.sim.Count(simulator.OpSubmit))
	}
}
