package cmd

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestCleanMakesTextHarmless(t *testing.T) {
	tests := []struct{ name, in, want string }{
		{"plain text", "Größe 12 – ☃", "Größe 12 – ☃"},
		{"escape sequence", "a\x1b[2Jb", `a\u001b[2Jb`},
		{"line ends", "a\r\nb\tc", `a\r\nb\tc`},
		{"C1", "a\u009b31mb", `a\u009b31mb`},
		{"delete", "a\x7fb", `a\u007fb`},
		{"bidirectional override", "a\u202eb\u2066c", `a\u202eb\u2066c`},
		{"no width", "a\u200bb\ufeffc", `a\u200bb\ufeffc`},
		{"line separator", "a\u2028b", `a\u2028b`},
		{"tags beyond the first plane", "a\U000e0041b", `a\U000e0041b`},
		{"GitHub command", "::error::x", ": :error: :x"},
		{"Azure command", "##vso[task.x]", "# #vso[task.x]"},
		{"Azure section", "x ##[error]y", "x # #[error]y"},
		{"TeamCity", "##teamcity[x]", "# #teamcity[x]"},
		{"many", ":::: ####", ": : : : # # # #"},
		{"not UTF-8", "a\xffb", "a\ufffdb"},
		{"long", strings.Repeat("x", 60), strings.Repeat("x", 50) + "…"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := clean(tt.in, 50); got != tt.want {
				t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}

func FuzzJSONIsHarmlessAndUnchanged(f *testing.F) {
	for _, s := range []string{"::error::", "##vso[x]", "\x1b[2J", "\u009b", "\u202e", `\::\##`, "\U000e0041", "<&>", "\ufeff::"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		s = strings.ToValidUTF8(s, "?")
		data, err := encodeJSON(map[string]string{"text": s}, true)
		if err != nil {
			t.Fatal(err)
		}
		for _, bad := range []string{"::", "##"} {
			if strings.Contains(string(data), bad) {
				t.Errorf("%q in %s", bad, data)
			}
		}
		if i := strings.IndexFunc(string(data), func(r rune) bool { return r != '\n' && (unicode.IsControl(r) || isUnsafe(r)) }); i >= 0 {
			t.Errorf("unsafe rune at %d of %q", i, data)
		}
		var back map[string]string
		if err := json.Unmarshal(data, &back); err != nil || back["text"] != s {
			t.Errorf("%q came back as %q (%v)", s, back["text"], err)
		}
	})
}

func TestDurationsLeaveOutWhatIsNothing(t *testing.T) {
	for in, want := range map[string]string{"0s": "0s", "30s": "30s", "60s": "1m", "90s": "1m30s", "10m": "10m", "3h": "3h", "3h5m": "3h5m", "3h0m5s": "3h0m5s", "100ms": "0s"} {
		var s span
		d := span(0)
		if in != "0s" {
			if err := s.UnmarshalText([]byte(in)); err != nil {
				t.Fatal(err)
			}
			d = s
		}
		if got := duration(time.Duration(d)); got != want {
			t.Errorf("duration(%s) = %s, want %s", in, got, want)
		}
	}
}

func TestQuoteMakesOneWord(t *testing.T) {
	for in, want := range map[string]string{
		"": "''", "plain-1@x,y": "plain-1@x,y", "a b": "'a b'", "it's": `'it'\''s'`, "$HOME": "'$HOME'", "a;b": "'a;b'", "`x`": "'`x`'",
	} {
		if got := quote(in); got != want {
			t.Errorf("quote(%q) = %s, want %s", in, got, want)
		}
	}
}
