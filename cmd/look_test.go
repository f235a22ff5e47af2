package cmd_test

import (
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestStatusShowsBothNetworks(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newScene(t).run("status", "www.example.com", "busy.example.com", "-o", "json").document(t)
		var got []string
		for _, p := range d.Properties {
			for _, n := range p.Networks {
				pending := "free"
				if len(n.Pending) > 0 {
					pending = n.Pending[0].ID
				}
				got = append(got, strings.Join([]string{p.ID, n.Network, n.Active.ID, pending, n.Latest.ID}, " "))
			}
		}
		want := []string{
			"prp_1001 STAGING atv_5013 free atv_5013", "prp_1001 PRODUCTION atv_5014 free atv_5014",
			"prp_1006 STAGING atv_5031 atv_5033 atv_5033", "prp_1006 PRODUCTION atv_5032 free atv_5032",
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("status (-want +got):\n%s", diff)
		}
		if d.Outcome != "ok" || d.Properties[0].LatestVersion != 8 || d.Submitted != nil {
			t.Errorf("document %+v", d)
		}
	})
}

func TestStatusOfOneIsNotHiddenByAnother(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("status", "nobody.example.com", "www.example.com", "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitError || len(d.Properties) != 2 || d.Properties[0].Error == nil || len(d.Properties[1].Networks) != 2 {
			t.Errorf("exit code %d, %+v", r.code, d.Properties)
		}
	})
}

func TestPendingTellsFreeFromBusy(t *testing.T) {
	tests := []struct {
		args    string
		code    int
		outcome string
	}{
		{"www.example.com", 0, "free"},
		{"busy.example.com", 6, "busy"},
		{"busy.example.com -n staging", 6, "busy"},
		{"busy.example.com -n production", 0, "free"},
		{"www.example.com busy.example.com", 6, "busy"},
		{"nobody.example.com", 1, "error"},
	}
	for _, tt := range tests {
		t.Run(tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				r := s.run(append([]string{"pending", "-o", "json"}, strings.Fields(tt.args)...)...)
				d := r.document(t)
				if r.code != tt.code || d.Outcome != tt.outcome || (d.BlockedBy != nil) != (tt.code == cmd.ExitBusy) {
					t.Errorf("exit code %d, outcome %s, blocked by %+v; want %d, %s", r.code, d.Outcome, d.BlockedBy, tt.code, tt.outcome)
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

func TestWaitTakesWhatIsUnderWayOnProductionWhereNothingIsOnStaging(t *testing.T) {
	tests := []struct{ before, args, network, outcome string }{
		{"-n production", "wait www.example.com", "PRODUCTION", "active"},
		{"-n production", "wait www.example.com -n staging", "STAGING", "already-active"},
		{"-n production", "cancel www.example.com", "", "already-cancelled"},
		{"-n staging", "wait www.example.com", "STAGING", "active"},
		{"-n staging --dry-run", "wait www.example.com", "STAGING", "already-active"},
	}
	for _, tt := range tests {
		t.Run(tt.before+" "+tt.args, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Fixed(2*time.Minute, 45*time.Minute) })
				s.run(append(strings.Fields("activate www.example.com --no-wait "+tt.before), notify)...)
				d := s.run(append(strings.Fields(tt.args), "-o", "json")...).document(t)
				if d.Outcome != tt.outcome || tt.network != "" && d.Network != tt.network {
					t.Errorf("outcome %s on %s, %+v", d.Outcome, d.Network, d.Error)
				}
			})
		})
	}
}

func TestWaitAndCancelFindTheActivation(t *testing.T) {
	const link = "/papi/v0/properties/1006/activations/atv_5033?contractId=ctr_C-SIM1&groupId=grp_10001"
	tests := []struct {
		name, args string
		code       int
		outcome    string
		error      string
	}{
		{name: "wait for a property", args: "wait busy.example.com", outcome: "active"},
		{name: "wait for an id", args: "wait atv_5033 --property busy.example.com", outcome: "active"},
		{name: "wait for a bare id", args: "wait 5033 --property 1006", outcome: "active"},
		{name: "wait for a link", args: "wait " + link, outcome: "active"},
		{name: "wait for what is over", args: "wait www.example.com", outcome: "already-active"},
		{name: "wait for nothing", args: "wait new.example.com", code: 1, outcome: "error", error: "no-activation"},
		{name: "wait without its property", args: "wait atv_5033", code: 2, outcome: "error", error: "usage"},
		{name: "wait for an unknown id", args: "wait atv_1 --property prp_1006", code: 1, outcome: "error", error: "not-found"},
		{name: "wait too short", args: "wait busy.example.com --timeout 10s", code: 5, outcome: "timed-out", error: "timed-out"},
		{name: "wait for two networks", args: "wait busy.example.com -o json", outcome: "active"},
		{name: "cancel a property", args: "cancel busy.example.com", outcome: "cancelled"},
		{name: "cancel an id", args: "cancel atv_5033 --property busy.example.com", outcome: "cancelled"},
		{name: "cancel a link", args: "cancel " + link, outcome: "cancelled"},
		{name: "cancel nothing", args: "cancel www.example.com", outcome: "already-cancelled"},
		{name: "cancel what is active", args: "cancel atv_5014 --property www.example.com", code: 1, outcome: "error", error: "cancel-too-late"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				r := newScene(t).run(append(strings.Fields(tt.args), "-o", "json")...)
				d := r.document(t)
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff([]any{tt.code, tt.outcome, tt.error}, []any{r.code, d.Outcome, code}); diff != "" {
					t.Errorf("exit code, outcome, error (-want +got):\n%s\n%s", diff, r.stderr)
				}
			})
		})
	}
}

func TestNamesWinOverHostnamesAndManyMatchesAreListed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		active := func(id string) simulator.Activation {
			return simulator.Activation{ID: id, Network: simulator.Staging, Version: 1, Status: simulator.StatusActive, Submitted: time.Now().Add(-time.Hour)}
		}
		for _, name := range []string{"one_pm", "two_pm"} {
			s.sim.AddProperty(simulator.Property{
				Name:        name,
				Versions:    []simulator.Version{{Hostnames: []simulator.Hostname{{Name: "both.example.com"}, {Name: "api.example.com"}}}},
				Activations: []simulator.Activation{active("")},
			})
		}
		if d := s.run("status", "api.example.com", "-o", "json").document(t); d.Property == nil || d.Property.ID != "prp_1002" {
			t.Errorf("a hostname won over a name: %+v", d.Property)
		}
		d := s.run("status", "both.example.com", "-o", "json").document(t)
		if d.Error == nil || d.Error.Code != "ambiguous" || !strings.Contains(d.Error.Message, "one_pm") || !strings.Contains(d.Error.Message, "two_pm") {
			t.Errorf("error %+v does not list both", d.Error)
		}
	})
}

func TestSimulateNeedsNothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.env = map[string]string{}
		s.transport = refusing{t}
		r := s.run("activate", "www.example.com", notify, "--simulate", "-o", "json")
		if d := r.document(t); d.Outcome != "active" || !strings.Contains(r.stderr, "simulation: nothing of this reaches Akamai") {
			t.Errorf("outcome %s\n%s", d.Outcome, r.stderr)
		}
	})
}
