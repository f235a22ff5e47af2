package result

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/propctl/propctl/cmd/term"
)

// EncodeJSON returns v as JSON and a line end; indented for people where that
// is asked for. Values are what they are, but what could act on a terminal or
// on a CI system is escaped, which every reader of JSON undoes.
func EncodeJSON(v any, indented bool) ([]byte, error) {
	var b bytes.Buffer
	if err := WriteJSON(&b, v, indented); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// WriteJSON writes what [EncodeJSON] returns. Nothing is written of what cannot be encoded. A large document is in memory
// once, and not in each of its forms.
func WriteJSON(w io.Writer, v any, indented bool) error {
	to := bufio.NewWriter(w)
	e := json.NewEncoder(&jsonPrinter{to: to, indented: indented})
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	return to.Flush()
}

// jsonPrinter takes a whole document that is not indented. It escapes runes that are unsafe to show, and the second of
// two equal characters that begin a CI system's command: all of them can only be inside a string, and none of them is
// part of an escape sequence. And it indents, as encoding/json does.
type jsonPrinter struct {
	to       *bufio.Writer
	indented bool

	depth    int
	before   rune // the one before this
	inString bool
	escaped  bool // the next rune is, by a backslash
	opened   bool // an object or a list, in which nothing is yet
}

// Write implements io.Writer. Errors of a bufio.Writer come back from its Flush.
func (p *jsonPrinter) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case p.inString:
			p.inside(r, rest[:size])
		case p.indented && r != '\n': // the last
			p.outside(r)
		default:
			p.inString = r == '"'
			_, _ = p.to.Write(rest[:size])
		}
		p.before, rest = r, rest[size:]
	}
	return len(text), nil
}

// inside writes a rune of a string.
func (p *jsonPrinter) inside(r rune, text []byte) {
	switch {
	case p.escaped:
		p.escaped = false
	case r == '\\':
		p.escaped = true
	case r == '"':
		p.inString = false
	}
	if term.IsUnsafe(r) || (r == ':' || r == '#') && r == p.before {
		writeEscaped(p.to, r)
		return
	}
	_, _ = p.to.Write(text)
}

// outside writes what is between strings, each member and element on a line of its own.
func (p *jsonPrinter) outside(c rune) {
	closes := c == '}' || c == ']'
	if closes {
		p.depth--
	}
	if p.opened != closes { // but {} and [] stay together
		if p.opened || closes {
			p.newLine()
		}
	}
	p.opened = c == '{' || c == '['
	if p.opened {
		p.depth++
	}
	p.inString = c == '"'
	_, _ = p.to.WriteRune(c)
	switch c {
	case ',':
		p.newLine()
	case ':':
		_ = p.to.WriteByte(' ')
	}
}

func (p *jsonPrinter) newLine() {
	_, _ = p.to.WriteString("\n" + strings.Repeat("  ", p.depth))
}

func writeEscaped(w io.Writer, r rune) {
	if high, low := utf16.EncodeRune(r); high != utf8.RuneError {
		_, _ = fmt.Fprintf(w, `\u%04x\u%04x`, high, low)
		return
	}
	_, _ = fmt.Fprintf(w, `\u%04x`, r)
}
