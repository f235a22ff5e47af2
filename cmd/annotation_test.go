package cmd_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/google/go-cmp/cmp"
)

func TestEndStatesAreAnnotated(t *testing.T) {
	type told struct{ Severity, Title, Text string }
	tests := []struct {
		name string
		args []string
		want []told
	}{
		{"active", []string{"activate", "prp_1001@8", notify}, []told{{"notice", "propctl activate: active", "www.example.com version 8 on STAGING: active, atv_5038, took 2m2s, 2499 of 2500 activations left today"}}},
		{"both networks", []string{"activate", "prp_1001@8", notify, "-n", "s,p"}, []told{
			{"notice", "propctl activate: active", "www.example.com version 8 on STAGING: active, atv_5038, took 2m2s, 2499 of 2500 activations left today"},
			{"notice", "propctl activate: active", "www.example.com version 8 on PRODUCTION: active, atv_5039, took 8m8s, 2498 of 2500 activations left today"},
		}},
		{"active already", []string{"activate", "prp_1001@7", notify}, []told{{"notice", "propctl activate: already active", "www.example.com version 7 on STAGING: already active, atv_5013"}}},
		{"planned", []string{"activate", "prp_1001@8", notify, "--dry-run"}, []told{{"notice", "propctl activate: planned", "www.example.com version 8 on STAGING: planned"}}},
		{"failed before production", []string{"activate", "failing.example.com@3", notify, "-n", "s,p"}, []told{{"error", "propctl activate: failed", "failing.example.com version 3 on STAGING: activation atv_5038 of version 3 on STAGING failed"}}},
		{"rejected", []string{"activate", "broken.example.com", notify}, []told{{"error", "propctl activate: rejected", "broken.example.com version 2 on STAGING: PAPI will not activate this version"}}},
		{"in the way", []string{"activate", "busy.example.com@1", notify, "--if-pending", "fail"}, []told{{"error", "propctl activate: busy", "busy.example.com version 1 on STAGING: "}}},
		{"too slow", []string{"activate", "prp_1001@8", notify, "--timeout", "1m"}, []told{{"error", "propctl activate: timed out", "www.example.com version 8 on STAGING: "}}},
		{"a mistake", []string{"status", "prp_1001", "--max-retries", "-1"}, []told{{"error", "propctl status: error", "--max-retries -1 is negative"}}},
		{"busy", []string{"pending", "busy.example.com", "prp_1001"}, []told{{"warning", "propctl pending: busy", "busy.example.com on STAGING: busy, atv_5033 of version 3 is PENDING"}}},
		{"free", []string{"pending", "prp_1001"}, nil},
		{"one message a cause", []string{"status", "a.example.com", "prp_1001", "b.example.com"}, []told{{"error", "propctl status: error", "a.example.com: there is no property"}}},
		{"only looked", []string{"status", "prp_1001"}, nil},
		{"history", []string{"history", "prp_1001"}, nil},
		{"budget", []string{"budget"}, nil},
		{"hostnames", []string{"hostnames", "list", "prp_1001"}, nil},
		{"hostnames added", []string{"hostnames", "add", "prp_1001", "a.example.com=" + edge, notify}, []told{{"notice", "propctl hostnames add: ok", "www.example.com version 9: ok"}}},
		{"about itself", []string{"version"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			for _, system := range []string{"github", "azure", "teamcity"} {
				synctest.Test(t, func(t *testing.T) {
					s := newScene(t).inCI(system)
					var got []told
					for _, c := range commandsIn(t, system, s.run(tt.args...).stderr).commands {
						switch {
						case system == "github" && strings.Contains("error warning notice", c.name):
							got = append(got, told{c.name, c.values["title"], c.data})
						case c.name == "task.logissue":
							got = append(got, split(c.values["type"], c.data))
						case c.name == "buildProblem":
							got = append(got, split("error", c.values["description"]))
						case c.name == "message":
							got = append(got, split(map[string]string{"NORMAL": "notice", "WARNING": "warning"}[c.values["status"]], c.values["text"]))
						}
					}
					want := slices.DeleteFunc(slices.Clone(tt.want), func(w told) bool { return system == "azure" && w.Severity == "notice" })
					for i := range got { // the beginning says which one it is
						if i < len(want) {
							got[i].Text = got[i].Text[:min(len(got[i].Text), len(want[i].Text))]
						}
					}
					if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
						t.Errorf("%s (-want +got):\n%s", system, diff)
					}
				})
			}
		})
	}
}

func split(severity, text string) struct{ Severity, Title, Text string } {
	parts := strings.SplitN(text, ": ", 3)
	return struct{ Severity, Title, Text string }{severity, parts[0] + ": " + parts[1], parts[2]}
}
