package coordinatortest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi"
)

// at is a line.
func at() activation.Line {
	return activation.Line{Account: "act_1-ABC", Asset: "prp_1001", Network: papi.Staging, Doing: "activates version 7"}
}

// Leases: long where the order matters, so that no living holder counts as dead on a busy machine.
const (
	lease     = 600 * time.Millisecond
	unhurried = 6 * time.Second
)

// turns are those of a process.
func turns(s coordinator.Store, user string) *coordinator.Turns {
	return &coordinator.Turns{
		Store: s, Lease: lease, Lag: lease, Submit: time.Second,
		Holder: activation.Holder{Host: "host.example.com", User: user, CI: "gitlab", Job: "7", URL: "https://ci.example.com/7"},
	}
}

// take waits for a turn.
func take(t *testing.T, s coordinator.Store, user string) activation.Turn { //nolint:ireturn // that is the interface
	t.Helper()
	turn, err := turns(s, user).Take(t.Context(), at(), func(activation.Ahead) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	return turn
}

func none(papi.ID) bool { return false }

func order(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	const waiting = 10
	patient := func(s coordinator.Store, user string) *coordinator.Turns {
		all := turns(s, user)
		all.Lease = unhurried
		return all
	}
	head, err := patient(member(), "head").Take(t.Context(), at(), func(activation.Ahead) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	var all sync.WaitGroup
	var mu sync.Mutex
	var gone, first []string
	for i := range waiting {
		user, joined := fmt.Sprint("user-", i), make(chan struct{})
		var once sync.Once
		s := member()
		all.Go(func() {
			turn, err := patient(s, user).Take(t.Context(), at(), func(a activation.Ahead) error {
				once.Do(func() {
					mu.Lock()
					first = append(first, fmt.Sprintf("%s: %d before it, %s, %s", user, a.Place, a.Holder.User, a.Holder.Doing))
					mu.Unlock()
					close(joined)
				})
				return nil
			})
			if err != nil {
				t.Error(err)
				return
			}
			mu.Lock()
			gone = append(gone, user)
			mu.Unlock()
			turn.Leave()
			turn.Leave()
		})
		<-joined
	}
	head.Leave()
	all.Wait()
	for i := range waiting {
		if want := fmt.Sprintf("user-%d: %d before it, head, activates version 7", i, i+1); first[i] != want {
			t.Errorf("it was told %q, want %q", first[i], want)
		}
		if want := fmt.Sprint("user-", i); gone[i] != want {
			t.Errorf("the turns were %q", gone)
			break
		}
	}
}

// Dying is a store that can be disconnected, as if its process had died.
type Dying struct {
	coordinator.Store

	mu   sync.Mutex
	dead bool
}

// Die disconnects the store, or reconnects it.
func (d *Dying) Die(dead bool) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.dead = dead
}

var errDead = errors.New("the process is dead")

// Dead reports whether it is disconnected.
func (d *Dying) Dead() bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.dead
}

// Get implements [coordinator.Store].
func (d *Dying) Get(ctx context.Context, key string) (coordinator.Entry, error) {
	if d.Dead() {
		return coordinator.Entry{}, errDead
	}
	return d.Store.Get(ctx, key)
}

// Put implements [coordinator.Store].
func (d *Dying) Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error) {
	if d.Dead() {
		return 0, errDead
	}
	return d.Store.Put(ctx, key, value, revision)
}

func overtaken(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	dying := &Dying{Store: member()}
	dead := take(t, dying, "dead")
	t.Cleanup(dead.Leave)
	live := member()
	time.AfterFunc(2*lease, func() { dying.Die(true) })
	begun := time.Now()
	turn := take(t, live, "live")
	defer turn.Leave()
	took := time.Since(begun)
	if took < 2*lease || took > 5*lease {
		t.Errorf("its turn came after %s, with a lease of %s that was renewed for %s", took, lease, 2*lease)
	}
	dying.Die(false)
	if _, err := dead.Permit(t.Context(), none); !errors.Is(err, activation.ErrTurnLost) {
		t.Errorf("who was overtaken may submit: %v", err)
	}
	if err := turn.Look(t.Context()); err != nil {
		t.Error(err)
	}
	if last, err := turn.Permit(t.Context(), none); err != nil || time.Until(last) <= 0 {
		t.Errorf("whose turn it is may submit until %s: %v", last, err)
	}
}

func lost(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	dying := &Dying{Store: member()}
	turn := take(t, dying, "one")
	defer turn.Leave()
	dying.Die(true)
	if _, err := turn.Permit(t.Context(), none); err == nil {
		t.Error("a turn that cannot be proven permits a submission")
	}
	<-time.NewTimer(2 * lease).C
	dying.Die(false)
	if _, err := turn.Permit(t.Context(), none); !errors.Is(err, activation.ErrTurnLost) {
		t.Errorf("its lease has run out: %v", err)
	}
	if err := turn.Look(t.Context()); !errors.Is(err, activation.ErrTurnLost) {
		t.Errorf("its lease has run out: %v", err)
	}
}

func noted(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	one := take(t, member(), "one")
	if _, err := one.Permit(t.Context(), none); err != nil {
		t.Fatal(err)
	}
	one.Submitted(t.Context(), "atv_1", activation.Accepted)
	one.Leave()
	next := take(t, member(), "next")
	defer next.Leave()
	if err := next.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := next.Permit(t.Context(), none); !errors.Is(err, activation.ErrLookAgain) {
		t.Errorf("what was submitted is not shown: %v", err)
	}
	if _, err := next.Permit(t.Context(), func(id papi.ID) bool { return id == "atv_1" }); err != nil {
		t.Errorf("what was submitted is shown: %v", err)
	}
	next.Submitted(t.Context(), "", activation.Refused)
	next.Leave()
	last := take(t, member(), "last")
	defer last.Leave()
	if err := last.Look(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := last.Permit(t.Context(), none); err != nil {
		t.Errorf("what PAPI has refused holds it up: %v", err)
	}
}

func givesUp(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	head := take(t, member(), "head")
	enough := errors.New("enough")
	if _, err := turns(member(), "two").Take(t.Context(), at(), func(activation.Ahead) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the wait ended with %v", err)
	}
	ctx, cancel := context.WithTimeoutCause(t.Context(), lease/2, enough)
	defer cancel()
	if _, err := turns(member(), "three").Take(ctx, at(), func(activation.Ahead) error { return nil }); !errors.Is(err, enough) {
		t.Errorf("the wait ended with %v", err)
	}
	lines, err := coordinator.Lines(t.Context(), member())
	if err != nil || len(lines) != 1 || len(lines[0].Tickets) != 1 || lines[0].Tickets[0].Holder.User != "head" {
		t.Errorf("in line are %+v, %v", lines, err)
	}
	if want := at(); lines[0].Line.Asset != want.Asset || lines[0].Line.Network != want.Network || !lines[0].Line.Account.Equal(want.Account) {
		t.Errorf("the line is %+v", lines[0].Line)
	}
	head.Leave()
	if lines, err := coordinator.Lines(t.Context(), member()); err != nil || len(lines) != 0 {
		t.Errorf("in line are %+v, %v", lines, err)
	}
}

func released(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	stuck := take(t, member(), "stuck")
	defer stuck.Leave()
	s := member()
	if who, err := coordinator.Release(t.Context(), s, at()); err != nil || who.User != "stuck" {
		t.Errorf("released %+v, %v", who, err)
	}
	if _, err := coordinator.Release(t.Context(), s, at()); !errors.Is(err, coordinator.ErrNobody) {
		t.Errorf("released once more: %v", err)
	}
	next := take(t, s, "next")
	defer next.Leave()
	if _, err := stuck.Permit(t.Context(), none); !errors.Is(err, activation.ErrTurnLost) {
		t.Errorf("who was released may submit: %v", err)
	}
}

// Nonsense is stored values that are not lines of this program.
func Nonsense() map[string][]byte {
	ticket := `{"id":"x","beat":1,"phase":"looking","leaseMs":30000,"holder":{"host":"h","user":"u","since":"2026-11-29T12:00:00Z"}}`
	return map[string][]byte{
		"empty":             {},
		"no JSON":           []byte("\x00\xff\x1b[31m"),
		"an array":          []byte("[]"),
		"null":              []byte("null"),
		"no version":        []byte("{}"),
		"another version":   []byte(`{"v":2,"tickets":[]}`),
		"a phase":           []byte(`{"v":1,"tickets":[` + strings.Replace(ticket, "looking", "owning", 1) + `]}`),
		"a lease of years":  []byte(`{"v":1,"tickets":[` + strings.Replace(ticket, "30000", "99999999999999", 1) + `]}`),
		"a negative lease":  []byte(`{"v":1,"tickets":[` + strings.Replace(ticket, "30000", "-1", 1) + `]}`),
		"one ticket twice":  []byte(`{"v":1,"tickets":[` + ticket + "," + ticket + `]}`),
		"a name of a mile":  []byte(`{"v":1,"tickets":[` + strings.Replace(ticket, `"h"`, `"`+strings.Repeat("h", 5000)+`"`, 1) + `]}`),
		"as large as it is": bytes.Repeat([]byte(" "), coordinator.MaxValue),
	}
}

func hostile(t *testing.T, member func() coordinator.Store) {
	t.Helper()
	s := member()
	for name, value := range Nonsense() {
		e, err := s.Get(t.Context(), coordinator.LineKey(at()))
		if err == nil {
			_, err = s.Put(t.Context(), coordinator.LineKey(at()), value, e.Revision)
		}
		if err != nil {
			t.Fatal(name, err)
		}
		_, err = turns(s, "one").Take(t.Context(), at(), func(activation.Ahead) error { return nil })
		unreadable, ok := errors.AsType[*coordinator.UnreadableError](err)
		if !ok || (unreadable.Version != 0) != (name == "another version") {
			t.Errorf("%s: %v", name, err)
		}
		if lines, err := coordinator.Lines(t.Context(), s); err != nil || len(lines) != 1 || lines[0].Err == nil {
			t.Errorf("%s: the lines are %+v, %v", name, lines, err)
		}
	}
	e, err := s.Get(t.Context(), coordinator.LineKey(at()))
	if err == nil {
		_, err = s.Put(t.Context(), coordinator.LineKey(at()), []byte("{}"), e.Revision)
	}
	if err != nil {
		t.Fatal(err)
	}
	if _, err := coordinator.Release(t.Context(), s, at()); err != nil {
		t.Error(err)
	}
	take(t, s, "one").Leave()
}
