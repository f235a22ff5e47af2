package cmd_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

const settingsFile = ".config/propctl/config.yaml"

func TestFlagBeatsEnvironmentBeatsFileBeatsDefault(t *testing.T) {
	tests := []struct {
		name, file, env, flag, want string
	}{
		{name: "default", want: "acknowledged"},
		{name: "file", file: "file", want: "file"},
		{name: "environment", file: "file", env: "env", want: "env"},
		{name: "flag", file: "file", env: "env", flag: "flag", want: "flag"},
		{name: "an empty variable is not set", file: "file", env: "", want: "file"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).set(map[string]string{"PROPCTL_NOTE": tt.env})
				content := "notify: [one@example.com, two@example.com]\nno-wait: true\n"
				if tt.file != "" {
					content += "note: " + tt.file + "\n"
				}
				s.write(settingsFile, content)
				args := []string{"activate", "www.example.com"}
				if tt.flag != "" {
					args = append(args, "--note", tt.flag)
				}
				if r := s.run(args...); r.code != cmd.ExitOK {
					t.Fatalf("exit code %d\n%s", r.code, r.stderr)
				}
				all := s.sim.Activations("prp_1001")
				made := all[len(all)-1]
				if want := strings.TrimSuffix(tt.want, "acknowledged"); made.Note != want {
					t.Errorf("note %q, want %q", made.Note, want)
				}
				if len(made.NotifyEmails) != 2 {
					t.Errorf("notified %v, want both addresses of the file", made.NotifyEmails)
				}
			})
		})
	}
}

func TestWrongSettingsAreNamedAndNothingIsSent(t *testing.T) {
	tests := []struct {
		name, file string
		env        map[string]string
		args       []string
		want       []string // in the message
	}{
		{name: "unknown key", file: "notfy: x", want: []string{"config.yaml", "notfy", "no such setting"}},
		{name: "variable", env: map[string]string{"PROPCTL_POLL": "1s"}, want: []string{"PROPCTL_POLL", "too often"}},
		{name: "named file missing", args: []string{"--config", "nowhere.yaml"}, want: []string{"nowhere.yaml", "no such file"}},
		{name: "no address", want: []string{"--notify"}},
		{name: "bad address", args: []string{"--notify", "you"}, want: []string{"--notify", `"you"`}},
		{name: "bad second address", args: []string{notify, "--notify", "a b@example.com"}, want: []string{"--notify"}},
		{name: "control character in the note", args: []string{notify, "--note", "a\x1bb"}, want: []string{"--note"}},
		{name: "contract without group", args: []string{notify, "--contract", "ctr_1"}, want: []string{"--group"}},
		{name: "compliance without reason", args: []string{notify, "--ticket", "T1"}, want: []string{"--compliance-reason"}},
		{name: "compliance NONE incomplete", args: []string{notify, "--compliance-reason", "none"}, want: []string{"--customer-email", "--peer-reviewed-by", "--unit-tested"}},
		{name: "compliance OTHER incomplete", args: []string{notify, "--compliance-reason", "OTHER"}, want: []string{"--other-reason"}},
		{name: "two networks without waiting", args: []string{notify, "-n", "s,p", "--no-wait"}, want: []string{"--no-wait"}},
		{name: "output file", args: []string{notify, "--output-file", "no/such/folder/x.json"}, want: []string{"--output-file"}},
		{name: "one argument too many", args: []string{notify, "extra"}, want: []string{"was given 2 arguments"}},
		{name: "unknown version", args: []string{notify, "-o", "json"}, want: []string{"newest"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).set(tt.env)
				if tt.file != "" {
					s.write(settingsFile, tt.file)
				}
				property := "www.example.com"
				if tt.name == "unknown version" {
					property += "@newest"
				}
				r := s.run(append([]string{"activate", property, "-o", "json"}, tt.args...)...)
				d := r.document(t)
				if r.code != cmd.ExitUsage || d.Error == nil || d.Outcome != "error" {
					t.Fatalf("exit code %d, want 2; %s", r.code, r.stdout)
				}
				for _, want := range tt.want {
					if !strings.Contains(d.Error.Message, want) {
						t.Errorf("message %q does not say %q", d.Error.Message, want)
					}
				}
				if n := s.sim.Count(simulator.OpAny); n != 0 {
					t.Errorf("%d requests were sent", n)
				}
			})
		})
	}
}

func TestAValueThatIsNotTakenHasNoSource(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).set(map[string]string{"PROPCTL_UNTIL": "nonsense"})
		s.write(settingsFile, "poll: 3s\nnote: kept\n")
		r := s.run("config", "-o", "json", "--jq", `.settings[] | select(.name | IN("until", "poll", "note")) | .name + " " + .source`)
		if want := "note file\npoll default\nuntil default\n"; r.code != cmd.ExitOK || r.stdout != want {
			t.Errorf("exit code %d and %q, want 0 and %q", r.code, r.stdout, want)
		}
	})
}

func TestFlagsThatCannotBeReadPrintNothingOnStdout(t *testing.T) {
	for _, args := range [][]string{
		{"activate", "x", "-o", "json", "--nonsense"},
		{"activate", "x", "-o", "json", "-n", "stagign"},
		{"activate", "x", "-o", "json", "-n", "staging", "-n", "production"},
		{"activate", "x", "-o", "json", "--timeout", "30"},
		{"activte", "x", "-o", "json"},
	} {
		t.Run(strings.Join(args, " "), func(t *testing.T) {
			r := newScene(t).run(args...)
			if r.code != cmd.ExitUsage || r.stdout != "" || r.stderr == "" {
				t.Errorf("exit code %d, stdout %q, stderr %q; want 2, nothing, a message", r.code, r.stdout, r.stderr)
			}
		})
	}
	if r := newScene(t).run("activte"); !strings.Contains(r.stderr, "did you mean activate?") {
		t.Errorf("no suggestion: %s", r.stderr)
	}
	if r := newScene(t).run("activate", "x", "-n", "produktion"); !strings.Contains(r.stderr, "did you mean production?") {
		t.Errorf("no suggestion: %s", r.stderr)
	}
}

func TestAnEmptyAccountKeyIsAMistake(t *testing.T) {
	s := newScene(t)
	if r := s.run("status", "www.example.com", "--account-key", ""); r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}

func TestSettingsOfOtherCommandsAreLeftAlone(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.write(settingsFile, "notify: you@example.com\nif-pending: fail\nlisten: 127.0.0.1:0\n")
		if r := s.run("status", "www.example.com"); r.code != cmd.ExitOK {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
	})
}

func edgerc(section, secret string) string {
	return "[" + section + "]\nhost = " + host + "\nclient_token = " + clientToken + "\nclient_secret = " + secret + "\naccess_token = " + accessToken + "\n"
}

func TestCredentialsComeFromWhereTheyWereNamed(t *testing.T) {
	const wrong = "wrong="
	noEnv := map[string]string{"AKAMAI_HOST": "", "AKAMAI_CLIENT_TOKEN": "", "AKAMAI_CLIENT_SECRET": "", "AKAMAI_ACCESS_TOKEN": ""}
	staging := map[string]string{
		"AKAMAI_STAGING_HOST": host, "AKAMAI_STAGING_CLIENT_TOKEN": clientToken,
		"AKAMAI_STAGING_CLIENT_SECRET": clientSecret, "AKAMAI_STAGING_ACCESS_TOKEN": accessToken,
	}
	tests := []struct {
		name  string
		files map[string]string
		env   []map[string]string
		args  []string
		code  int
		error string
	}{
		{name: "environment"},
		{name: "environment before ~/.edgerc", files: map[string]string{".edgerc": edgerc("default", wrong)}},
		{name: "~/.edgerc", files: map[string]string{".edgerc": edgerc("default", clientSecret)}, env: []map[string]string{noEnv}},
		{name: "named file before environment", files: map[string]string{"x": edgerc("default", wrong)}, args: []string{"--edgerc", "~/x"}, code: 4, error: "unauthorized"},
		{name: "file named by a variable", files: map[string]string{"x": edgerc("default", clientSecret)}, env: []map[string]string{noEnv, {"AKAMAI_EDGERC": "~/x"}}},
		{name: "named section before environment", files: map[string]string{".edgerc": edgerc("other", wrong)}, args: []string{"-s", "other"}, code: 4, error: "unauthorized"},
		{name: "named section in the environment", files: map[string]string{".edgerc": edgerc("default", wrong)}, env: []map[string]string{noEnv, staging}, args: []string{"-s", "staging"}},
		{name: "section named by a variable", files: map[string]string{".edgerc": edgerc("other", clientSecret)}, env: []map[string]string{noEnv, {"AKAMAI_EDGERC_SECTION": "other"}}},
		{name: "nowhere", env: []map[string]string{noEnv}, code: 4, error: "credentials-missing"},
		{name: "named file missing", args: []string{"--edgerc", "nowhere"}, code: 4, error: "credentials-missing"},
		{name: "named section missing", files: map[string]string{".edgerc": edgerc("default", clientSecret)}, args: []string{"-s", "other"}, code: 4, error: "credentials-invalid"},
		{name: "secret missing", env: []map[string]string{{"AKAMAI_CLIENT_SECRET": ""}}, code: 4, error: "credentials-invalid"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				for name, content := range tt.files {
					s.write(name, content)
				}
				for _, vars := range tt.env {
					s.set(vars)
				}
				d := s.run(append([]string{"status", "prp_1001", "-o", "json"}, tt.args...)...).document(t)
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if d.ExitCode != tt.code || code != tt.error {
					t.Errorf("exit code %d, error %+v; want %d, %q", d.ExitCode, d.Error, tt.code, tt.error)
				}
			})
		})
	}
}

func TestAccountKeyIsSentAndNeverShown(t *testing.T) {
	for _, source := range []string{"--account-key", "--accountkey", "AKAMAI_EDGERC_ACCOUNT_KEY", "PROPCTL_ACCOUNT_KEY"} {
		t.Run(source, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
				s.terminal, s.stdin = true, strings.NewReader("n\n")
				args := []string{"activate", "www.example.com", "-n", "p", notify, "--debug"}
				if strings.HasPrefix(source, "--") {
					args = append(args, source, accountKey)
				} else {
					s.set(map[string]string{source: accountKey})
				}
				r := s.run(args...) // looks for the key in the output
				if !strings.Contains(r.stderr, "account 1-AB…") {
					t.Errorf("the question does not show the masked key:\n%s", r.stderr)
				}
				for _, req := range s.sim.Requests() {
					if !strings.Contains(req.Query, "accountSwitchKey=") {
						t.Errorf("%s %s without account switch key", req.Method, req.Path)
					}
				}
			})
		})
	}
}

func TestUserAgentNamesVersionAndContact(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("budget", "--contact", "team@example.com")
		if got := s.sim.Requests()[0].Header.Get("User-Agent"); got != "propctl/1.2.3 (+team@example.com)" {
			t.Errorf("User-Agent %q", got)
		}
	})
}

func TestOutputFileHasTheDocument(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		path := s.write("result.json", "old")
		r := s.run("activate", "busy.example.com@1", notify, "--if-pending", "fail", "--output-file", path)
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		if d := readDocument(t, string(data)); d.ExitCode != cmd.ExitBusy || r.code != cmd.ExitBusy || !strings.Contains(r.stdout, "blocked by") {
			t.Errorf("document %+v, exit code %d, stdout %s", d, r.code, r.stdout)
		}
		left, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".propctl-*"))
		if err != nil || len(left) > 0 {
			t.Errorf("left behind: %v %v", left, err)
		}
	})
}

func TestConfigDoesNotMissTheFileThatItMakes(t *testing.T) {
	for _, verb := range []string{"path", "init"} {
		if r := newScene(t).run("config", verb, "--config", filepath.Join(t.TempDir(), "settings.yaml")); r.code != cmd.ExitOK || r.stderr != "" {
			t.Errorf("config %s: exit code %d and %q, want neither an error nor a warning", verb, r.code, r.stderr)
		}
	}
}
