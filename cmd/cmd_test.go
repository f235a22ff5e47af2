package cmd_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// Secrets that no output may ever have.
const (
	clientToken  = "akab-client-token-aaaa1111"
	clientSecret = "c2VjcmV0LW9mLXRoZS10ZXN0cw=="
	accessToken  = "akab-access-token-bbbb2222"
	accountKey   = "1-ABCDE:1-FGHIJ"
)

const host = "akab-tests.luna.example.com"

// scene is one machine: its environment, its files, and the PAPI it talks to.
type scene struct {
	t         *testing.T
	sim       *simulator.Simulator
	transport http.RoundTripper // nil: the simulator's
	reporting http.RoundTripper // nil: nothing may be reported
	checking  http.RoundTripper // nil: no check may be made
	store     coordinator.Store // of a coordinator; nil: there is none
	env       map[string]string
	stdin     io.Reader
	terminal  bool
	zone      *time.Location
	colourful bool                      // sequences of colour are expected
	columns   int                       // of the terminal that the result goes to; 0: it goes to a file
	watch     func(stream, line string) // told of every write
	broken    bool                      // nothing can be written to stdout
	ci        string                    // the CI system whose commands are expected on stderr
	files     []string                  // that a run leaves, and that have no secrets either
	width     int                       // of the terminal; 0: unknown
	name      string                    // what was typed to run the program
}

// newScene makes a scene in which activations take exactly 2 minutes on staging
// and 8 on production.
func newScene(t *testing.T, change ...func(*simulator.Options)) *scene {
	t.Helper()
	o := simulator.Options{
		Credentials: simulator.Credentials{Host: host, ClientToken: clientToken, ClientSecret: clientSecret, AccessToken: accessToken},
		Pace:        simulator.Fixed(2*time.Minute, 8*time.Minute),
	}
	for _, c := range change {
		c(&o)
	}
	s := &scene{t: t, sim: simulator.New(o), env: map[string]string{
		"HOME":        t.TempDir(),
		"NO_COLOR":    "1", // what is in colour is tested where it matters
		"AKAMAI_HOST": host, "AKAMAI_CLIENT_TOKEN": clientToken,
		"AKAMAI_CLIENT_SECRET": clientSecret, "AKAMAI_ACCESS_TOKEN": accessToken,
	}}
	return s
}

// set adds variables to the environment.
func (s *scene) set(vars map[string]string) *scene {
	maps.Copy(s.env, vars)
	return s
}

// environ returns the environment as the system has it.
func (s *scene) environ() []string {
	var all []string
	for name, value := range s.env {
		all = append(all, name+"="+value)
	}
	return all
}

// write writes a file below the home folder and returns its path.
func (s *scene) write(name, content string) string {
	s.t.Helper()
	path := filepath.Join(s.env["HOME"], name)
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		s.t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		s.t.Fatal(err)
	}
	return path
}

// result is what a run left behind.
type result struct {
	code           int
	stdout, stderr string
	took           time.Duration
}

// run runs one command line, and fails when its output has a secret in it, or
// something that acts on a terminal or on a CI system.
func (s *scene) run(args ...string) result { return s.runWithin(s.t.Context(), args...) }

func (s *scene) runWithin(ctx context.Context, args ...string) result {
	s.t.Helper()
	var stdout, stderr recorder
	stdout.name, stderr.name, stdout.watch, stderr.watch = "stdout", "stderr", s.watch, s.watch
	transport := s.transport
	if transport == nil {
		transport = s.sim.Transport()
	}
	stdin := s.stdin
	if stdin == nil {
		stdin = strings.NewReader("")
	}
	reporting := s.reporting
	if reporting == nil {
		reporting = refusing{s.t}
	}
	checking := s.checking
	if checking == nil {
		checking = refusing{s.t}
	}
	stdout.broken = s.broken
	begun := time.Now()
	heard := &eavesdropper{next: transport}
	env := cmd.Env{
		Stdin: stdin, Stdout: &stdout, Stderr: &stderr,
		LookupEnv:     func(name string) (string, bool) { value, ok := s.env[name]; return value, ok },
		Environ:       s.environ,
		StdinTerminal: s.terminal, StderrTerminal: s.terminal,
		Width:    func() int { return s.width },
		Location: s.zone, StdoutTerminal: s.columns > 0, StdoutWidth: func() int { return s.columns },
		Transport: heard, Reporting: reporting, Checking: checking, Name: s.name,
		Build: cmd.Build{Version: "1.2.3", Commit: "abc", Date: "2026-01-02T03:04:05Z", Go: "go1.26"},
	}
	run := cmd.Run
	if s.store != nil {
		run = func(ctx context.Context, env cmd.Env, args []string) int { return cmd.RunWith(ctx, env, s.store, args) }
	}
	code := run(ctx, env, args)
	r := result{code: code, stdout: stdout.String(), stderr: stderr.String(), took: time.Since(begun)}
	heard.check(s.t, args, r, append(s.read(), pageOf(args))...)
	checkHarmless(s.t, args, s.ci, r, s.colourful)
	s.checkSchemas(args, r)
	return r
}

// read returns what is in the files that the runs have left so far.
func (s *scene) read() []string {
	s.t.Helper()
	var all []string
	for _, path := range s.files {
		data, err := os.ReadFile(path)
		if err != nil {
			s.t.Fatal(err)
		}
		all = append(all, string(data))
	}
	return all
}

// recorder is a stream that tells of every write.
type recorder struct {
	name   string
	watch  func(stream, line string)
	broken bool

	mu   sync.Mutex
	text bytes.Buffer
}

func (r *recorder) Write(data []byte) (int, error) {
	if r.watch != nil {
		r.watch(r.name, string(data))
	}
	if r.broken {
		return 0, io.ErrClosedPipe
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.Write(data)
}

func (r *recorder) String() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.text.String()
}

// document is the part of the JSON document that tests look at.
type document struct {
	Type          string
	SchemaVersion int
	Command       string
	Outcome       string
	ExitCode      int
	Property      *struct{ ID, Name, ContractID, GroupID string }
	Version       int
	Network       string
	Activation    *activationDoc
	Submitted     *bool
	Adopted       *bool
	BlockedBy     *activationDoc
	Budget        *struct {
		Limit, Remaining *int
		Reset, AsOf      string
	}
	WaitedSeconds *float64
	Account       *struct{ AccountID, AccountSwitchKey, Host, Section, Source string }
	Requests      struct{ Total, Retries, RateLimited int }
	RequestLimit  *struct{ Limit, Remaining *int }
	Error         *struct {
		Code, Category, Message, Help string
		PAPI                          *struct {
			Type, Detail, Instance string
			Status                 int
			Errors, Warnings       []struct{ Detail string }
		}
	}
	Checks     []struct{ Name, Status, Message, Help string }
	Settings   []settingDoc
	Results    []document
	Plan       *struct{ Action string }
	Validation struct{ Warnings []struct{ Text string } }
	Properties []struct {
		ID            string
		LatestVersion int
		Networks      []struct {
			Network        string
			Active, Latest *activationDoc
			Pending        []activationDoc
		}
		Error *struct{ Code string }
	}
}

type settingDoc struct {
	Name, Value, Source, From string
	Commands                  []string
}

type activationDoc struct {
	ID, Type, Network, Status, Note string
	Version                         int
	FMAActivationState              string
	Fallback                        *struct {
		Possible bool
		Version  int
		Expires  string
	}
}

// document reads stdout, which has to be exactly one document that agrees with
// the exit code.
func (r result) document(t *testing.T) document {
	t.Helper()
	d := readDocument(t, r.stdout)
	if d.ExitCode != r.code {
		t.Errorf("the document says exit code %d, the command returned %d", d.ExitCode, r.code)
	}
	return d
}

func readDocument(t *testing.T, text string) document {
	t.Helper()
	var d document
	decoder := json.NewDecoder(strings.NewReader(text))
	if err := decoder.Decode(&d); err != nil {
		t.Fatalf("stdout is not a document: %v\n%s", err, text)
	}
	if _, err := decoder.Token(); err != io.EOF {
		t.Errorf("stdout has more than one document:\n%s", text)
	}
	return d
}

const notify = "--notify=you@example.com"

// refusing is a network that must not be used.
type refusing struct{ t *testing.T }

func (r refusing) RoundTrip(req *http.Request) (*http.Response, error) {
	r.t.Errorf("%s %s went to the network", req.Method, req.URL)
	return nil, io.ErrUnexpectedEOF
}
