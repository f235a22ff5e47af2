package term

import (
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzClean(f *testing.F) {
	for _, s := range []string{"::error::", "##vso[x]", "\x1b[2J", "\u009b", "\u202e", ":\u200b:", "\U000e0041", "\xff\xfe", ": :", "\n##[group]"} {
		f.Add(s, MaxMessage)
	}
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = max(most, 0)
		out := Clean(s, most)
		switch {
		case !utf8.ValidString(out):
			t.Errorf("%q is not UTF-8", out)
		case strings.Contains(out, "::"), strings.Contains(out, "##"):
			t.Errorf("%q has the syntax of a CI system in it", out)
		case strings.ContainsFunc(out, IsUnsafe):
			t.Errorf("%q has an unsafe rune in it", out)
		}
		if again := Clean(out, utf8.RuneCountInString(out)); again != out {
			t.Errorf("%q becomes %q", out, again)
		}
	})
}
