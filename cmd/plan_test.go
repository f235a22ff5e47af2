package cmd_test

import (
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/papi/simulator"
)

type planDoc struct {
	Plan struct {
		Action           string
		Request          map[string]any
		Active           *activationDoc
		Pending          []activationDoc
		Errors, Warnings *int
		Hostnames        *struct{ Added, Removed []string }
		UsualSeconds     float64
		FastFallback     *bool
		Budget           *struct{ Remaining int }
	}
}

func TestDryRunsShowWhatIsWorthKnowing(t *testing.T) {
	type facts struct {
		Action                   string
		Active, Pending          int
		Errors, Warnings         any
		Added                    int
		FastFallback, HasRequest any
		Usual                    float64
	}
	tests := []struct {
		args string
		want facts
	}{
		{"activate www.example.com", facts{Action: "submit", Active: 7, Errors: 0, Warnings: 2, FastFallback: true, HasRequest: true, Usual: 90}},
		{"activate slow.example.com", facts{Action: "submit", Active: 1, Errors: 0, Warnings: 0, Added: 12, FastFallback: false, HasRequest: true, Usual: 90}},
		{"activate broken.example.com", facts{Action: "submit", Active: 1, Errors: 1, Warnings: 0, FastFallback: true, HasRequest: true, Usual: 90}},
		{"activate new.example.com -n production", facts{Action: "submit", Errors: 0, Warnings: 0, Added: 1, FastFallback: false, HasRequest: true, Usual: 420}},
		{"activate prp_1900 -n staging", facts{Action: "submit", Errors: 0, Warnings: 0, FastFallback: false, HasRequest: true, Usual: 90}},
		{"activate busy.example.com@1", facts{Action: "wait", Active: 2, Pending: 1, HasRequest: false, Usual: 90}},
		{"activate www.example.com@7", facts{Action: "none", Active: 7, HasRequest: false, Usual: 90}},
		{"deactivate www.example.com -n staging", facts{Action: "submit", Active: 7, HasRequest: true, Usual: 90}},
		{"includes activate security-headers", facts{Action: "submit", Active: 2, Errors: 0, Warnings: 0, HasRequest: true, Usual: 90}},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.sim.AddProperty(simulator.Property{ID: "prp_1900", Name: "empty.example.com", Versions: []simulator.Version{{}}})
				p := decoded[planDoc](t, s.run(append(strings.Fields(tt.args), "--dry-run", notify, "-o", "json")...)).Plan
				got := facts{Action: p.Action, Pending: len(p.Pending), Usual: p.UsualSeconds, HasRequest: p.Request != nil}
				if p.Active != nil {
					got.Active = p.Active.Version
				}
				if p.Errors != nil {
					got.Errors, got.Warnings = *p.Errors, *p.Warnings
				}
				if p.Hostnames != nil {
					got.Added = len(p.Hostnames.Added)
				}
				if p.FastFallback != nil {
					got.FastFallback = *p.FastFallback
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("plan (-want +got):\n%s", diff)
				}
				for _, req := range s.sim.Requests() {
					if req.Method != "GET" && req.Operation != simulator.OpSearch {
						t.Errorf("%s %s changes something", req.Method, req.Path)
					}
				}
			})
		})
	}
}

func TestDryRunStandsWithoutWhatCannotBeRead(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpRules, Status: 403, Times: -1})
		r := s.run("activate", "www.example.com", notify, "--dry-run", "-o", "json")
		p := decoded[planDoc](t, r).Plan
		if r.code != 0 || p.Action != "submit" || p.Warnings != nil || p.Hostnames == nil || !strings.Contains(r.stderr, "the rule tree cannot be read") {
			t.Errorf("exit code %d, %+v\n%s", r.code, p, r.stderr)
		}
	})
}

func TestDryRunKnowsTheBudgetThatWasSeenLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.run("activate", "www.example.com", notify)
		if p := decoded[planDoc](t, s.run("activate", "api.example.com", notify, "--dry-run", "-o", "json")).Plan; p.Budget == nil || p.Budget.Remaining != 2499 {
			t.Errorf("budget is %+v", p.Budget)
		}
	})
}

func TestEqualWarningsAreCounted(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		old := simulator.Message{Type: "validation/old", Title: "Old", Detail: "A behavior is old."}
		s.sim.AddProperty(simulator.Property{
			Name: "warned.example.com",
			Versions: []simulator.Version{{
				Hostnames: []simulator.Hostname{{Name: "warned.example.com"}},
				Warnings:  []simulator.Message{old, {Type: "validation/long", Title: "Long", Detail: "It is long.", Location: "#/rules"}, old, old},
			}},
			Activations: []simulator.Activation{{Network: simulator.Production, Version: 1, Status: simulator.StatusActive, Submitted: time.Now().Add(-time.Hour)}},
		})
		r := s.run("activate", "warned.example.com", notify, "--warnings", "fail")
		if r.code != 7 || !strings.Contains(r.stderr, "  warning: A behavior is old. (3 times)\n  warning: It is long. (#/rules)\n") {
			t.Errorf("exit code %d\n%s", r.code, r.stderr)
		}
		d := s.run("activate", "warned.example.com", notify, "--warnings", "fail", "-o", "json").document(t)
		if len(d.Error.PAPI.Warnings) != 4 {
			t.Errorf("the document has %d of them", len(d.Error.PAPI.Warnings))
		}
	})
}

func TestComplianceRecordsAreCheckedBeforeAnythingIsSent(t *testing.T) {
	const whole = "--customer-email c@example.com --peer-reviewed-by r@example.com --unit-tested"
	tests := []struct {
		args string
		ok   bool
		want map[string]any
	}{
		{args: "--compliance-reason NONE " + whole, ok: true, want: map[string]any{"noncomplianceReason": "NONE", "customerEmail": "c@example.com", "peerReviewedBy": "r@example.com", "unitTested": true}},
		{args: "--compliance-reason NONE --customer-email c@example.com --peer-reviewed-by r@example.com"},
		{args: "--compliance-reason NONE --customer-email c@example.com --unit-tested"},
		{args: "--compliance-reason NONE --peer-reviewed-by r@example.com --unit-tested"},
		{args: "--compliance-reason OTHER"},
		{args: "--compliance-reason OTHER --other-reason because", ok: true, want: map[string]any{"noncomplianceReason": "OTHER", "otherNoncomplianceReason": "because"}},
		{args: "--compliance-reason EMERGENCY --ticket T1", ok: true, want: map[string]any{"noncomplianceReason": "EMERGENCY", "ticketId": "T1"}},
		{args: "--compliance-reason NO_PRODUCTION_TRAFFIC", ok: true, want: map[string]any{"noncomplianceReason": "NO_PRODUCTION_TRAFFIC"}},
		{args: "--ticket T1"},
		{args: "--compliance-reason WHATEVER"},
	}
	for _, verb := range []string{"activate www.example.com", "rollback www.example.com", "deactivate www.example.com --yes"} {
		for _, tt := range tests {
			t.Run(verb+" "+tt.args, func(t *testing.T) {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t)
					r := s.run(append(strings.Fields(verb+" "+tt.args), "-n", "production", "--no-wait", notify)...)
					if !tt.ok {
						if r.code != 2 || s.sim.Count(simulator.OpAny) != 0 {
							t.Errorf("exit code %d, %d requests\n%s", r.code, s.sim.Count(simulator.OpAny), r.stderr)
						}
						return
					}
					var got map[string]any
					if raw, err := json.Marshal(s.sent()["complianceRecord"]); err != nil || json.Unmarshal(raw, &got) != nil {
						t.Fatal(err)
					}
					if diff := cmp.Diff(tt.want, got); r.code != 0 || diff != "" {
						t.Errorf("exit code %d, record (-want +got):\n%s\n%s", r.code, diff, r.stderr)
					}
				})
			})
		}
	}
}

func TestProductionWaitsForStaging(t *testing.T) {
	tests := []struct {
		args             string
		code             int
		outcome          string
		staging, prodNow int // versions that are active in the end
	}{
		{"www.example.com@8 -n staging,production", 0, "active", 8, 8},
		{"www.example.com@staging -n production --require-staging", 0, "already-active", 7, 7},
		{"www.example.com@8 -n production --require-staging", 7, "rejected", 7, 7},
		{"failing.example.com@2 -n staging,production", 3, "failed", 1, 1},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				args := strings.Fields(tt.args)
				d := s.run(append(append([]string{"activate"}, args...), notify, "-o", "json")...).document(t)
				n := s.run("status", strings.Split(args[0], "@")[0], "-o", "json").document(t).Properties[0].Networks
				if d.ExitCode != tt.code || d.Outcome != tt.outcome || n[0].Active.Version != tt.staging || n[1].Active.Version != tt.prodNow {
					t.Errorf("exit code %d, %s, staging %d, production %d", d.ExitCode, d.Outcome, n[0].Active.Version, n[1].Active.Version)
				}
			})
		})
	}
}
