package cmd_test

import (
	"path/filepath"
	"slices"
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

// Blanks and line breaks come with lists that people and secret stores write.
func TestAListOfAddressesMeansTheAddresses(t *testing.T) {
	want := []string{"a@example.com", "b@example.com"}
	for _, tt := range []struct {
		env, file string
		args      []string
		refused   string
	}{
		{args: []string{"--notify", "a@example.com, b@example.com"}},
		{args: []string{"--notify", " a@example.com ,b@example.com "}},
		{args: []string{"--notify", "a@example.com", "--notify", "\tb@example.com"}},
		{args: []string{"--notify", "a@example.com\nb@example.com\n"}},
		{env: "a@example.com, b@example.com"},
		{env: "a@example.com\nb@example.com"},
		{env: "a@example.com,\r\n\r\nb@example.com\r\n"},
		{file: `notify: "a@example.com, b@example.com"`},
		{file: "notify: |\n  a@example.com\n  b@example.com\n"},
		{file: "notify: [' a@example.com', 'b@example.com ']"},
		{args: []string{"--notify", "", "--notify", "a@example.com"}, refused: "address 1 of 2 is empty"},
		{args: []string{"--notify", "a@example.com,"}, refused: "address 2 of 2 is empty"},
		{args: []string{"--notify", ""}, refused: "address 1 of 1 is empty"},
		{env: " ", refused: "address 1 of 1 is empty"},
		{env: "a@example.com,,b@example.com", refused: "address 2 of 3 is empty"},
		{file: "notify: ['a@example.com', '']", refused: "address 2 of 2 is empty"},
		{args: []string{"--notify", "a@example.com b@example.com"}, refused: "is not an e-mail address"},
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newScene(t).set(map[string]string{"PROPCTL_NOTIFY": tt.env})
			if tt.file != "" {
				s.write(settingsFile, tt.file+"\n")
			}
			r := s.run(append([]string{"activate", "prp_1001@8", "-o", "json"}, tt.args...)...)
			if tt.refused != "" {
				if r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) != 0 || !strings.Contains(r.document(t).Error.Message, tt.refused) {
					t.Errorf("%+v: exit code %d: %s", tt, r.code, r.stderr)
				}
				return
			}
			all := s.sim.Activations("prp_1001")
			if got := all[len(all)-1].NotifyEmails; r.code != cmd.ExitOK || !slices.Equal(got, want) {
				t.Errorf("%+v: exit code %d, notified %q\n%s", tt, r.code, got, r.stderr)
			}
		})
	}
}

func TestASettingsFileThatCannotExistIsNone(t *testing.T) {
	s := newScene(t)
	file := s.write("a-file", "")
	for _, env := range []map[string]string{
		{"XDG_CONFIG_HOME": file},
		{"XDG_CONFIG_HOME": filepath.Join(file, "below")},
		{"XDG_CONFIG_HOME": "/" + strings.Repeat("x", 5000)},
		{"XDG_CONFIG_HOME": "", "HOME": "/dev/null"},
	} {
		s.set(env)
		for _, args := range [][]string{{"status", "prp_1001"}, {"config"}, {"config", "path"}, {"doctor"}} {
			if r := s.run(args...); r.code != cmd.ExitOK || strings.Contains(r.stderr, "warning") {
				t.Errorf("%v, %s: exit code %d\n%s", env, args, r.code, r.stderr)
			}
		}
		if r := s.run("config", "init"); r.code != cmd.ExitUsage || strings.Contains(r.stderr, "--force") {
			t.Errorf("%v: config init ends with %d: %s", env, r.code, r.stderr)
		}
	}
	if r := s.run("status", "prp_1001", "--config", filepath.Join(file, "named.yaml")); r.code != cmd.ExitUsage {
		t.Errorf("a file that was named: exit code %d", r.code)
	}
}

// What may be a part of something else is not taken for a version.
func TestVersionsAreWrittenAsPAPIWritesThem(t *testing.T) {
	for _, args := range [][]string{
		{"activate", "prp_1001@07", notify},
		{"activate", "prp_1001@+8", notify},
		{"activate", "prp_1001@８", notify},
		{"activate", "prp_1001@-8", notify},
		{"activate", "prp_1001@ 8", notify},
		{"activate", "prp_1001@0x8", notify},
		{"rollback", "prp_1001", "-n", "staging", "--to", "+6", notify},
		{"rollback", "prp_1001", "-n", "staging", "--to", "06", notify},
		{"hostnames", "add", "prp_1001", "a.example.com=b.edgekey.net", "--base", "07"},
	} {
		s := newScene(t)
		if r := s.run(args...); r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) != 0 {
			t.Errorf("%s: exit code %d, %d requests\n%s", args, r.code, s.sim.Count(simulator.OpAny), r.stderr)
		}
	}
}

func TestStagingComesBeforeProductionOrNothingIsSent(t *testing.T) {
	s := newScene(t)
	for _, args := range [][]string{
		{"activate", "prp_1001@8", notify, "-n", "production,staging", "--yes"},
		{"includes", "activate", "inc_2001@3", notify, "-n", "p, s", "--yes"},
	} {
		if r := s.run(args...); r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) != 0 || !strings.Contains(r.stderr, "staging always comes first; write staging,production") {
			t.Errorf("%s: exit code %d\n%s", args, r.code, r.stderr)
		}
	}
	s.write(settingsFile, "network: [production, staging]\n")
	if r := s.run("activate", "prp_1001@8", notify, "--yes"); r.code != cmd.ExitUsage || s.sim.Count(simulator.OpAny) != 0 {
		t.Errorf("from the file: exit code %d\n%s", r.code, r.stderr)
	}
	if r := s.run("status", "prp_1001", "-n", "production,staging"); r.code != cmd.ExitOK { // to look has no order
		t.Errorf("exit code %d\n%s", r.code, r.stderr)
	}
}
