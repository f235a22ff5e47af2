package cmd

import "testing"

func TestQuoteMakesOneWord(t *testing.T) {
	for in, want := range map[string]string{
		"": "''", "plain-1@x,y": "plain-1@x,y", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "a;b": "'a;b'", "`x`": "'`x`'",
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}
