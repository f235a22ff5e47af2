package ci

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/term"
)

// Service messages of TeamCity: https://www.jetbrains.com/help/teamcity/service-messages.html

// maxDescription is how long the description of a build problem may be.
const maxDescription = 4000

func teamcitySyntax() ciSyntax {
	return ciSyntax{
		begin: func(title string, _ time.Time) string { return teamcity("blockOpened", "name", title) },
		end:   func(title string, _ time.Time) string { return teamcity("blockClosed", "name", title) },
		report: func(a annotation) string {
			text := term.Truncate(a.title+": "+a.text(), maxDescription-1)
			switch a.severity {
			case severityError:
				return teamcity("buildProblem", "description", text, "identity", a.identity)
			case severityWarning:
				return teamcity("message", "text", text, "status", "WARNING")
			case severityNotice:
			}
			return teamcity("message", "text", text, "status", "NORMAL")
		},
		// References such as %name% in values are resolved, so they are words.
		set: func(f fact) string {
			return teamcity("setParameter", "name", "propctl."+f.underscored(), "value", f.word())
		},
		progress: func(line string) string { return "##teamcity[progressMessage '" + teamcityEscaped(line) + "']" },
	}
}

// teamcity is a message with attributes, given as names and values.
func teamcity(message string, attributes ...string) string {
	var b strings.Builder
	b.WriteString("##teamcity[" + message)
	for i := 0; i+1 < len(attributes); i += 2 {
		b.WriteString(" " + attributes[i] + "='" + teamcityEscaped(attributes[i+1]) + "'")
	}
	return b.String() + "]"
}

// teamcityEscaped escapes a value. What is not ASCII goes by its number, whatever
// encoding the agent takes the output for.
func teamcityEscaped(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case strings.ContainsRune("|'[]", r):
			b.WriteString("|" + string(r))
		case r == '\n':
			b.WriteString("|n")
		case r == '\r':
			b.WriteString("|r")
		case r < utf8.RuneSelf:
			b.WriteRune(r)
		default:
			for _, unit := range utf16.AppendRune(nil, r) {
				fmt.Fprintf(&b, "|0x%04X", unit)
			}
		}
	}
	return b.String()
}
