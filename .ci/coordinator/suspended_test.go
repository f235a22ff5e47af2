//go:build unix

package coordinator_test

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator"
)

// lease is how long a place lasts without a sign of life, by default.
const lease = 30 * time.Second

// TestAProcessThatSleepsWithItsTurn is one that is suspended for longer than its lease: at
// the look before its submission, when its submission has arrived, and while it follows its
// activation. Somebody else goes on meanwhile.
func TestAProcessThatSleepsWithItsTurn(t *testing.T) {
	t.Parallel()
	for name, at := range map[string]struct {
		asleep   func(request, int) bool // that this is when it sleeps; with the number of its looks
		answered bool                    // it sleeps when that was answered
		timeout  string                  // of its requests: that of its look is longer than its sleep, so that the look counts
	}{
		"at its look":       {func(q request, looks int) bool { return q.what == "look" && looks == 2 }, false, "5m"},
		"at its submission": {func(q request, _ int) bool { return q.what == "submit" }, false, "5s"},
		"as it follows":     {func(q request, _ int) bool { return q.what == "submit" }, true, "5s"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			sleepsWithItsTurn(t, at.asleep, at.answered, at.timeout)
		})
	}
}

func sleepsWithItsTurn(t *testing.T, asleep func(request, int) bool, answered bool, timeout string) {
	t.Helper()
	const sleeper, other = 6, 5 // the versions
	a := newAccount(t, simulator.Options{Properties: []simulator.Property{manyVersions(sleeper)}})
	s := serve(t, "")
	start := func(machine string, version int) *run {
		return a.start(machine, []string{"PROPCTL_COORDINATOR=" + s.url()}, "activate", fmt.Sprintf("prp_1@%d", version),
			"--notify", "you@example.com", "--request-timeout", timeout)
	}
	started := make(chan *os.Process, 1)
	var looks atomic.Int32
	var goOn func()
	slept := make(chan struct{})
	var once sync.Once
	sleep := func() {
		once.Do(func() {
			goOn = suspend(t, <-started)
			close(slept)
		})
	}
	a.hold(func(q request) {
		if q.machine != "sleeper" {
			return
		}
		if q.what == "look" {
			looks.Add(1)
		}
		if asleep(q, int(looks.Load())) && !answered {
			sleep()
		}
	})
	one := start("sleeper", sleeper)
	started <- one.Process
	if answered {
		until(t, "it follows what it has submitted", func() bool {
			l := lines(t, s.url())
			return len(l) == 1 && l[0].Tickets[0].Phase == "watching"
		})
		sleep()
	}
	<-slept
	two := start("other", other)
	if outcome, code, exit := two.result(t); outcome != "active" || exit != 0 {
		t.Errorf("meanwhile: %s, %s, exit code %d\n%s", outcome, code, exit, &two.stderr)
	}
	meanwhile := len(a.accepted())
	awake := time.Now()
	goOn()
	outcome, code, exit := one.result(t)
	t.Logf("after its sleep: %s, %s, exit code %d", outcome, code, exit)
	mine := a.requests(func(q request) bool { return q.machine == "sleeper" && q.at.After(awake) })
	for i, q := range mine {
		if q.what == "submit" && (i == 0 || mine[i-1].what != "look") {
			t.Errorf("it has submitted without a look: %+v", mine)
		}
	}
	if now := len(a.accepted()); meanwhile == 2 && now != 2 {
		t.Errorf("what it had submitted it submits again: %+v", a.accepted())
	}
	truth := a.active("prp_1", simulator.Staging)
	switch {
	case outcome == "active" && exit == 0 && truth == sleeper && meanwhile == 1: // it was its turn once more
	case outcome == "superseded" && exit == 3 && truth == other && meanwhile == 2:
	case outcome == "active" && exit == 0 && truth == other && meanwhile == 2: // as it was, before the other one
	default:
		t.Errorf("%s, %s, exit code %d, while version %d is active\n%s", outcome, code, exit, truth, &one.stderr)
	}
}

// TestAServerThatSleeps is one that is suspended for longer than a lease, and goes on: with
// somebody who follows an activation, two who wait in line, and one who has just come.
func TestAServerThatSleeps(t *testing.T) {
	t.Parallel()
	a := newAccount(t, simulator.Options{Properties: []simulator.Property{manyVersions(8)}, Pace: slowFirst(45 * time.Minute)})
	s := serve(t, "")
	start := func(i int) *run {
		return a.start(fmt.Sprintf("machine-%d", i), []string{"PROPCTL_COORDINATOR=" + s.url()}, "activate", fmt.Sprintf("prp_1@%d", i+3), "--notify", "you@example.com")
	}
	all := []*run{start(0)}
	until(t, "the first one has submitted", func() bool { return len(a.accepted()) == 1 })
	for i := range 2 {
		all = append(all, start(i+1))
		until(t, "another one waits", func() bool { l := lines(t, s.url()); return len(l) == 1 && len(l[0].Tickets) == i+2 })
	}
	goOn := suspend(t, s.process.Process)
	begun := time.Now()
	all = append(all, start(3))
	time.Sleep(lease + 5*time.Second)
	if n := len(a.accepted()); n != 1 {
		t.Errorf("%d were submitted while nobody could know whose turn it is", n)
	}
	goOn()
	for i, r := range all {
		outcome, code, exit := r.result(t)
		if i == 0 && outcome == "superseded" && exit == 3 { // its turn was over when the next one came, who was faster
			continue
		}
		if outcome != "active" || exit != 0 {
			t.Errorf("process %d: %s, %s, exit code %d\n%s", i, outcome, code, exit, &r.stderr)
		}
	}
	accepted := a.accepted()
	if len(accepted) != len(all) {
		t.Errorf("submitted were %+v", accepted)
	}
	for i, q := range accepted[:min(3, len(accepted))] {
		if q.machine != fmt.Sprintf("machine-%d", i) {
			t.Errorf("submission %d of those in line is %+v", i, q)
		}
	}
	t.Logf("all ended %s after the server fell asleep", time.Since(begun).Round(time.Second))
}

// TestARunnerThatSleeps is one that leads a rollout, and is suspended for longer than all of
// its leases while it submits items. PAPI refuses nothing here.
func TestARunnerThatSleeps(t *testing.T) {
	t.Parallel()
	const properties = 10 // with more in a wave, its lead looks at them all together, after minutes
	a := newAccount(t, simulator.Options{Properties: quick(properties), RefuseNothing: true})
	plan := a.plan(manifestOf(chaos{properties: properties, waves: "waves: [{name: all}]"}))
	s := serve(t, "")
	env := []string{"PROPCTL_COORDINATOR=" + s.url()}
	if outcome, code, _ := a.start("desk", env, "rollout", "apply", plan, "--detach", "--yes").result(t); outcome != "handed-in" {
		t.Fatal(outcome, code)
	}
	started, slept := make(chan *os.Process, 1), make(chan func(), 1)
	var submissions atomic.Int32
	a.hold(func(q request) {
		time.Sleep(20 * time.Millisecond)
		if q.what == "submit" && submissions.Add(1) == properties/2 {
			slept <- suspend(t, <-started)
		}
	})
	runner := func(machine string) *run { return a.start(machine, env, "runner", "--once", "--request-timeout", "5s") }
	sleeper := runner("sleeper")
	started <- sleeper.Process
	goOn := <-slept
	other := runner("other")
	x := newStranger(t, s.url())
	until(t, "the other one leads, and has submitted what is left", func() bool {
		lead, _ := x.job(hisJob)["lead"].(map[string]any)
		holder, _ := lead["holder"].(map[string]any)
		return holder["user"] == "other" && len(a.accepted()) >= properties-1
	})
	awake := time.Now()
	goOn()
	for _, r := range []*run{other, sleeper} {
		if outcome, code, exit := r.result(t); exit != 0 {
			t.Errorf("%s, %s, exit code %d\n%s", outcome, code, exit, &r.stderr)
		}
	}
	a.allOnce(properties)
	if !strings.Contains(sleeper.stderr.String(), "does not lead rollout") {
		t.Errorf("it has not said that it does not lead any more:\n%s", &sleeper.stderr)
	}
	late := a.requests(func(q request) bool { return q.machine == "sleeper" && q.what == "submit" && q.at.After(awake) })
	t.Logf("%d were submitted when it fell asleep, and %d by it after that", properties/2, len(late))
}
