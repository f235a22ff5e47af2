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

type includeDoc struct {
	Property *struct{}
	Include  *struct{ ID, Name, ContractID, GroupID string }
	Includes []struct {
		ID            string
		LatestVersion int
	}
}

func TestIncludesOutcomes(t *testing.T) {
	tests := []struct {
		name, args     string
		code           int
		outcome, error string
		submits        int
	}{
		{name: "activated", args: "activate security-headers", outcome: "active", submits: 1},
		{name: "by an id", args: "activate inc_2001@3 -n production", outcome: "active", submits: 1},
		{name: "by a bare id", args: "activate 2001@2", outcome: "already-active"},
		{name: "promoted", args: "activate checkout@staging -n production", outcome: "active", submits: 1},
		{name: "dry run", args: "activate security-headers --dry-run", outcome: "planned"},
		{name: "dry run of a version that does not exist", args: "activate security-headers@99 --dry-run", code: 1, outcome: "error", error: "not-found"},
		{name: "not valid in a property", args: "activate checkout@2", code: 3, outcome: "failed", error: "activation-failed", submits: 1},
		{name: "no such include", args: "activate www.example.com", code: 1, outcome: "error", error: "not-found"},
		{name: "time-out", args: "activate security-headers --timeout 10s", code: 5, outcome: "timed-out", error: "timed-out", submits: 1},
		{name: "taken off", args: "deactivate security-headers -n staging --yes", outcome: "deactivated", submits: 1},
		{name: "not taken off without a word", args: "deactivate security-headers -n staging", code: 2, outcome: "error", error: "usage"},
		{name: "nothing to take off", args: "deactivate checkout -n production --yes", outcome: "already-inactive"},
		{name: "nothing to cancel", args: "cancel security-headers", outcome: "already-cancelled"},
		{name: "waited for what is over", args: "wait security-headers", outcome: "already-active"},
		{name: "looked at", args: "status security-headers", outcome: "ok"},
		{name: "free", args: "pending security-headers", outcome: "free"},
		{name: "looked back at", args: "history security-headers", outcome: "ok"},
		{name: "without a fast push", args: "activate security-headers --fast-push", code: 2},
		{name: "without a rollback", args: "rollback security-headers", code: 2},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				args := append(strings.Fields("includes "+tt.args), "-o", "json")
				if strings.Contains(tt.args, "activate") {
					args = append(args, notify)
				}
				r := s.run(args...)
				if r.stdout == "" {
					if r.code != tt.code {
						t.Errorf("exit code %d", r.code)
					}
					return
				}
				d, code := r.document(t), ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff([]any{tt.code, tt.outcome, tt.error, tt.submits}, []any{r.code, d.Outcome, code, s.sim.Count(simulator.OpIncludeSubmit)}); diff != "" {
					t.Errorf("exit code, outcome, error, submissions (-want +got):\n%s\n%s", diff, r.stderr)
				}
				i := decoded[includeDoc](t, r)
				if i.Property != nil || tt.code != cmd.ExitUsage && tt.error != "not-found" && (i.Include == nil || !strings.HasPrefix(i.Include.ID, "inc_")) {
					t.Errorf("property %+v, include %+v", i.Property, i.Include)
				}
				if want := "includes " + strings.Fields(tt.args)[0]; d.Command != want {
					t.Errorf("command is %q, want %q", d.Command, want)
				}
			})
		})
	}
}

func TestIncludesSayHowToGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		r := s.run("includes", "activate", "security-headers", notify, "--timeout", "30s")
		_, line, found := strings.Cut(r.stderr, "pick it up again, it goes on at Akamai: propctl ")
		if !found || !strings.Contains(line, "--include inc_2001") {
			t.Fatal(r.stderr)
		}
		if d := s.run(append(strings.Fields(line), "-o", "json")...).document(t); d.Outcome != "active" {
			t.Errorf("outcome %s, %+v", d.Outcome, d.Error)
		}
	})
}

func TestIncludesAreWaitedForAndCancelledByTheLink(t *testing.T) {
	for verb, want := range map[string]string{"wait": "active", "cancel": "cancelled"} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t)
			id := s.run("includes", "activate", "security-headers", notify, "--no-wait", "-o", "json").document(t).Activation.ID
			if strings.HasPrefix(id, "atv_") {
				t.Errorf("the id is %s, which is not how PAPI wrote it", id)
			}
			time.Sleep(20 * time.Second) // until PAPI shows it
			link := "/papi/v1/includes/inc_2001/activations/" + id + "?contractId=ctr_C-SIM1&groupId=grp_10001"
			if d := s.run("includes", verb, link, "-o", "json").document(t); d.Outcome != want {
				t.Errorf("%s: outcome %s, %+v", verb, d.Outcome, d.Error)
			}
		})
	}
	if r := newScene(t).run("includes", "wait", "/papi/v1/properties/prp_1/activations/atv_1", "-o", "json"); r.code != cmd.ExitUsage {
		t.Errorf("exit code %d for the link of a property", r.code)
	}
}

func TestMistypedVerbsOfAGroupAreMistakes(t *testing.T) {
	s := newScene(t)
	s.transport = refusing{t}
	for args, want := range map[string]string{
		"includes activat x": "did you mean activate", "hostnames ad x": "did you mean add", "includes rollback x": "unknown command",
	} {
		if r := s.run(strings.Fields(args)...); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, want) || r.stdout != "" {
			t.Errorf("%s: exit code %d, %s%s", args, r.code, r.stdout, r.stderr)
		}
	}
	if r := s.run("hostnames"); r.code != cmd.ExitOK || !strings.Contains(r.stdout, "remove") {
		t.Errorf("exit code %d, %s", r.code, r.stdout)
	}
}
