package cmd_test

import (
	"encoding/json"
	"maps"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// sent returns the body of the only submission.
func (s *scene) sent() map[string]any {
	s.t.Helper()
	var body map[string]any
	for _, r := range s.sim.Requests() {
		if r.Operation != simulator.OpSubmit {
			continue
		}
		if body != nil {
			s.t.Error("more than one submission")
		}
		if err := json.Unmarshal(r.Body, &body); err != nil {
			s.t.Fatal(err)
		}
	}
	return body
}

func TestOnlyWhatWasAskedForIsSent(t *testing.T) {
	const record = " --compliance-reason none --customer-email c@example.com --peer-reviewed-by r@example.com --unit-tested --ticket T1"
	plain := func(network string, more map[string]any) map[string]any {
		body := map[string]any{
			"propertyVersion": 8.0, "network": network, "activationType": "ACTIVATE",
			"notifyEmails": []any{"you@example.com"}, "acknowledgeAllWarnings": true,
		}
		maps.Copy(body, more)
		return body
	}
	tests := []struct {
		name, args string
		want       map[string]any
	}{
		{name: "nothing but what is needed", want: plain("STAGING", nil)},
		{name: "switches", args: "--fast-push=false --ignore-http-errors=true --delay-validations", want: plain("STAGING", map[string]any{"fastPush": false, "ignoreHttpErrors": true, "delayValidations": true})},
		{name: "note", args: "--note n", want: plain("STAGING", map[string]any{"note": "n"})},
		{name: "compliance record on production", args: "-n production" + record, want: plain("PRODUCTION", map[string]any{"complianceRecord": map[string]any{
			"noncomplianceReason": "NONE", "customerEmail": "c@example.com", "peerReviewedBy": "r@example.com", "unitTested": true, "ticketId": "T1",
		}})},
		{name: "no compliance record on staging", args: "-n staging" + record, want: plain("STAGING", nil)},
		{name: "no compliance record unless asked for", args: "-n production", want: plain("PRODUCTION", nil)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.run(append([]string{"activate", "prp_1001@8", notify, "--no-wait"}, strings.Fields(tt.args)...)...)
				if diff := cmp.Diff(tt.want, s.sent()); diff != "" {
					t.Errorf("submission (-want +got):\n%s", diff)
				}
			})
		})
	}
}

func TestDryRunSubmitsNothingAndSaysWhatItWould(t *testing.T) {
	for args, want := range map[string]string{
		"www.example.com": "submit", "www.example.com@7": "none", "busy.example.com": "follow", "busy.example.com@1": "wait",
	} {
		t.Run(args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				d := s.run("activate", args, notify, "--dry-run", "-o", "json").document(t)
				if d.Plan == nil || d.Plan.Action != want || s.sim.Count(simulator.OpSubmit) != 0 {
					t.Errorf("plan %+v with %d submissions, want %s", d.Plan, s.sim.Count(simulator.OpSubmit), want)
				}
			})
		})
	}
}

func TestTimeoutIsForAllNetworksAndTheDefaultForEach(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Fixed(25*time.Minute, 80*time.Minute) })
		if r := s.run("activate", "www.example.com", notify, "-n", "staging,production"); r.code != cmd.ExitOK {
			t.Errorf("with the defaults: exit code %d after %s", r.code, r.took)
		}
		if r := s.run("activate", "api.example.com", notify, "-n", "staging,production", "--timeout", "40m"); r.code != cmd.ExitTimedOut || r.took.Round(time.Minute) != 40*time.Minute {
			t.Errorf("with --timeout 40m: exit code %d after %s", r.code, r.took)
		}
	})
}

func TestRetriesAndRefusalsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpList, Status: 503})
		paced := simulator.Paced(10 * time.Second)
		paced.Operation = simulator.OpSubmit
		s.sim.Inject(paced)
		d := s.run("activate", "www.example.com", notify, "-o", "json").document(t)
		if got := d.Requests; got.Retries != 2 || got.RateLimited != 1 || got.Total != s.sim.Count(simulator.OpAny) {
			t.Errorf("requests %+v of %d, want 2 retries and 1 refusal", got, s.sim.Count(simulator.OpAny))
		}
	})
}

func TestUnknownNameCostsTwoSearchesAndAListOfWhatThereIs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("status", "nobody.example.com")
		if n := s.sim.Count(simulator.OpAny); n != 3 {
			t.Errorf("%d requests, want 3", n)
		}
	})
}
