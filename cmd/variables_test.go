package cmd_test

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"

	"github.com/propctl/propctl/cmd"
	"github.com/propctl/propctl/papi/simulator"
)

// A variable that sets nothing would be found out when it is too late.
func TestAMisspeltVariableSendsNothing(t *testing.T) {
	for _, tt := range []struct{ name, want string }{
		{"PROPCTL_DRYRUN", "environment: PROPCTL_DRYRUN: there is no such setting; did you mean PROPCTL_DRY_RUN?"},
		{"PROPCTL_NOTIFY_SECERT", "environment: PROPCTL_NOTIFY_SECERT: there is no such setting; did you mean PROPCTL_NOTIFY_SECRET?"},
		{"PROPCTL_TICKTE", "PROPCTL_TICKET?"},
		{"PROPCTL_DRY_RUN ", "PROPCTL_DRY_RUN?"},
		{"propctl_dry_run", "propctl_dry_run: there is no such setting; did you mean PROPCTL_DRY_RUN?"},
		{"PROPCTL_DRY-RUN", "PROPCTL_DRY_RUN?"},
		{"PROPCTL_HELP", "PROPCTL_HELP: there is no such setting"},
		{"PROPCTL_FORCE", "PROPCTL_FORCE: there is no such setting"},
		{"PROPCTL_", "PROPCTL_: there is no such setting"},
		{"PROPCTL_VERSION", "PROPCTL_VERSION: there is no such setting"},
		{"PROPCTL_RESULTS", "PROPCTL_RESULTS: there is no such setting"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				s := newScene(t).set(map[string]string{tt.name: "true-secret"})
				r := s.run("activate", "prp_1001@8", notify, "-o", "json")
				d := r.document(t)
				if r.code != cmd.ExitUsage || d.Error == nil || d.Error.Code != "settings" || !strings.Contains(d.Error.Message, tt.want) || strings.Contains(r.stderr+r.stdout, "true-secret") {
					t.Errorf("exit code %d: %s%s", r.code, r.stdout, r.stderr)
				}
				if n := s.sim.Count(simulator.OpAny); n != 0 {
					t.Errorf("%d requests were sent", n)
				}
				if config := s.run("config"); config.code != cmd.ExitOK || !strings.Contains(config.stderr, tt.want) {
					t.Errorf("config ends with %d and says %s", config.code, config.stderr)
				}
				if said := s.run("doctor", "-o", "json").document(t).check("settings"); !strings.Contains(said, tt.want) {
					t.Errorf("doctor says %s", said)
				}
			})
		})
	}
}

func TestEveryVariableThatIsReadMayBeSet(t *testing.T) {
	s := newScene(t)
	var mu sync.Mutex
	looked := map[string]bool{}
	cmd.Run(t.Context(), cmd.Env{LookupEnv: func(name string) (string, bool) {
		mu.Lock()
		defer mu.Unlock()
		looked[name] = true
		value, ok := s.env[name]
		return value, ok
	}, Transport: s.sim.Transport(), Reporting: refusing{t}}, []string{"activate", "prp_1001@8", notify, "--dry-run", "--notify-url", webhookURL})
	for name := range looked {
		if strings.HasPrefix(name, "PROPCTL_") && name != "PROPCTL_CONFIG" {
			s.env[name] = filepath.Join(s.env["HOME"], "x")
		}
	}
	if len(s.env) < 40 {
		t.Fatalf("only %d variables were looked for", len(s.env))
	}
	s.env["PROPCTL_RESULT_OUTCOME"], s.env["PROPCTL_RELEASES"], s.env["PROPCTL_COMPLETION_DESCRIPTIONS"] = "active", "https://example.com", "off"
	s.env["PROPCTL_MISSPELT"] = "" // which counts as not set
	s.env["propctl_bin"], s.env["MYPROPCTL_X"] = "somebody's", "else"
	if r := s.run("config"); strings.Contains(r.stderr, "no such setting") {
		t.Errorf("%s", r.stderr)
	}
}

func TestAMisspeltSettingNamesTheOneThatMayBeMeant(t *testing.T) {
	s := newScene(t)
	s.write(settingsFile, "notfy: you@example.com\n")
	if r := s.run("status", "prp_1001"); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "notfy: there is no such setting; did you mean notify?") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
}
