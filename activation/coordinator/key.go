package coordinator

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// word encodes any text as one word of a key. Characters with a meaning to stores are escaped.
func word(text string) string {
	if text == "" {
		return "_"
	}
	var b strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c >= 'a' && c <= 'z', c >= 'A' && c <= 'Z', c >= '0' && c <= '9', c == '-', c == '_' && len(text) > 1:
			b.WriteByte(c)
		default:
			const digits = "0123456789ABCDEF"
			b.WriteString("=" + digits[c>>4:c>>4+1] + digits[c&0xf:c&0xf+1])
		}
	}
	return b.String()
}

// text decodes a word; empty if it is not one.
func text(word string) string {
	if word == "_" {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(word); i++ {
		if word[i] != '=' {
			b.WriteByte(word[i])
			continue
		}
		const digits = 2
		if len(word) < i+1+digits {
			return ""
		}
		code, err := strconv.ParseUint(word[i+1:i+1+digits], 16, 8)
		if err != nil {
			return ""
		}
		b.WriteByte(byte(code))
		i += digits
	}
	return b.String()
}

// jitter is a short random pause before a conflicting change is repeated.
func jitter(try int) time.Duration {
	const most = 50 * time.Millisecond
	return rand.N(min(time.Millisecond<<min(try, 6), most)) //nolint:gosec // nothing secret
}
