package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/papi/simulator"
)

func TestConfigShowsWhatIsSetFirst(t *testing.T) {
	s := newScene(t).set(map[string]string{"PROPCTL_UNTIL": "steady"})
	s.write(settingsFile, "notify: [you@example.com]\n")
	lines := strings.Split(strings.TrimSpace(s.run("config", "--timeout", "5m").stdout), "\n")
	var set []string
	for _, line := range lines[1 : len(lines)-1] {
		set = append(set, strings.Fields(line)[0])
	}
	if got := strings.Join(set, " "); got != "timeout notify until" || !strings.HasSuffix(lines[len(lines)-1], "--all shows them") {
		t.Errorf("%q: %s", got, strings.Join(lines, "\n"))
	}
	all := strings.Split(strings.TrimSpace(s.run("config", "--timeout", "5m", "--all").stdout), "\n")
	if strings.Join(all[1:4], "\n") == "" || !strings.HasPrefix(all[1], "timeout ") || !strings.HasPrefix(all[2], "notify ") || !strings.HasPrefix(all[3], "until ") || len(all) < 40 {
		t.Errorf("%s", strings.Join(all, "\n"))
	}
	if r := newScene(t).run("config"); strings.Contains(r.stdout, "SETTING") || !strings.Contains(r.stdout, "--all shows them") {
		t.Errorf("nothing is set: %s", r.stdout)
	}
}

// A line that tells of another try is read by people; queries are for those who look for a mistake.
func TestLinesAboutAnotherTryHaveNoQueries(t *testing.T) {
	for _, verbosity := range []string{"-v", "--debug"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Status: 503})
			s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 503})
			r := s.run("activate", "www.example.com@8", notify, verbosity)
			again := 0
			for line := range strings.Lines(r.stderr) {
				if strings.Contains(line, "trying again in") {
					if again++; verbosity == "-v" && (strings.Contains(line, "?") || !strings.Contains(line, "/papi/v1/properties/prp_1001/activations: ")) {
						t.Errorf("%s", line)
					}
				}
			}
			if again < 2 || (verbosity == "--debug") != strings.Contains(r.stderr, "?contractId=") {
				t.Errorf("%s: %d tries: %s", verbosity, again, r.stderr)
			}
		})
	}
}

func TestStatesAreExplainedOnATerminalWhenTheyAreFirstSeen(t *testing.T) {
	for _, terminal := range []bool{true, false} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Realistic(1) })
			s.terminal = terminal
			r := s.run("activate", "www.example.com@8", notify, "-n", "staging,production", "--yes", "--poll", "5s", "--until", "steady", "-v")
			for state, means := range map[string]string{"received": "Akamai is processing it", "lived": "it is being deployed", "deployed": "stability", "steady": "nothing moves any more"} {
				want := 0
				if terminal {
					want = 1
				}
				if n := strings.Count(r.stderr, "; "+state+": "); n != want || terminal && !strings.Contains(r.stderr, means) {
					t.Errorf("terminal %v: %s is explained %d times: %.600s", terminal, state, n, r.stderr)
				}
			}
		})
	}
	if r := newScene(t).run("status", "prp_1006"); !strings.Contains(r.stdout, "state:      ") {
		t.Errorf("%s", r.stdout)
	}
}
