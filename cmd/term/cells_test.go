package term

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestTextIsMeasuredInCells(t *testing.T) {
	for text, want := range map[string]int{
		"":                      0,
		"www.example.com":       15,
		"例え.テスト":                11,
		"ｗｉｄｅ":                  8,
		"e\u0301a\u0308":        2,
		"한국어":                   6,
		"🚀":                     2,
		"⚠\ufe0f":               2,
		"क्षि":                  3, // terminals differ
		"…⠋":                    2,
		"\u0e01\u0e33\u0e49":    2,
		strings.Repeat("あ", 99): 198,
	} {
		if got := Cells(text); got != want {
			t.Errorf("%q takes %d cells, want %d", text, got, want)
		}
	}
}

func TestFitCutsAtCells(t *testing.T) {
	for _, tt := range []struct {
		text string
		room int
		want string
	}{
		{"www.example.com", 15, "www.example.com"},
		{"www.example.com", 14, "www.example.c…"},
		{"www.example.com", 1, "…"},
		{"www.example.com", 0, "…"},
		{"例え例え", 8, "例え例え"},
		{"例え例え", 7, "例え例…"},
		{"例え例え", 6, "例え…"}, // half of a rune is no rune
		{"e\u0301e\u0301e\u0301", 2, "e\u0301…"},
	} {
		if got := Fit(tt.text, tt.room); got != tt.want {
			t.Errorf("%q in %d cells is %q, want %q", tt.text, tt.room, got, tt.want)
		}
	}
}

func TestCellsOfTablesAreCutBetweenWords(t *testing.T) {
	const text = "2026-11-24 03:27:25 UTC (2d ago)"
	for room, want := range map[int]string{
		40: text, 31: "2026-11-24 03:27:25 UTC", 24: "2026-11-24 03:27:25 UTC", 22: "2026-11-24 03:27:25…", 20: "2026-11-24 03:27:25…",
		19: "2026-11-24…", 11: "2026-11-24…", 10: "2026-11-2…",
	} {
		if got := fitWords(text, room); got != want {
			t.Errorf("in %d cells it is %q, want %q", room, got, want)
		}
	}
}

func TestWrapBreaksAtBlanksAndWordsThatAreTooLong(t *testing.T) {
	for _, tt := range []struct {
		text         string
		room, indent int
		want         []string
	}{
		{"", 10, 2, []string{""}},
		{"a short one", 20, 2, []string{"a short one"}},
		{"PROPERTY: www.example.com", 20, 2, []string{"PROPERTY:", "www.example.com"}},
		{"NOTE: one two three", 9, 2, []string{"NOTE: one", "two", "three"}},
		{"abcdefghij", 4, 1, []string{"abcd", "efg", "hij"}},
		{"例え例え", 5, 0, []string{"例え", "例え"}},
	} {
		if diff := cmp.Diff(tt.want, wrap(tt.text, tt.room, tt.indent)); diff != "" {
			t.Errorf("%q in %d cells (-want +got):\n%s", tt.text, tt.room, diff)
		}
	}
}

func TestTimesAreToldWithZoneAndDistance(t *testing.T) {
	now := time.Date(2026, 11, 20, 13, 12, 17, 0, time.UTC)
	east := time.FixedZone("CET", 3600)
	for _, tt := range []struct {
		in   time.Duration
		zone *time.Location
		want string
	}{
		{59 * time.Minute, nil, "2026-11-20 14:11:17 UTC (in 59m)"},
		{59 * time.Minute, east, "2026-11-20 15:11:17 CET (in 59m)"},
		{0, nil, "2026-11-20 13:12:17 UTC (now)"},
		{-45 * time.Second, nil, "2026-11-20 13:11:32 UTC (45s ago)"},
		{-90*time.Minute - 20*time.Second, nil, "2026-11-20 11:41:57 UTC (1h30m ago)"},
		{5*time.Minute - time.Second, nil, "2026-11-20 13:17:16 UTC (in 5m)"},
		{-50 * time.Hour, nil, "2026-11-18 11:12:17 UTC (2d2h ago)"},
		{-48*time.Hour + time.Minute, nil, "2026-11-18 13:13:17 UTC (2d ago)"},
		{-230 * time.Hour, nil, "2026-11-10 23:12:17 UTC (10d ago)"},
	} {
		if got := (Clock{now, tt.zone}).Tell(now.Add(tt.in)); got != tt.want {
			t.Errorf("%s from now is %q, want %q", tt.in, got, tt.want)
		}
	}
}

func TestColourFollowsTheVariablesInTheirOrder(t *testing.T) {
	for _, tt := range []struct {
		vars          string
		terminal, not bool // whether there is colour on a terminal, and on what is none
	}{
		{"", true, false},
		{"NO_COLOR=1", false, false},
		{"NO_COLOR=", true, false},
		{"NO_COLOR=1 CLICOLOR_FORCE=1", false, false},
		{"CLICOLOR_FORCE=1", true, true},
		{"CLICOLOR_FORCE=0", true, false},
		{"CLICOLOR_FORCE=1 CLICOLOR=0", true, true},
		{"CLICOLOR=0", false, false},
		{"CLICOLOR=1", true, false},
		{"TERM=dumb", false, false},
		{"TERM=dumb CLICOLOR_FORCE=1", true, true},
		{"CI=true", true, false},
	} {
		vars := map[string]string{"TERM": "xterm"}
		for v := range strings.FieldsSeq(tt.vars) {
			name, value, _ := strings.Cut(v, "=")
			vars[name] = value
		}
		env := Env{LookupEnv: func(name string) (string, bool) { value, ok := vars[name]; return value, ok }}
		if on, off := env.colourful(true), env.colourful(false); on != tt.terminal || off != tt.not {
			t.Errorf("%s: colour %t on a terminal and %t elsewhere, want %t and %t", tt.vars, on, off, tt.terminal, tt.not)
		}
	}
}
