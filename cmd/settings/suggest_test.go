package settings_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
)

func TestMistypedWordsAreTakenForWhatIsNearest(t *testing.T) {
	words := []string{"staging", "production", "notify", "note", "notify-url", "poll"}
	for typed, want := range map[string][]string{
		"staging":                 {"staging"},
		"stagign":                 {"staging"},
		" Stagng ":                {"staging"},
		"prod":                    {"production"},
		"no":                      {"notify", "note", "notify-url"}, // the beginning of several
		"notfy":                   {"notify"},
		"pol":                     {"poll"},
		"x":                       nil,
		"p":                       nil, // one letter is the beginning of too much
		"":                        nil,
		"nothing-like-these":      nil,
		strings.Repeat("n", 5000): nil,
	} {
		if got := settings.Nearest(typed, words...); !slices.Equal(got, want) {
			t.Errorf("%.20q is taken for %v, want %v", typed, got, want)
		}
	}
	if got := settings.Nearest("abcdef", "abcdgh", "abcdeg"); !slices.Equal(got, []string{"abcdeg"}) {
		t.Errorf("%v may be meant, want the nearest one alone", got)
	}
	if got := settings.Nearest("x", "y"); got != nil {
		t.Errorf("%v may be meant by another letter", got)
	}
	many := []string{"aaa", "aab", "aac", "aad"}
	if got := settings.Nearest("aax", many...); len(got) != 3 {
		t.Errorf("%v may be meant, want three at most", got)
	}
}

func TestDistanceCountsMistakesOfTyping(t *testing.T) {
	for _, tt := range []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "abcd", 1},
		{"abc", "bc", 1},
		{"abc", "acb", 1},
		{"staging", "stagign", 1},
		{"kitten", "sitting", 3},
		{"xb", "bc", 2}, // not swapped
		{"ab", "ca", 2},
	} {
		if got := settings.Distance(tt.a, tt.b); got != tt.want {
			t.Errorf("from %q to %q it is %d, want %d", tt.a, tt.b, got, tt.want)
		}
	}
	rapid.Check(t, func(r *rapid.T) {
		letters := rapid.StringMatching("[ab]{0,6}")
		a, b := letters.Draw(r, "a"), letters.Draw(r, "b")
		d := settings.Distance(a, b)
		if d != settings.Distance(b, a) || (d == 0) != (a == b) || d > max(len(a), len(b)) || d < max(len(a), len(b))-min(len(a), len(b)) {
			r.Errorf("from %q to %q it is %d", a, b, d)
		}
	})
}

func TestDidYouMeanNamesWhatMayBeMeant(t *testing.T) {
	if got := settings.DidYouMean(nil); got != "" {
		t.Errorf("%q", got)
	}
	if got := settings.DidYouMean([]string{"a", "b"}); got != "; did you mean a or b?" {
		t.Errorf("%q", got)
	}
}

func TestFlagsThatCannotBeReadAreNamedWithWhatIsMeant(t *testing.T) {
	for _, tt := range []struct {
		line string
		want []string
		hide string // what is not in it
	}{
		{line: "activate x --notfy y", want: []string{"unknown flag: --notfy; did you mean --notify?"}},
		{line: "activate x --xyzzy", want: []string{"unknown flag: --xyzzy"}},
		{line: "activate x -y", want: []string{"unknown shorthand flag"}},
		{line: "activate x --note", want: []string{"flag needs an argument: --note"}},
		{line: "activate x -network staging", want: []string{"did you mean --network?"}},
		{line: "activate x --network stagign", want: []string{`for "-n, --network" flag`, "did you mean staging?"}},
		{line: "activate x -n stagign", want: []string{"did you mean staging?"}, hide: "did you mean --"},
		{line: "activate x --limit limit", want: []string{"--limit"}, hide: "did you mean"},
		{line: "activate x --limit " + strings.Repeat("x", 200), want: []string{"is not a number that can be used here", "xxx"}},
		{line: "activate x --limit " + strings.Repeat("x", 201), want: []string{"does not take a value of 201 characters"}},
		{line: "activate x -n s -n p", want: []string{"--network", "given twice; give both networks at once, with a comma"}},
		{line: "activate x --no-wait=maybe", want: []string{`--no-wait: "maybe" is neither true nor false`}},
		{line: "activate x --factor many", want: []string{`--factor: "many" is not a number that can be used here`}},
		{line: "activate x --limit many", want: []string{`--limit: "many" is not a number that can be used here`}},
		{line: "activate x --limit " + strings.Repeat("9", 5000), want: []string{"--limit does not take a value of 5000 characters"}, hide: "999999"},
		{line: "status --accountkey 1-SECRET\x01", want: []string{"--account-key: "}, hide: "SECRET"},
	} {
		p := newProgram(t)
		err := p.run(tt.line)
		if err == nil || p.executed != nil {
			t.Errorf("%.60s: %v", tt.line, err)
			continue
		}
		for _, want := range tt.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%.60s: %.200q does not say %q", tt.line, err, want)
			}
		}
		if tt.hide != "" && strings.Contains(err.Error(), tt.hide) {
			t.Errorf("%.60s: %.200q shows %s", tt.line, err, tt.hide)
		}
	}
}

func TestErrorsOfOthersStayAsTheyAre(t *testing.T) {
	other := errors.New("something else")
	if got := settings.FlagError(newProgram(t).root, other); !errors.Is(got, other) {
		t.Errorf("%v", got)
	}
}

func TestAWrongNumberOfArgumentsIsSaidInWords(t *testing.T) {
	root := newProgram(t).root
	for _, tt := range []struct {
		command, args, want string
	}{
		{"activate", "", "propctl activate PROPERTY was given no argument"},
		{"activate", "a b", "propctl activate PROPERTY was given 2 arguments"},
		{"status", "stagign", `"stagign" is not one of staging, production; did you mean staging?`},
		{"status", "a b", "was given 2 arguments"},
		{"activate", "a", "propctl activate PROPERTY was given 1 argument"}, // which lists no words that it takes
	} {
		c, _, err := root.Find([]string{tt.command})
		if err != nil {
			t.Fatal(err)
		}
		got := settings.ArgumentCountError(c, strings.Fields(tt.args))
		if !strings.Contains(got.Error(), tt.want) || catalogue.Judge(got).ExitCode != catalogue.ExitUsage {
			t.Errorf("%s %s: %v, want %q", tt.command, tt.args, got, tt.want)
		}
	}
}

func TestWhatIsNoTextIsRefusedWhereverItIsFrom(t *testing.T) {
	long := strings.Repeat("x", 1<<20)
	for _, tt := range []struct {
		name, arg, note, notify string
		want                    string
	}{
		{name: "text", arg: "www.example.com", note: "ünïcode\n", notify: "a"},
		{name: "argument that is not UTF-8", arg: "\xff", want: "an argument is not UTF-8"},
		{name: "argument with a NUL", arg: "a\x00b", want: "an argument has a NUL in it"},
		{name: "flag that is not UTF-8", note: "a\xffb", want: "--note is not UTF-8"},
		{name: "flag that is too long", note: long, want: "--note is longer than"},
		{name: "one of a list", notify: "a,b\x00", want: "--notify has a NUL in it"},
	} {
		p := newProgram(t)
		if err := p.run("activate x"); err != nil {
			t.Fatal(err)
		}
		f := p.executed.Flags()
		if err := errors.Join(f.Set("note", tt.note), f.Set("notify", tt.notify)); err != nil {
			t.Fatal(err)
		}
		err := settings.CheckArguments(p.executed, []string{tt.arg})
		if (err == nil) != (tt.want == "") || err != nil && !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q", tt.name, err, tt.want)
		}
	}
}

func TestHiddenFlagsAreNotSuggested(t *testing.T) {
	p := newProgram(t)
	p.root.PersistentFlags().Bool("experimental", false, "")
	if err := p.root.PersistentFlags().MarkHidden("experimental"); err != nil {
		t.Fatal(err)
	}
	if err := p.run("status --experimentl"); err == nil || strings.Contains(err.Error(), "did you mean") {
		t.Errorf("%v", err)
	}
}

func TestTheFirstFlagThatIsNoTextIsNamed(t *testing.T) {
	p := newProgram(t)
	if err := p.run("activate x"); err != nil {
		t.Fatal(err)
	}
	f := p.executed.Flags()
	if err := errors.Join(f.Set("section", "a\x00"), f.Set("note", "a\x00")); err != nil {
		t.Fatal(err)
	}
	if err := settings.CheckArguments(p.executed, nil); err == nil || !strings.Contains(err.Error(), "--note ") {
		t.Errorf("%v", err)
	}
}

// A variable may have anything in it: an error shows the beginning.
func TestALongValueIsShownCut(t *testing.T) {
	p := newProgram(t)
	p.env["PROPCTL_LIMIT"] = strings.Repeat("9", 5000)
	err := p.run("activate x")
	refused(t, err, "PROPCTL_LIMIT", "is not a number that can be used here")
	if n := len(err.Error()); n > 400 {
		t.Errorf("%d characters", n)
	}
}
