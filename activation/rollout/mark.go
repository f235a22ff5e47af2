package rollout

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mark is the end of a note that says which item of which plan a submission is. It
// is all that a rollout leaves behind.
type Mark struct {
	Name    string
	Digest  string
	Place   int // of the item, from 1
	Total   int
	Attempt int // from 1
	// Back says that the submission is a return.
	Back bool
	// Scope is what a return belongs to.
	Scope Scope
}

// Scope is what a return is to return.
type Scope string

// The scopes. The empty one is that of the items that somebody named.
const (
	ScopeAll  Scope = "all"
	ScopeWave Scope = "wave"
)

// String is how a mark stands in a note.
func (m Mark) String() string {
	s := fmt.Sprintf("[propctl %s/%s %d/%d", m.Name, m.Digest, m.Place, m.Total)
	if m.Attempt > 1 {
		s += fmt.Sprintf(" #%d", m.Attempt)
	}
	if m.Back {
		if m.Scope != "" {
			s += " " + string(m.Scope)
		}
		s += " back"
	}
	return s + "]"
}

// maxNote is how long a note is at most, in bytes.
const maxNote = 1000

// In returns a note that ends in the mark. Where there is no room for both, the
// note is cut off, and ends in an ellipsis.
func (m Mark) In(note string) string {
	mark := m.String()
	if note == "" {
		return mark
	}
	if room := maxNote - len(mark) - 1; len(note) > room {
		const ellipsis = "…"
		note = note[:room-len(ellipsis)]
		for !utf8.ValidString(note) {
			note = note[:len(note)-1]
		}
		note += ellipsis
	}
	return note + " " + mark
}

// ParseMark returns the mark at the end of a note.
func ParseMark(note string) (Mark, bool) {
	note = strings.TrimRight(note, " \t\r\n")
	inside, closed := strings.CutSuffix(note, "]")
	at := strings.LastIndex(inside, "[propctl ")
	if !closed || at < 0 {
		return Mark{}, false
	}
	m := Mark{Attempt: 1}
	words := strings.Split(inside[at+len("[propctl "):], " ")
	if len(words) > 1 && words[len(words)-1] == "back" {
		m.Back, words = true, words[:len(words)-1]
		if last := Scope(words[len(words)-1]); last == ScopeAll || last == ScopeWave {
			m.Scope, words = last, words[:len(words)-1]
		}
	}
	const least, most = 2, 3
	if len(words) < least || len(words) > most {
		return Mark{}, false
	}
	var named bool
	m.Name, m.Digest, named = strings.Cut(words[0], "/")
	place, total, placed := strings.Cut(words[1], "/")
	m.Place, m.Total = counted(place), counted(total)
	if len(words) == most {
		attempt, ok := strings.CutPrefix(words[least], "#")
		if m.Attempt = counted(attempt); !ok || m.Attempt == 0 {
			return Mark{}, false
		}
	}
	ok := named && placed && validName(m.Name) && validDigest(m.Digest) && m.Place >= 1 && m.Place <= m.Total
	return m, ok
}

// counted reads a number from 1 on; 0 is anything else.
func counted(s string) int {
	const most = 6 // digits
	n, err := strconv.Atoi(s)
	if err != nil || len(s) > most || s != strconv.Itoa(n) || n < 1 {
		return 0
	}
	return n
}

func validDigest(s string) bool {
	const length = 12
	return len(s) == length && !strings.ContainsFunc(s, func(c rune) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}
