package term

import (
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"
)

func FuzzClean(f *testing.F) {
	for _, s := range []string{"::error::", "##vso[x]", "\x1b[2J", "\u009b", "\u202e", ":\u200b:", "\U000e0041", "\xff\xfe", ": :", "\n##[group]", "  ::set-output name=x::y", "::1", "##Vso[", "###[x]", "::ab-cd::"} {
		f.Add(s, MaxMessage)
	}
	// as https://github.com/actions/runner and the documentation of the others read lines
	command := regexp.MustCompile(`^[\s\x{a0}\x{1680}\x{2000}-\x{200a}\x{202f}\x{205f}\x{3000}]*::[A-Za-z_-]*[g-zG-Z]|(?i)##(vso|teamcity)?\[`)
	f.Fuzz(func(t *testing.T, s string, most int) {
		most = max(most, 0)
		out := Clean(s, most)
		switch {
		case !utf8.ValidString(out):
			t.Errorf("%q is not UTF-8", out)
		case command.MatchString(out):
			t.Errorf("%q has the syntax of a CI system in it", out)
		case strings.ContainsFunc(out, IsUnsafe):
			t.Errorf("%q has an unsafe rune in it", out)
		}
		if again := Clean(out, utf8.RuneCountInString(out)); again != out {
			t.Errorf("%q becomes %q", out, again)
		}
		for _, line := range wrap(out, 20, 2) {
			if command.MatchString(line) {
				t.Errorf("the line %q of %q has the syntax of a CI system in it", line, out)
			}
		}
	})
}
