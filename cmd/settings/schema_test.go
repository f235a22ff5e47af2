package settings_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/pflag"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/settings"
)

// Whatever a flag takes, editors that check a file against its schema have to take too.
func TestTheSchemaOfTheFileTakesWhatFlagsTake(t *testing.T) {
	p := newProgram(t)
	schema := settings.SchemaOf(p.root)
	settable := settings.AllFlags(p.root)
	samples := []string{
		"0", "1", "-1", "6", "010", "1.5", ".5", "1e3", "-2.5e-3", "true", "false", "t", "F", "TRUE", "yes",
		"30s", "1h30m", "90 min", "2 days", "1d12h", ".5s", "wait", "FAIL", "json", "staging", "s,p", "adaptive", "x",
	}
	compared := 0
	settings.EachFlag(p.root, func(f *pflag.Flag) {
		if !settable[f.Name] {
			if schema.Properties[f.Name] != nil {
				t.Errorf("the schema has %s, which no file may set", f.Name)
			}
			return
		}
		s := schema.Properties[f.Name]
		if s == nil || s.Description == "" {
			t.Errorf("the schema has no %s, or does not describe it", f.Name)
			return
		}
		if s.Pattern == "" {
			return
		}
		pattern := regexp.MustCompile(s.Pattern)
		for _, sample := range samples {
			compared++
			if err := settings.SetFlag(f, sample); (err == nil) && !pattern.MatchString(sample) {
				t.Errorf("%s takes %q, its pattern does not", f.Name, sample)
			}
		}
	})
	if compared == 0 {
		t.Error("no flag has a pattern")
	}
	if schema.Additional != false {
		t.Error("the schema takes keys that there are not")
	}
}

func TestTheSchemaSaysWhatAFlagTakes(t *testing.T) {
	p := newProgram(t)
	schema := settings.SchemaOf(p.root)
	for name, want := range map[string]struct {
		types    string
		standard any
		words    string
		items    bool
	}{
		"note":           {types: "string number boolean"},
		"max-retries":    {types: "integer string", standard: 6},
		"suspend-factor": {types: "number string", standard: 2.0},
		"no-wait":        {types: "boolean string", standard: false},
		"fast-push":      {types: "boolean string"},               // not given is neither
		"factor":         {types: "number string", standard: 1.5}, // of two commands, that agree
		"timeout":        {types: "string"},
		"if-pending":     {types: "string", standard: "wait", words: "wait fail"},
		"notify":         {items: true},
		"network":        {items: true},
		"accountkey":     {types: "string number boolean"},
	} {
		s := schema.Properties[name]
		if s == nil {
			t.Errorf("no %s", name)
			continue
		}
		if joined(s.Type) != want.types {
			t.Errorf("%s is of the types %v, want %s", name, s.Type, want.types)
		}
		if s.Default != want.standard || joined(s.Enum) != want.words {
			t.Errorf("%s has the default %v and the words %v, want %v and %s", name, s.Default, s.Enum, want.standard, want.words)
		}
		if list := slices.ContainsFunc(s.AnyOf, func(o *result.Schema) bool { return o.Items != nil }); list != want.items {
			t.Errorf("%s may be a list: %t, want %t", name, list, want.items)
		}
	}
	// Two commands have these: what differs is joined, or left out.
	for name, want := range map[string]string{"network": "where", "limit": "how many; or: how few", "factor": "how much"} {
		if s := schema.Properties[name]; s.Default != nil && name != "factor" || s.Description != want {
			t.Errorf("%s: %q, default %v", name, s.Description, s.Default)
		}
	}
}

// joined are words with blanks between them.
func joined(words any) string {
	if word, ok := words.(string); ok {
		return word
	}
	var all []string
	if list, ok := words.([]any); ok {
		for _, w := range list {
			if word, ok := w.(string); ok {
				all = append(all, word)
			}
		}
	}
	return strings.Join(all, " ")
}

func TestHelpNamesValueAndDefaultOfAFlag(t *testing.T) {
	p := newProgram(t)
	for flag, want := range map[string]struct{ value, text, standard string }{
		"note":            {"TEXT", "why", ""},
		"no-wait":         {"", "do not wait", ""},
		"if-pending":      {"wait|fail", "what then", "wait"},
		"limit":           {"N", "how many", "20"},
		"suspend-maximum": {"DURATION", "longest such pause", "5m"},
		"max-retries":     {"N", "", "6"},
		"timeout":         {"DURATION", "", ""},
		"ci":              {"SYSTEM", "", ""}, // its choices are too many to stand for the value
	} {
		f := p.root.PersistentFlags().Lookup(flag)
		if f == nil {
			f = p.root.Commands()[0].Flags().Lookup(flag)
		}
		value, text := settings.Usage(f)
		if value != want.value || want.text != "" && text != want.text || settings.Default(f) != want.standard {
			t.Errorf("--%s: %q, %q, default %q; want %+v", flag, value, text, settings.Default(f), want)
		}
	}
}

func TestChoicesStandForTheValueWhileThereIsRoom(t *testing.T) {
	for _, tt := range []struct {
		words []string
		want  string
	}{
		{[]string{"adaptive", "fixed", "sometimes"}, "adaptive|fixed|sometimes"}, // 24 characters
		{[]string{"adaptive", "fixed", "sometimess"}, "WHEN"},
	} {
		var word string
		flags := pflag.NewFlagSet("", pflag.ContinueOnError)
		flags.Var(settings.OneOf[string]{To: &word, Allowed: tt.words}, "poll", "`WHEN` to look")
		if value, text := settings.Usage(flags.Lookup("poll")); value != tt.want || text != "to look" {
			t.Errorf("%v: %q and %q, want %q", tt.words, value, text, tt.want)
		}
	}
}
