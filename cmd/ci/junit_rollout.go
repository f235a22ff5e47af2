package ci

import (
	"github.com/propctl/propctl/activation/rollout"
	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/papi"
)

// rolloutSuites are a suite for each wave, with a case for each item and each check. What
// went wrong with none of them is a case of the first wave.
func rolloutSuites(d *result.Document) []testSuite {
	v := d.Rollout
	var suites []testSuite
	told := d.ExitCode == catalogue.ExitOK
	for _, w := range v.Waves {
		s := testSuite{name: "propctl rollout " + v.Name + ": " + w.Name}
		for _, i := range w.Items {
			s.cases = append(s.cases, itemCase(d, i))
		}
		for _, c := range w.Checks {
			s.cases = append(s.cases, checkCase(c))
		}
		for n := range s.cases {
			s.cases[n].class = "propctl." + v.Name + "." + w.Name
			told = told || s.cases[n].verdict() == "failure" || s.cases[n].verdict() == "error"
		}
		suites = append(suites, s)
	}
	if told {
		return suites
	}
	if len(suites) == 0 {
		suites = []testSuite{{name: "propctl rollout " + v.Name}}
	}
	suites[0].cases = append([]testCase{{name: "rollout " + v.Name, result: d}}, suites[0].cases...)
	return suites
}

// itemCase is an item. It has passed when its version is active, or when it has gone
// back and that was what was asked for.
func itemCase(d *result.Document, i *result.RolloutItem) testCase {
	c := testCase{name: i.Title() + " " + string(i.Network)}
	one := &result.Document{Outcome: string(i.Outcome), Error: i.Error}
	if a := i.Activation; a != nil && a.Status == result.Status(papi.StatusActive) && a.SubmitDate != nil && a.UpdateDate != nil {
		one.WaitedSeconds = new(result.Seconds(a.UpdateDate.Sub(*a.SubmitDate)))
	}
	switch i.Outcome {
	case rollout.Active:
	case rollout.Waiting, rollout.Inactive:
		c.why = "nothing was submitted"
		return c
	case rollout.Blocked:
		c.why = "another activation is in the way"
		return c
	case rollout.Underway, rollout.Returning:
		c.why = "it is on its way"
		return c
	case rollout.Skipped:
		c.why = "it was left out"
		return c
	case rollout.Returned:
		if d.ExitCode != catalogue.ExitOK {
			one.ExitCode = catalogue.ExitFailed
		}
	case rollout.Uncertain, rollout.Unknown:
		one.ExitCode = catalogue.ExitError
	case rollout.Failed, rollout.Rejected, rollout.Superseded, rollout.Overdue, rollout.ReturnFailed, rollout.NotReturnable, rollout.Drifted:
		one.ExitCode = catalogue.ExitFailed
	}
	c.result = one
	return c
}

func checkCase(v *result.RolloutCheck) testCase {
	one := &result.Document{Outcome: string(v.Outcome)}
	switch v.Outcome {
	case rollout.Held:
	case rollout.NotHeld:
		one.ExitCode, one.Error = catalogue.ExitFailed, &result.Error{Code: "rollout-check-failed", Message: v.Detail}
	case rollout.NotDecided:
		one.ExitCode, one.Error = catalogue.ExitError, &result.Error{Code: "rollout-check-undecided", Message: v.Detail}
	}
	return testCase{name: checkName(v), result: one}
}

func checkName(v *result.RolloutCheck) string {
	return "check " + v.Check + " of " + v.Property + " " + string(v.Network)
}
