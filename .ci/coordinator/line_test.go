//go:build unix

package coordinator_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// slowFirst has the first activation last longer, until all others stand in line.
type slowFirst time.Duration

func (slow slowFirst) Steps(s simulator.Submission) []simulator.Step {
	after := 2 * time.Minute
	if s.Serial == 1 {
		after = time.Duration(slow)
	}
	return []simulator.Step{
		{Status: simulator.StatusPending, State: simulator.StateReceived},
		{After: after, Status: simulator.StatusActive, State: simulator.StateSteady},
	}
}

// TestProcessesWaitInLine has processes activate one version each of one property, and
// kills the first one while its activation is on its way.
func TestProcessesWaitInLine(t *testing.T) {
	t.Parallel()
	waiting := 2
	if *long {
		waiting = 9
	}
	a := newAccount(t, simulator.Options{Properties: []simulator.Property{manyVersions(waiting + 2)}, Pace: slowFirst(25 * time.Minute)})
	s := serve(t, fmt.Sprintf("authorization { user: propctl, password: %q }", password))
	at := strings.Replace(s.url(), "nats://", "nats://propctl:"+password+"@", 1)
	env := []string{"PROPCTL_COORDINATOR=" + at, "CI_JOB_URL=https://user:token@ci.example.com/jobs/1?private_token=x", "GITLAB_CI=true"}
	start := func(i int) *run {
		return a.start(fmt.Sprintf("machine-%d", i), env, "activate", fmt.Sprintf("prp_1@%d", i+3), "--notify", "you@example.com")
	}
	head := start(0)
	until(t, "the first one has submitted", func() bool { return len(a.accepted()) == 1 })
	var others []*run
	for i := range waiting {
		others = append(others, start(i+1))
		until(t, "another one waits", func() bool { l := lines(t, at); return len(l) == 1 && len(l[0].Tickets) == i+2 })
	}
	if err := head.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = head.Wait()
	killed := time.Now()
	for i, r := range others {
		if outcome, code, exit := r.result(t); outcome != "active" || exit != 0 {
			t.Errorf("%s, %s, exit code %d\n%s", outcome, code, exit, &r.stderr)
		}
		told := "next in line behind machine-0@"
		if i > 0 {
			told = fmt.Sprintf("%d runs before it; it is the turn of machine-0@", i+1)
		}
		if text := r.stderr.String(); !strings.Contains(text, told) || !strings.Contains(text, "https://ci.example.com/jobs/1)") {
			t.Errorf("the one with %d before it was told\n%s", i+1, text)
		}
	}
	for i, q := range a.accepted() {
		if q.machine != fmt.Sprintf("machine-%d", i) || q.version != i+3 {
			t.Errorf("submission %d is %+v", i, q)
		}
	}
	next := a.requests(func(q request) bool { return q.machine == "machine-1" && q.at.After(killed) })
	if len(next) == 0 || next[0].what != "look" {
		t.Fatalf("after the death of the first the next one sent %+v", next)
	}
	const lease = 30 * time.Second
	if after := next[0].at.Sub(killed); *long && after > lease+5*time.Second {
		t.Errorf("the next one went on %s after the death of the first", after)
	} else {
		t.Logf("the next one went on %s after the death of the first", after.Round(time.Second/10))
	}
}
