package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
)

func TestUserAgentNamesTheAkamaiCLIThatRunsIt(t *testing.T) {
	all := map[string]string{"AKAMAI_CLI": "1", "AKAMAI_CLI_VERSION": "2.0.3", "AKAMAI_CLI_COMMAND": "propctl", "AKAMAI_CLI_COMMAND_VERSION": "1.2.3"}
	for _, tt := range []struct {
		name string
		set  map[string]string
		want string
	}{
		{"everything", nil, "propctl/1.2.3 (+me) AkamaiCLI/2.0.3 AkamaiCLI-propctl/1.2.3"},
		{"not under it", map[string]string{"AKAMAI_CLI": ""}, "propctl/1.2.3 (+me) AkamaiCLI-propctl/1.2.3"},
		{"no version", map[string]string{"AKAMAI_CLI_VERSION": ""}, "propctl/1.2.3 (+me) AkamaiCLI-propctl/1.2.3"},
		{"no version of the command", map[string]string{"AKAMAI_CLI_COMMAND_VERSION": ""}, "propctl/1.2.3 (+me) AkamaiCLI/2.0.3"},
		{"what no header can have", map[string]string{"AKAMAI_CLI_VERSION": "2\r\nX: y(z)/ü"}, "propctl/1.2.3 (+me) AkamaiCLI/2Xyz AkamaiCLI-propctl/1.2.3"},
		{"too much", map[string]string{"AKAMAI_CLI_COMMAND_VERSION": strings.Repeat("1", 1000)}, "propctl/1.2.3 (+me) AkamaiCLI/2.0.3 AkamaiCLI-propctl/" + strings.Repeat("1", 64)},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).set(all).set(tt.set)
				s.run("budget", "--contact", "me")
				if got := s.sim.Requests()[0].Header.Get("User-Agent"); got != tt.want {
					t.Errorf("User-Agent %q, want %q", got, tt.want)
				}
			})
		})
	}
}

func TestHelpNamesWhatWasTyped(t *testing.T) {
	for _, name := range []string{"", "akamai propctl"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.name = name
			typed := "propctl"
			if name != "" {
				typed = name
			}
			for _, tt := range []struct {
				args []string
				want string
			}{
				{[]string{"activate", "--help"}, "\n  " + typed + " activate PROPERTY"},
				{[]string{"activate", "x", "--nonsense"}, ": " + typed + " activate --help"},
				{[]string{"activate", "prp_1001", "-n", "nonsense"}, ": " + typed + " activate --help"},
				{[]string{"activate", "prp_1001@8", notify, "--timeout", "10s"}, ": " + typed + " wait atv_"},
			} {
				if r := s.run(tt.args...); !strings.Contains(r.stdout+r.stderr, tt.want) {
					t.Errorf("%s: no %q in\n%s%s", tt.args, tt.want, r.stdout, r.stderr)
				}
			}
			if d := s.run("hostnames", "list", "prp_1001", "-o", "json").document(t); d.Command != "hostnames list" || d.ExitCode != cmd.ExitOK {
				t.Errorf("command %q", d.Command)
			}
		})
	}
}
