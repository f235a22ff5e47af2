package rollout

import (
	"fmt"
	"regexp"
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

// marks is what reads marks. It is made once for many notes.
type marks struct{ pattern *regexp.Regexp }

func newMarks() marks {
	return marks{regexp.MustCompile(`\[propctl ([A-Za-z0-9_-]{1,60})/([0-9a-f]{12}) (\d{1,6})/(\d{1,6})(?: #(\d{1,6}))?((?: all| wave)? back)?\]$`)}
}

// ParseMark returns the mark at the end of a note.
func ParseMark(note string) (Mark, bool) { return newMarks().of(note) }

func (k marks) of(note string) (Mark, bool) {
	note = strings.TrimRight(note, " \t\r\n")
	if !strings.HasSuffix(note, "]") {
		return Mark{}, false
	}
	found := k.pattern.FindStringSubmatch(note)
	if found == nil {
		return Mark{}, false
	}
	number := func(s string) int {
		n, _ := strconv.Atoi(s) // the pattern has digits only
		return n
	}
	m := Mark{Name: found[1], Digest: found[2], Place: number(found[3]), Total: number(found[4]), Attempt: max(number(found[5]), 1)}
	if found[6] != "" {
		m.Back = true
		m.Scope = Scope(strings.TrimSpace(strings.TrimSuffix(found[6], "back")))
	}
	return m, m.Place >= 1 && m.Place <= m.Total
}
