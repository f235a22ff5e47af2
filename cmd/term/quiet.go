package term

import (
	"strings"
	"unicode"
)

// CI systems read what a step prints for commands:
//
//	GitHub Actions   ::NAME …::…   at the beginning of a line, after blanks
//	                 ##[NAME]…     anywhere
//	Azure Pipelines  ##vso[…]…     anywhere, and ##[NAME] for its log
//	TeamCity         ##teamcity[…  anywhere
//	GitLab CI        needs control characters, which are made visible
//
// Nothing else is touched: ::1 and [2001:db8::1]:443 are addresses, and ## is a heading.

// quiet breaks by a blank what a CI system would take for a command in a text that may stand at the beginning of a line.
func quiet(line string) string {
	start := strings.TrimLeftFunc(line, unicode.IsSpace)
	if rest, ok := strings.CutPrefix(start, "::"); ok && isCommandName(rest) {
		line = line[:len(line)-len(start)] + ": :" + rest
	}
	if !strings.Contains(line, "##") {
		return line
	}
	var b strings.Builder
	for i, r := range line {
		if r == '#' && i > 0 && line[i-1] == '#' && opensCommand(line[i+1:]) {
			b.WriteByte(' ')
		}
		b.WriteRune(r)
	}
	return b.String()
}

// isCommandName reports whether a text begins with the name of a command of GitHub's. What is an IPv6 address has no
// other letters than those of hexadecimal numbers; all names have some.
func isCommandName(s string) bool {
	name := s
	if end := strings.IndexFunc(s, func(r rune) bool { return r != '-' && r != '_' && !isASCIILetter(r) }); end >= 0 {
		name = s[:end]
	}
	return strings.Trim(name, "abcdefABCDEF-_") != ""
}

func isASCIILetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// opensCommand reports whether a text that follows ## makes a command of it.
func opensCommand(s string) bool {
	name, _, found := strings.Cut(s[:min(len(s), len("teamcity["))], "[")
	name = strings.ToLower(name)
	return found && (name == "" || name == "vso" || name == "teamcity")
}
