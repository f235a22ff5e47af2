package cmd_test

import (
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestListShowsWhatFitsWithOneRequest(t *testing.T) {
	const all = everyProperty
	for _, tt := range []struct {
		args, want string
		requests   int // 0: one
	}{
		{args: "list", want: all},
		{args: "list s*", want: "shop_pm slow.example.com"},
		{args: "list S*W.EXAMPLE.com shop_pm", want: "shop_pm slow.example.com"},
		{args: "list prp_1003 1005", want: "shop_pm slow.example.com"},
		{args: "list [st]*", want: "shop_pm slow.example.com two-contracts.example.com"},
		{args: "list nothing*", want: ""},
		{args: "list --contract ctr_C-SIM2 --group grp_10002", want: "two-contracts.example.com"},
		{args: "list --group 10002", want: "two-contracts.example.com", requests: 2},
		{args: "list --contract C-SIM2", want: "two-contracts.example.com", requests: 2},
		{args: "list --group grp_10001", want: all, requests: 2},
		{args: "list --group 99", want: ""},
		{args: "includes list", want: "checkout security-headers"},
		{args: "includes list sec*", want: "security-headers"},
	} {
		s := newScene(t)
		r := s.run(append(strings.Fields(tt.args), "-o", "json", "--jq", "[(.properties // .includes)[].name] | join(\" \")")...)
		if have := strings.TrimSpace(r.stdout); r.code != cmd.ExitOK || have != tt.want {
			t.Errorf("%s: exit code %d, %q, want %q\n%s", tt.args, r.code, have, tt.want, r.stderr)
		}
		if n := s.sim.Count(simulator.OpAny); n != max(1, tt.requests) {
			t.Errorf("%s: %d requests", tt.args, n)
		}
	}
}

func TestListRefusesWhatIsNoPattern(t *testing.T) {
	for _, glob := range []string{"[", "a[", "", "a\\", "\xff"} {
		s := newScene(t)
		if r := s.run("list", glob); r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) != 0 {
			t.Errorf("%q: exit code %d: %s", glob, r.code, r.stderr)
		}
	}
}

func TestListSaysWhereVersionsDiffer(t *testing.T) {
	s, now := newScene(t), time.Now()
	s.sim.AddProperty(simulator.Property{ID: "prp_7001", Name: "z1.example.com", Pairs: []simulator.Pair{{Contract: "C-SIM1", Group: "10001"}}, Versions: []simulator.Version{
		{Number: 1, Updated: now}, {Number: 2, Updated: now},
	}, Activations: []simulator.Activation{
		{Version: 2, Network: simulator.Staging, Status: simulator.StatusActive},
		{Version: 1, Network: simulator.Production, Status: simulator.StatusActive},
	}})
	r := s.run("list", "z1*", "bucket*", "new*")
	want := `PROPERTY            ID        LATEST  STAGING  PRODUCTION  DIFFERS
bucket.example.com  prp_1010  1       1        1
new.example.com     prp_1008  1       -        -           staging, production
z1.example.com      prp_7001  2       2        1           production
`
	if r.stdout != want {
		t.Errorf("%s", r.stdout)
	}
	r = s.run("list", "z1*", "-o", "json", "--jq", ".properties[] | [.latestVersion, .stagingVersion, .productionVersion, (.differs | join(\",\"))] | map(tostring) | join(\" \")")
	if r.stdout != "2 2 1 PRODUCTION\n" {
		t.Errorf("%s", r.stdout)
	}
}

func TestListOfThousandPropertiesIsOneRequest(t *testing.T) {
	s := newScene(t, func(o *simulator.Options) { o.Properties = simulator.Properties(1000, 1, time.Now()) })
	r := s.run("list", "--contract", "ctr_C-SIM1", "--group", "grp_10001")
	if lines := strings.Count(r.stdout, "\n"); lines != 1001 || s.sim.Count(simulator.OpAny) != 1 {
		t.Errorf("%d lines, %d requests: %s", lines, s.sim.Count(simulator.OpAny), r.stderr)
	}
	s = newScene(t)
	s.columns = 40
	for line := range strings.Lines(s.run("list").stdout) {
		if len(line) > 41 {
			t.Errorf("%q is wider than the terminal", line)
		}
	}
}
