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

// EncodeJSON returns v as one line of JSON, or indented. Characters that could control a terminal or a CI
// system are escaped, which does not change the decoded values.
func EncodeJSON(v any, indented bool) ([]byte, error) {
	var b bytes.Buffer
	if err := WriteJSON(&b, v, indented); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// WriteJSON writes what [EncodeJSON] returns, or nothing if v cannot be encoded. It keeps only one copy of a
// large document in memory.
func WriteJSON(w io.Writer, v any, indented bool) error {
	to := bufio.NewWriter(w)
	e := json.NewEncoder(&jsonPrinter{to: to, indented: indented})
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return err
	}
	return to.Flush()
}

// jsonPrinter post-processes a compact JSON document. It escapes runes that are unsafe to print, and the second
// of two equal characters that begin a CI system's command; these occur only inside strings and never within an
// escape sequence. It also indents, as encoding/json does.
type jsonPrinter struct {
	to       *bufio.Writer
	indented bool

	depth    int
	before   rune // the previous rune
	inString bool
	escaped  bool // the next rune is escaped by a backslash
	opened   bool // an object or list was just opened
}

// Write implements io.Writer. Errors of the bufio.Writer are returned by its Flush.
func (p *jsonPrinter) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		r, size := utf8.DecodeRune(rest)
		switch {
		case p.inString:
			p.inside(r, rest[:size])
		case p.indented && r != '\n': // the final line break
			p.outside(r)
		default:
			p.inString = r == '"'
			_, _ = p.to.Write(rest[:size])
		}
		p.before, rest = r, rest[size:]
	}
	return len(text), nil
}

// inside writes a rune within a string.
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

// outside writes a character between strings, with each member and element on a line of its own.
func (p *jsonPrinter) outside(c rune) {
	closes := c == '}' || c == ']'
	if closes {
		p.depth--
	}
	if p.opened != closes { // but {} and [] stay on one line
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
