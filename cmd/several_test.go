package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/cmd"
)

// underWay submits a version as somebody else.
func (s *scene) underWay(property string, version string, network string) {
	s.t.Helper()
	if r := s.run("activate", property+"@"+version, notify, "-n", network, "--yes", "--no-wait", "--note", "by somebody"); r.code != cmd.ExitOK {
		s.t.Fatal(r.stderr)
	}
}

func TestWaitForSeveralTakesAsLongAsTheLongest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		s.underWay("api.example.com", "4", "production")
		r := s.run("wait", "www.example.com", "api.example.com", "shop_pm", "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitOK || len(d.Results) != 3 || r.took > 10*time.Minute {
			t.Fatalf("exit code %d after %s: %s%s", r.code, r.took, r.stdout, r.stderr)
		}
		for i, want := range []string{"active www.example.com", "active api.example.com", "already-active shop_pm"} {
			if got := d.Results[i].Outcome + " " + d.Results[i].Property.Name; got != want {
				t.Errorf("%q, want %q", got, want)
			}
		}
	})
}

func TestTheExitCodeOfSeveralIsThatOfTheFirstThatFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		s.underWay("failing.example.com", "2", "staging")
		r := s.run("wait", "www.example.com", "failing.example.com", "nope.example.com", "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitFailed || d.Outcome != "failed" || d.Error == nil || len(d.Results) != 3 || d.Results[0].Outcome != "active" ||
			d.Results[1].Error == nil || d.Results[2].Error == nil || d.Results[2].Error.Code != "not-found" {
			t.Fatalf("exit code %d: %s", r.code, r.stdout)
		}
		r = s.run("wait", "www.example.com", "failing.example.com", "nope.example.com")
		if r.code != cmd.ExitFailed || strings.Count(r.stderr, "error: ") != 2 {
			t.Errorf("exit code %d, not each error once: %s", r.code, r.stderr)
		}
	})
}

func TestSeveralThatTakeTooLongCanEachBePickedUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		s.underWay("api.example.com", "4", "staging")
		r := s.run("wait", "www.example.com", "api.example.com", "--timeout", "30s")
		if r.code != cmd.ExitTimedOut || strings.Count(r.stderr, "propctl wait atv_") != 2 {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}

func TestCancelOfSeveral(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		s.underWay("api.example.com", "4", "staging")
		d := s.run("cancel", "www.example.com", "api.example.com", "-o", "json").document(t)
		if len(d.Results) != 2 || d.Results[0].Outcome != "cancelled" || d.Results[1].Outcome != "cancelled" {
			t.Errorf("%+v", d.Results)
		}
	})
}

func TestCancelOnProductionNamesWhatSomebodyHasSubmitted(t *testing.T) {
	for name, tt := range map[string]struct {
		answers  string
		terminal bool
		args     []string
		network  string
		code     int
		asked    int
		left     int // that are still pending
	}{
		"yes":                   {"y\ny\n", true, nil, "production", cmd.ExitOK, 2, 0},
		"one of two":            {"n\ny\n", true, nil, "production", cmd.ExitError, 2, 1},
		"nobody answers":        {"", true, nil, "production", cmd.ExitError, 2, 2},
		"--yes":                 {"", true, []string{"--yes"}, "production", cmd.ExitOK, 0, 0},
		"staging":               {"", true, nil, "staging", cmd.ExitOK, 0, 0},
		"nobody to ask":         {"", false, nil, "production", cmd.ExitOK, 0, 0},
		"an id without network": {"n\n", true, []string{"id"}, "production", cmd.ExitError, 1, 2},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.underWay("www.example.com", "8", tt.network)
				s.underWay("api.example.com", "4", tt.network)
				time.Sleep(90 * time.Second)
				s.terminal, s.stdin = tt.terminal, strings.NewReader(tt.answers)
				args := append([]string{"cancel", "www.example.com", "api.example.com", "-n", tt.network}, tt.args...)
				if len(tt.args) > 0 && tt.args[0] == "id" {
					args = []string{"cancel", "atv_5038", "--property", "prp_1001"}
				}
				r := s.run(args...)
				left := 0
				for _, id := range []string{"prp_1001", "prp_1002"} {
					for _, a := range s.sim.Activations(id) {
						if a.Status == "PENDING" {
							left++
						}
					}
				}
				if r.code != tt.code || strings.Count(r.stderr, "[y/N]") != tt.asked || left != tt.left {
					t.Fatalf("exit code %d, %d left: %s", r.code, left, r.stderr)
				}
				want := "Cancel version 8 of www.example.com (prp_1001) on PRODUCTION of " + host + "? atv_5038 is PENDING (received) for 1m30s, note “by somebody”, and PAPI tells you@example.com of it. [y/N]"
				if tt.asked > 0 && !strings.Contains(r.stderr, want) {
					t.Errorf("the question does not say %q: %s", want, r.stderr)
				}
			})
		})
	}
}

func TestStatusWatchesUntilNothingIsOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		s.underWay("api.example.com", "4", "production")
		r := s.run("status", "www.example.com", "api.example.com", "shop_pm", "--watch")
		if r.code != cmd.ExitOK || r.took < 8*time.Minute || r.took > 9*time.Minute {
			t.Fatalf("exit code %d after %s: %s", r.code, r.took, r.stderr)
		}
		for _, want := range []string{"www.example.com version 8 on STAGING: ACTIVE (steady) after 2m", "api.example.com version 4 on PRODUCTION: ACTIVE"} {
			if strings.Count(r.stderr, want) != 1 {
				t.Errorf("%q is not told once: %s", want, r.stderr)
			}
		}
		for _, want := range []string{"www.example.com  8       STAGING     8 ", "api.example.com  4       PRODUCTION  4 "} {
			if !strings.Contains(r.stdout, want) {
				t.Errorf("%q is not in\n%s", want, r.stdout)
			}
		}
	})
}

func TestStatusThatIsWatchedEndsAsWaitDoes(t *testing.T) {
	for name, tt := range map[string]struct {
		args    []string
		code    int
		outcome string
	}{
		"nothing on its way":    {[]string{"www.example.com"}, cmd.ExitOK, "ok"},
		"one that fails":        {[]string{"failing.example.com", "www.example.com"}, cmd.ExitFailed, "failed"},
		"not that network":      {[]string{"failing.example.com", "-n", "production"}, cmd.ExitOK, "ok"},
		"one that there is not": {[]string{"www.example.com", "nope.example.com"}, cmd.ExitError, "error"},
		"too short":             {[]string{"failing.example.com", "--timeout", "40s"}, cmd.ExitTimedOut, "timed-out"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.underWay("failing.example.com", "2", "staging")
				r := s.run(append([]string{"status", "--watch", "-o", "json"}, tt.args...)...)
				d := r.document(t)
				if r.code != tt.code || d.Outcome != tt.outcome || len(d.Properties) == 0 {
					t.Fatalf("exit code %d, %s: %s%s", r.code, d.Outcome, r.stdout, r.stderr)
				}
				if tt.code == cmd.ExitTimedOut && (!strings.Contains(d.Error.Help, "propctl status failing.example.com") || d.Properties[0].Networks[0].Pending == nil) {
					t.Errorf("%+v", d.Error)
				}
			})
		})
	}
}

func TestStatusWatchSeesWhatBeginsMeanwhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		go func() {
			time.Sleep(time.Minute)
			s.run("activate", "www.example.com@8", notify, "-n", "production", "--no-wait")
		}()
		r := s.run("status", "www.example.com", "--watch")
		if r.code != cmd.ExitOK || r.took < 8*time.Minute || !strings.Contains(r.stderr, "version 8 on PRODUCTION: ACTIVE") {
			t.Errorf("exit code %d after %s: %s", r.code, r.took, r.stderr)
		}
	})
}

func TestEventsNameTheirProperty(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.underWay("www.example.com", "8", "staging")
		s.underWay("api.example.com", "4", "staging")
		r := s.run("status", "www.example.com", "api.example.com", "--watch", "-o", "ndjson")
		for _, want := range []string{`"property":{"id":"prp_1001","name":"www.example.com"`, `"property":{"id":"prp_1002","name":"api.example.com"`} {
			if r.code != cmd.ExitOK || !strings.Contains(r.stdout, want) {
				t.Errorf("exit code %d, no event of %s:\n%s", r.code, want, r.stdout)
			}
		}
	})
}
