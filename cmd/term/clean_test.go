package term

import (
	"strings"
	"testing"
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
			if got := Clean(tt.in, 50); got != tt.want {
				t.Errorf("clean(%q) = %q, want %q", tt.in, got, tt.want)
			}
		})
	}
}
