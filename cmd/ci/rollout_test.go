package ci

import (
	"encoding/xml"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/journal"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// waves is the document of a rollout of one wave for each list of states.
func waves(exitCode int, states ...[]rollout.State) *result.Document {
	v := &result.Rollout{Name: "r", Totals: &result.RolloutTotals{}}
	for n, items := range states {
		w := &result.RolloutWave{Name: fmt.Sprint("w", n+1), Totals: &result.RolloutTotals{Items: len(items)}}
		for i, state := range items {
			item := &result.RolloutItem{Property: &result.Property{ID: papi.ID(fmt.Sprintf("prp_%d", i))}, Network: papi.Staging, Version: 2, Outcome: state}
			if state.Bad() {
				item.Error = &result.Error{Code: string(state), Message: fmt.Sprintf("item %d: %s", i, state)}
			}
			w.Items = append(w.Items, item)
		}
		v.Waves = append(v.Waves, w)
	}
	d := &result.Document{Command: "rollout apply", Outcome: "rolled-out", ExitCode: exitCode, Rollout: v}
	if exitCode != catalogue.ExitOK {
		d.Outcome, d.Error = "failed", &result.Error{Code: "rollout-failed", Message: "too many have failed"}
	}
	return d
}

type suites struct {
	Tests    int `xml:"tests,attr"`
	Failures int `xml:"failures,attr"`
	Errors   int `xml:"errors,attr"`
	Skipped  int `xml:"skipped,attr"`
	Suites   []struct {
		Name  string `xml:"name,attr"`
		Cases []struct {
			Name string `xml:"name,attr"`
		} `xml:"testcase"`
	} `xml:"testsuite"`
}

func junit(t *testing.T, d *result.Document) suites {
	t.Helper()
	data, err := JUnit(d, &journal.Run{Begun: time.Unix(0, 0)})
	if err != nil {
		t.Fatal(err)
	}
	var s suites
	if err := xml.Unmarshal(data, &s); err != nil {
		t.Fatal(err)
	}
	return s
}

func TestARolloutHasASuiteForEachWaveAndACaseForEachItem(t *testing.T) {
	d := waves(catalogue.ExitFailed,
		[]rollout.State{rollout.Active, rollout.Failed, rollout.Uncertain, rollout.Returned},
		[]rollout.State{rollout.Waiting, rollout.Blocked, rollout.Underway, rollout.Skipped, rollout.Active})
	d.Rollout.Waves[0].Checks = []*result.RolloutCheck{
		{Check: "home", Property: "p", Network: papi.Staging, Outcome: rollout.Held},
		{Check: "errors", Property: "p", Network: papi.Staging, Outcome: rollout.NotDecided},
	}
	s := junit(t, d)
	if len(s.Suites) != 2 || s.Suites[0].Name != "propctl rollout r: w1" || len(s.Suites[0].Cases) != 6 || len(s.Suites[1].Cases) != 5 {
		t.Errorf("%+v", s)
	}
	if s.Tests != 11 || s.Failures != 2 || s.Errors != 2 || s.Skipped != 4 {
		t.Errorf("%d cases, %d failures, %d errors, %d skipped", s.Tests, s.Failures, s.Errors, s.Skipped)
	}
}

func TestWhatWentWrongWithNoItemIsACaseOfItsOwn(t *testing.T) {
	for _, tt := range []struct {
		name string
		d    *result.Document
		bad  int
	}{
		{"before the first submission", waves(catalogue.ExitLimited, []rollout.State{rollout.Waiting}), 1},
		{"an item tells it", waves(catalogue.ExitFailed, []rollout.State{rollout.Failed}), 1},
		{"all is well", waves(catalogue.ExitOK, []rollout.State{rollout.Active}), 0},
		{"no waves", waves(catalogue.ExitRejected), 1},
		{"it was to go back", waves(catalogue.ExitOK, []rollout.State{rollout.Returned}), 0},
	} {
		if s := junit(t, tt.d); s.Failures+s.Errors != tt.bad {
			t.Errorf("%s: %d failures, %d errors", tt.name, s.Failures, s.Errors)
		}
	}
}

func TestAnnotationsOfARolloutTellWhatFailedOnceForEachCause(t *testing.T) {
	states := make([]rollout.State, 1000)
	for i := range states {
		states[i] = []rollout.State{rollout.Failed, rollout.Rejected}[i%2]
	}
	all := annotationsOf(waves(catalogue.ExitFailed, states))
	if len(all) != 3 {
		t.Fatalf("%d annotations", len(all))
	}
	if all[0].text() != "too many have failed" || !strings.Contains(all[1].text(), "prp_0 on STAGING: item 0: failed") || !strings.Contains(all[1].text(), "more") {
		t.Errorf("%q\n%q", all[0].text(), all[1].text())
	}
	done := annotationsOf(waves(catalogue.ExitOK, []rollout.State{rollout.Active}))
	if len(done) != 1 || done[0].severity != severityNotice || !strings.HasPrefix(done[0].text(), "r: rolled out") {
		t.Errorf("%+v", done)
	}
}

func TestTheSummaryOfARolloutOfThousandsFits(t *testing.T) {
	states := make([]rollout.State, 5000)
	for i := range states {
		states[i] = rollout.Failed
	}
	text := summaryWithin(maxSummary, waves(catalogue.ExitFailed, states[:2], states), &journal.Run{Begun: time.Unix(0, 0)})
	if text == "" || len(text) > 100<<10 || !strings.Contains(text, "| `w1` |") || !strings.Contains(text, "more") {
		t.Errorf("%d bytes: %.300s", len(text), text)
	}
}
