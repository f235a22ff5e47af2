package result

import (
	"bytes"
	"encoding/json"
	"fmt"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/term"
)

// EncodeJSON returns v as JSON and a line end; indented for people where that
// is asked for. Values are what they are, but what could act on a terminal or
// on a CI system is escaped, which every reader of JSON undoes.
func EncodeJSON(v any, indented bool) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if indented {
		e.SetIndent("", "  ")
	}
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return escapeJSON(b.Bytes()), nil
}

// escapeJSON escapes runes that are unsafe to show, and the second of two equal
// characters that begin a CI system's command. All of them can only be inside a
// string, and none of them is part of an escape sequence.
func escapeJSON(text []byte) []byte {
	var b bytes.Buffer
	var before rune
	for len(text) > 0 {
		r, size := utf8.DecodeRune(text)
		switch {
		case r == '\n': // between members; inside a string it is escaped already
			b.WriteByte('\n')
		case term.IsUnsafe(r), (r == ':' || r == '#') && r == before:
			writeEscaped(&b, r)
		default:
			b.Write(text[:size])
		}
		before, text = r, text[size:]
	}
	return b.Bytes()
}

func writeEscaped(b *bytes.Buffer, r rune) {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		fmt.Fprintf(b, `\u%04x\u%04x`, high, low)
		return
	}
	fmt.Fprintf(b, `\u%04x`, r)
}
