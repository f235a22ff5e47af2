package cmd_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/propctl/propctl/cmd"
)

// setting returns the setting of a name that a command has.
func (d document) setting(name, command string) settingDoc {
	for _, s := range d.Settings {
		if s.Name == name && (len(s.Commands) == 0 || slices.Contains(s.Commands, command)) {
			s.Commands = nil
			return s
		}
	}
	return settingDoc{}
}

func TestConfigShowsWhereEachSettingCameFrom(t *testing.T) {
	s := newScene(t).set(map[string]string{
		"PROPCTL_POLL": "30s", "AKAMAI_EDGERC_SECTION": "staging", "AKAMAI_EDGERC_ACCOUNT_KEY": accountKey, "PROPCTL_NETWORK": "production",
	})
	path := s.write(settingsFile, "notify: [a@example.com, b@example.com]\npoll: 1m\ncontact: https://user:secret@example.com/who?token=secret\nmax-retries: 3\n")
	r := s.run("config", "-o", "json", "--timeout", "5m")
	d := r.document(t)
	for _, want := range []struct {
		command string
		setting settingDoc
	}{
		{"", settingDoc{"timeout", "5m0s", "flag", "--timeout", nil}},
		{"", settingDoc{"output", "json", "flag", "--output", nil}},
		{"", settingDoc{"section", "staging", "environment", "AKAMAI_EDGERC_SECTION", nil}},
		{"", settingDoc{"account-key", "1-AB…", "environment", "AKAMAI_EDGERC_ACCOUNT_KEY", nil}},
		{"", settingDoc{"max-retries", "3", "file", path, nil}},
		{"", settingDoc{"contact", "https://example.com/…", "file", path, nil}},
		{"", settingDoc{"speed", "60", "default", "", nil}},
		{"activate", settingDoc{"notify", "a@example.com,b@example.com", "file", path, nil}},
		{"activate", settingDoc{"poll", "30s", "environment", "PROPCTL_POLL", nil}},
		{"deactivate", settingDoc{"network", "production", "environment", "PROPCTL_NETWORK", nil}},
		{"rollback", settingDoc{"fast", "auto", "default", "", nil}},
		{"simulate", settingDoc{"listen", "127.0.0.1:0", "default", "", nil}},
	} {
		if diff := cmp.Diff(want.setting, d.setting(want.setting.Name, want.command)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", want.setting.Name, diff)
		}
	}
	if strings.Contains(r.stdout+s.run("config").stdout, "secret@") || r.code != cmd.ExitOK || d.Account != nil {
		t.Errorf("exit code %d, account %v\n%s", r.code, d.Account, r.stdout)
	}
}

func TestConfigShowsASettingOnceForEachOfItsValues(t *testing.T) {
	d := newScene(t).run("config", "-o", "json").document(t)
	if got, want := d.setting("network", "activate").Value+" "+d.setting("network", "history").Value, "staging staging,production"; got != want {
		t.Errorf("network is %s, want %s", got, want)
	}
	seen := map[string]bool{}
	for _, s := range d.Settings {
		if key := s.Name + " " + s.Value; seen[key] {
			t.Errorf("%s stands there twice", key)
		} else {
			seen[key] = true
		}
	}
	for command, flags := range cmd.FlagTypes() {
		for name := range flags {
			if name != "force" && name != "all" && !strings.HasPrefix(command, "help") && d.setting(name, command).Name == "" {
				t.Errorf("no setting %s of %s", name, command)
			}
		}
	}
}

// What is wrong with the settings must not keep anybody from finding out what it is.
func TestWhatNeedsNoSettingsWorksWithWrongOnes(t *testing.T) {
	for _, wrong := range []string{"a: b: c", "notfy: x", "timeout: 30", "poll: 1s"} {
		for _, args := range [][]string{
			{"config"},
			{"config", "path"},
			{"config", "init", "--force"},
			{"completion", "fish"},
			{"explain", "busy"},
			{"version"},
			{"help", "activate"},
			{"__complete", "activate", ""},
		} {
			s := newScene(t)
			s.write(settingsFile, wrong)
			r := s.run(args...)
			if r.code != cmd.ExitOK || r.stdout == "" {
				t.Errorf("%q, %s: exit code %d, %s", wrong, args, r.code, r.stderr)
			}
			silent := args[0] == "help" || args[0] == "__complete" || wrong == "poll: 1s" && args[0] != "config" || wrong == "poll: 1s" && len(args) > 1
			if strings.Contains(r.stderr, "warning: ") == silent && args[0] != "__complete" {
				t.Errorf("%q, %s: stderr %q", wrong, args, r.stderr)
			}
		}
		s := newScene(t)
		s.write(settingsFile, wrong)
		if r := s.run("activate", "www.example.com", notify); r.code != cmd.ExitUsage {
			t.Errorf("%q: activate ends with %d", wrong, r.code)
		}
	}
}

func TestConfigPathIsWhereTheSettingsAreLookedFor(t *testing.T) {
	s := newScene(t)
	home := filepath.Join(s.env["HOME"], settingsFile)
	for _, tt := range []struct {
		env  map[string]string
		args []string
		want string
	}{
		{want: home},
		{args: []string{"--config", "x.yaml"}, want: "x.yaml"},
		{env: map[string]string{"XDG_CONFIG_HOME": s.env["HOME"]}, want: filepath.Join(s.env["HOME"], "propctl", "config.yaml")},
		{env: map[string]string{"PROPCTL_CONFIG": "y.yaml"}, want: "y.yaml"},
	} {
		s.set(tt.env)
		r := s.run(append([]string{"config", "path"}, tt.args...)...)
		if r.code != cmd.ExitOK || r.stdout != tt.want+"\n" {
			t.Errorf("exit code %d, %q, want %s", r.code, r.stdout, tt.want)
		}
	}
	s.env = map[string]string{}
	if r := s.run("config", "path"); r.code != cmd.ExitUsage {
		t.Errorf("exit code %d without a home folder", r.code)
	}
}

func TestConfigInitWritesAFileThatLoadsWhateverIsUncommented(t *testing.T) {
	s := newScene(t)
	path := filepath.Join(s.env["HOME"], "new", "settings.yaml")
	if r := s.run("config", "init", "--config", path); r.code != cmd.ExitOK || r.stdout != "wrote "+path+"\n" {
		t.Fatalf("exit code %d, %s%s", r.code, r.stdout, r.stderr)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || info.Mode().Perm()&0o077 != 0 {
		t.Errorf("%s, %v", info.Mode(), err)
	}
	if r := s.run("config", "init", "--config", path); r.code != cmd.ExitUsage || !strings.Contains(r.stderr, "--force") {
		t.Errorf("exit code %d: %s", r.code, r.stderr)
	}
	untouched := s.run("config", "--config", path, "-o", "json")
	if untouched.stderr != "" || strings.Contains(untouched.stdout, `"source": "file"`) {
		t.Errorf("the file as it was written sets something, or is wrong: %s%s", untouched.stderr, untouched.stdout)
	}
	missing := map[string]bool{}
	for _, flags := range cmd.FlagTypes() {
		for name := range flags {
			missing[name] = name != "force" && name != "all" && name != "config"
		}
	}
	lines := strings.Split(string(written), "\n")
	for i, line := range lines {
		name, _, _ := strings.Cut(strings.TrimPrefix(line, "#"), ":")
		if !missing[name] || !strings.HasPrefix(line, "#") {
			continue
		}
		delete(missing, name)
		if testing.Short() && i%5 > 0 {
			continue // there is nothing in it that could race
		}
		lines[i] = line[1:]
		s.write("one.yaml", strings.Join(lines, "\n"))
		lines[i] = line
		r := s.run("config", "--config", filepath.Join(s.env["HOME"], "one.yaml"), "-o", "json")
		d := r.document(t)
		if from := slices.ContainsFunc(d.Settings, func(s settingDoc) bool { return s.Name == name && (s.Source == "file" || name == "output") }); !from || r.stderr != "" {
			t.Errorf("%s: it is set: %t; %s", line[1:], from, r.stderr)
		}
	}
	for name, is := range missing {
		if is {
			t.Errorf("the file has no %s", name)
		}
	}
}

func TestConfigInitLeavesLinksAndFoldersAlone(t *testing.T) {
	s := newScene(t)
	folder := filepath.Join(s.env["HOME"], "folder")
	if err := os.Mkdir(folder, 0o700); err != nil {
		t.Fatal(err)
	}
	for _, args := range [][]string{{"--config", folder}, {"--config", folder, "--force"}, {"--config", filepath.Join(s.write("f", ""), "below")}} {
		if r := s.run(append([]string{"config", "init"}, args...)...); r.code == cmd.ExitOK {
			t.Errorf("%s: exit code %d", args, r.code)
		}
	}
}

func TestForceIsOnlyTyped(t *testing.T) {
	s := newScene(t).set(map[string]string{"PROPCTL_FORCE": "true"})
	path := s.write(settingsFile, "note: mine\n")
	if r := s.run("config", "init"); r.code != cmd.ExitUsage {
		t.Errorf("exit code %d", r.code)
	}
	if data, err := os.ReadFile(path); err != nil || string(data) != "note: mine\n" {
		t.Errorf("%q, %v", data, err)
	}
}

func TestTheAccountKeyHasTwoSpellingsEverywhere(t *testing.T) {
	for _, tt := range []struct{ file, env string }{{file: "accountkey"}, {file: "account-key"}, {env: "PROPCTL_ACCOUNTKEY"}, {env: "PROPCTL_ACCOUNT_KEY"}} {
		s := newScene(t)
		if tt.env != "" {
			s.set(map[string]string{tt.env: accountKey})
		} else {
			s.write(settingsFile, tt.file+": "+accountKey)
		}
		r := s.run("config", "-o", "json")
		if got := r.document(t).setting("account-key", ""); got.Value != "1-AB…" || r.stderr != "" {
			t.Errorf("%+v: %+v %s", tt, got, r.stderr)
		}
	}
}

func TestSwitchesAndNumbersAreExplainedInPlainWords(t *testing.T) {
	for _, tt := range []struct {
		env, file string
		args      []string
		want      string
	}{
		{args: []string{"--simulate=maybe"}, want: `error: --simulate: "maybe" is neither true nor false`},
		{args: []string{"--max-retries=many"}, want: `error: --max-retries: "many" is not a number that can be used here`},
		{args: []string{"--speed=fast"}, want: `error: --speed: "fast" is not a number that can be used here`},
		{env: "PROPCTL_SIMULATE", want: `error: environment: PROPCTL_SIMULATE: "maybe" is neither true nor false`},
		{file: "simulate", want: `simulate: "maybe" is neither true nor false`},
	} {
		s := newScene(t)
		if tt.env != "" {
			s.set(map[string]string{tt.env: "maybe"})
		}
		if tt.file != "" {
			s.write(settingsFile, tt.file+": maybe")
		}
		r := s.run(append([]string{"status", "prp_1001"}, tt.args...)...)
		if r.code != cmd.ExitUsage || !strings.Contains(r.stderr, tt.want) || strings.Contains(r.stderr, "strconv") {
			t.Errorf("exit code %d: %s, want %s", r.code, r.stderr, tt.want)
		}
	}
}
