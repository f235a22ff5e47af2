package settings_test

import (
	"errors"
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/catalogue"
	"github.com/propctl/propctl/cmd/settings"
	"github.com/propctl/propctl/papi"
)

func TestValuesAreReadAndRefusedAsTheirFlagsSay(t *testing.T) {
	text, line, number := settings.Text(""), settings.Line(""), 0
	word := settings.UntilActive
	var span settings.Duration
	values := map[string]pflag.Value{
		"text": &text, "line": &line, "int": settings.Int{To: &number},
		"word":     settings.OneOf[settings.Choice]{To: &word, Allowed: []settings.Choice{settings.UntilActive, settings.UntilSteady}},
		"duration": durationValue(&span),
	}
	for _, tt := range []struct{ kind, given, want, refused string }{
		{kind: "text", given: "a\r\nb\rc\n", want: "a\nb\nc\n"},
		{kind: "text", given: "  kept  ", want: "  kept  "},
		{kind: "line", given: " \tone line\r\n", want: "one line"},
		{kind: "int", given: "0", want: "0"},
		{kind: "int", given: "-3", want: "-3"},
		{kind: "int", given: "010", refused: `"010" is not written as a number is; write 10`},
		{kind: "int", given: "+1", refused: "write 1"},
		{kind: "int", given: "1e3", refused: "invalid syntax"},
		{kind: "int", given: "99999999999999999999", refused: "out of range"},
		{kind: "word", given: "STEADY", want: "steady"},
		{kind: "word", given: "stedy", refused: `"stedy" is not one of active, steady; did you mean steady?`},
		{kind: "word", given: "", refused: `"" is not one of active, steady`},
		{kind: "duration", given: "90s", want: "1m30s"},
		{kind: "duration", given: "2 days", want: "48h0m0s"},
		{kind: "duration", given: "0s", refused: "must be positive"},
		{kind: "duration", given: "-1m", refused: "must be positive"},
		{kind: "duration", given: "5", refused: "has no unit; write 5s or 5m"},
		{kind: "duration", given: "soon", refused: "is not a duration such as"},
	} {
		v := values[tt.kind]
		before := v.String()
		switch err := v.Set(tt.given); {
		case tt.refused == "" && (err != nil || v.String() != tt.want):
			t.Errorf("%s of %q is %q: %v, want %q", tt.kind, tt.given, v.String(), err, tt.want)
		case tt.refused != "" && (err == nil || !strings.Contains(err.Error(), tt.refused)):
			t.Errorf("%s of %q: %v, want %q", tt.kind, tt.given, err, tt.refused)
		case tt.refused != "" && v.String() != before:
			t.Errorf("%s has become %q although %q was refused", tt.kind, v.String(), tt.given)
		}
	}
}

// durationValue is the value of a flag for a duration.
func durationValue(d *settings.Duration) pflag.Value {
	f := pflag.NewFlagSet("", pflag.ContinueOnError)
	f.TextVar(d, "d", settings.Duration(0), "")
	return f.Lookup("d").Value
}

func TestNetworksAreGoneThroughInTheirOrder(t *testing.T) {
	staging, production := papi.Staging, papi.Production
	for _, tt := range []struct {
		name    string
		given   string
		most    int
		inOrder bool
		want    []papi.Network
		refused string
	}{
		{name: "one", given: "staging", most: 1, want: []papi.Network{staging}},
		{name: "short", given: "P", most: 1, want: []papi.Network{production}},
		{name: "both", given: "staging, production", most: 2, inOrder: true, want: []papi.Network{staging, production}},
		{name: "twice the same", given: "s,staging,stage", most: 1, want: []papi.Network{staging}},
		{name: "looking has no order", given: "production,staging", most: 2, want: []papi.Network{staging, production}},
		{name: "acting has one", given: "production,staging", most: 2, inOrder: true, refused: "staging always comes first; write staging,production"},
		{name: "too many", given: "s,p", most: 1, refused: "only one network can be given here"},
		{name: "mistyped", given: "produktion", most: 1, refused: "did you mean production?"},
		{name: "the first letter", given: "px", most: 1, refused: "did you mean production?"},
		{name: "the other first letter", given: "sx", most: 1, refused: "did you mean staging?"},
		{name: "what is near before the first letter", given: "sproduction", most: 1, refused: "did you mean production?"},
		{name: "unlike both", given: "mars", most: 1, refused: `network "mars" is neither staging nor production`},
		{name: "nothing", given: "", most: 1, refused: "neither"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := settings.Networks{All: []papi.Network{staging}, Max: tt.most, InOrder: tt.inOrder}
			err := n.Set(tt.given)
			if tt.refused != "" {
				if err == nil || !strings.Contains(err.Error(), tt.refused) || n.Given || !slices.Equal(n.All, []papi.Network{staging}) {
					t.Errorf("%v and %v, want %q and the default", err, n.All, tt.refused)
				}
				return
			}
			if err != nil || !slices.Equal(n.All, tt.want) || !n.Given || !n.Typed {
				t.Errorf("%v: %v, want %v", n, err, tt.want)
			}
			if err := n.Set("staging"); err == nil || !strings.Contains(err.Error(), "given twice") {
				t.Errorf("the flag a second time: %v", err)
			}
			n.Repeatable = true
			if err := n.Set("staging"); err != nil {
				t.Errorf("read twice for completion: %v", err)
			}
		})
	}
}

func TestNetworksOfTheFileAreAList(t *testing.T) {
	n := settings.Networks{Max: 2}
	if err := n.Replace([]string{"staging"}); err != nil || n.Typed {
		t.Errorf("%v; typed: %t", err, n.Typed)
	}
	if err := n.Append("production"); err != nil || !slices.Equal(n.GetSlice(), []string{"staging", "production"}) {
		t.Errorf("%v: %v", n.GetSlice(), err)
	}
	if err := n.Append("mars"); err == nil || len(n.All) != 2 {
		t.Errorf("%v: %v", n.All, err)
	}
}

func TestOptionalSwitchesTellNotGivenFromFalse(t *testing.T) {
	var o settings.OptionalBool
	if o.Value != nil || o.String() != "" || !o.IsBoolFlag() {
		t.Errorf("before it is given: %v", o)
	}
	for given, want := range map[string]bool{"true": true, "TRUE": true, "1": true, "false": false, "0": false} {
		if err := o.Set(given); err != nil || *o.Value != want || o.String() != fmt.Sprint(want) {
			t.Errorf("%s: %v, %v", given, o.String(), err)
		}
	}
	if err := o.Set("yes"); err == nil || !strings.Contains(err.Error(), `"yes" is neither true nor false`) {
		t.Errorf("%v", err)
	}
}

func TestListsAreTakenApartAtCommasAndLines(t *testing.T) {
	for given, want := range map[string][]string{
		"a":               {"a"},
		"a,b":             {"a", "b"},
		" a , b ":         {"a", "b"},
		"a\nb":            {"a", "b"},
		"a\rb":            {"a", "b"},
		"a, \n b":         {"a", "b"},
		"a,\r\nb,\r\nc":   {"a", "b", "c"},
		"a\n\n  \nb\n":    {"a", "b"},
		"a,,b":            {"a", "", "b"}, // it was meant to be something: whoever reads the list refuses it
		"a,":              {"a", ""},
		"":                {""},
		" \n ":            {""},
		"a b":             {"a b"},
		"a,\nb,":          {"a", "b", ""},
		"\ta\t,\tb\t\r\n": {"a", "b"},
	} {
		var l settings.List
		if err := l.Set(given); err != nil || !slices.Equal(l.All, want) {
			t.Errorf("%q is %q: %v, want %q", given, l.All, err, want)
		}
		if err := l.Append("z"); err != nil || len(l.All) != len(want)+1 {
			t.Errorf("%q and one more is %q: %v", given, l.All, err)
		}
		if err := l.Replace([]string{given, "z"}); err != nil || !slices.Equal(l.GetSlice(), append(slices.Clone(want), "z")) {
			t.Errorf("from a file %q is %q: %v", given, l.All, err)
		}
	}
}

func TestWebhooksAreSafeOrRefusedWithoutTheirSecrets(t *testing.T) {
	const secret = "very-secret"
	for given, want := range map[string]string{
		"https://hooks.example.com/" + secret:                "",
		"http://127.0.0.1:8080/" + secret:                    "",
		"http://[::1]/" + secret:                             "",
		"http://localhost/" + secret:                         "",
		"http://hooks.example.com/" + secret:                 "which is for this machine only; give an https URL",
		"http://localhost.example.com/" + secret:             "which is for this machine only",
		"https://me:" + secret + "@hooks.example.com/":       "has a user or a password in it; leave them out",
		"ftp://hooks.example.com/" + secret:                  "does not begin with https",
		"mailto:" + secret + "@example.com":                  "is not a URL such as",
		"https:///" + secret:                                 "is not a URL such as",
		"https://hooks.example.com/" + secret + " x":         "is not a URL",
		"https://hooks.example.com/" + secret + "\x1b[2J":    "is not a URL",
		"https://hooks.example.com/" + secret + "\xff":       "is not a URL",
		"https://hooks.example.com/%zz" + secret:             "is not a URL such as",
		secret:                                               "is not a URL such as",
		"https://x.example.com/" + strings.Repeat("x", 4096): "is not a URL",
		"https://x.example.com/" + strings.Repeat("x", 4074): "", // 4 KiB in all
		"https://hooks.example.com/\u202e" + secret:          "is not a URL",
		"ftp://localhost/" + secret:                          "does not begin with https",
		"http://192.0.2.1/" + secret:                         "which is for this machine only",
	} {
		var f settings.Flags
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		f.Declare(flags)
		if err := flags.Set("notify-url", "https://first.example.com/x,"+given); err != nil {
			t.Fatal(err)
		}
		err := f.Check(false)
		switch {
		case want == "" && err != nil:
			t.Errorf("%q: %v", given, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), "--notify-url: URL 2 of 2 ") || !strings.Contains(err.Error(), want)):
			t.Errorf("%q: %v, want %q", given, err, want)
		case err != nil && (strings.Contains(err.Error(), secret) || catalogue.Judge(err).ExitCode != catalogue.ExitUsage):
			t.Errorf("%q: %v", given, err)
		}
		if shown := flags.Lookup("notify-url").Value.String() + settings.ShownValue(flags.Lookup("notify-url")); strings.Contains(shown, secret) || strings.Contains(shown, "\x1b") {
			t.Errorf("%q is shown as %q", given, shown)
		}
	}
}

func TestAWebhookIsToldOnce(t *testing.T) {
	var u settings.URLs
	for _, given := range []string{"https://a.example.com/x,https://b.example.com/y", "https://a.example.com/x", "", ","} {
		if err := u.Set(given); err != nil {
			t.Fatal(err)
		}
	}
	if want := []string{"https://a.example.com/x", "https://b.example.com/y"}; !slices.Equal(u.All, want) {
		t.Errorf("%v, want %v", u.All, want)
	}
	if err := u.Replace([]string{"https://c.example.com/z"}); err != nil || !slices.Equal(u.All, []string{"https://c.example.com/z"}) {
		t.Errorf("%v: %v", u.All, err)
	}
}

func TestSecretsAreMasked(t *testing.T) {
	for key, want := range map[string]string{"": "…", "1-AB": "…", "1-ABCD:Z": "1-AB…"} {
		if got := settings.Mask(key); got != want {
			t.Errorf("%q is shown as %q, want %q", key, got, want)
		}
	}
	for url, want := range map[string]string{
		"https://hooks.example.com/T0/B0/secret?sig=secret#secret": "https://hooks.example.com/…",
		"https://me:secret@hooks.example.com/":                     "https://hooks.example.com/…",
		"no URL":                                                   "…", "%": "…", "": "…",
	} {
		if got := settings.MaskURL(url); got != want {
			t.Errorf("%q is shown as %q, want %q", url, got, want)
		}
	}
}

func TestErrorsOfTheAccountKeyDoNotHaveIt(t *testing.T) {
	for _, given := range []string{"1-SECRET\x00", "1-SECRET 2", "1-SECRETü"} {
		p := newProgram(t)
		p.root.SetArgs([]string{"status", "--account-key", given})
		if err := p.root.Execute(); err == nil || strings.Contains(err.Error(), "SECRET") || !strings.Contains(err.Error(), "account") {
			t.Errorf("%q: %v", given, err)
		}
		p = newProgram(t)
		p.env["AKAMAI_EDGERC_ACCOUNT_KEY"] = given
		if err := p.run("status"); err == nil || strings.Contains(err.Error(), "SECRET") {
			t.Errorf("%q in a variable: %v", given, err)
		}
	}
	p := newProgram(t)
	p.root.SetArgs([]string{"status", "--account-key", "1-ABCD EF"})
	if err := p.root.Execute(); err == nil || strings.Contains(err.Error(), "there is nothing in it") {
		t.Errorf("one with a blank in it: %v", err)
	}
	p = newProgram(t)
	if err := p.run("status --account-key="); err != nil {
		t.Errorf("an empty one, which Check refuses with what to do: %v", err)
	}
	p = newProgram(t)
	if err := p.run("status --account-key=1-ABCD"); err != nil || p.Check(true) != nil {
		t.Errorf("a good one: %v, %v", err, p.Check(true))
	}
	p = newProgram(t)
	p.root.SetArgs([]string{"status", "--account-key", "\u00a0"})
	if err := p.root.Execute(); err == nil || !strings.Contains(err.Error(), "leave it out for the API client's own account") {
		t.Errorf("one that is blank: %v", err)
	}
}

func TestFlagsThatDoNotGoTogetherAreRefused(t *testing.T) {
	for _, tt := range []struct{ line, want string }{
		{"--max-retries 0", ""},
		{"--max-retries -1", "--max-retries -1 is negative"},
		{"--speed 0.001", ""},
		{"--speed 0.0009", "--speed 0.0009 is not between 0.001 and 100000"},
		{"--speed 100000", ""},
		{"--speed 100001", "--speed"},
		{"--speed NaN", "--speed NaN"},
		{"--jq .outcome", "--jq needs -o json or -o ndjson"},
		{"--jq .outcome -o json", ""},
		{"--jq .outcome -o ndjson", ""},
		{"--suspend-factor 1", ""},
		{"--suspend-factor 0.9", "--suspend-factor 0.9 is not between 1 and 100"},
		{"--suspend-factor NaN", "--suspend-factor"},
		{"--suspend-factor 100", ""},
		{"--suspend-factor 101", "--suspend-factor"},
		{"--suspend-maximum 24h", ""},
		{"--suspend-maximum 24h1s", "--suspend-maximum 24h0m1s is longer than 24h"},
		{"--suspend-initial 6m", "--suspend-initial 6m is longer than --suspend-maximum 5m"},
		{"--suspend-initial 6m --suspend-maximum 6m", ""},
		{"--contact team@example.com", ""},
		{"--contact ü", "only plain ASCII without brackets"},
		{"--contact (x)", "only plain ASCII without brackets"},
		{"--contact " + strings.Repeat("x", 100), ""},
		{"--contact " + strings.Repeat("x", 101), "--contact is longer than 100 characters"},
	} {
		p := newProgram(t)
		if err := p.run("status " + tt.line); err != nil {
			t.Errorf("%s: %v", tt.line, err)
			continue
		}
		err := p.Check(false)
		if (err == nil) != (tt.want == "") || err != nil && (!strings.Contains(err.Error(), tt.want) || catalogue.Judge(err).ExitCode != catalogue.ExitUsage) {
			t.Errorf("%s: %v, want %q", tt.line, err, tt.want)
		}
	}
	for contact, want := range map[string]bool{"a team ~1": true, "a\tb": false, "a\x7fb": false, `a\b`: false} {
		p := newProgram(t)
		if err := errors.Join(p.run("status"), p.executed.Flags().Set("contact", contact)); err != nil {
			t.Fatal(err)
		}
		if err := p.Check(false); (err == nil) != want || err != nil && !strings.Contains(err.Error(), "only plain ASCII without brackets") {
			t.Errorf("the contact %q: %v", contact, err)
		}
	}
	if err := new(settings.Flags).Check(true); err == nil || !strings.Contains(err.Error(), "--account-key is empty; leave it out") {
		t.Errorf("an empty account key: %v", err)
	}
}

func TestContractAndGroupGoTogether(t *testing.T) {
	for _, f := range []struct {
		contract, group string
		together        bool
	}{{"", "", true}, {"ctr_1", "grp_1", true}, {"ctr_1", "", false}, {"", "grp_1", false}} {
		if err := (&settings.Flags{Contract: f.contract, Group: f.group}).CheckTogether(); (err == nil) != f.together {
			t.Errorf("%+v: %v", f, err)
		}
	}
}

func TestASuspensionIsWhatTheFlagsSay(t *testing.T) {
	p := newProgram(t)
	if err := p.run("status"); err != nil || p.Suspension() != papi.DefaultSuspension() {
		t.Errorf("%+v: %v, want PAPI's default", p.Suspension(), err)
	}
	p = newProgram(t)
	want := papi.Suspension{Initial: 2 * time.Minute, Factor: 3, Maximum: time.Hour}
	if err := p.run("status --suspend-initial 2m --suspend-factor 3 --suspend-maximum 1h"); err != nil || p.Suspension() != want || math.IsNaN(want.Factor) {
		t.Errorf("%+v: %v, want %+v", p.Suspension(), err, want)
	}
}

// pflag compares the text of a flag's value with that of the type's zero value.
func TestTheZeroValueOfEachTypeHasAText(t *testing.T) {
	flags := pflag.NewFlagSet("", pflag.ContinueOnError)
	var f settings.Flags
	f.Declare(flags)
	zero := map[string]pflag.Value{
		"0": settings.Int{}, "": settings.OneOf[settings.Format]{},
	}
	for want, v := range zero {
		if v.String() != want {
			t.Errorf("%T: %q, want %q", v, v.String(), want)
		}
	}
	key := reflect.New(reflect.TypeOf(flags.Lookup("account-key").Value)).Elem().Interface()
	if text, ok := key.(fmt.Stringer); !ok || text.String() != "" {
		t.Errorf("%T: %v", key, key)
	}
}
