//go:build linux

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// few is an account with n properties that activate in a second, and have always done so in three.
func few(t *testing.T, n int, o simulator.Options) (s server, manifest string) {
	t.Helper()
	const took, usual = time.Second, 3 * time.Second
	o.Properties, o.Pace = simulator.Properties(n, 1, time.Now()), simulator.Fixed(took, took)
	for i := range o.Properties {
		for j := range o.Properties[i].Activations {
			a := &o.Properties[i].Activations[j]
			a.Updated = a.Submitted.Add(usual)
			if a.Fallback != nil {
				a.Fallback.Steady = a.Updated
			}
		}
	}
	s = listen(t, o)
	s.home = t.TempDir()
	manifest = filepath.Join(s.home, "rollout.yaml")
	text := "name: few\nnetworks: [production]\nnotify: [you@example.com]\nproperties: [{select: {name: 'p*'}, version: 3}]\nwaves: [{name: all, at-once: 2}]\n"
	if err := os.WriteFile(manifest, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return s, manifest
}

// applied is what a document says of a rollout.
type applied struct {
	Outcome  string
	ExitCode int
	Rollout  struct {
		Totals struct{ Items, Active, Underway, Waiting, Failed int }
	}
	Error  struct{ Code, Message, Help string }
	Budget *struct{ Remaining int }
}

func (s server) apply(t *testing.T, args ...string) applied {
	t.Helper()
	r := s.run(t, append([]string{"rollout", "apply", "--yes", "-o", "json"}, args...)...)
	var d applied
	if err := json.Unmarshal([]byte(r.stdout), &d); err != nil || d.ExitCode != r.code {
		t.Fatalf("exit code %d, %v: %s\n%s", r.code, err, r.stdout, r.stderr)
	}
	return d
}

// submitted counts the activations of the rollout that PAPI has, and those of them that are active.
func submitted(s server, n int) (all, active int) {
	for i := range n {
		for _, a := range s.sim.Activations(fmt.Sprintf("prp_%d", 100001+i)) {
			if a.Version != 3 || a.Network != simulator.Production {
				continue
			}
			all++
			if a.Status == simulator.StatusActive {
				active++
			}
		}
	}
	return all, active
}

func TestABudgetThatEndsInTheMiddleOfARollout(t *testing.T) {
	t.Parallel()
	const items, before = 6, 3
	s, manifest := few(t, items, simulator.Options{})
	used, err := simulator.ParseFault("submit=budget")
	if err != nil {
		t.Fatal(err)
	}
	used.Skip, used.Times = before, 1 // then somebody else has used it up
	s.sim.Inject(used)
	d := s.apply(t, manifest)
	all, active := submitted(s, items)
	if d.ExitCode != 8 || d.Outcome != "limited" || all != before || active != before {
		t.Errorf("%+v; %d were submitted, %d are active", d, all, active)
	}
	if r := d.Rollout.Totals; r.Items != items || r.Active != before || r.Waiting != items-before || r.Underway != 0 {
		t.Errorf("%+v: what was on its way was not followed to its end", r)
	}
	if d := s.apply(t, manifest); d.ExitCode != 0 || d.Rollout.Totals.Active != items {
		t.Errorf("run again: %+v", d)
	}
	if all, active := submitted(s, items); all != items || active != items {
		t.Errorf("%d activations of %d items, %d are active", all, items, active)
	}
}

func TestABudgetThatIsShortByOneBeforeARollout(t *testing.T) {
	t.Parallel()
	const items = 6
	for left, code := range map[int]int{items - 1: 8, items: 0} {
		t.Run(fmt.Sprint(left, " left"), func(t *testing.T) {
			t.Parallel()
			s, manifest := few(t, items+1, simulator.Options{ActivationsPerDay: 100, ActivationsUsed: 100 - left - 1})
			// PAPI tells the budget with a submission only; it is known here since this one.
			if r := s.run(t, "activate", "prp_100007@3", "-n", "production", "--notify", "you@example.com", "--yes"); r.code != 0 {
				t.Fatal(r.stderr)
			}
			before := s.sim.Count(simulator.OpSubmit)
			d := s.apply(t, manifest, "--skip", "prp_100007")
			if d.ExitCode != code || code == 8 && (s.sim.Count(simulator.OpSubmit) != before || d.Error.Code == "" || d.Outcome != "limited") {
				t.Errorf("%d left: %+v, %d submissions", left, d, s.sim.Count(simulator.OpSubmit)-before)
			}
			if all, _ := submitted(s, items); (code == 0) != (all == items) {
				t.Errorf("%d left: %d were submitted", left, all)
			}
		})
	}
}
