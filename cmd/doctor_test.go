package cmd_test

import (
	"context"
	"errors"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// complaints are the checks of a document whose status is not ok, each with its status.
func (d document) complaints() map[string]string {
	all := map[string]string{}
	for _, c := range d.Checks {
		if c.Status != "ok" {
			all[c.Name] = c.Status
		}
	}
	return all
}

func (d document) check(name string) string {
	for _, c := range d.Checks {
		if c.Name == name {
			return c.Message + "; " + c.Help
		}
	}
	return ""
}

// complaints makes a map of what no test here can check, and of lists of names
// after a status.
func complaints(lists ...string) map[string]string {
	all := map[string]string{"permissions": "skipped", "proxy": "skipped", "host": "skipped", "tls": "skipped"}
	for _, list := range lists {
		status, names, _ := strings.Cut(list, ": ")
		for name := range strings.FieldsSeq(names) {
			all[name] = status
		}
	}
	delete(all, "") // of an empty list
	return all
}

const withoutCredentials = "skipped: switch-key connection clock authentication grant-read grant-write account requests activations"

func TestDoctorFindsWhatIsWrong(t *testing.T) {
	noEnv := map[string]string{"AKAMAI_HOST": "", "AKAMAI_CLIENT_TOKEN": "", "AKAMAI_CLIENT_SECRET": "", "AKAMAI_ACCESS_TOKEN": ""}
	edgercOf := func(content string) func(*scene) {
		return func(s *scene) { s.set(noEnv).write(".edgerc", content) }
	}
	const afterRead = "skipped: grant-write account requests activations"
	tests := []struct {
		name    string
		prepare func(*scene)
		options func(*simulator.Options)
		args    []string
		code    int
		error   string
		want    map[string]string
		says    [2]string // a check and a part of what it says
	}{
		{name: "nothing", want: complaints(), says: [2]string{"credentials", "environment"}},
		{name: "a file", prepare: edgercOf(edgerc("default", clientSecret)), want: withFile(complaints()), says: [2]string{"credentials", ".edgerc"}},
		{name: "the secret", prepare: edgercOf(edgerc("default", "wrong=")), code: 4, error: "unauthorized", want: withFile(complaints("failed: authentication", "skipped: grant-read", afterRead))},
		{name: "no credentials", prepare: func(s *scene) { s.set(noEnv) }, code: 4, error: "credentials-missing", want: complaints("failed: credentials", withoutCredentials)},
		{
			name: "a section that is not there", prepare: edgercOf(edgerc("staging", clientSecret)), args: []string{"-s", "stagign"}, code: 4, error: "credentials-invalid",
			want: withFile(complaints("failed: credentials", withoutCredentials)), says: [2]string{"credentials", `it has "staging"`},
		},
		{
			name: "http", prepare: edgercOf(strings.Replace(edgerc("default", clientSecret), "host = ", "host = http://", 1)), code: 4, error: "credentials-invalid",
			want: withFile(complaints("failed: credentials", withoutCredentials)), says: [2]string{"credentials", "only https is used"},
		},
		{name: "a slow clock", options: offset(2 * time.Second), want: complaints(), says: [2]string{"clock", "2 s behind PAPI's clock"}},
		{name: "a slower clock", options: offset(10 * time.Second), want: complaints("warning: clock"), says: [2]string{"clock", "10 s behind"}},
		{name: "a fast clock", options: offset(-10 * time.Second), want: complaints("warning: clock"), says: [2]string{"clock", "10 s ahead of"}},
		{name: "a wrong clock", options: offset(time.Minute), code: 4, error: "clock-skew", want: complaints("failed: clock", "skipped: authentication grant-read", afterRead), says: [2]string{"clock", "60 s behind PAPI's, and 30 s are too much"}},
		{name: "no grant", prepare: inject("contracts=grant"), code: 4, error: "grant-missing", want: complaints("failed: grant-read", "skipped: grant-write account")},
		{name: "no grant for anything", prepare: inject("build=grant"), code: 4, error: "grant-missing", want: complaints("failed: grant-read", afterRead)},
		{name: "read only", options: func(o *simulator.Options) { o.Grants = map[string]string{"papi": "READ-ONLY"} }, want: complaints("warning: grant-write"), says: [2]string{"grant-write", "will refuse activate"}},
		{name: "no word of PAPI", options: func(o *simulator.Options) { o.Grants = map[string]string{"ccu": "READ-WRITE"} }, want: complaints("skipped: grant-write")},
		{name: "no word of grants", prepare: inject("grants=403"), want: complaints("skipped: grant-write")},
		{name: "no groups", prepare: inject("groups=500"), code: 1, error: "server-error", want: complaints("failed: account")},
		{name: "an empty account", options: func(o *simulator.Options) { o.Properties, o.Includes = []simulator.Property{}, []simulator.Include{} }, want: complaints("warning: account")},
		{name: "no answer", prepare: inject("build=drop"), code: 1, error: "no-answer", want: complaints("failed: connection", "skipped: clock authentication grant-read", afterRead)},
		{name: "a PAPI that is down", prepare: inject("build=503"), code: 1, error: "server-error", want: complaints("failed: connection", "skipped: clock authentication grant-read", afterRead)},
		{name: "few requests left", options: func(o *simulator.Options) { o.RequestBurst = 10; o.RequestsPerMinute = 1 }, want: complaints(), says: [2]string{"requests", "9 of 10 left"}},
		{name: "hardly any requests left", options: func(o *simulator.Options) { o.RequestBurst = 100 }, prepare: func(s *scene) {
			for range 95 {
				s.run("budget", "-q")
			}
		}, want: complaints("warning: requests")},
		{name: "the settings", prepare: func(s *scene) { s.write(settingsFile, "notfy: x") }, code: 1, error: "settings", want: complaints("failed: settings"), says: [2]string{"settings", "notfy"}},
		{
			name: "the settings and the secret", prepare: func(s *scene) { s.set(map[string]string{"PROPCTL_TIMEOUT": "30", "AKAMAI_CLIENT_SECRET": "x"}) },
			code: 4, error: "settings", want: complaints("failed: settings authentication", "skipped: grant-read", afterRead),
		},
		{name: "the state folder", prepare: func(s *scene) { s.write(".local/state", "a file") }, want: complaints("warning: state requests")},
		{name: "the CA file", args: []string{"--ca-file", "nowhere.pem"}, code: 1, error: "settings", want: complaints("failed: ca-file")},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(o *simulator.Options) {
					if tt.options != nil {
						tt.options(o)
					}
				})
				if tt.prepare != nil {
					tt.prepare(s)
				}
				r := s.run(append([]string{"doctor", "-o", "json"}, tt.args...)...)
				d := r.document(t)
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff(tt.want, d.complaints()); diff != "" || r.code != tt.code || code != tt.error {
					t.Errorf("exit code %d, error %q, want %d, %q; checks (-want +got):\n%s\n%s", r.code, code, tt.code, tt.error, diff, r.stderr)
				}
				if !strings.Contains(d.check(tt.says[0]), tt.says[1]) {
					t.Errorf("%s says %s, want %s", tt.says[0], d.check(tt.says[0]), tt.says[1])
				}
				if outcome := map[bool]string{true: "ok", false: "error"}[tt.code == 0]; d.Outcome != outcome {
					t.Errorf("outcome %s", d.Outcome)
				}
				for _, request := range s.sim.Requests() {
					if request.Method != http.MethodGet {
						t.Errorf("%s %s", request.Method, request.Path)
					}
				}
			})
		})
	}
}

// withFile is for runs whose credentials are in a file.
func withFile(all map[string]string) map[string]string {
	delete(all, "permissions")
	return all
}

func offset(d time.Duration) func(*simulator.Options) {
	return func(o *simulator.Options) { o.ClockOffset = d }
}

func inject(text string) func(*scene) {
	return func(s *scene) {
		fault, err := simulator.ParseFault(text + "@9")
		if err != nil {
			s.t.Fatal(err)
		}
		s.sim.Inject(fault)
	}
}

func TestDoctorTellsWhatTheWayToPAPIEndedAt(t *testing.T) {
	for _, tt := range []struct {
		err         error
		check, code string
	}{
		{&net.DNSError{Err: "no such host", Name: host}, "host", "dns"},
		{&net.OpError{Op: "proxyconnect", Err: errors.New("refused")}, "proxy", "proxy"},
		{&net.OpError{Op: "dial", Err: errors.New("refused")}, "connection", "no-answer"},
	} {
		t.Run(tt.code, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.transport = deadEnd{tt.err}
				r := s.run("doctor", "-o", "json")
				d := r.document(t)
				if d.complaints()[tt.check] != "failed" || d.Error.Code != tt.code || r.code != cmd.ExitError || d.complaints()["authentication"] != "skipped" {
					t.Errorf("exit code %d, error %+v, checks %v", r.code, d.Error, d.complaints())
				}
				if r.took > time.Second {
					t.Errorf("took %s: the request was repeated", r.took)
				}
			})
		})
	}
}

type deadEnd struct{ err error }

func (e deadEnd) RoundTrip(*http.Request) (*http.Response, error) { return nil, e.err }

func TestDoctorRepeatsOnlyWhenAskedTo(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpBuild, Status: http.StatusServiceUnavailable})
		if r := s.run("doctor", "--max-retries", "6"); r.code != cmd.ExitOK {
			t.Errorf("exit code %d\n%s", r.code, r.stdout)
		}
	})
}

func TestDoctorEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpContracts, Delay: time.Hour, Times: -1})
		if d := s.run("doctor", "-o", "json", "--timeout", "10s").document(t); d.ExitCode != cmd.ExitTimedOut || len(d.Checks) == 0 {
			t.Errorf("exit code %d, %d checks", d.ExitCode, len(d.Checks))
		}
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { cancel(cmd.ErrInterrupted) })
		if d := s.runWithin(ctx, "doctor", "-o", "json").document(t); d.ExitCode != cmd.ExitInterrupted || d.Outcome != "interrupted" {
			t.Errorf("exit code %d, outcome %s", d.ExitCode, d.Outcome)
		}
	})
}

func TestDoctorSaysWhoCanReadTheFile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := s.write("x", edgerc("default", clientSecret))
		if err := os.Chmod(path, 0o644); err != nil {
			t.Fatal(err)
		}
		r := s.run("doctor", "-o", "json", "--edgerc", path)
		d := r.document(t)
		if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o644 {
			t.Skip("this system has no such permissions")
		}
		if d.complaints()["permissions"] != "warning" || r.code != cmd.ExitOK || !strings.Contains(d.check("permissions"), "chmod 600") || strings.Contains(r.stderr, "chmod") {
			t.Errorf("exit code %d, %s\n%s", r.code, d.check("permissions"), r.stderr)
		}
		if !strings.Contains(d.check("credentials"), "named by --edgerc") {
			t.Errorf("credentials: %s", d.check("credentials"))
		}
	})
}

func TestDoctorPrintsALineForEachCheck(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
		s.set(map[string]string{"AKAMAI_EDGERC_ACCOUNT_KEY": accountKey})
		r := s.run("doctor")
		lines := strings.Split(r.stdout, "\n")
		for _, want := range []string{
			"ok version propctl 1.2.3, go1.26", "ok switch-key 1-AB…, from the variable AKAMAI_EDGERC_ACCOUNT_KEY",
			"ok account act_A-SIM1 “Example”, contracts: 2, groups: 2", "ok grant-write READ-WRITE: activate, deactivate,",
			"ok state the budget is remembered in " + filepath.Join(s.env["HOME"], ".local/state/propctl"),
		} {
			found := false
			for _, line := range lines {
				found = found || strings.HasPrefix(strings.Join(strings.Fields(line), " "), want)
			}
			if !found {
				t.Errorf("no line %q in\n%s", want, r.stdout)
			}
		}
	})
}

func TestDoctorExaminesTheSimulator(t *testing.T) {
	s := newScene(t)
	s.env, s.transport = map[string]string{}, refusing{t}
	if d := s.run("doctor", "--simulate", "-o", "json").document(t); d.ExitCode != cmd.ExitOK || d.Account == nil || d.Account.Source != "the simulator" {
		t.Errorf("exit code %d, account %+v", d.ExitCode, d.Account)
	}
}
