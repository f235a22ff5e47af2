package rollout

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Mark is the end of a note that names the plan and the item of a submission. It is the only thing that a
// rollout stores.
type Mark struct {
	Name    string
	Digest  string
	Place   int // of the item, from 1
	Total   int
	Attempt int // from 1
	// Part is the bulk request that contained the submission; zero for none. Request distinguishes it from another
	// one of the same items: that of another process.
	Part    Part
	Request string
	// Back reports that the submission is part of a rollback.
	Back bool
	// Scope is what that rollback covers.
	Scope Scope
}

// Part is the range of places of a bulk request. PAPI submits its items one by one, so whoever sees one has to
// expect the others.
type Part struct{ First, Last int }

// has reports whether a place is within the part.
func (p Part) has(place int) bool { return p.First > 0 && p.First <= place && place <= p.Last }

// Scope is what a rollback covers.
type Scope string

// The scopes. The empty one means the items that were named.
const (
	ScopeAll  Scope = "all"
	ScopeWave Scope = "wave"
)

// wider returns scope, or the wider of two scopes of the same attempt.
func wider(s, other Scope, same bool) Scope {
	order := []Scope{"", ScopeWave, ScopeAll}
	if same && slices.Index(order, other) > slices.Index(order, s) {
		return other
	}
	return s
}

// String is the form of the mark in a note.
func (m Mark) String() string {
	s := fmt.Sprintf("[propctl %s/%s %d/%d", m.Name, m.Digest, m.Place, m.Total)
	if m.Attempt > 1 {
		s += fmt.Sprintf(" #%d", m.Attempt)
	}
	if m.Part != (Part{}) {
		s += fmt.Sprintf(" bulk %d-%d", m.Part.First, m.Part.Last)
		if m.Request != "" {
			s += "/" + m.Request
		}
	}
	if m.Back {
		if m.Scope != "" {
			s += " " + string(m.Scope)
		}
		s += " back"
	}
	return s + "]"
}

// maxNote is the maximum length of a note, in bytes.
const maxNote = 1000

// In returns a note that ends in the mark. If there is no room for both, the note is cut and ends in an
// ellipsis.
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
	const least = 2
	if len(words) < least {
		return Mark{}, false
	}
	var named, placed bool
	m.Name, m.Digest, named = strings.Cut(words[0], "/")
	m.Place, m.Total, placed = pairOf(words[1], "/")
	ok := m.options(words[least:])
	ok = ok && named && placed && validName(m.Name) && validDigest(m.Digest) && m.Place <= m.Total
	if !ok || m.String() != note[at:] {
		return Mark{}, false
	}
	return m, true
}

// options parses what follows the item's place, and reports whether it is valid.
func (m *Mark) options(words []string) bool {
	next := func(fits func(string) bool) bool {
		if len(words) == 0 || !fits(words[0]) {
			return false
		}
		words = words[1:]
		return true
	}
	is := func(word string) func(string) bool { return func(s string) bool { return s == word } }
	next(func(s string) bool {
		number, ok := strings.CutPrefix(s, "#")
		if n := counted(number); ok && n > 1 {
			m.Attempt = n
			return true
		}
		return false
	})
	if next(is("bulk")) && !next(func(s string) bool {
		places, request, ok := strings.Cut(s, "/")
		if m.Request = request; ok && !validHex(request, requestLength) {
			return false
		}
		m.Part.First, m.Part.Last, ok = pairOf(places, "-")
		return ok && m.Part.Last <= m.Total && m.Part.has(m.Place)
	}) {
		return false
	}
	for _, scope := range []Scope{ScopeAll, ScopeWave} {
		if next(is(string(scope))) {
			m.Scope = scope
			break
		}
	}
	m.Back = next(is("back"))
	return len(words) == 0 && (m.Back || m.Scope == "") && (!m.Back || m.Part == Part{})
}

// pairOf parses two numbers of at least 1.
func pairOf(s, separator string) (a, b int, ok bool) {
	first, second, ok := strings.Cut(s, separator)
	a, b = counted(first), counted(second)
	return a, b, ok && a > 0 && b > 0
}

// counted parses a number of at least 1; 0 for anything else.
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
	return validHex(s, length)
}

func validHex(s string, length int) bool {
	return len(s) == length && !strings.ContainsFunc(s, func(c rune) bool { return (c < '0' || c > '9') && (c < 'a' || c > 'f') })
}

const requestLength = 6

// newRequest returns a random [Mark.Request].
func newRequest() string {
	var random [requestLength / 2]byte
	_, _ = rand.Read(random[:]) // it never fails
	return hex.EncodeToString(random[:])
}
