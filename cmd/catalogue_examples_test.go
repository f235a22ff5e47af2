package cmd_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/activation/coordinator/coordinatortest"
	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

const pages = "https://problems.example.com/papi/v1/"

// known is an error that PAPI is known to give, met by one kind of request.
func known(o simulator.Operation, name string) simulator.Fault {
	f, ok := simulator.KnownFaults()[name]
	if !ok {
		panic("no fault " + name)
	}
	f.Operation = o
	return f
}

// answered is an answer to submissions with a problem document.
func answered(status int, kind, more string) simulator.Fault {
	return simulator.Fault{Operation: simulator.OpSubmit, Status: status, Body: `{"type":"` + pages + kind + `","title":"A title"` + more + `}`}
}

// foreign is a coordinator that has something else where the line of a property is kept.
func foreign() coordinator.Store {
	store := &coordinator.Memory{}
	line := activation.Line{Account: "A-SIM1", Asset: "prp_1001", Network: papi.Staging}
	_, _ = store.Put(context.Background(), coordinator.LineKey(line), []byte("{}"), 0)
	return store
}

// localExamples are errors that propctl finds by itself.
func localExamples() []example {
	// A list, then looks after 0, 5, 20, 45 and 54 s, and every 10 s from there on,
	// until two minutes are over.
	const followed = 2*time.Minute + 2*time.Second
	env := func(name, value string) func(*testing.T, *scene) {
		return func(_ *testing.T, s *scene) { s.env[name] = value }
	}
	set := func(status simulator.Status) func(*testing.T, *scene) {
		return func(_ *testing.T, s *scene) {
			time.AfterFunc(30*time.Second, func() {
				all := s.sim.Activations("prp_1001")
				s.sim.SetStatus("prp_1001", all[len(all)-1].ID, status, "")
			})
		}
	}
	kept := func(store coordinator.Store) func(*testing.T, *scene) {
		return func(_ *testing.T, s *scene) { s.store = store }
	}
	dead, dying := &coordinatortest.Dying{}, &coordinatortest.Dying{Store: &coordinator.Memory{}}
	dead.Die(true)
	cut := func(next http.RoundTripper) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodPost {
				return next.RoundTrip(r)
			}
			dying.Die(true)
			time.Sleep(time.Minute)
			return nil, io.ErrUnexpectedEOF
		}
	}
	return []example{
		{name: "no server", prepare: kept(dead), code: "coordinator-gone", category: "RemoteSystemError", exit: 1, reads: 1, took: 61 * time.Second, help: "--without-coordinator", says: "nats://nats.example.com"},
		{name: "of something else", prepare: kept(foreign()), code: "coordinator-unreadable", category: "TypeError", exit: 1, reads: 1, help: "one version of this"},
		{name: "of a name that nobody knows", args: "rollout stop nobody", prepare: kept(&coordinator.Memory{}), code: "not-handed-in", category: "NotFound", exit: 1, help: "--detach", says: "none was"},
		{name: "cut off", prepare: kept(dying), network: cut, code: "turn-lost", category: "Conflict", exit: 1, reads: 4, took: 65 * time.Second, help: "looks before"},
		{name: "no address", args: "activate prp_1001@8", code: "usage", category: "InvalidData", exit: 2, help: "--help"},
		{name: "submissions that others would wait for too long", args: "activate prp_1001@8 --request-timeout 31m " + notify, prepare: kept(&coordinator.Memory{}), code: "usage", category: "InvalidData", exit: 2, help: "--help", says: "at most 30m, since others wait for as long when this process dies: lower --request-timeout"},
		{name: "simulated submissions that others would wait for too long", args: "activate prp_1001@8 --simulate --speed 0.05 " + notify, prepare: kept(&coordinator.Memory{}), code: "usage", category: "InvalidData", exit: 2, help: "--help", says: "at most 30m, since others wait for as long when this process dies: raise --speed"},
		{name: "variable", prepare: env("PROPCTL_TIMEOUT", "30"), code: "settings", category: "InvalidSettings", exit: 2, help: "propctl help environment", says: "PROPCTL_TIMEOUT"},
		{name: "nowhere", prepare: func(_ *testing.T, s *scene) { s.env = map[string]string{} }, code: "credentials-missing", category: "InvalidSettings", exit: 4, help: ".edgerc"},
		{name: "no token", prepare: env("AKAMAI_ACCESS_TOKEN", ""), code: "credentials-invalid", category: "InvalidSettings", exit: 4, help: "compare"},
		{name: "hostname of two properties", args: "status both.example.com", prepare: twins, code: "ambiguous", category: "InvalidData", exit: 1, reads: 2, help: "id", says: "one_pm"},
		{name: "no such edge hostname", args: "hostnames add prp_1010 a.example.com=b.example.com -n staging " + notify, code: "hostname-bucket", category: "InvalidData", exit: 1, reads: 2, help: "propctl hostnames list", says: "no edge hostname b.example.com"},
		{name: "no room", args: "hostnames add prp_1001 a.example.com=ehn_3001 -n staging " + notify, prepare: cramped, code: "resource-limit", category: "RemoteSystemError", exit: 8, reads: 3, help: "several properties", says: "room for 0"},
		{name: "first version", args: "rollback prp_1004 -n staging " + notify, code: "nothing-before", category: "NotFound", exit: 1, reads: 1, help: "--to", says: "version 1 ACTIVE"},
		{name: "no", args: "activate prp_1001@8 -n production " + notify, prepare: func(_ *testing.T, s *scene) { s.terminal, s.stdin = true, strings.NewReader("n\n") }, code: "declined", category: "Conflict", exit: 1, reads: 5, help: "--yes"},
		{name: "versions that differ", args: "diff prp_1001 7 8 --exit-code", code: "different", category: "Conflict", exit: 1, reads: 4, help: "see the differences", says: "1 rule changed"},
		{name: "folder that vanishes", prepare: vanishing, code: "output-not-written", category: "InternalError", exit: 1, outcome: "active", submits: 1, reads: 14, took: followed, help: "need not be repeated"},

		{name: "FAILED", args: "activate prp_1007@2 " + notify, code: "activation-failed", category: "RemoteSystemError", exit: 3, submits: 1, reads: 14, took: followed - time.Second, help: "support"},
		{name: "ABORTED", prepare: set(simulator.StatusAborted), code: "activation-aborted", category: "Conflict", exit: 3, submits: 1, reads: 5, took: 45 * time.Second, help: "again"},
		{name: "INACTIVE", prepare: set(simulator.StatusInactive), code: "activation-superseded", category: "Conflict", exit: 3, submits: 1, reads: 5, took: 45 * time.Second, help: "propctl status"},
		{name: "404 for long, and not in the list", fault: known(simulator.OpPoll, "not-found"), prepare: forgetful, code: "activation-lost", category: "NotFound", exit: 1, submits: 1, reads: 13, took: followed - 2*time.Second, help: "propctl status"},
		{name: "never activated", args: "wait prp_1008", code: "no-activation", category: "NotFound", exit: 1, reads: 2, help: "propctl status"},
		{name: "followed", args: "activate prp_1001@8 --timeout 10s " + notify, code: "timed-out", category: "RemoteSystemError", exit: 5, submits: 1, reads: 3, took: 10 * time.Second, help: "propctl wait"},
		{name: "cancelled", args: "activate prp_1001@8 --timeout 10s --on-timeout cancel " + notify, code: "timed-out", category: "RemoteSystemError", exit: 5, submits: 1, reads: 4, took: 10 * time.Second, help: "--timeout"},
		{name: "followed", stop: 10 * time.Second, code: "interrupted", category: "Conflict", exit: 130, submits: 1, reads: 3, took: 10 * time.Second, help: "propctl wait"},
		{name: "in the list", args: "activate prp_1006@1 --if-pending fail " + notify, code: "busy", category: "Conflict", exit: 6, reads: 1, help: "propctl wait"},
		{name: "in the list, for too long", args: "activate prp_1006@1 --timeout 30s " + notify, code: "busy", category: "Conflict", exit: 6, reads: 1, took: 30 * time.Second, help: "propctl activate"},
		{name: "warnings that are not wanted", args: "activate prp_1001@8 --warnings fail " + notify, code: "rejected", category: "InvalidData", exit: 7, reads: 2, help: "correct", says: "rule Performance is deprecated"},
		{name: "no such name", args: "status nobody.example.com", code: "not-found", category: "NotFound", exit: 1, reads: 3, help: "exact"},
		{name: "nothing active there", args: "activate prp_1008@staging -n production " + notify, code: "not-found", category: "NotFound", exit: 1, reads: 1, help: "propctl status"},
		{name: "of what is active", args: "cancel atv_5014 --property prp_1001", code: "cancel-too-late", category: "Conflict", exit: 1, reads: 1, help: "propctl wait"},
	}
}

// twins adds two properties that serve one hostname.
func twins(_ *testing.T, s *scene) {
	for _, name := range []string{"one_pm", "two_pm"} {
		s.sim.AddProperty(simulator.Property{
			Name: name, Versions: []simulator.Version{{Hostnames: []simulator.Hostname{{Name: "both.example.com"}}}},
			Activations: []simulator.Activation{{Network: simulator.Staging, Version: 1, Status: simulator.StatusActive, Submitted: time.Now().Add(-time.Hour)}},
		})
	}
}

// forgetful makes the list of activations empty after the first look.
func forgetful(_ *testing.T, s *scene) {
	f := again(known(simulator.OpList, "empty"))
	f.Skip = 1
	s.sim.Inject(f)
}

// cramped has no room for a second hostname.
func cramped(t *testing.T, s *scene) {
	t.Helper()
	s.sim = newScene(t, func(o *simulator.Options) { o.HostnamesPerProperty = 1 }).sim
}

// vanishing makes the folder of --output-file go away while the command runs.
func vanishing(t *testing.T, s *scene) {
	t.Helper()
	folder := filepath.Join(t.TempDir(), "results")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	s.env["PROPCTL_OUTPUT_FILE"] = filepath.Join(folder, "result.json")
	time.AfterFunc(time.Minute, func() { _ = os.RemoveAll(folder) })
}

// refused is a network on which nothing is ever answered.
func refused(err error) func(http.RoundTripper) roundTrip {
	return func(http.RoundTripper) roundTrip {
		return func(*http.Request) (*http.Response, error) { return nil, err }
	}
}

// refusedOnce fails the first submission, and lets all else through.
func refusedOnce(err error) func(http.RoundTripper) roundTrip {
	return func(next http.RoundTripper) roundTrip {
		refused := false
		return func(r *http.Request) (*http.Response, error) {
			if r.Method != http.MethodPost || refused {
				return next.RoundTrip(r)
			}
			refused = true
			return nil, err
		}
	}
}

// What was not sent may be sent later.
func TestSubmissionsAreMadeAgainAfterTheWayWasClosed(t *testing.T) {
	for _, err := range []error{
		&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "server misbehaving", Name: host, IsTemporary: true}},
		&net.OpError{Op: "proxyconnect", Net: "tcp", Err: syscall.ECONNREFUSED},
	} {
		synctest.Test(t, func(t *testing.T) {
			e := example{network: refusedOnce(err)}
			if r, s, _ := e.provoke(t); r.code != cmd.ExitOK || s.sim.Count(simulator.OpSubmit) != 1 {
				t.Errorf("%v: exit code %d, %d submissions\n%s", err, r.code, s.sim.Count(simulator.OpSubmit), r.stderr)
			}
		})
	}
}

// networkExamples are answers that do not come, or cannot be read.
func networkExamples() []example {
	const read, seven = "status prp_1001", 7 // a read is asked for seven times
	const pauses = (1 + 2 + 4 + 8 + 16 + 30) * time.Second
	connect := func(err error) error {
		return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", err)}
	}
	certificate := func(err error) func(http.RoundTripper) roundTrip {
		return refused(&tls.CertificateVerificationError{Err: err})
	}
	system := "RemoteSystemError"
	return []example{
		{name: "connection refused", args: read, network: refused(connect(syscall.ECONNREFUSED)), code: "no-answer", category: system, exit: 1, reads: seven, took: pauses, help: "host in the credentials"},
		{name: "connection cut", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Drop: true}, code: "no-answer", category: system, exit: 1, reads: seven, took: pauses, help: "network"},
		{name: "too slow", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Delay: time.Hour}, code: "request-timeout", category: system, exit: 1, reads: seven, took: pauses + seven*50*time.Second, help: "--request-timeout"},
		{name: "408", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Status: 408}, code: "request-timeout", category: system, exit: 1, reads: seven, took: pauses, help: "--request-timeout"},
		{name: "no such host", args: read, network: refused(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}}), code: "dns", category: system, exit: 1, reads: seven, took: pauses, help: "DNS"},
		{name: "no answer from DNS", args: read, network: refused(&net.OpError{Op: "dial", Net: "tcp", Err: &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}}), code: "dns", category: system, exit: 1, reads: seven, took: pauses, help: "DNS"},
		{name: "proxy refused", args: read, network: refused(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: connect(syscall.ECONNREFUSED)}), code: "proxy", category: system, exit: 1, reads: seven, took: pauses, help: "HTTPS_PROXY"},
		{name: "proxy without an address", args: read, network: refused(&net.OpError{Op: "proxyconnect", Net: "tcp", Err: &net.DNSError{Err: "no such host", Name: "proxy.example.com"}}), code: "proxy", category: system, exit: 1, reads: seven, took: pauses, help: "HTTPS_PROXY"},
		{name: "unknown authority", args: read, network: certificate(x509.UnknownAuthorityError{}), code: "tls", category: "InvalidSettings", exit: 1, reads: 1, help: "--ca-file"},
		{name: "another host's", args: read, network: refused(x509.HostnameError{Certificate: &x509.Certificate{}, Host: host}), code: "tls", category: "InvalidSettings", exit: 1, reads: 1, help: "--ca-file"},
		{name: "expired", args: read, network: certificate(x509.CertificateInvalidError{Reason: x509.Expired}), code: "tls", category: "InvalidSettings", exit: 1, reads: 1, help: "--ca-file"},
		{name: "cut off", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Malformed: true}, code: "malformed-answer", category: system, exit: 1, reads: seven, took: pauses, help: "again"},
		{name: "a page of a gateway", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<html>Please log in</html>"}, code: "malformed-answer", category: system, exit: 1, reads: seven, took: pauses, help: "again"},
		{name: "to another host", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Status: 302, Header: http.Header{"Location": {"https://evil.example.com/papi/v1/properties/1"}}}, code: "redirect", category: system, exit: 1, reads: 1, help: "--contract"},
		{name: "after seven failures", args: read + " prp_1002", fault: simulator.Fault{Operation: simulator.OpProperty, Status: 503}, code: "suspended", category: system, exit: 1, reads: seven, oneMore: true, took: 15 * time.Second, help: "wait until the time"},
		{name: "503", args: read, fault: simulator.Fault{Operation: simulator.OpProperty, Status: 503}, code: "server-error", category: system, exit: 1, reads: seven, took: pauses, help: "again"},
		{name: "a page of a gateway", args: read, fault: known(simulator.OpProperty, "bad-gateway"), code: "server-error", category: system, exit: 1, reads: seven, took: pauses, help: "again", says: "upstream server gave no valid answer"},
	}
}

// skewed shifts PAPI's clock against this machine's.
func skewed(by time.Duration) func(http.RoundTripper) roundTrip {
	return func(next http.RoundTripper) roundTrip {
		return func(r *http.Request) (*http.Response, error) {
			resp, err := next.RoundTrip(r)
			if err != nil {
				return nil, err
			}
			resp.Header.Set("Date", time.Now().Add(by).UTC().Format(http.TimeFormat))
			return resp, nil
		}
	}
}

// answerExamples are refusals of reads.
func answerExamples() []example {
	const read = "status prp_1001"
	property := simulator.OpProperty
	return []example{
		{name: "behind", args: read, fault: known(property, "clock"), network: skewed(5 * time.Minute), code: "clock-skew", category: "RemoteAuthFailed", exit: 4, reads: 1, help: "300 s behind PAPI's", says: "300 s behind PAPI's"},
		{name: "ahead", args: read, fault: known(property, "clock"), network: skewed(-40 * time.Second), code: "clock-skew", category: "RemoteAuthFailed", exit: 4, reads: 1, help: "40 s ahead of PAPI's"},
		{name: "not at all", args: read, fault: known(property, "clock"), code: "clock-skew", category: "RemoteAuthFailed", exit: 4, reads: 1, help: "agrees with PAPI's"},
		{name: "signature", args: read, fault: known(property, "signature"), code: "unauthorized", category: "RemoteAuthFailed", exit: 4, reads: 1, help: "credentials"},
		{name: "gateway", args: read, fault: known(property, "grant"), code: "grant-missing", category: "PermissionDenied", exit: 4, reads: 1, help: "READ-WRITE"},
		{name: "PAPI", args: read, fault: known(property, "forbidden"), code: "forbidden", category: "PermissionDenied", exit: 1, reads: 1, help: "role"},
		{name: "404", args: read, fault: known(property, "not-found"), code: "not-found", category: "NotFound", exit: 1, reads: 1, help: "account switch key"},
		{name: "paced", args: read, fault: known(property, "paced"), says: "waiting for PAPI's rate limit until", code: "rate-limited", category: "RemoteSystemError", exit: 8, reads: 60, took: 59 * 30 * time.Second, help: "same limit"},
		{name: "paced in plain text", args: read, fault: known(property, "paced-text"), says: "waiting for PAPI's rate limit until", code: "rate-limited", category: "RemoteSystemError", exit: 8, reads: 60, took: 59 * 30 * time.Second, help: "same limit"},
		{name: "paced in plain text, as 503", args: read, fault: known(property, "paced-503"), says: "waiting for PAPI's rate limit until", code: "rate-limited", category: "RemoteSystemError", exit: 8, reads: 60, took: 59 * 30 * time.Second, help: "same limit"},
		{name: "a burst, as 400", args: read, fault: known(property, "burst"), code: "rate-limited", category: "RemoteSystemError", exit: 8, reads: 7, took: (1 + 2 + 4 + 8 + 16 + 30) * time.Second, help: "same limit"},
		{name: "too late", args: "cancel prp_1006", fault: known(simulator.OpCancel, "too-late"), code: "cancel-too-late", category: "Conflict", exit: 1, reads: 3, help: "propctl wait"},
	}
}

// submissionExamples are refusals of submissions.
func submissionExamples() []example {
	submit := simulator.OpSubmit
	// Seven submissions, with a look before each of them and after the last, and
	// pauses that grow. A 409 costs one read more, of what kind of property it is.
	const linear = (5 + 15 + 25 + 35 + 45 + 55 + 65) * time.Second
	errs := `,"errors":[{"type":"` + pages + `validation/domain-ownership","title":"Domain","detail":"shop.example.com has no proof of ownership."}]`
	return []example{
		{name: "cut", fault: simulator.Fault{Operation: submit, Drop: true}, code: "no-answer", category: "RemoteSystemError", exit: 1, submits: 7, reads: 8, took: linear, help: "again"},
		{name: "500", fault: known(submit, "proxy"), code: "server-error", category: "RemoteSystemError", exit: 1, submits: 7, reads: 8, took: linear, help: "again"},
		{name: "grant for reading only", fault: known(submit, "grant"), code: "grant-missing", category: "PermissionDenied", exit: 4, submits: 1, reads: 1, help: "READ-WRITE"},
		{name: "403", fault: answered(403, "property-version/already-activated", ""), code: "version-locked", category: "PermissionDenied", exit: 1, submits: 1, reads: 1, help: "new version"},
		{name: "schema", fault: answered(400, "json-schema-invalid", `,"detail":"note is a number"`), code: "invalid-request", category: "InvalidData", exit: 1, submits: 1, reads: 1, help: "--debug", says: "note is a number"},
		{name: "of a kind that is not known", fault: answered(400, "next-year", errs), code: "invalid-request", category: "InvalidData", exit: 1, submits: 1, reads: 1, help: "PAPI", says: "error: shop.example.com has no proof of ownership.\n"},
		{name: "422 of a kind that is not known", fault: answered(422, "next-year", ""), code: "refused", category: "InvalidData", exit: 1, submits: 1, reads: 1, help: "PAPI"},
		{name: "400", fault: known(submit, "warnings"), code: "warnings-unacknowledged", category: "InvalidData", exit: 7, submits: 1, reads: 1, help: "where the warnings are right", says: "warning: A rule is large.\n"},
		{name: "errors", fault: known(submit, "errors"), code: "rejected", category: "InvalidData", exit: 7, submits: 1, reads: 1, help: "correct", says: "error: The default rule has no origin.\n"},
		{name: "domain ownership", fault: answered(400, "activation/errors", errs), code: "rejected", category: "InvalidData", exit: 7, submits: 1, reads: 1, help: "correct", says: "error: shop.example.com has no proof of ownership.\n"},
		{name: "400", fault: known(submit, "bad-email"), code: "bad-notify-emails", category: "InvalidData", exit: 7, submits: 1, reads: 1, help: "--notify"},
		{name: "400", fault: known(submit, "compliance"), code: "compliance-record", category: "InvalidData", exit: 7, submits: 1, reads: 1, help: "--compliance-reason"},
		{name: "reviewed by oneself", fault: answered(400, "activation/self-peer-review", ""), code: "compliance-record", category: "InvalidData", exit: 7, submits: 1, reads: 1, help: "--compliance-reason"},
		{name: "400", fault: answered(400, "activation/cachewipe-error-possible", `,"detail":"Try after 2026-01-02T03:04:05Z."`), code: "cachewipe-error-possible", category: "Conflict", exit: 7, submits: 1, reads: 1, help: "the time that PAPI names", says: "2026-01-02T03:04:05Z"},
		{name: "400", fault: known(submit, "third-party-cert"), code: "certificate-not-visible-yet", category: "Conflict", exit: 7, submits: 7, reads: 8, took: linear, help: "again"},
		{name: "409", fault: known(submit, "busy"), code: "busy", category: "Conflict", exit: 6, submits: 7, reads: 9, took: linear, help: "again"},
		{name: "409", fault: known(submit, "arl"), code: "arl-conflict", category: "Conflict", exit: 6, submits: 7, reads: 8, took: linear, help: "in order"},
		{name: "412", fault: known(submit, "tower"), code: "not-yet", category: "Conflict", exit: 6, submits: 7, reads: 8, took: linear, help: "again"},
		{name: "412", fault: answered(412, "property-version/etag-conflict", ""), code: "etag-conflict", category: "Conflict", exit: 1, submits: 1, reads: 1, help: "again"},
		{name: "422", fault: known(submit, "still-pending"), code: "still-pending", category: "Conflict", exit: 6, submits: 7, reads: 8, took: linear, help: "again"},
		{name: "422", fault: known(submit, "already-activated"), code: "already-activated", category: "Conflict", exit: 1, submits: 7, reads: 8, took: linear - 5*time.Second, help: "propctl status"},
		{name: "422", fault: known(submit, "not-active"), code: "not-active", category: "Conflict", exit: 1, submits: 7, reads: 8, took: linear - 5*time.Second, help: "propctl status"},
		{name: "paced submissions", args: "activate prp_1001@8 " + notify + " --timeout 30m", fault: known(submit, "paced"), code: "rate-limited", category: "RemoteSystemError", exit: 8, submits: 60, reads: 60, took: 59 * 30 * time.Second, help: "same limit"},
		{name: "429", fault: known(submit, "budget"), code: "budget-exhausted", category: "RemoteSystemError", exit: 8, submits: 1, reads: 1, help: "propctl budget", says: "no activations are left today, until "},
		{name: "429 with a limitKey", fault: known(submit, "resource-limit"), code: "resource-limit", category: "RemoteSystemError", exit: 8, submits: 1, reads: 1, help: "waiting does not help"},
	}
}
