package term

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Whatever PAPI sent is text by somebody else. It must not move the cursor,
// change the direction of the line, or speak to the CI system that reads it.

// How long a text from outside may be.
const (
	MaxMessage = 2000 // runes of a message
	MaxName    = 200  // of a name, a note, a status
)

// Clean returns s on one line, with what is not text made visible, with the
// command syntax of CI systems broken by a blank, and not longer than most runes.
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

// Visible returns s with what is not text made visible, and otherwise as it is: for
// what a machine reads and nobody looks at.
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

// IsUnsafe reports whether a rune does something instead of showing something:
// controls (C0, C1), line separators, and formats such as bidirectional
// overrides and blanks without width.
func IsUnsafe(r rune) bool {
	if ' ' <= r && r <= '~' { // nearly all there is
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

// VersionText is the number of a version.
func VersionText(v int) string { return strconv.Itoa(v) }

// Plural is a number of things: 1 error, 2 errors.
func Plural(n int, what string) string {
	if n == 1 {
		return "1 " + what
	}
	return VersionText(n) + " " + what + "s"
}

// maxWord is how long a word of the command line can be, in bytes. The longest
// that makes sense is a note.
const maxWord = 32 << 10

// CheckText refuses what is no text, or too long to be one that was typed.
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

// Truncate returns the beginning of a text that is too long, in runes.
func Truncate(s string, most int) string {
	if utf8.RuneCountInString(s) <= most {
		return s
	}
	return string([]rune(s)[:most]) + "…"
}
