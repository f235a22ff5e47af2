package cmd_test

import (
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// complete returns what a shell is told, without descriptions, and the directive.
func (s *scene) complete(words ...string) (all []string, directive string) {
	s.t.Helper()
	r := s.run(append([]string{"__completeNoDesc"}, words...)...)
	lines := strings.Split(strings.TrimSuffix(r.stdout, "\n"), "\n")
	last := len(lines) - 1
	if said, ok := strings.CutPrefix(r.stderr, "Completion ended with directive: "); r.code != cmd.ExitOK || !ok || strings.Count(said, "\n") != 1 || !strings.HasPrefix(lines[last], ":") {
		s.t.Errorf("complete %q: exit code %d, stdout %q, stderr %q", words, r.code, r.stdout, r.stderr)
	}
	return lines[:last], lines[last]
}

const (
	filesToo = ":0"
	noFiles  = ":4"
	inOrder  = ":36" // and no files
	folders  = ":16"
	noSpace  = ":6" // and no files
)

func TestValuesOfFlagsAreCompleted(t *testing.T) {
	tests := []struct {
		line, directive string
		want            string // what is told, with blanks between
	}{
		{"activate -n ", inOrder, "staging production staging,production"},
		{"activate --network ", inOrder, "staging production staging,production"},
		{"activate -n staging,", inOrder, "staging,production"},
		{"activate -n p,", inOrder, "p,staging"},
		{"activate -n nonsense,", inOrder, ""},
		{"deactivate -n ", inOrder, "staging production"},
		{"deactivate -n staging,", inOrder, ""},
		{"status -n ", inOrder, "staging production staging,production"},
		{"activate -o ", inOrder, "text json ndjson"},
		{"-o ", inOrder, "text json ndjson"},
		{"activate --warnings ", inOrder, "acknowledge fail new"},
		{"activate --until ", inOrder, "active steady"},
		{"activate --if-pending ", inOrder, "wait fail"},
		{"activate --on-timeout ", inOrder, "leave cancel"},
		{"activate --poll ", inOrder, "adaptive retry-after 30s"},
		{"activate --compliance-reason ", inOrder, "NONE OTHER NO_PRODUCTION_TRAFFIC EMERGENCY"},
		{"hostnames add --cert ", inOrder, "default cps"},
		{"hostnames add --base ", inOrder, "latest staging production"},
		{"rollback --fast ", inOrder, "auto require avoid"},
		{"activate --note ", noFiles, ""},
		{"activate --timeout ", noFiles, ""},
		{"activate --edgerc ", filesToo, ""},
		{"activate --config ", filesToo, ""},
		{"activate --output-file ", filesToo, ""},
		{"activate --ca-file ", filesToo, ""},
		{"hostnames add --from ", filesToo, ""},
		{"simulate --dir ", folders, ""},
		{"simulate --fault sub", noSpace, "submit="},
		{"simulate --fault submit=50", inOrder, "submit=500 submit=503 submit=503-after"},
		{"completion ", noFiles, "bash zsh fish powershell"},
		{"version ", noFiles, ""},
		{"help wai", noFiles, "wait waiting"},
		{"help hostnames ", noFiles, "add list remove"},
	}
	for _, tt := range tests {
		t.Run(tt.line, func(t *testing.T) {
			s := newScene(t)
			all, directive := s.complete(strings.Split(tt.line, " ")...)
			if have := strings.Join(all, " "); have != tt.want || directive != tt.directive {
				t.Errorf("%q %s, want %q %s", have, directive, tt.want, tt.directive)
			}
			if n := s.sim.Count(simulator.OpAny); n != 0 {
				t.Errorf("%d requests were sent", n)
			}
		})
	}
}

func TestSectionsOfTheCredentialsFileInForceAreCompleted(t *testing.T) {
	content := "[default]\nhost = x\n[team-a]\n[$(reboot)]\n[a b]\n[team-b]\n"
	s := newScene(t)
	s.write(".edgerc", content)
	other := s.write("other", "[elsewhere]\n")
	for _, tt := range []struct {
		line, want string
		env        map[string]string
	}{
		{line: "status --section ", want: "default team-a team-b"},
		{line: "-s team", want: "team-a team-b"},
		{line: "--edgerc " + other + " status -s ", want: "elsewhere"},
		{line: "status -s ", want: "elsewhere", env: map[string]string{"AKAMAI_EDGERC": other}},
		{line: "status -s ", want: "", env: map[string]string{"AKAMAI_EDGERC": filepath.Join(s.env["HOME"], "nowhere")}},
	} {
		delete(s.env, "AKAMAI_EDGERC")
		all, _ := s.set(tt.env).complete(strings.Split(tt.line, " ")...)
		if have := strings.Join(all, " "); have != tt.want {
			t.Errorf("%s (%v): %q, want %q", tt.line, tt.env, have, tt.want)
		}
	}
}

const everyProperty = "api.example.com broken.example.com bucket.example.com busy.example.com failing.example.com " +
	"new.example.com shop_pm slow.example.com two-contracts.example.com www.example.com"

func TestNamesAreCompletedWithOneRequest(t *testing.T) {
	tests := []struct{ line, want string }{
		{"activate ", everyProperty},
		{"activate s", "shop_pm slow.example.com"},
		{"--max-retries 3 activate -n staging s", "shop_pm slow.example.com"},
		{"--yes deactivate w", "www.example.com"},
		{"list s", "shop_pm slow.example.com"},
		{"list shop_pm s", "slow.example.com"},
		{"includes list s", "security-headers"},
		{"status www.example.com w", ""},
		{"status www.example.com s", "shop_pm slow.example.com"},
		{"hostnames add w", "www.example.com"},
		{"hostnames add --or w", "www.example.com"},
		{"wait --property w", "www.example.com"},
		{"--contract ctr_C-SIM2 --group grp_10002 status ", "two-contracts.example.com"},
		{"includes status ", "checkout security-headers"},
		{"includes wait --include s", "security-headers"},
	}
	for _, tt := range tests {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			all, directive := s.complete(strings.Split(tt.line, " ")...)
			if have := strings.Join(all, " "); have != tt.want || directive != noFiles {
				t.Errorf("%s: %q %s, want %q", tt.line, have, directive, tt.want)
			}
			if n := s.sim.Count(simulator.OpAny); n != 1 {
				t.Errorf("%s: %d requests were sent", tt.line, n)
			}
		})
	}
}

func TestNoRequestIsSentForWhatNeedsNone(t *testing.T) {
	for line, want := range map[string]string{
		"activate www.example.com@":           "www.example.com@latest www.example.com@staging www.example.com@production",
		"activate www.example.com@s":          "www.example.com@staging",
		"includes activate x@l":               "x@latest",
		"hostnames list x@p":                  "x@production",
		"status www.example.com@":             "",
		"activate www.example.com ":           "",
		"hostnames add www.example.com ":      "",
		"activate --simulate two":             "two-contracts.example.com",
		"--simulate includes status ":         "checkout security-headers",
		"-s nowhere status ":                  "",
		"activate --suspend-factor 0 ":        "",
		"activate --contract ctr_C-SIM1 ":     "",
		"activate --edgerc /nowhere/at/all w": "",
	} {
		s := newScene(t)
		all, directive := s.complete(strings.Split(line, " ")...)
		if have := strings.Join(all, " "); have != want || directive != noFiles && directive != inOrder {
			t.Errorf("%s: %q %s, want %q", line, have, directive, want)
		}
		if n := s.sim.Count(simulator.OpAny); n != 0 {
			t.Errorf("%s: %d requests were sent", line, n)
		}
	}
}

func TestNamesAreKeptForAMinuteAndDecideNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
		s.set(map[string]string{"AKAMAI_EDGERC_ACCOUNT_KEY": accountKey, "XDG_CACHE_HOME": filepath.Join(s.env["HOME"], "cache")})
		want := func(requests int, names string, line ...string) {
			t.Helper()
			all, _ := s.complete(line...)
			if have := strings.Join(all, " "); have != names || s.sim.Count(simulator.OpAny) != requests {
				t.Errorf("%q: %q after %d requests, want %q after %d", line, have, s.sim.Count(simulator.OpAny), names, requests)
			}
		}
		want(1, everyProperty, "status", "")
		time.Sleep(59 * time.Second)
		want(1, "shop_pm slow.example.com", "activate", "s")
		want(2, "checkout security-headers", "includes", "status", "")
		time.Sleep(time.Second)
		want(3, everyProperty, "status", "")
		kept, err := filepath.Glob(filepath.Join(s.env["HOME"], "cache", "propctl", "properties-*.json"))
		if err != nil || len(kept) != 1 {
			t.Fatalf("kept in %q: %v", kept, err)
		}
		info, err := os.Stat(kept[0])
		must(t, err)
		data, err := os.ReadFile(kept[0])
		must(t, err)
		if info.Mode().Perm() != 0o600 || strings.Contains(string(data)+kept[0], accountKey) || strings.Contains(string(data), host) {
			t.Errorf("%v %s", info.Mode(), data)
		}
		must(t, os.WriteFile(kept[0], []byte(strings.ReplaceAll(string(data), "www.example.com", "$(reboot)")), 0o600))
		want(3, strings.TrimSuffix(everyProperty, " www.example.com"), "status", "")
		if r := s.run("status", "www.example.com"); r.code != cmd.ExitOK {
			t.Errorf("what is kept decides: exit code %d: %s", r.code, r.stderr)
		}
		must(t, os.WriteFile(kept[0], []byte("nonsense"), 0o600))
		before := s.sim.Count(simulator.OpAny)
		want(before+1, "www.example.com", "status", "w")
	})
}

// stuck is a network that does not answer.
type stuck struct{}

// RoundTrip implements http.RoundTripper.
func (stuck) RoundTrip(r *http.Request) (*http.Response, error) {
	<-r.Context().Done()
	return nil, r.Context().Err()
}

func TestCompletionIsSilentWhateverGoesWrong(t *testing.T) {
	for name, prepare := range map[string]func(*scene){
		"no answer":       func(s *scene) { s.transport = stuck{} },
		"no credentials":  func(s *scene) { s.env = map[string]string{"HOME": s.env["HOME"]} },
		"refused":         func(s *scene) { s.sim.Inject(simulator.Fault{Operation: simulator.OpAny, Status: 401, Times: 9}) },
		"cut":             func(s *scene) { s.sim.Inject(simulator.Fault{Operation: simulator.OpAny, Drop: true, Times: 9}) },
		"rate limit":      func(s *scene) { s.sim.Inject(simulator.Fault{Operation: simulator.OpAny, Status: 429, Times: 9}) },
		"malformed":       func(s *scene) { s.sim.Inject(simulator.Fault{Operation: simulator.OpAny, Malformed: true, Times: 9}) },
		"settings":        func(s *scene) { s.write(settingsFile, "nonsense: [") },
		"verbose, a flag": func(s *scene) { s.set(map[string]string{"PROPCTL_DEBUG": "true", "PROPCTL_SPEED": "NaN"}) },
		"no home folder":  func(s *scene) { s.transport, s.env["HOME"] = stuck{}, "" },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				prepare(s)
				begun := time.Now()
				all, directive := s.complete("activate", "")
				if len(all) != 0 || directive != noFiles {
					t.Errorf("%q %s", all, directive)
				}
				if took := time.Since(begun); took > 2*time.Second {
					t.Errorf("it took %v", took)
				}
				if left, _ := filepath.Glob(filepath.Join(s.env["HOME"], ".cache", "propctl", "*")); len(left) > 0 {
					t.Errorf("something is kept: %q", left)
				}
			})
		})
	}
}

func TestBashTakesAPropertyWithItsVersionForOneWord(t *testing.T) {
	script := cmd.BashCompletion()
	for _, want := range []string{"    _init_completion -n =:@ ", "__propctl_init_completion -n =:@ ", "__propctl_handle_special_char \"$cur\" @\n"} {
		if strings.Count(script, want) != 1 {
			t.Errorf("%q is there %d times", want, strings.Count(script, want))
		}
	}
	if strings.Contains(script, "-n =: ") {
		t.Error("an @ still divides words")
	}
}
