package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestEveryResultSaysWhoseItIs(t *testing.T) {
	for _, args := range [][]string{
		{"activate", "www.example.com@8", notify},
		{"status", "prp_1001"},
		{"pending", "busy.example.com"},
		{"history", "prp_1001"},
		{"wait", "prp_1006"},
		{"cancel", "prp_1006"},
		{"hostnames", "list", "prp_1001"},
		{"includes", "status", "inc_2001"},
		{"doctor"},
		{"status", "nobody.example.com"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = accountKey })
			s.set(map[string]string{"AKAMAI_HOST": "", "AKAMAI_CLIENT_TOKEN": "", "AKAMAI_CLIENT_SECRET": "", "AKAMAI_ACCESS_TOKEN": ""})
			path := s.write(".edgerc", edgerc("mine", clientSecret))
			line := append(args, "-s", "mine", "--account-key", accountKey)
			a := s.run(append(line, "-o", "json")...).document(t).Account
			if a == nil || a.AccountID != "act_A-SIM1" || a.AccountSwitchKey != "1-AB…" || a.Host != host || a.Section != "mine" || !strings.Contains(a.Source, path) {
				t.Errorf("%s: account %+v", args, a)
			}
		})
	}
}

func TestTextSaysWhoseItIsWhereThatIsNoMatterOfCourse(t *testing.T) {
	for _, tt := range []struct {
		key, flag string
		want      bool
	}{{"", "--quiet", false}, {"", "--verbose", true}, {accountKey, "--quiet", true}} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(o *simulator.Options) { o.Credentials.AccountKey = tt.key })
			s.set(map[string]string{"AKAMAI_EDGERC_ACCOUNT_KEY": tt.key})
			r := s.run("status", "prp_1001", tt.flag)
			if strings.Contains(r.stdout, "account:    act_A-SIM1, ") != tt.want || r.code != cmd.ExitOK {
				t.Errorf("%+v: %s", tt, r.stdout)
			}
		})
	}
}

func TestNobodyWasAskedWhereNothingWasSent(t *testing.T) {
	for _, args := range [][]string{{"version"}, {"explain"}, {"config"}, {"status", "prp_1001", "--edgerc", "nowhere"}} {
		if a := newScene(t).run(append(args, "-o", "json")...).document(t).Account; a != nil {
			t.Errorf("%s: account %+v", args, a)
		}
	}
}

func TestDebugShowsWhatSupportAsksFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 500})
		r := s.run("pending", "prp_1001", "--debug")
		for line := range strings.Lines(r.stderr) {
			if strings.Contains(line, "/activations: 500 in") && strings.Contains(line, ", instance /papi/v1/") {
				return
			}
		}
		t.Errorf("no instance in\n%s", r.stderr)
	})
}
