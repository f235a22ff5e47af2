package cmd_test

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/simulator"
)

// example is a run that ends in an error, and what that has to look like.
type example struct {
	name     string
	args     string                            // empty: an activation of a version that is not active
	fault    simulator.Fault                   // met by all requests of its operation
	prepare  func(*testing.T, *scene)          // nil for nothing
	network  func(http.RoundTripper) roundTrip // between propctl and the simulator; nil for nothing
	stop     time.Duration                     // until Ctrl-C; 0 for never
	code     string                            // of the error
	category string
	exit     int
	outcome  string // empty: that of the row
	submits  int    // submissions that PAPI has seen
	reads    int    // requests of other kinds that it has seen, or that the network refused
	oneMore  bool   // one read more may be on its way when PAPI is left alone
	took     time.Duration
	help     string // part of the hint
	says     string // part of what is printed
}

type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// provoke runs an example. The network counts what it was asked for.
func (e example) provoke(t *testing.T) (r result, s *scene, attempts int) {
	t.Helper()
	s = newScene(t)
	if e.prepare != nil {
		e.prepare(t, s)
	}
	if e.fault.Operation != "" {
		s.sim.Inject(again(e.fault))
	}
	if e.network != nil {
		through := e.network(s.sim.Transport())
		s.transport = roundTrip(func(r *http.Request) (*http.Response, error) {
			attempts++
			return through(r)
		})
	}
	ctx, interrupt := context.WithCancelCause(t.Context())
	defer interrupt(nil)
	if e.stop > 0 {
		time.AfterFunc(e.stop, func() { interrupt(cmd.ErrInterrupted) })
	}
	args := "activate prp_1001@8 " + notify
	if e.args != "" {
		args = e.args
	}
	return s.runWithin(ctx, append(strings.Fields(args), "-o", "json")...), s, attempts
}

func TestEveryRowOfTheCatalogueIsAsItSays(t *testing.T) {
	rows := explainAll(t)
	provoked := map[string]bool{
		"internal": true, // by value, in TestEveryErrorHasItsExitCode: it is for what nobody has thought of
	}
	for _, e := range slices.Concat(localExamples(), networkExamples(), answerExamples(), submissionExamples()) {
		provoked[e.code] = true
		t.Run(e.code+"/"+e.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { e.check(t, rows) })
		})
	}
	for _, e := range rolloutExamples() { // in TestEveryEndOfARolloutIsAsTheCatalogueSays
		provoked[e.code] = true
	}
	for code := range rows {
		if !provoked[code] {
			t.Errorf("no command ends with %s: give a line to cmd/catalogue_examples_test.go, or to rolloutExamples for a rollout", code)
		}
	}
}

func (e example) check(t *testing.T, rows map[string]row) {
	t.Helper()
	r, s, attempts := e.provoke(t)
	d := r.document(t)
	last, whole := provokedError(t, r.stdout)
	if last == nil || last.Code != e.code {
		t.Fatalf("error %+v, want %s\n%s", last, e.code, r.stderr)
	}
	checkSpoken(t, r.stderr)
	row, ok := rows[e.code]
	if !ok || last.Category != e.category || row.Category != e.category || row.ExitCode != e.exit {
		t.Errorf("category %s, want %s and exit code %d; the row is %+v", last.Category, e.category, e.exit, row)
	}
	if whole && (r.code != e.exit || d.Outcome != cmp.Or(e.outcome, row.Outcome)) {
		t.Errorf("exit code %d and outcome %s, want %d; the row is %+v", r.code, d.Outcome, e.exit, row)
	}
	if !strings.Contains(last.Help, e.help) || last.Help == "" || last.Message == "" {
		t.Errorf("message %q and hint %q, want %q in it", last.Message, last.Help, e.help)
	}
	if whole && !strings.Contains(r.stderr, e.says) {
		t.Errorf("stderr does not say %q:\n%s", e.says, r.stderr)
	}
	submits := s.sim.Count(simulator.OpSubmit)
	reads := max(s.sim.Count(simulator.OpAny), attempts) - submits
	if submits != e.submits || reads != e.reads && (!e.oneMore || reads != e.reads+1) || r.took.Round(time.Second) != e.took {
		t.Errorf("%d submissions, %d reads, %s; want %d, %d, %s\n%s", submits, reads, r.took, e.submits, e.reads, e.took, r.stderr)
	}
	if row.Retry == "never" && submits > 1 {
		t.Errorf("submitted %d times although that never helps", submits)
	}
}

// provokedFailure is an error as the document shows it.
type provokedFailure struct{ Code, Category, Message, Help string }

// provokedError returns the error of the last of several properties, or that of the
// whole.
func provokedError(t *testing.T, stdout string) (last *provokedFailure, whole bool) {
	t.Helper()
	var d struct {
		Error      *provokedFailure
		Properties []struct{ Error *provokedFailure }
	}
	if err := json.Unmarshal([]byte(stdout), &d); err != nil {
		t.Fatal(err)
	}
	if n := len(d.Properties); n > 1 {
		return d.Properties[n-1].Error, false
	}
	return d.Error, true
}

// row is a row as explain shows it.
type row struct {
	Code, Category, Outcome, Retry, Message, Meaning, Help string
	ExitCode                                               int
}

// explainAll asks explain for all rows, without credentials.
func explainAll(t *testing.T) map[string]row {
	t.Helper()
	s := newScene(t)
	s.env, s.transport = nil, refusing{t}
	r := s.run("explain", "-o", "json")
	var d struct{ Errors []row }
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || r.code != cmd.ExitOK {
		t.Fatalf("exit code %d, %v", r.code, err)
	}
	rows := map[string]row{}
	for _, row := range d.Errors {
		if _, twice := rows[row.Code]; twice {
			t.Errorf("two rows for %s", row.Code)
		}
		rows[row.Code] = row
	}
	if len(rows) < len(papi.Classes()) {
		t.Fatalf("only %d rows", len(rows))
	}
	return rows
}
