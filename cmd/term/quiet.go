package term

import (
	"strings"
	"unicode"
)

// CI systems interpret commands in the output of a step:
//
//	GitHub Actions   ::NAME …::…   at the beginning of a line, after blanks
//	                 ##[NAME]…     anywhere
//	Azure Pipelines  ##vso[…]…     anywhere, and ##[NAME] for its log
//	TeamCity         ##teamcity[…  anywhere
//	GitLab CI        needs control characters, which are made visible
//
// Other text is unchanged: ::1 and [2001:db8::1]:443 are addresses, and ## is a heading.

// quiet inserts a blank into every command for a CI system. The text may be at the beginning of a line.
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

// isCommandName reports whether a text begins with the name of a GitHub command. All such names contain a
// letter beyond F, which no IPv6 address does.
func isCommandName(s string) bool {
	name := s
	if end := strings.IndexFunc(s, func(r rune) bool { return r != '-' && r != '_' && !isASCIILetter(r) }); end >= 0 {
		name = s[:end]
	}
	return strings.Trim(name, "abcdefABCDEF-_") != ""
}

func isASCIILetter(r rune) bool { return 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' }

// opensCommand reports whether a text after ## makes it a command.
func opensCommand(s string) bool {
	name, _, found := strings.Cut(s[:min(len(s), len("teamcity["))], "[")
	name = strings.ToLower(name)
	return found && (name == "" || name == "vso" || name == "teamcity")
}
