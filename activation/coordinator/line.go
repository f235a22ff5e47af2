package coordinator

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// The stored form of a line, and its limits.
const (
	lineVersion = 1
	maxLine     = 150 // tickets
	maxText     = 100 // bytes of a text
	maxURL      = 300
	maxID       = 200 // of an activation, longer than any that PAPI's client accepts
	maxLease    = time.Hour
	maxNonce    = 64
	// roomInLine is what a full line leaves for what its holders write later: phases, counts, and the last submission.
	roomInLine = 4 << 10
)

// Phase is what the holder of a ticket does.
type Phase string

// The phases.
const (
	PhaseWaiting  Phase = "waiting"  // it waits for its turn
	PhaseLooking  Phase = "looking"  // it looks, and may then submit
	PhasePosting  Phase = "posting"  // it submits
	PhaseWatching Phase = "watching" // it has submitted and follows the activation
)

// line is the waiting line of one property on one network, as stored: the first ticket has the turn.
type line struct {
	Version int      `json:"v"`
	Write   string   `json:"w"` // random, so that each write differs
	Tickets []ticket `json:"tickets"`
	Posted  *note    `json:"posted,omitempty"` // the last submission
}

// ticket is one place in a line. It is a lease: a holder whose Beat does not change for longer than Lease
// counts as dead.
type ticket struct {
	ID     string            `json:"id"`
	Beat   uint64            `json:"beat"`
	Phase  Phase             `json:"phase"`
	Lease  int64             `json:"leaseMs"`
	Holder activation.Holder `json:"holder"`
}

func (t ticket) lease() time.Duration { return time.Duration(t.Lease) * time.Millisecond }

// note records a submission, or the intention to submit. It may delay the next submission, and never causes
// one.
type note struct {
	By         string    `json:"by"` // ID of the ticket
	At         time.Time `json:"at"` // by the clock of its machine
	Activation papi.ID   `json:"activation,omitempty"`
}

// readLine decodes a line; revision 0 is an empty one.
func readLine(key string, e Entry) (*line, error) {
	if e.Revision == 0 {
		return &line{Version: lineVersion}, nil
	}
	l := &line{}
	if len(e.Value) > MaxValue || json.Unmarshal(e.Value, l) != nil {
		return nil, &UnreadableError{Key: key}
	}
	if l.Version != lineVersion {
		return nil, &UnreadableError{Key: key, Version: max(l.Version, 0)}
	}
	if !l.valid() {
		return nil, &UnreadableError{Key: key}
	}
	return l, nil
}

func (l *line) valid() bool {
	if len(l.Tickets) > 2*maxLine || l.Posted != nil && (len(l.Posted.By) > maxNonce || len(l.Posted.Activation) > maxID) {
		return false
	}
	for i, t := range l.Tickets {
		h := t.Holder
		known := slices.Contains([]Phase{PhaseWaiting, PhaseLooking, PhasePosting, PhaseWatching}, t.Phase)
		if !known || t.ID == "" || len(t.ID) > maxNonce || t.Lease <= 0 || t.Lease > maxLease.Milliseconds() ||
			max(len(h.Host), len(h.User), len(h.CI), len(h.Job), len(h.Doing)) > maxText || len(h.URL) > maxURL ||
			slices.ContainsFunc(l.Tickets[:i], func(o ticket) bool { return o.ID == t.ID }) {
			return false
		}
	}
	return true
}

// write encodes the line. What nobody could read would keep everybody from the property.
func (l *line) write() ([]byte, error) {
	if !l.valid() {
		return nil, errNotReadable
	}
	l.Write = rand.Text()
	return json.Marshal(l)
}

var errNotReadable = errors.New("the line would not be readable any more")

// join adds a ticket at the end; false if the line is full.
func (l *line) join(t ticket) bool {
	longer := append(slices.Clip(l.Tickets), t)
	data, err := json.Marshal(line{Version: lineVersion, Write: rand.Text(), Tickets: longer, Posted: l.Posted})
	if len(l.Tickets) > 0 && (len(l.Tickets) >= maxLine || err != nil || len(data) > MaxValue-roomInLine) {
		return false
	}
	l.Tickets = longer
	return true
}

// place returns the index of a ticket; -1 if it is not in the line.
func (l *line) place(id string) int {
	return slices.IndexFunc(l.Tickets, func(t ticket) bool { return t.ID == id })
}

// remove removes a ticket.
func (l *line) remove(id string) {
	l.Tickets = slices.DeleteFunc(l.Tickets, func(t ticket) bool { return t.ID == id })
}

// beat records a sign of life of a ticket's holder, and its phase.
func (l *line) beat(id string, phase Phase, lease time.Duration) {
	if at := l.place(id); at >= 0 {
		t := &l.Tickets[at]
		t.Beat++
		t.Phase, t.Lease = phase, lease.Milliseconds()
	}
}

// Bounded limits the length of the texts that others will read. What is not UTF-8 would become longer in JSON.
func Bounded(h activation.Holder) activation.Holder {
	for _, text := range [...]*string{&h.Host, &h.User, &h.CI, &h.Job, &h.Doing} {
		*text = cut(strings.ToValidUTF8(*text, "?"), maxText)
	}
	if h.URL = strings.ToValidUTF8(h.URL, "?"); len(h.URL) > maxURL {
		h.URL = ""
	}
	return h
}

func cut(s string, most int) string {
	if len(s) <= most {
		return s
	}
	for most > 0 && !utf8.RuneStart(s[most]) {
		most--
	}
	return s[:most]
}

// witness judges leases by this process's observations: a ticket that has not changed for its lease, by this
// machine's monotonic clock, is dead. Clocks of other machines do not matter.
type witness map[string]seen

type seen struct {
	beat  uint64
	since time.Time
}

// dead returns the tickets before a place whose leases have expired. begun is when the line was requested.
func (w witness) dead(l *line, before int, begun time.Time) []string {
	var gone []string
	for _, t := range l.Tickets[:max(before, 0)] {
		was, known := w[t.ID]
		switch {
		case !known || was.beat != t.Beat:
			w[t.ID] = seen{t.Beat, time.Now()} // later than it was written
		case begun.Sub(was.since) > t.lease():
			gone = append(gone, t.ID)
		}
	}
	return gone
}

// forgive excludes a period in which the store did not answer: no holder could renew its ticket then.
func (w witness) forgive(silence time.Duration) {
	for id, s := range w {
		s.since = s.since.Add(silence)
		w[id] = s
	}
}
