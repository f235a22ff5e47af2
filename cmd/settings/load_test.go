package settings_test

import (
	"fmt"
	"maps"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

// kinds are a flag of each type with three values, as they are given and as they are shown.
func kinds() []struct{ flag, standard, file, variable, typed, fileShown, variableShown, typedShown string } {
	return []struct{ flag, standard, file, variable, typed, fileShown, variableShown, typedShown string }{
		{"section", "", "one", " two ", "three", "one", "two", "three"},
		{"edgerc", "", "/one", "/two", "/three", "/one", "/two", "/three"},
		{"account-key", "", "1-AAAA:1", "1-BBBB:2", "1-CCCC:3", "1-AA…", "1-BB…", "1-CC…"},
		{"timeout", "", "30s", "2 min", "1d", "30s", "2m0s", "24h0m0s"},
		{"max-retries", "6", "1", "2", "3", "1", "2", "3"},
		{"suspend-factor", "2", "3", "4.5", "5", "3", "4.5", "5"},
		{"simulate", "false", "true", "1", "true", "true", "true", "true"},
		{"output", "text", "json", "NDJSON", "text", "json", "ndjson", "text"},
		{"notify-url", "", "[https://a.example.com/x, https://b.example.com/x]", "https://c.example.com/x", "https://d.example.com/x", "https://a.example.com/…,https://b.example.com/…", "https://c.example.com/…", "https://d.example.com/…"},
		{"note", "", "one", "two", "three", "one", "two", "three"},
		{"notify", "", "[a@example.com, b@example.com]", "c@example.com, d@example.com", "e@example.com", "a@example.com,b@example.com", "c@example.com,d@example.com", "e@example.com"},
		{"network", "staging", "[staging, production]", "p", "s", "staging,production", "production", "staging"},
		{"if-pending", "wait", "fail", "FAIL", "wait", "fail", "fail", "wait"},
		{"poll", "adaptive", "1m", "retry-after", "5s", "1m0s", "retry-after", "5s"},
		{"no-wait", "false", "true", "t", "true", "true", "true", "true"},
		{"fast-push", "", "false", "true", "0", "false", "true", "false"},
		{"limit", "20", "1", "2", "3", "1", "2", "3"},
		{"factor", "1.5", "1", "2", "3", "1", "2", "3"},
	}
}

func TestFlagBeatsVariableBeatsFileBeatsDefault(t *testing.T) {
	for _, k := range kinds() {
		for given := range 8 { // each combination of the sources
			inFile, inVariable, typed := given&1 > 0, given&2 > 0, given&4 > 0
			t.Run(fmt.Sprintf("%s/file=%t,variable=%t,flag=%t", k.flag, inFile, inVariable, typed), func(t *testing.T) {
				p := newProgram(t)
				variable := "PROPCTL_" + strings.ToUpper(strings.ReplaceAll(k.flag, "-", "_"))
				line, want, source, name := "activate x", k.standard, "default", ""
				if inFile {
					want, source, name = k.fileShown, "file", p.write(t, "", k.flag+": "+k.file+"\n")
				}
				if inVariable {
					p.env[variable] = k.variable
					want, source, name = k.variableShown, "environment", variable
				}
				if typed {
					line += " --" + k.flag + "=" + k.typed
					want, source, name = k.typedShown, "flag", "--"+k.flag
				}
				if err := p.run(line); err != nil {
					t.Fatal(err)
				}
				value, gotSource, gotName := p.shown(k.flag)
				if value != want || gotSource != source || gotName != name {
					t.Errorf("%q from %s %s, want %q from %s %s", value, gotSource, gotName, want, source, name)
				}
			})
		}
	}
}

// One source's list is not added to another's.
func TestAListIsOfOneSource(t *testing.T) {
	p := newProgram(t)
	p.write(t, "", "notify: [a@example.com]\n")
	p.env["PROPCTL_NOTIFY"] = "b@example.com"
	if err := p.run("activate x --notify c@example.com,d@example.com --notify e@example.com"); err != nil {
		t.Fatal(err)
	}
	if want := []string{"c@example.com", "d@example.com", "e@example.com"}; !slices.Equal(p.notify.All, want) {
		t.Errorf("%v, want %v", p.notify.All, want)
	}
}

func TestVariablesOfOtherToolsComeAfterOurs(t *testing.T) {
	for flag, names := range map[string][]string{
		"edgerc":      {"PROPCTL_EDGERC", "AKAMAI_EDGERC"},
		"section":     {"PROPCTL_SECTION", "AKAMAI_EDGERC_SECTION"},
		"account-key": {"PROPCTL_ACCOUNT_KEY", "PROPCTL_ACCOUNTKEY", "AKAMAI_EDGERC_ACCOUNT_KEY"},
		"ca-file":     {"PROPCTL_CA_FILE", "SSL_CERT_FILE"},
	} {
		for first := range names {
			p := newProgram(t)
			for i, name := range names[first:] {
				p.env[name] = fmt.Sprintf("value-%d", first+i)
			}
			if first > 0 {
				p.env[names[0]] = "" // which counts as not set
			}
			if err := p.run("status"); err != nil {
				t.Fatal(err)
			}
			if got := p.executed.Flags().Lookup(flag).Value.String(); got != fmt.Sprintf("value-%d", first) {
				t.Errorf("--%s is %q, want that of %s", flag, got, names[first])
			}
			if _, source, name := p.shown(flag); source != "environment" || name != names[first] {
				t.Errorf("--%s is from %s %s, want %s", flag, source, name, names[first])
			}
		}
	}
}

func TestTheSettingsFileIsWhereItWasNamedElseWhereFilesOfItsKindAre(t *testing.T) {
	home, config, roaming := t.TempDir(), t.TempDir(), t.TempDir()
	inHome := filepath.Join(home, ".config", "propctl", "config.yaml")
	for _, tt := range []struct {
		name   string
		env    map[string]string
		config string
		path   string
		named  bool
	}{
		{name: "named", env: map[string]string{"HOME": home}, config: "x.yaml", path: "x.yaml", named: true},
		{name: "home", env: map[string]string{"HOME": home}, path: inHome},
		{name: "home on Windows", env: map[string]string{"USERPROFILE": home}, path: inHome},
		{name: "HOME before USERPROFILE", env: map[string]string{"HOME": home, "USERPROFILE": config}, path: inHome},
		{name: "XDG", env: map[string]string{"HOME": home, "XDG_CONFIG_HOME": config, "APPDATA": roaming}, path: filepath.Join(config, "propctl", "config.yaml")},
		{name: "APPDATA", env: map[string]string{"USERPROFILE": home, "APPDATA": roaming}, path: filepath.Join(roaming, "propctl", "config.yaml")},
		{name: "XDG that is not absolute is not looked at", env: map[string]string{"HOME": home, "XDG_CONFIG_HOME": "config"}, path: inHome},
		{name: "nowhere"},
	} {
		p := newProgram(t)
		p.env = tt.env
		if path, named := settings.Path(p.Env(), tt.config); path != tt.path || named != tt.named {
			t.Errorf("%s: %s, named: %t; want %s, %t", tt.name, path, named, tt.path, tt.named)
		}
	}
}

func TestFoldersOfTheUser(t *testing.T) {
	home, own := t.TempDir(), t.TempDir()
	p := newProgram(t)
	p.env = map[string]string{"HOME": home}
	if got, want := settings.StateDir(p.Env()), filepath.Join(home, ".local", "state", "propctl"); got != want {
		t.Errorf("state in %s, want %s", got, want)
	}
	if got, want := settings.CacheDir(p.Env()), filepath.Join(home, ".cache", "propctl"); got != want {
		t.Errorf("cache in %s, want %s", got, want)
	}
	p.env = map[string]string{"HOME": home, "XDG_STATE_HOME": own, "LOCALAPPDATA": home}
	if got, want := settings.StateDir(p.Env()), filepath.Join(own, "propctl"); got != want {
		t.Errorf("state in %s, want %s", got, want)
	}
	if got, want := settings.CacheDir(p.Env()), filepath.Join(home, "propctl"); got != want {
		t.Errorf("cache in %s, want that of LOCALAPPDATA, %s", got, want)
	}
	p.env = nil
	if settings.StateDir(p.Env())+settings.CacheDir(p.Env()) != "" {
		t.Error("there is a folder without a home")
	}
}

func TestConfigIsItselfAFlag(t *testing.T) {
	p := newProgram(t)
	p.write(t, "", "note: of the home folder\n")
	p.env["PROPCTL_CONFIG"] = p.write(t, filepath.Join(p.home, "variable.yaml"), "note: of the variable\n")
	named := p.write(t, filepath.Join(p.home, "flag.yaml"), "note: of the flag\n")
	if err := p.run("activate x"); err != nil || p.note != "of the variable" {
		t.Errorf("%q: %v", p.note, err)
	}
	other := newProgram(t)
	other.env = p.env
	if err := other.run("activate x --config " + named); err != nil || other.note != "of the flag" {
		t.Errorf("%q: %v", other.note, err)
	}
}

func TestWrongSettingsAreRefusedWithWhatToDo(t *testing.T) {
	for _, tt := range []struct {
		name, file, line string
		env              map[string]string
		want             []string // in the message
	}{
		{name: "unknown key", file: "notfy: x", want: []string{"config.yaml", "notfy", "no such setting; did you mean notify?"}},
		{name: "unlike any", file: "xyzzy: x", want: []string{"xyzzy", "no such setting"}},
		{name: "a flag that has to be typed", file: "force: true", want: []string{"force", "no such setting"}},
		{name: "the file itself", file: "config: other.yaml", want: []string{"config", "no such setting"}},
		{name: "nested", file: "notify:\n  a: b", want: []string{"notify.a", "no such setting"}},
		{name: "list in a list", file: "notify: [[a], b]", want: []string{"notify", "only have plain values"}},
		{name: "nothing in a list", file: "notify: [a@example.com, ~]", want: []string{"notify", "only have plain values"}},
		{name: "mapping in a list", file: "notify: [{a: b}]", want: []string{"notify", "only have plain values"}},
		{name: "list for one value", file: "note: [a, b]", want: []string{"note", "a list where one value is wanted"}},
		{name: "no value", file: "note:", want: []string{"note", "no value"}},
		{name: "a date, which is no plain value", file: "note: 2026-01-02", want: []string{"note", "neither a plain value nor a list"}},
		{name: "number", file: "max-retries: many", want: []string{"max-retries", "many"}},
		{name: "number of another form", file: "limit: '007'", want: []string{"limit", "write 7"}},
		{name: "switch", file: "no-wait: maybe", want: []string{"no-wait", `"maybe" is neither true nor false`}},
		{name: "duration without unit", file: "timeout: 30", want: []string{"timeout", `no unit; write 30s or 30m`}},
		{name: "negative duration", file: "timeout: -30s", want: []string{"timeout", "must be positive"}},
		{name: "word", file: "if-pending: wiat", want: []string{"if-pending", "is not one of wait, fail; did you mean wait?"}},
		{name: "network", file: "network: stagign", want: []string{"network", "did you mean staging?"}},
		{name: "networks in another order", file: "network: [production, staging]", want: []string{"staging always comes first; write staging,production"}},
		{name: "value of another command's flag", file: "network: mars", line: "activate x", want: []string{"network"}},
		{name: "not YAML", file: "a: b: c", want: []string{"config.yaml", "not readable as YAML"}},
		{name: "tab", file: "a:\n\tb: c", want: []string{"not readable as YAML"}},
		{name: "no-break space", file: "quiet: true\nnotify:\u00a0you@example.com\n", want: []string{"line 2 has a no-break space: write a plain one"}},
		{name: "two documents", file: "note: a\n---\nnote: b", want: []string{"a second YAML document begins at line 2"}},
		{name: "two documents, the first empty", file: "---\n---\nnote: b", want: []string{"a second YAML document"}},
		{name: "a document that is not ended", file: "note: a\n...\n---\n[1,", want: []string{"a second YAML document"}},
		{name: "too large", file: "note: '" + strings.Repeat("x", 1<<20) + "'", want: []string{"larger than 1 MiB"}},
		{name: "file that was named and is not there", line: "status --config nowhere.yaml", want: []string{"nowhere.yaml", "no such file"}},
		{name: "variable", env: map[string]string{"PROPCTL_POLL": "1s"}, want: []string{"environment: PROPCTL_POLL", "too often"}},
		{name: "variable that names no file", env: map[string]string{"PROPCTL_CONFIG": "nowhere.yaml"}, want: []string{"nowhere.yaml"}},
		{name: "alias", env: map[string]string{"AKAMAI_EDGERC_ACCOUNT_KEY": "\u00a0"}, want: []string{"AKAMAI_EDGERC_ACCOUNT_KEY"}},
		{name: "variable before the file", file: "xyzzy: x", env: map[string]string{"PROPCTL_LIMIT": "x"}, want: []string{"PROPCTL_LIMIT"}},
		{name: "unknown variable before a wrong one", env: map[string]string{"PROPCTL_LIMIT": "x", "PROPCTL_XYZZY": "x"}, want: []string{"PROPCTL_XYZZY"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			p := newProgram(t)
			if tt.file != "" {
				p.write(t, "", tt.file)
			}
			maps.Copy(p.env, tt.env)
			if tt.line == "" {
				tt.line = "activate x"
			}
			refused(t, p.run(tt.line), tt.want...)
		})
	}
}

func TestFilesThatSayNothingAreNoMistakes(t *testing.T) {
	for _, content := range []string{
		"", "# nothing\n", "---\n", "%YAML 1.1\n---\nnote: a\n", "# settings\n---\nnote: a\n...\n",
		"note: |\n  a\n  ---\n  b\n",         // a line in a text is no second document
		"NOTE: a\n",                          // YAML keys in any case
		"accountkey: 1-ABCD\n",               // as other Akamai tools spell it
		"note: \"a\u00a0b\"\n",               // in a value, a no-break space is fine
		"timeout: '30s'\nmax-retries: '3'\n", // numbers may be quoted
	} {
		p := newProgram(t)
		p.write(t, "", content)
		if err := p.run("activate x"); err != nil {
			t.Errorf("%q: %v", content, err)
		}
	}
}

func TestKeysOfOtherCommandsAreLeftAlone(t *testing.T) {
	p := newProgram(t)
	p.write(t, "", "notify: you@example.com\nif-pending: nonsense\npoll: nonsense\n")
	if err := p.run("status"); err != nil {
		t.Errorf("status has none of these: %v", err)
	}
	refused(t, newProgramWith(t, "if-pending: nonsense\n").run("activate x"), "if-pending")
}

// newProgramWith is a program with a settings file.
func newProgramWith(t *testing.T, content string) *program {
	t.Helper()
	p := newProgram(t)
	p.write(t, "", content)
	return p
}

func TestWhatIsNotTakenIsNotInForce(t *testing.T) {
	p := newProgramWith(t, "poll: 3s\nlimit: 5\n")
	p.env["PROPCTL_IF_PENDING"] = "nonsense"
	refused(t, p.run("activate x"), "PROPCTL_IF_PENDING")
	for flag, want := range map[string]string{"poll": "adaptive default", "if-pending": "wait default", "limit": "5 file"} {
		if value, source, _ := p.shown(flag); value+" "+source != want {
			t.Errorf("%s is %s from %s, want %s", flag, value, source, want)
		}
	}
}

// An error is printed in the form that was asked for, wherever that was.
func TestTheFormOfTheResultIsReadWhateverElseIsWrong(t *testing.T) {
	for _, tt := range []struct{ file, env string }{
		{file: "a-mistake: x\noutput: json\nlimit: x\n"},
		{file: "output: json\nlimit: x\n", env: "PROPCTL_XYZZY"},
		{file: "output: json\n", env: "PROPCTL_LIMIT"},
	} {
		p := newProgramWith(t, tt.file)
		if tt.env != "" {
			p.env[tt.env] = "x"
		}
		refused(t, p.run("activate x"))
		if p.Output != settings.FormatJSON {
			t.Errorf("%q with %s: the output is %s", tt.file, tt.env, p.Output)
		}
	}
}

func TestAFileThatCannotExistIsNone(t *testing.T) {
	p := newProgram(t)
	file := p.write(t, filepath.Join(p.home, "a-file"), "")
	for _, folder := range []string{filepath.Join(p.home, "nowhere"), file, filepath.Join(file, "below"), "/" + strings.Repeat("x", 5000)} {
		p := newProgram(t)
		p.env["XDG_CONFIG_HOME"] = folder
		if err := p.run("status"); err != nil && runtime.GOOS != "windows" {
			t.Errorf("%.40s: %v", folder, err)
		}
	}
	refused(t, newProgram(t).run("status --config "+filepath.Join(file, "named.yaml")), "named.yaml")
}

func TestOnlyAFileWithANoBreakSpaceIsSaidToHaveOne(t *testing.T) {
	err := newProgramWith(t, "a: b: c").run("status")
	refused(t, err, "not readable as YAML")
	if strings.Contains(err.Error(), "no-break") {
		t.Error(err)
	}
}

// What overrides a question, or means all there is, is never left behind in an environment or a file.
func TestFlagsThatHaveToBeTypedAreNotSetByVariables(t *testing.T) {
	for _, name := range []string{"force", "all", "help"} {
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		set := flags.Bool(name, false, "")
		p := newProgram(t)
		p.env["PROPCTL_"+strings.ToUpper(name)] = "true"
		if err := settings.LoadEnvironment(flags, p.Env()); err != nil || *set {
			t.Errorf("PROPCTL_%s has set --%s: %v", strings.ToUpper(name), name, err)
		}
	}
}

// A list from a variable or a file takes the place of the default, and is not a flag that was typed.
func TestAListTakesThePlaceOfTheDefault(t *testing.T) {
	p := newProgram(t)
	p.env["PROPCTL_NETWORK"] = "production"
	if err := p.run("activate x"); err != nil || p.networks.Typed || !p.networks.Given || !slices.Equal(p.networks.All, []papi.Network{papi.Production}) {
		t.Errorf("%+v: %v", p.networks, err)
	}
	p = newProgram(t)
	p.notify.All = []string{"default@example.com"}
	p.env["PROPCTL_NOTIFY"] = "a@example.com,b@example.com"
	if err := p.run("activate x"); err != nil || !slices.Equal(p.notify.All, []string{"a@example.com", "b@example.com"}) {
		t.Errorf("%v: %v", p.notify.All, err)
	}
}

func TestAFlagKeepsWhatElseIsKnownOfIt(t *testing.T) {
	p := newProgram(t)
	p.env["PROPCTL_NOTE"] = "a"
	activate, _, err := p.root.Find([]string{"activate"})
	if err != nil {
		t.Fatal(err)
	}
	if err := activate.Flags().SetAnnotation("note", "of-cobra", []string{"x"}); err != nil {
		t.Fatal(err)
	}
	if err := p.run("activate x"); err != nil {
		t.Fatal(err)
	}
	if _, source, name := p.shown("note"); source != "environment" || name != "PROPCTL_NOTE" || !slices.Equal(activate.Flags().Lookup("note").Annotations["of-cobra"], []string{"x"}) {
		t.Errorf("from %s %s, annotations %v", source, name, activate.Flags().Lookup("note").Annotations)
	}
}

// Whoever knows a webhook's path can write to it, wherever it was given by mistake.
func TestURLsAreShownWithoutTheirPaths(t *testing.T) {
	p := newProgram(t)
	if err := p.run("activate x --note https://hooks.example.com/T0/secret --notify a@example.com,https://hooks.example.com/secret"); err != nil {
		t.Fatal(err)
	}
	for flag, want := range map[string]string{"note": "https://hooks.example.com/…", "notify": "a@example.com,https://hooks.example.com/…"} {
		if value, _, _ := p.shown(flag); value != want {
			t.Errorf("%s is shown as %q, want %q", flag, value, want)
		}
	}
	if p.note != "https://hooks.example.com/T0/secret" {
		t.Errorf("to show a value has changed it: %q", p.note)
	}
}
