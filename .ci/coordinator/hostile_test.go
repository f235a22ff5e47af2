//go:build unix

package coordinator_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator/jetstream"
	"github.com/propctl/propctl/papi/simulator"
)

// Where the rollout of the hostile test stands.
const (
	hisJob   = "rollout.A-SIM1.chaos"
	hisTopic = "rollout=2EA-SIM1=2Echaos"
)

// TestWhatAStrangerWritesIsSkipped has one write all that can be written, before and while a
// rollout is carried out. Nothing is submitted but what its plan says, and all of that is.
func TestWhatAStrangerWritesIsSkipped(t *testing.T) {
	t.Parallel()
	const properties = 6
	a := newAccount(t, simulator.Options{Properties: quick(properties)})
	plan := a.plan(manifestOf(chaos{properties: properties, waves: "waves: [{name: all}]"}))
	s := serve(t, "")
	env := []string{"PROPCTL_COORDINATOR=" + s.url()}
	if _, err := member(t, jetstream.Options{URL: s.url()}).Offered(t.Context(), activation.Line{Account: "A-SIM1", Asset: "prp_1", Network: "STAGING"}); err != nil {
		t.Fatal(err) // the stream was to be made
	}
	if outcome, code, _ := a.start("desk", env, "rollout", "apply", plan, "--detach", "--yes").result(t); outcome != "handed-in" {
		t.Fatal(outcome, code)
	}
	x := newStranger(t, s.url())
	newer := x.before()
	runners := []*run{a.start("one", env, "runner"), a.start("two", env, "runner")}
	x.meanwhile()
	if outcome, code, exit := a.start("desk", env, "rollout", "status", plan, "--watch", "--timeout", "5m").result(t); outcome != "rolled-out" || exit != 0 {
		t.Errorf("%s, %s, exit code %d", outcome, code, exit)
	}
	told := ""
	for _, r := range runners {
		_ = r.Process.Signal(syscall.SIGTERM)
		if outcome, _, exit := r.result(t); exit != 130 {
			t.Errorf("%s, exit code %d\n%s", outcome, exit, &r.stderr)
		}
		once(t, r.stderr.String())
		told += r.stderr.String()
	}
	for _, what := range []string{
		"prp_100001 on STAGING was skipped: no version of this program has written it",
		"prp_100002 on STAGING was skipped: no version of this program has written it",
		"prp_100003 on STAGING was skipped: it is of version 2",
		"prp_999 on STAGING was skipped: its place 1 of chaos/",
		"prp_100002 on PRODUCTION was skipped: its place 8 of chaos/",
		"rollout.A-SIM1.garbage", "rollout.A-SIM1.newer", "rollout.A-SIM1.huge", "rollout.A-SIM1.stolen",
		"the plan of rollout altered cannot be had: it was altered",
		"the plan of rollout edited cannot be had",
		"the plan of rollout foreign cannot be had: it is another one's",
		"the plan of rollout missing cannot be had: it is not there",
	} {
		if !strings.Contains(told, what) {
			t.Errorf("nobody has said: %s", what)
		}
	}
	if t.Failed() {
		t.Logf("%s", told)
	}
	a.allOnce(properties)
	const staging = 2 * time.Second // that an activation takes there
	var last time.Time
	for _, q := range a.accepted() {
		if q.network == "STAGING" && q.at.After(last) {
			last = q.at
		}
	}
	for _, q := range a.accepted() {
		if q.network == "PRODUCTION" && q.at.Sub(last) < staging {
			t.Errorf("its wave had not begun: %+v", q)
		}
	}
	if !bytes.Equal(x.read("rollout.A-SIM1.newer"), newer) {
		t.Error("what a newer version has written was changed")
	}
	if left := x.left(); !strings.Contains(left, "B-OTHER.prp_100001.STAGING") || !strings.Contains(left, "A-SIM1.prp_100003.STAGING") {
		t.Errorf("what is for others was taken away: there is %s", left)
	}
}

// allOnce sees that each property of a rollout on both networks has its version, that each
// was submitted once, and nothing else.
func (a *account) allOnce(properties int) {
	a.t.Helper()
	if twice := a.twice(); len(twice) > 0 {
		a.t.Errorf("submitted more than once: %+v", twice)
	}
	for _, q := range a.accepted() {
		if q.version != 3 {
			a.t.Errorf("nobody wanted %+v", q)
		}
	}
	for i := range properties {
		for _, network := range []simulator.Network{simulator.Staging, simulator.Production} {
			if id := fmt.Sprintf("prp_%d", 100001+i); a.active(id, network) != 3 {
				a.t.Errorf("%s on %s has version %d", id, network, a.active(id, network))
			}
		}
	}
}

// once sees that nothing was said twice.
func once(t *testing.T, told string) {
	t.Helper()
	lines := strings.Split(strings.TrimSpace(told), "\n")
	for i, line := range lines {
		if slices.Contains(lines[:i], line) && (strings.Contains(line, "skipped") || strings.Contains(line, "cannot be had") || strings.Contains(line, "key ")) {
			t.Errorf("said more than once: %s", line)
		}
	}
}

// before writes what is there before any runner is. It returns what a newer version has written.
func (s *stranger) before() (newer []byte) {
	s.t.Helper()
	job := s.job(hisJob)
	plan := s.planOf(job)
	s.write("rollout.A-SIM1.garbage", []byte("\x00\xff\x1b[31m"))
	newer = asJSON(s.t, map[string]any{"v": 2, "name": "newer", "plans": []string{"x"}})
	s.write("rollout.A-SIM1.newer", newer)
	s.write("rollout.A-SIM1.huge", bytes.Repeat([]byte("["), 900<<10))
	s.writeJob("rollout.A-SIM1.stolen", job, map[string]any{"account": "act_B-OTHER"})
	s.writeJob("rollout.A-SIM1.missing", job, map[string]any{"name": "missing", "plan": strings.Repeat("ab", 32)})

	replaced := bytes.ReplaceAll(plan, []byte(`"version":3`), []byte(`"version":1`))
	if bytes.Equal(replaced, plan) {
		s.t.Fatalf("the plan has another form: %s", plan)
	}
	altered := s.keepPlan(replaced, strings.Repeat("cd", 32)) // not what its digest says
	s.writeJob("rollout.A-SIM1.altered", job, map[string]any{"name": "altered", "plan": altered})
	edited := s.keepPlan(bytes.Replace(replaced, []byte(`"name":"chaos"`), []byte(`"name":"edited"`), 1), "") // its items are not what its own digest says
	s.writeJob("rollout.A-SIM1.edited", job, map[string]any{"name": "edited", "plan": edited})
	foreign := s.keepPlan(plan, "")
	s.writeJob("rollout.A-SIM1.foreign", job, map[string]any{"name": "foreign", "plan": foreign})

	order := fmt.Sprintf(`{"v":1,"name":"chaos","digest":%q,"term":1,"attempt":1,"place":1}`, job["digest"])
	s.works(map[string]string{
		"A-SIM1.prp_100001.STAGING":  "\x00\xff garbage",
		"A-SIM1.prp_100002.STAGING":  `{"v":0,"name":"chaos","place":2}`,
		"A-SIM1.prp_100003.STAGING":  `{"v":2,"rollout":"chaos"}`,
		"A-SIM1.prp_100004.STAGING":  strings.Replace(order, `"chaos"`, `"nobody"`, 1),
		"B-OTHER.prp_100001.STAGING": order,
	})
	if err := s.work("A-SIM1.prp_100005.STAGING", bytes.Repeat([]byte(" "), 5<<10)); err == nil {
		s.t.Error("a piece of 5 KiB was kept")
	}
	return newer
}

// meanwhile writes what only makes sense when somebody leads: orders with the right term,
// and lies about what was submitted.
func (s *stranger) meanwhile() {
	s.t.Helper()
	var job map[string]any
	until(s.t, "items are handed out", func() bool { job = s.job(hisJob); return job["attempt"] == 1.0 })
	order := func(place int) string {
		return fmt.Sprintf(`{"v":1,"name":"chaos","digest":%q,"term":%v,"attempt":1,"place":%d}`, job["digest"], job["term"], place)
	}
	s.works(map[string]string{
		"A-SIM1.prp_999.STAGING":       order(1), // it is another property's place
		"A-SIM1.prp_100002.PRODUCTION": order(8), // its wave has not begun
		"A-SIM1.prp_100001.PRODUCTION": order(1),
	})
	s.tell([]byte("\x00\xff"))
	s.tell([]byte(`{"v":2,"place":{}}`))
	s.tell(bytes.Repeat([]byte("x"), int(s.conn.MaxPayload())))
	for place := 1; place <= 12; place++ {
		s.tell(fmt.Appendf(nil, `{"v":1,"term":%v,"place":%d,"activation":"atv_1"}`, job["term"], place))
	}
}
