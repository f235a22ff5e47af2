package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// A poll that fails seven times suspends; so does each try after a suspension.
func TestSuspensionIsToldOfOnceAndLastsAsLongAsIsSet(t *testing.T) {
	tests := []struct {
		name  string
		args  []string
		env   map[string]string
		file  string
		until []string // the first tries after suspensions
	}{
		{name: "default", until: []string{"00:01:31", "00:02:31", "00:04:31", "00:08:31", "00:13:31"}},
		{name: "flags", args: []string{"--suspend-initial", "2m", "--suspend-factor", "1"}, until: []string{"00:03:01"}},
		{name: "environment", env: map[string]string{"PROPCTL_SUSPEND_INITIAL": "2m"}, until: []string{"00:03:01"}},
		{name: "file", file: "suspend-initial: 2m\nsuspend-maximum: 2m\nsuspend-factor: 9\n", until: []string{"00:03:01"}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).set(tt.env)
				if tt.file != "" {
					s.write(settingsFile, tt.file)
				}
				s.sim.Inject(again(simulator.Fault{Operation: simulator.OpPoll, Status: 503}))
				r := s.run(append([]string{"activate", "prp_1001@8", notify, "--timeout", "10m"}, tt.args...)...)
				if r.code != cmd.ExitTimedOut {
					t.Errorf("exit code %d", r.code)
				}
				for _, until := range tt.until {
					if n := strings.Count(r.stderr, "PAPI has failed too often; the next try is at 2000-01-01 "+until+" UTC (in "); n != 1 {
						t.Errorf("told %d times of the suspension until %s:\n%s", n, until, r.stderr)
					}
				}
				if strings.Contains(r.stderr, "is sent before") {
					t.Errorf("told of it in two ways:\n%s", r.stderr)
				}
			})
		})
	}
}

func TestSuspensionThatKeepsSeveralRequestsBackIsToldOfOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(again(simulator.Fault{Operation: simulator.OpProperty, Status: 503}))
		if r := s.run("status", "prp_1001", "prp_1002", "prp_1003"); strings.Count(r.stderr, "next try is at") != 1 {
			t.Error(r.stderr)
		}
	})
}

func TestSuspensionIsNotToldOfWithQuiet(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(again(simulator.Fault{Operation: simulator.OpPoll, Status: 503}))
		if r := s.run("activate", "prp_1001@8", notify, "-q", "--timeout", "10m"); strings.Contains(r.stderr, "next try is at") {
			t.Error(r.stderr)
		}
	})
}
