package cmd_test

import (
	"context"
	"encoding/json"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

func TestActivateOutcomes(t *testing.T) {
	known := simulator.KnownFaults()
	tests := []struct {
		name    string
		args    string
		faults  []simulator.Fault
		code    int
		outcome string
		error   string // code
		took    time.Duration
	}{
		{name: "a version that is not active", args: "www.example.com", outcome: "active", took: 2 * time.Minute},
		{name: "production", args: "www.example.com -n production", outcome: "active", took: 8 * time.Minute},
		{name: "a version that is active", args: "www.example.com@7", outcome: "already-active"},
		{name: "a hostname", args: "shop.example.com", outcome: "active", took: 2 * time.Minute},
		{name: "without waiting", args: "www.example.com --no-wait", outcome: "submitted"},
		{name: "dry run", args: "www.example.com --dry-run", outcome: "planned"},
		{name: "dry run of a version that does not exist", args: "www.example.com@99 --dry-run", code: 1, outcome: "error", error: "not-found"},
		{name: "a version that does not exist", args: "www.example.com@99", code: 1, outcome: "error", error: "not-found"},
		{name: "no version active to promote", args: "new.example.com@staging -n production", code: 1, outcome: "error", error: "not-found"},
		{name: "a property that does not exist", args: "nobody.example.com", code: 1, outcome: "error", error: "not-found"},
		{name: "another version pending", args: "busy.example.com@2 --if-pending fail", code: 6, outcome: "busy", error: "busy"},
		{name: "another version pending, waited for", args: "busy.example.com@1", outcome: "active"},
		{name: "another version pending for longer than there is time", args: "busy.example.com@1 --timeout 30s", code: 6, outcome: "busy", error: "busy", took: 30 * time.Second},
		{name: "an activation that fails", args: "failing.example.com", code: 3, outcome: "failed", error: "activation-failed"},
		{name: "errors in the rules", args: "broken.example.com", code: 7, outcome: "rejected", error: "rejected"},
		{name: "warnings that are not wanted", args: "www.example.com --warnings fail", code: 7, outcome: "rejected", error: "rejected"},
		{name: "not active on staging", args: "www.example.com -n production --require-staging", code: 7, outcome: "rejected", error: "rejected"},
		{name: "dry run of a version that will be active on staging", args: "www.example.com -n staging,production --require-staging --dry-run", outcome: "planned"},
		{name: "time-out", args: "www.example.com --timeout 10s", code: 5, outcome: "timed-out", error: "timed-out", took: 10 * time.Second},
		{name: "time-out with cancellation", args: "www.example.com --timeout 10s --on-timeout cancel", code: 5, outcome: "timed-out", error: "timed-out", took: 10 * time.Second},
		{name: "budget used up", args: "www.example.com", faults: at(simulator.OpSubmit, known["budget"]), code: 8, outcome: "limited", error: "budget-exhausted"},
		{name: "wrong signature", args: "www.example.com", faults: at(simulator.OpAny, again(known["signature"])), code: 4, outcome: "error", error: "unauthorized"},
		{name: "clock off", args: "www.example.com", faults: at(simulator.OpSearch, known["clock"]), code: 4, outcome: "error", error: "clock-skew"},
		{name: "no grant", args: "www.example.com", faults: at(simulator.OpList, known["grant"]), code: 4, outcome: "error", error: "grant-missing"},
		{name: "forbidden", args: "www.example.com", faults: at(simulator.OpSubmit, known["forbidden"]), code: 1, outcome: "error", error: "forbidden"},
		{name: "no retries", args: "www.example.com --max-retries 0", faults: at(simulator.OpList, simulator.Fault{Status: 503}), code: 1, outcome: "error", error: "server-error"},
		{name: "a submission whose answer is lost", args: "www.example.com", faults: at(simulator.OpSubmit, simulator.Fault{Drop: true, After: true}), outcome: "active"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				for _, f := range tt.faults {
					s.sim.Inject(f)
				}
				r := s.run(append([]string{"activate", notify, "-o", "json"}, strings.Fields(tt.args)...)...)
				d := r.document(t)
				code := ""
				if d.Error != nil {
					code = d.Error.Code
				}
				if diff := cmp.Diff([]any{tt.code, tt.outcome, tt.error}, []any{r.code, d.Outcome, code}); diff != "" {
					t.Errorf("exit code, outcome, error (-want +got):\n%s\n%s", diff, r.stderr)
				}
				if tt.took > 0 && (r.took < tt.took || r.took > tt.took+tt.took/5) {
					t.Errorf("took %s, want about %s", r.took, tt.took)
				}
			})
		})
	}
}

// What was submitted may be on its way, so the error says how to find out.
func TestUncertainSubmissionIsNotLostWhenPAPIRefusesToTell(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Drop: true, After: true})
		forbidden := simulator.KnownFaults()["forbidden"]
		forbidden.Operation, forbidden.Skip, forbidden.Times = simulator.OpList, 1, -1
		s.sim.Inject(forbidden)
		r := s.run("activate", "www.example.com", notify, "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitError || d.Error.Code != "forbidden" || !strings.Contains(d.Error.Help, "looks before it submits: propctl activate prp_1001@8") {
			t.Errorf("exit code %d, error %+v", r.code, d.Error)
		}
		if !strings.Contains(r.stdout, `"submitted": null`) {
			t.Errorf("it says whether it has submitted, which nobody knows: %s", r.stdout)
		}
	})
}

func TestInterruptedDuringASubmissionSaysWhatItWaitsFor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		s.sim.Inject(simulator.Fault{Operation: simulator.OpSubmit, Delay: 5 * time.Second, After: true})
		ctx, interrupt := context.WithCancelCause(t.Context())
		time.AfterFunc(time.Second, func() { interrupt(cmd.ErrInterrupted) })
		r := s.runWithin(ctx, "activate", "www.example.com", notify)
		if r.code != cmd.ExitInterrupted || !strings.Contains(r.stderr, "its answer is waited for a moment") || !strings.Contains(r.stderr, "propctl wait atv_5038") {
			t.Errorf("exit code %d: %s", r.code, r.stderr)
		}
	})
}

func at(o simulator.Operation, f simulator.Fault) []simulator.Fault {
	f.Operation = o
	return []simulator.Fault{f}
}

func again(f simulator.Fault) simulator.Fault {
	f.Times = -1
	return f
}

func TestActivatePrintsTheDocumentOfTheContract(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newScene(t).run("activate", "www.example.com@8", notify, "--note", "a note", "-o", "json")
		var d map[string]any
		if err := json.Unmarshal([]byte(r.stdout), &d); err != nil {
			t.Fatal(err)
		}
		delete(d["activation"].(map[string]any), "submitDate")
		delete(d["activation"].(map[string]any), "updateDate")
		delete(d["activation"].(map[string]any)["fallback"].(map[string]any), "expires")
		delete(d["budget"].(map[string]any), "reset")
		delete(d["budget"].(map[string]any), "asOf")
		delete(d, "waitedSeconds")
		delete(d, "requests")
		delete(d, "validation") // which is tested by itself
		const page = "https://control.akamai.com/apps/property-manager/#/"
		want := map[string]any{
			"schemaVersion": 1.0, "command": "activate", "outcome": "active", "exitCode": 0.0,
			"property": map[string]any{"id": "prp_1001", "name": "www.example.com", "contractId": "ctr_C-SIM1", "groupId": "grp_10001", "url": page + "property/1001?gid=10001"},
			"version":  8.0, "network": "STAGING",
			"activation": map[string]any{
				"id": "atv_5038", "type": "ACTIVATE", "version": 8.0, "network": "STAGING", "status": "ACTIVE",
				"fmaActivationState": "steady", "note": "a note", "url": page + "property-version/1001/8/edit?gid=10001", "fallback": map[string]any{"possible": true, "version": 7.0},
			},
			"account":   map[string]any{"accountId": "act_A-SIM1", "accountSwitchKey": nil, "host": host, "section": "default", "source": "environment, AKAMAI_…"},
			"submitted": true, "adopted": false, "blockedBy": nil,
			"budget": map[string]any{"limit": 2500.0, "remaining": 2499.0},
			"error":  nil,
		}
		if diff := cmp.Diff(want, d); diff != "" {
			t.Errorf("document (-want +got):\n%s", diff)
		}
	})
}

func TestActivateAsksPAPINoMoreThanItPromises(t *testing.T) {
	tests := []struct {
		name, property             string
		search, latest, list, post int
	}{
		{name: "with an id", property: "prp_1001@8", list: 1, post: 1},
		{name: "with a bare id", property: "1001@8", list: 1, post: 1},
		{name: "with a name", property: "www.example.com@8", search: 1, list: 1, post: 1},
		{name: "with a hostname", property: "shop.example.com@3", search: 2, list: 1, post: 1},
		{name: "the latest version", property: "prp_1001", latest: 1, list: 1, post: 1},
		{name: "the version on staging", property: "prp_1001@staging", list: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				d := s.run("activate", tt.property, notify, "-o", "json").document(t)
				got := []int{s.sim.Count(simulator.OpSearch), s.sim.Count(simulator.OpLatest), s.sim.Count(simulator.OpList), s.sim.Count(simulator.OpSubmit)}
				if diff := cmp.Diff([]int{tt.search, tt.latest, tt.list, tt.post}, got); diff != "" {
					t.Errorf("search, latest, list, submit (-want +got):\n%s", diff)
				}
				rest := s.sim.Count(simulator.OpAny) - got[0] - got[1] - got[2] - got[3]
				known := s.sim.Count(simulator.OpPoll) + 2*tt.post // the rules of two versions, for what was acknowledged
				if rest != known {
					t.Errorf("%d requests of other kinds", rest-known)
				}
				if d.Requests.Total != s.sim.Count(simulator.OpAny) {
					t.Errorf("requests.total is %d, PAPI saw %d", d.Requests.Total, s.sim.Count(simulator.OpAny))
				}
			})
		})
	}
}

func TestActivateGoesThroughNetworksInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		d := s.run("activate", "www.example.com", notify, "-n", "staging,production", "-o", "json").document(t)
		if len(d.Results) != 2 || d.Results[0].Network != "STAGING" || d.Results[1].Network != "PRODUCTION" || d.Network != "PRODUCTION" {
			t.Fatalf("results are not those of staging and production: %+v", d)
		}
		for _, a := range s.sim.Activations("prp_1001") {
			if a.Version == 8 && a.Network == simulator.Production && a.Submitted.Sub(s.sim.Activations("prp_1001")[14].Submitted) < 2*time.Minute {
				t.Errorf("production was submitted at %s, before staging was active", a.Submitted)
			}
		}
	})
}

func TestActivateLeavesProductionAloneWhenStagingFails(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t)
		r := s.run("activate", "failing.example.com", notify, "-n", "staging,production", "-o", "json")
		d := r.document(t)
		if r.code != cmd.ExitFailed || d.Network != "STAGING" || len(d.Results) != 1 || s.sim.Count(simulator.OpSubmit) != 1 {
			t.Errorf("exit code %d, network %s, %d results, %d submissions; want 3, STAGING, 1, 1", r.code, d.Network, len(d.Results), s.sim.Count(simulator.OpSubmit))
		}
	})
}

func TestActivateCancelsAtTimeoutWhenAsked(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := newScene(t).run("activate", "www.example.com", notify, "--timeout", "10s", "--on-timeout", "cancel", "-o", "json").document(t)
		if d.Activation == nil || d.Activation.Status != "ABORTED" {
			t.Errorf("activation is %+v, want ABORTED", d.Activation)
		}
	})
}

func TestActivateWaitsLongerForManyHostnames(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := newScene(t, func(o *simulator.Options) { o.Pace = simulator.Fixed(2*time.Hour, 2*time.Hour) })
		if r := s.run("activate", "slow.example.com", notify); r.code != cmd.ExitOK || !strings.Contains(r.stderr, "adds 12 hostnames") {
			t.Errorf("exit code %d after %s:\n%s", r.code, r.took, r.stderr)
		}
		if r := s.run("activate", "www.example.com", notify); r.code != cmd.ExitTimedOut || r.took.Round(time.Minute) != 30*time.Minute {
			t.Errorf("without new hostnames: exit code %d after %s, want 5 after 30m", r.code, r.took)
		}
		if r := s.run("activate", "slow.example.com", notify, "-n", "production", "--timeout", "1h"); r.code != cmd.ExitTimedOut || r.took.Round(time.Minute) != time.Hour {
			t.Errorf("with --timeout: exit code %d after %s, want 5 after 1h", r.code, r.took)
		}
	})
}

func TestStoppedRunsSayHowToGoOn(t *testing.T) {
	tests := []struct {
		name, stop string
		args       []string
		code       int
		want       string
	}{
		{
			name: "time-out", args: []string{"activate", "www.example.com", notify, "--timeout", "10s", "--account-key", accountKey, "--until", "steady", "-s", "default"},
			code: cmd.ExitTimedOut,
			want: `propctl wait atv_5038 --property prp_1001 --contract ctr_C-SIM1 --group grp_10001 --account-key "$AKAMAI_EDGERC_ACCOUNT_KEY" --section default --until steady`,
		},
		{
			name: "interrupt", stop: "10s", args: []string{"activate", "www.example.com", notify},
			code: cmd.ExitInterrupted, want: `propctl wait atv_5038 --property prp_1001 --contract ctr_C-SIM1 --group grp_10001`,
		},
		{
			name: "interrupt behind a blocker", stop: "10s", args: []string{"activate", "busy.example.com@1", notify, "--note", "it's mine"},
			code: cmd.ExitInterrupted, want: `propctl activate prp_1006@1 --note 'it'\''s mine' --notify you@example.com`,
		},
		{
			name: "interrupt before production", stop: "10s", args: []string{"activate", "www.example.com", notify, "-n", "staging,production", "-y"},
			code: cmd.ExitInterrupted, want: `propctl activate prp_1001@8 --network staging,production --notify you@example.com --yes`,
		},
		{
			name: "wait", stop: "10s", args: []string{"wait", "busy.example.com"},
			code: cmd.ExitInterrupted, want: `propctl wait atv_5033 --property prp_1006 --contract ctr_C-SIM1 --group grp_10001`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				ctx, interrupt := context.WithCancelCause(t.Context())
				defer interrupt(nil)
				if tt.stop != "" {
					after, err := time.ParseDuration(tt.stop)
					if err != nil {
						t.Fatal(err)
					}
					time.AfterFunc(after, func() { interrupt(cmd.ErrInterrupted) })
				}
				r := newScene(t).runWithin(ctx, tt.args...)
				if r.code != tt.code || !strings.HasSuffix(r.stderr, ": "+tt.want+"\n") {
					t.Errorf("exit code %d, want %d; want at the end: %s\n%s", r.code, tt.code, tt.want, r.stderr)
				}
				if r.took > time.Minute {
					t.Errorf("it took %s to stop", r.took)
				}
			})
		})
	}
}

func TestProductionIsConfirmedOnATerminal(t *testing.T) {
	tests := []struct {
		name, answer string
		args         []string
		code, posts  int
	}{
		{name: "yes", answer: "y\n", args: []string{"-n", "production"}, posts: 1},
		{name: "no", answer: "n\n", args: []string{"-n", "production"}, code: cmd.ExitError},
		{name: "nothing", answer: "\n", args: []string{"-n", "production"}, code: cmd.ExitError},
		{name: "end of input", args: []string{"-n", "production"}, code: cmd.ExitError},
		{name: "not asked with --yes", args: []string{"-n", "production", "-y"}, posts: 1},
		{name: "not asked for staging", args: []string{"-n", "staging"}, posts: 1},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t)
				s.terminal, s.stdin = true, strings.NewReader(tt.answer)
				r := s.run(append([]string{"activate", "www.example.com@8", notify}, tt.args...)...)
				if r.code != tt.code || s.sim.Count(simulator.OpSubmit) != tt.posts {
					t.Errorf("exit code %d and %d submissions, want %d and %d\n%s", r.code, s.sim.Count(simulator.OpSubmit), tt.code, tt.posts, r.stderr)
				}
			})
		})
	}
}
