package settings_test

import (
	"errors"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/cmd/term"
)

// given is what became of a value: how it is shown, or that it was refused.
type given struct {
	shown   string
	refused bool
}

// from gives a flag a value from one source.
func from(t *testing.T, source, flag, value string) given {
	t.Helper()
	p := newProgram(t)
	args := []string{"activate", "x"}
	switch source {
	case "flag":
		args = append(args, "--"+flag+"="+value)
	case "variable":
		p.env["PROPCTL_"+strings.ToUpper(strings.ReplaceAll(flag, "-", "_"))] = value
	case "file":
		p.write(t, "", flag+": '"+strings.ReplaceAll(value, "'", "''")+"'\n")
	}
	p.root.SetArgs(args)
	if err := p.root.Execute(); err != nil {
		if source != "flag" && catalogue.Judge(err).ExitCode != catalogue.ExitUsage {
			t.Errorf("--%s from a %s: %v is no mistake of the settings", flag, source, err)
		}
		return given{refused: true}
	}
	shown, _, _ := p.shown(flag)
	return given{shown: shown}
}

// Whatever the source, a value is read by the flag that it belongs to: what one source takes, all take, and as the same.
func TestAValueMeansTheSameFromEverySource(t *testing.T) {
	flags := strings.Fields("section account-key timeout max-retries suspend-factor simulate output notify-url note notify network if-pending poll no-wait fast-push limit factor")
	samples := []string{
		"0", "1", "-1", "007", "+3", "1e3", "1.5", "NaN", "99999999999999999999", "0x10", "1_000",
		"true", "TRUE", "t", "yes", "on", "false",
		"30s", "2 min", "1h30m", "-5s", "0s", "30", "1w", "P1D", ".5h",
		"staging", "Production", "s,p", "p,s", "s,s", "staging, production", "mars", ",",
		"json", "NDJSON", "xml", "wait", "FAIL", "adaptive", "retry-after", "3s", "5s", "1m",
		"a@example.com", "a@example.com, b@example.com", "a,,b", "a,", "it's", "#no comment", ": colon", "~", "- item", "{a: b}", "[a]",
		"https://hooks.example.com/x", "https://a.example.com/x,https://b.example.com/y", "ünïcode", "🙂", " around ", "1-ABCD:1-EFGH", "\u00a0",
	}
	compared := 0
	rapid.Check(t, func(r *rapid.T) {
		flag, value := rapid.SampledFrom(flags).Draw(r, "flag"), rapid.SampledFrom(samples).Draw(r, "value")
		typed := from(t, "flag", flag, value)
		for _, source := range []string{"variable", "file"} {
			if got := from(t, source, flag, value); got != typed {
				r.Errorf("--%s=%q typed: %+v; from a %s: %+v", flag, value, typed, source, got)
			}
		}
		compared++
	})
	if compared == 0 {
		t.Error("nothing was compared")
	}
}

// A list may be longer than any text of it.
func TestEachTextOfAListHasItsOwnBound(t *testing.T) {
	p := newProgram(t)
	if err := p.run("activate x"); err != nil {
		t.Fatal(err)
	}
	most := strings.Repeat("x", 32<<10)
	f := p.executed.Flags()
	if err := errors.Join(f.Set("notify", most), f.Set("notify", most)); err != nil {
		t.Fatal(err)
	}
	if err := settings.CheckArguments(p.executed, []string{most}); err != nil {
		t.Error(err)
	}
	for _, tooLong := range []func() error{
		func() error { return settings.CheckArguments(p.executed, []string{most + "x"}) },
		func() error {
			return errors.Join(f.Set("notify", most+"x"), settings.CheckArguments(p.executed, nil))
		},
	} {
		if err := tooLong(); err == nil || !strings.Contains(err.Error(), "is longer than 32768 bytes") || len(err.Error()) > 200 {
			t.Errorf("%.200v", err)
		}
	}
}

// A library's caller may have no environment at all.
func TestWithoutAnEnvironmentThereAreDefaults(t *testing.T) {
	p := newProgram(t)
	if err := p.run("activate x"); err != nil {
		t.Fatal(err)
	}
	if err := settings.LoadEnvironment(p.executed.Flags(), term.Env{}); err != nil {
		t.Error(err)
	}
	if path, named := settings.Path(term.Env{}, ""); path != "" || named {
		t.Errorf("%s, named: %t", path, named)
	}
	file, err := settings.ReadFile(t.Context(), "", false)
	if file != nil || err != nil {
		t.Errorf("%v, %v", file, err)
	}
	if err := file.Apply(p.executed); err != nil {
		t.Errorf("no file: %v", err)
	}
}

// A file that was read is there to be looked through: which keys it has, and of which kind.
func TestAFileHasTheValuesOfItsKeys(t *testing.T) {
	p := newProgram(t)
	path := p.write(t, "", "Note: a\nmax-retries: 3\nquiet: true\nnotify: [a@example.com]\n")
	file, err := settings.ReadFile(t.Context(), path, true)
	if err != nil {
		t.Fatal(err)
	}
	for key, want := range map[string]any{"note": "a", "max-retries": 3, "quiet": true} {
		if file.Values[key] != want {
			t.Errorf("%s is %v, want %v", key, file.Values[key], want)
		}
	}
	if len(file.Values) != 4 {
		t.Errorf("%v", file.Values)
	}
}
