package cmd_test

import (
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// notRun says of examples in the help why they are not run here.
func notRun(line string) string {
	switch {
	case strings.Contains(line, " simulate "), strings.Contains(line, "sim/.edgerc"):
		return "it serves until it is interrupted; testdata/script/simulate.txtar runs it"
	case strings.Contains(line, "rollout stop "), strings.Contains(line, "rollout resume "), strings.Contains(line, "runner --coordinator"), strings.Contains(line, "runner --accounts"):
		return "it needs a coordinator; the tests in .ci/coordinator run it"
	case strings.Contains(line, "propctl completion "):
		return "a script is for a shell to read; testdata/script/command-line.txtar prints them"
	}
	return ""
}

// exampleScene has all that the examples name.
func exampleScene(t *testing.T) *scene {
	t.Helper()
	s := newScene(t)
	now := time.Now()
	versions := func(n int) (all []simulator.Version) {
		for i := range n {
			all = append(all, simulator.Version{Number: i + 1, Updated: now.Add(-time.Hour), Hostnames: []simulator.Hostname{
				{Name: "old.example.com", EdgeHostname: "old.example.com.edgekey.net"},
			}})
		}
		return all
	}
	active := simulator.Activation{ID: "00000000-0000-4000-8000-000012300001", Network: simulator.Staging, Version: 1, Status: simulator.StatusActive, State: simulator.StateSteady, Submitted: now.Add(-time.Hour)}
	s.sim.AddProperty(simulator.Property{ID: "prp_123", Name: "examples", Versions: versions(7), Activations: []simulator.Activation{
		{
			ID: "atv_5001", Network: simulator.Production, Version: 6, Status: simulator.StatusPending, State: simulator.StateReceived, Submitted: now,
			Steps: []simulator.Step{{After: 3 * time.Minute, Status: simulator.StatusActive, State: simulator.StateSteady}},
		},
	}})
	include := versions(2)
	for i := range include {
		include[i].Hostnames = nil
	}
	s.sim.AddInclude(simulator.Include{ID: "inc_123", Name: "examples", Versions: include, Activations: []simulator.Activation{active}})
	s.write("rollout.yaml", "name: new-rule-format\nnotify: [you@example.com]\nproperties: [www.example.com@8, prp_1002]\n"+
		"waves: [{name: canary, take: 1, checks: [home]}, {name: rest}]\nchecks: {home: {http: 'https://{hostname}/'}}\n")
	s.checking = visits(http.StatusOK)
	s.planned(filepath.Join(s.env["HOME"], "rollout.yaml"))
	s.write("hostnames.txt", "# new ones\na.example.com\nb.example.com\n")
	s.write("problem.json", `{"type":"https://problems.luna.akamaiapis.net/papi/v1/resource-busy","title":"Busy","status":409}`)
	return s
}

// The examples of a command are run one after the other, as somebody might who
// tries them out.
func TestEveryExampleOfTheHelpWorks(t *testing.T) {
	run := 0
	for _, c := range cmd.Pages() {
		lines := regexp.MustCompile(`(?m)^  ((?:\S.*)?\bpropctl .*)$`).FindAllStringSubmatch(c.Long+"\n"+c.Example, -1)
		if !c.Topic && len(lines) == 0 && c.Path != "completion" {
			t.Errorf("propctl %s has no example that can be run", c.Path)
		}
		synctest.Test(t, func(t *testing.T) {
			sh := newShell(exampleScene(t))
			for _, line := range lines {
				if why := notRun(line[1]); why != "" {
					continue
				}
				run++
				line := line[1]
				if strings.Contains(line, "propctl deactivate") || strings.Contains(line, "propctl includes deactivate") {
					line += " --yes" // there is no terminal
				}
				if r, err := sh.run(line); err != nil || r.code != cmd.ExitOK {
					t.Errorf("propctl %s: %s: exit code %d, %v\n%s", c.Path, line, r.code, err, r.stderr)
				}
			}
		})
	}
	if run < 40 {
		t.Errorf("only %d examples were run", run)
	}
}
