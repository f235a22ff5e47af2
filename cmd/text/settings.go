package text

import (
	"cmp"
	"slices"
	"strings"

	"github.com/propctl/propctl/cmd/result"
	"github.com/propctl/propctl/cmd/term"
)

// Settings prints the settings that are set; with all, also those with their defaults.
func Settings(w *term.Printer, d *result.Document, all bool) {
	isSet := func(s *result.Setting) bool { return s.Source != result.SourceDefault }
	t := term.NewTable(w, "SETTING", "VALUE", "SOURCE", "COMMANDS")
	shown := slices.DeleteFunc(slices.Clone(d.Settings), func(s *result.Setting) bool { return !isSet(s) && !all })
	slices.SortStableFunc(shown, func(a, b *result.Setting) int { return before(isSet(a), isSet(b)) })
	for _, s := range shown {
		t.Row(s.Name, term.Clean(s.Value, term.MaxName), sourceText(s), term.Clean(cmp.Or(strings.Join(s.Commands, ", "), "every command"), maxCommands))
	}
	if len(shown) > 0 {
		t.Print()
	}
	if left := len(d.Settings) - len(shown); left > 0 {
		w.Line("%d settings have their defaults; --all shows them", left)
	}
}

// before orders true before false.
func before(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// maxCommands is how many characters of a list of commands are printed.
const maxCommands = 60

// sourceText is the source of a setting, for people.
func sourceText(s *result.Setting) string {
	if s.From == nil {
		return string(s.Source)
	}
	return string(s.Source) + " " + term.Clean(*s.From, term.MaxName)
}
