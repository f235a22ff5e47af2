package term

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Text from PAPI is untrusted. It must not move the cursor, change the direction of a line, or form a command
// for the CI system that reads the output.

// Limits of text from outside.
const (
	MaxMessage = 2000 // runes of a message
	MaxName    = 200  // runes of a name, a note, a status
)

// Clean returns s as one line of at most most runes, with control characters made visible and commands for CI
// systems broken by a blank.
func Clean(s string, most int) string {
	var b strings.Builder
	for n, r := range []rune(s) {
		if n == most {
			b.WriteString("…")
			break
		}
		switch {
		case r == utf8.RuneError:
			b.WriteRune(r)
		case IsUnsafe(r):
			b.WriteString(escaped(r))
		default:
			b.WriteRune(r)
		}
	}
	return quiet(b.String())
}

// Visible makes control characters visible and leaves everything else unchanged, for output that only machines
// read.
func Visible(s string) string {
	var b strings.Builder
	for _, r := range s {
		if IsUnsafe(r) {
			b.WriteString(escaped(r))
		} else {
			b.WriteRune(r)
		}
	}
	return b.String()
}

// IsUnsafe reports whether a rune acts instead of being displayed: C0 and C1 controls, line separators, and
// format characters such as bidirectional overrides and zero-width blanks.
func IsUnsafe(r rune) bool {
	if ' ' <= r && r <= '~' { // the common case
		return false
	}
	return unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp, unicode.Co, unicode.Cs) || r > unicode.MaxRune
}

func escaped(r rune) string {
	switch r {
	case '\n':
		return `\n`
	case '\t':
		return `\t`
	case '\r':
		return `\r`
	}
	if r > 0xffff {
		return fmt.Sprintf(`\U%08x`, r)
	}
	return fmt.Sprintf(`\u%04x`, r)
}

// VersionText formats the number of a version.
func VersionText(v int) string { return strconv.Itoa(v) }

// Plural formats a number of things: 1 error, 2 errors.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return VersionText(n) + " " + what + "s"
}

// maxWord limits an argument of the command line, in bytes. The longest useful one is a note.
const maxWord = 32 << 10

// CheckText refuses an argument that is not UTF-8 text, or too long to have been typed.
func CheckText(word string) error {
	switch {
	case len(word) > maxWord:
		return fmt.Errorf("is longer than %d bytes", maxWord)
	case !utf8.ValidString(word):
		return errors.New("is not UTF-8")
	case strings.ContainsRune(word, 0):
		return errors.New("has a NUL in it")
	}
	return nil
}

// Truncate cuts a text to a number of runes.
func Truncate(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
