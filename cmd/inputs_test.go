package cmd_test

import (
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestLineBreaksOfAnySystemAreLineFeeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).set(map[string]string{"PROPCTL_TICKET": " CHG-1\r\n"})
		r := s.run("activate", "www.example.com", notify, "-n", "production", "--yes", "--no-wait", "--note", "one\r\ntwo\rthree\n",
			"--compliance-reason", "other", "--other-reason", "a\r\nb")
		all := s.sim.Activations("prp_1001")
		if got := all[len(all)-1].Note; r.code != cmd.ExitOK || got != "one\ntwo\nthree\n" {
			t.Fatalf("exit code %d, note %q\n%s", r.code, got, r.stderr)
		}
		for _, q := range s.sim.Requests() {
			if q.Method == "POST" && strings.Contains(q.Path, "/activations") && !strings.Contains(string(q.Body), `"a\nb"`) {
				t.Errorf("sent %s", q.Body)
			} else if q.Method == "POST" && strings.Contains(q.Path, "/activations") && !strings.Contains(string(q.Body), `"CHG-1"`) {
				t.Errorf("sent %s", q.Body)
			}
		}
	})
}

func TestWhatWouldBeTakenSilentlyIsRefused(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		file string
		want string
	}{
		"an octal number":      {args: []string{"status", "www.example.com", "--max-retries", "010"}, want: "write 10"},
		"a hexadecimal number": {args: []string{"status", "www.example.com", "--max-retries", "0x10"}, want: "not a number"},
	} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			s.write(settingsFile, tt.file)
			if r := s.run(tt.args...); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, tt.want) || s.sim.Count(simulator.OpAny) != 0 {
				t.Errorf("exit code %d, %d requests: %s", r.code, s.sim.Count(simulator.OpAny), r.stderr)
			}
		})
	}
}

func TestVariablesOfAnEnvFileWithCarriageReturns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t).set(map[string]string{
			"AKAMAI_EDGERC_SECTION": "acme\r", "PROPCTL_CONTRACT": "ctr_C-SIM1\r", "PROPCTL_GROUP": "grp_10001\r", "PROPCTL_CONTACT": "team@example.com\r\n",
		})
		s.write(".edgerc", edgerc("acme", clientSecret))
		if r := s.run("status", "www.example.com"); r.code != cmd.ExitOK {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}

func TestDoctorSaysThatThePaceIsNotShared(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.set(map[string]string{"XDG_STATE_HOME": s.write("file", "")})
		d := s.run("doctor", "-o", "json").document(t)
		if d.complaints()["requests"] != "warning" || !strings.Contains(d.check("requests"), "do not know of these") {
			t.Errorf("requests: %s", d.check("requests"))
		}
	})
}

func TestAnAddressInQuotesIsNamedAsOne(t *testing.T) {
	s := newScene(t).set(map[string]string{"PROPCTL_NOTIFY": `"a@example.com"`})
	if r := s.run("activate", "www.example.com"); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "quotes") || s.sim.Count(simulator.OpAny) != 0 {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}

func TestDoctorSaysNothingOfAFileThatIsNotThere(t *testing.T) {
	s := newScene(t)
	r := s.run("doctor", "--edgerc", filepath.Join(s.env["HOME"], "none"), "-o", "json")
	if c := r.document(t).complaints(); r.code != cmd.ExitCredentials || c["credentials"] != "failed" || c["permissions"] != "skipped" {
		t.Errorf("exit code %d: %v", r.code, c)
	}
}

func TestTheAccountKeyIsWithoutWhatIsAroundIt(t *testing.T) {
	for name, value := range map[string]string{"a line break": accountKey + "\n", "carriage return": accountKey + "\r\n", "blanks": " " + accountKey + "\t", "quotes": `"` + accountKey + `"`} {
		for _, source := range []string{"--account-key", "AKAMAI_EDGERC_ACCOUNT_KEY", "AKAMAI_ACCOUNT_KEY"} {
			t.Run(name+" "+source, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
					args := []string{"status", "www.example.com"}
					if strings.HasPrefix(source, "--") {
						args = append(args, source, value)
					} else {
						s.set(map[string]string{source: value})
					}
					if r := s.run(args...); r.code != cmd.ExitOK {
						t.Errorf("exit code %d: %s", r.code, r.stderr)
					}
				})
			})
		}
	}
	for name, value := range map[string]string{"inside": "1-AB\nC", "invisible": "1-AB\u200bC", "blank": "1-A B", "nothing else": "  "} {
		t.Run(name, func(t *testing.T) {
			s := newScene(t)
			edgerc := s.write("edgerc", "[default]\nhost = "+host+"\nclient_token = a\nclient_secret = b\naccess_token = c\naccount_key = 1-A\x07B\n")
			for _, r := range []result{
				s.run("status", "www.example.com", "--account-key", value),
				s.run("status", "www.example.com", "--edgerc", edgerc),
				s.set(map[string]string{"PROPCTL_ACCOUNT_KEY": value}).run("status", "www.example.com"),
			} {
				if r.code != cmd.ExitUsage || strings.Contains(r.stderr, "1-A") || s.sim.Count(simulator.OpAny) != 0 {
					t.Errorf("exit code %d: %s", r.code, r.stderr)
				}
			}
		})
	}
}

// overTheNetwork runs a command that must end before anything is sent.
func (s *scene) overTheNetwork(args ...string) result {
	s.t.Helper()
	var stdout, stderr recorder
	code := cmd.Run(s.t.Context(), cmd.Env{
		Stdout: &stdout, Stderr: &stderr, LookupEnv: func(name string) (string, bool) { value, ok := s.env[name]; return value, ok },
	}, args)
	return result{code: code, stdout: stdout.String(), stderr: stderr.String()}
}

func TestAProxyThatCannotBeReadIsASetting(t *testing.T) {
	for _, value := range []string{"http://jane:hu%zzsh@proxy.example.com:3128", "http://jane:hush@proxy.example.com:3128\n", "http://jane:12#hush@proxy.example.com:1", `http://CORP\jane:hush@proxy.example.com`} {
		for _, name := range []string{"HTTPS_PROXY", "https_proxy"} {
			s := newScene(t).set(map[string]string{name: value})
			r := s.overTheNetwork("status", "www.example.com", "-o", "json")
			if d := r.document(t); r.code != cmd.ExitUsage || d.Error.Code != "settings" || !strings.Contains(d.Error.Message, name) || strings.Contains(r.stdout+r.stderr, "hu") {
				t.Errorf("%s=%q: exit code %d: %s", name, value, r.code, r.stdout)
			}
			r = s.overTheNetwork("doctor")
			if r.code != cmd.ExitError || !strings.Contains(r.stdout, "failed   proxy") || !strings.Contains(r.stdout, name) || strings.Contains(r.stdout+r.stderr, "hush") {
				t.Errorf("%s=%q: doctor: exit code %d: %s", name, value, r.code, r.stdout)
			}
		}
	}
}

func TestACAFileIsNamedByWhoNamesIt(t *testing.T) {
	s := newScene(t)
	missing := filepath.Join(s.env["HOME"], "none.pem")
	for from, env := range map[string]map[string]string{"SSL_CERT_FILE": {"SSL_CERT_FILE": missing}, "PROPCTL_CA_FILE": {"PROPCTL_CA_FILE": missing}, "--ca-file": {}} {
		s := newScene(t).set(env)
		args := []string{"status", "www.example.com"}
		if len(env) == 0 {
			args = append(args, "--ca-file", missing)
		}
		r := s.run(args...)
		if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, from+" "+missing) || from != "--ca-file" && strings.Contains(r.stderr, "--ca-file") {
			t.Errorf("exit code %d, %s", r.code, r.stderr)
		}
	}
}

func TestDurationsAreTakenAsPeopleWriteThem(t *testing.T) {
	for text, want := range map[string]string{"90 min": "1h30m0s", "1d12h": "36h0m0s", "2 days": "48h0m0s", "45s": "45s"} {
		s := newScene(t).set(map[string]string{"PROPCTL_TIMEOUT": text, "PROPCTL_POLL": text})
		d := s.run("config", "-o", "json").document(t)
		for _, name := range []string{"timeout", "poll"} {
			if got := d.setting(name, "activate").Value; got != want {
				t.Errorf("--%s %q is %q, want %q", name, text, got, want)
			}
		}
	}
	for text, want := range map[string]string{"90": "write 90s or 90m", "0d": "must be positive", "-1h": "must be positive", "1w": "is not a duration such as"} {
		if r := newScene(t).run("status", "www.example.com", "--timeout", text); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, want) {
			t.Errorf("%q: exit code %d: %s", text, r.code, r.stderr)
		}
	}
}
