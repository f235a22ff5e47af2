package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestUnknownNamesSuggestNearOnes(t *testing.T) {
	for _, tt := range []struct {
		args, want string
		requests   int
	}{
		{"status ww.example.com", "; did you mean www.example.com?\n", 3},
		{"activate shop_pn --notify you@example.com", "; did you mean shop_pm?\n", 3},
		{"history api.exmaple.com", "; did you mean api.example.com?\n", 3},
		{"includes status security-header", "; did you mean security-headers?\n", 2},
		{"status completely-different", "such a hostname\n", 3}, // nothing is near
		{"status ww.example.com --contract ctr_C-SIM1 --group grp_10001", "; did you mean www.example.com?\n", 3},
		{"status ww.example.com apj.example.com", "; did you mean www.example.com?\n", 5}, // the list is asked for once
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			r := s.run(strings.Fields(tt.args)...)
			if r.code != cmd.ExitError || !strings.Contains(r.stderr, tt.want) || s.sim.Count(simulator.OpAny) != tt.requests {
				t.Errorf("%s: exit code %d after %d requests: %s", tt.args, r.code, s.sim.Count(simulator.OpAny), r.stderr)
			}
		})
	}
}

// What is only a help may neither take long nor be an error of its own.
func TestSuggestionsAreNoReasonToWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpProperties, Times: -1, Delay: time.Minute})
		r := s.run("status", "ww.example.com")
		if r.code != cmd.ExitError || !strings.Contains(r.stderr, "such a hostname\n") || r.took > 3*time.Second {
			t.Errorf("exit code %d after %v: %s", r.code, r.took, r.stderr)
		}
	})
	// Several names wait for one list, and not for each other.
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpProperties, Times: -1, Delay: time.Second})
		r := s.run("status", "ww.example.com", "apj.example.com", "shop_pn")
		if n := s.sim.Count(simulator.OpProperties); n != 1 || r.took > 3*time.Second || strings.Count(r.stdout, "did you mean") != 3 {
			t.Errorf("%d lists, after %v: %s", n, r.took, r.stdout)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpProperties, Times: -1, Status: 403})
		if r := s.run("status", "ww.example.com", "-o", "json"); r.document(t).Error.Code != "not-found" {
			t.Errorf("%s", r.stdout)
		}
	})
}

func TestErrorOfOnePropertyIsSaidOnce(t *testing.T) {
	r := newScene(t).run("status", "nowhere.example.net")
	if r.code != cmd.ExitError || r.stdout != "" || strings.Count(r.stderr, "there is no property") != 1 {
		t.Errorf("exit code %d\n%s%s", r.code, r.stdout, r.stderr)
	}
	r = newScene(t).run("status", "nowhere.example.net", "prp_1001")
	if !strings.Contains(r.stdout, "error: there is no property") || !strings.Contains(r.stdout, "STAGING") {
		t.Errorf("of two: %s", r.stdout)
	}
	if d := newScene(t).run("status", "nowhere.example.net", "-o", "json"); !strings.Contains(d.stdout, `"message": "there is no property`) {
		t.Errorf("%s", d.stdout)
	}
}
