package rollout

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v3"
)

// node is a YAML value with its position. Only this file uses the library.
type node = yaml.Node

const (
	scalarNode   = yaml.ScalarNode
	mappingNode  = yaml.MappingNode
	sequenceNode = yaml.SequenceNode
	aliasNode    = yaml.AliasNode
)

// Position is a position in a manifest, counted from 1. The zero value is unknown.
type Position struct{ Line, Column int }

// Mistake is one mistake in a manifest.
type Mistake struct {
	At   Position
	What string
}

// MistakesError lists all mistakes in a manifest.
type MistakesError struct{ Mistakes []Mistake }

// Error names the first mistake, and how many more there are.
func (e *MistakesError) Error() string {
	text := e.Mistakes[0].String()
	if more := len(e.Mistakes) - 1; more > 0 {
		text += fmt.Sprintf(" (and %d more)", more)
	}
	return text
}

// String returns position and text.
func (m Mistake) String() string {
	if m.At.Line == 0 {
		return m.What
	}
	return fmt.Sprintf("line %d, column %d: %s", m.At.Line, m.At.Column, m.What)
}

// document parses a single YAML document.
func document(data []byte) (*node, error) {
	if len(data) > maxManifest {
		return nil, &MistakesError{[]Mistake{{What: fmt.Sprintf("the manifest is larger than %d MiB", maxManifest>>20)}}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(data))
	var doc, second node
	if err := decoder.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return nil, &MistakesError{[]Mistake{{At: Position{1, 1}, What: "the manifest is empty"}}}
		}
		return nil, syntaxMistake(err)
	}
	switch err := decoder.Decode(&second); {
	case err == nil:
		return nil, &MistakesError{[]Mistake{{At: Position{second.Line, second.Column}, What: "a manifest is one document, and this is a second one"}}}
	case !errors.Is(err, io.EOF):
		return nil, syntaxMistake(err)
	}
	return doc.Content[0], nil
}

// syntaxMistake extracts the line number from the library's error text.
func syntaxMistake(err error) error {
	text := strings.TrimPrefix(err.Error(), "yaml: ")
	if rest, ok := strings.CutPrefix(text, "line "); ok {
		number, what, _ := strings.Cut(rest, ": ")
		if line, err := strconv.Atoi(number); err == nil {
			return &MistakesError{[]Mistake{{At: Position{line, 1}, What: what}}}
		}
	}
	return &MistakesError{[]Mistake{{At: Position{1, 1}, What: text}}}
}

// reader reads values and collects mistakes.
type reader struct {
	mistakes []Mistake
}

const maxMistakes = 20

func (r *reader) wrong(n *node, format string, args ...any) {
	r.wrongAt(Position{n.Line, n.Column}, format, args...)
}

func (r *reader) wrongAt(at Position, format string, args ...any) {
	if len(r.mistakes) < maxMistakes {
		r.mistakes = append(r.mistakes, Mistake{at, fmt.Sprintf(format, args...)})
	}
}

func (r *reader) err() error {
	if len(r.mistakes) == 0 {
		return nil
	}
	return &MistakesError{r.mistakes}
}

// member says how to read a member of a mapping.
type member struct {
	name string
	read func(*node)
}

// object reads the members of a mapping; a duplicate is a mistake.
func (r *reader) object(n *node, members ...member) {
	n = resolved(n)
	if n.Kind != mappingNode {
		r.wrong(n, "this has to be a mapping with %s", namesOf(members))
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i], n.Content[i+1]
		at := slices.IndexFunc(members, func(m member) bool { return m.name == key.Value })
		switch {
		case at < 0:
			r.wrong(key, "%s is not known here; there can be %s", quoted(key.Value), namesOf(members))
		case seen[key.Value]:
			r.wrong(key, "%s is here twice", key.Value)
		default:
			members[at].read(value)
		}
		seen[key.Value] = true
	}
}

func namesOf(members []member) string {
	var names []string
	for _, m := range members {
		names = append(names, m.name)
	}
	return strings.Join(names, ", ")
}

// list reads the items of a sequence.
func (r *reader) list(n *node, atMost int, read func(*node)) {
	n = resolved(n)
	if n.Kind != sequenceNode {
		r.wrong(n, "this has to be a list")
		return
	}
	if len(n.Content) > atMost {
		r.wrong(n, "there are %d, and can be %d at most", len(n.Content), atMost)
		return
	}
	for _, item := range n.Content {
		read(item)
	}
}

// text reads a scalar of one line.
func (r *reader) text(n *node) string {
	n = resolved(n)
	switch {
	case n.Kind != scalarNode || n.Tag == "!!null" || n.Value == "":
		r.wrong(n, "this has to be a text")
	case len(n.Value) > maxText:
		r.wrong(n, "this text has %d bytes, and can have %d", len(n.Value), maxText)
	case strings.ContainsFunc(n.Value, func(c rune) bool { return c < ' ' || c == 0x7f || c == '\ufffd' }):
		r.wrong(n, "this text has a line break or another control character")
	default:
		return n.Value
	}
	return ""
}

func (r *reader) texts(n *node, atMost int) []string {
	var all []string
	r.list(n, atMost, func(n *node) { all = append(all, r.text(n)) })
	return all
}

func (r *reader) number(n *node, least, most int) int {
	n = resolved(n)
	i, err := strconv.Atoi(n.Value)
	if n.Kind != scalarNode || err != nil || i < least || i > most {
		r.wrong(n, "this has to be a number from %d to %d", least, most)
		return least
	}
	return i
}

func (r *reader) flag(n *node) bool {
	n = resolved(n)
	if n.Kind != scalarNode || n.Value != "true" && n.Value != "false" {
		r.wrong(n, "this has to be true or false")
	}
	return n.Value == "true"
}

func (r *reader) duration(n *node) time.Duration {
	var d Duration
	r.unmarshal(n, &d)
	return time.Duration(d)
}

func (r *reader) unmarshal(n *node, into interface{ UnmarshalText(text []byte) error }) {
	n = resolved(n)
	if n.Kind != scalarNode {
		r.wrong(n, "this has to be a text")
		return
	}
	if err := into.UnmarshalText([]byte(n.Value)); err != nil {
		r.wrong(n, "%s", err)
	}
}

// choice reads one of the given words.
func choice[T ~string](r *reader, n *node, words ...T) T {
	text := T(r.text(n))
	if text != "" && !slices.Contains(words, text) {
		var all []string
		for _, w := range words {
			all = append(all, string(w))
		}
		r.wrong(n, "%s has to be one of %s", quoted(string(text)), strings.Join(all, ", "))
	}
	return text
}

// resolved follows an alias.
func resolved(n *node) *node {
	for n.Kind == aliasNode && n.Alias != nil {
		n = n.Alias
	}
	return n
}

func quoted(s string) string {
	const most = 60
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…" // without half a character
	}
	return strconv.Quote(s)
}
