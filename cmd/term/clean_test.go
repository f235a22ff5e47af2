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
		{"GitHub command", "::error::x", ": :error::x"},
		{"GitHub command with properties", "::set-output name=x::y", ": :set-output name=x::y"},
		{"GitHub command after blanks", " \u00a0\u3000::Add-Mask::x", " \u00a0\u3000: :Add-Mask::x"},
		{"GitHub command that ends elsewhere", "::error", ": :error"},
		{"GitHub's older command", "a ##[error]b", "a # #[error]b"},
		{"no command in the middle of a line", "x ::error::y", "x ::error::y"},
		{"IPv6 address", "[::1]:9", "[::1]:9"},
		{"IPv6 address of zeros", "::", "::"},
		{"IPv6 address at the beginning", "::1 refused", "::1 refused"},
		{"IPv6 address of letters", "::dead:beef and ::ffff:192.0.2.1", "::dead:beef and ::ffff:192.0.2.1"},
		{"IPv6 address that ends with letters", "::cafe", "::cafe"},
		{"IPv6 addresses", "dial tcp [2001:db8::1]:443: fe80::1%eth0 -> ::abcd", "dial tcp [2001:db8::1]:443: fe80::1%eth0 -> ::abcd"},
		{"names with colons", "std::vector, a::b", "std::vector, a::b"},
		{"headings", "## a ###b a##b ## [x]", "## a ###b a##b ## [x]"},
		{"three marks", "###[x]", "## #[x]"},
		{"names of commands alone", "##vso ##teamcity #vso[x] # #[x]", "##vso ##teamcity #vso[x] # #[x]"},
		{"names that are longer", "##vsome[x] ##teamcityx[y]", "##vsome[x] ##teamcityx[y]"},
		{"TeamCity in capitals", "##TeamCity[x]", "# #TeamCity[x]"},
		{"Azure command", "##vso[task.x]", "# #vso[task.x]"},
		{"Azure section", "x ##[error]y", "x # #[error]y"},
		{"TeamCity", "##teamcity[x]", "# #teamcity[x]"},
		{"many", ":::: ####", ":::: ####"},
		{"what is not text keeps a command apart", "##v\u200bso[x] :\x00:error::", `##v\u200bso[x] :\u0000:error::`},
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
