package pacetest

import (
	"context"
	"errors"
	"math"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// In runs a test: in virtual time, as synctest.Test does, where nothing outside of the
// process is waited for, and else [RealTime].
type In func(t *testing.T, test func(*testing.T))

// RealTime runs a test as it is.
func RealTime(t *testing.T, test func(*testing.T)) {
	t.Helper()
	test(t)
}

// Any tests what holds for every pace, also for one whose members are on different
// machines: the second has no tickets of the first.
func Any(t *testing.T, in In, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *line){
		"a context that has ended ends the wait":                    endedContext,
		"a ticket of another line is lost":                          anyForeign,
		"a wait ends with its context":                              anyWaitEnds,
		"after a refusal nobody goes before the time that it names": anyRefusal,
		"nonsense from PAPI holds nobody up for ever":               anyNonsense,
		"what PAPI says is left may go":                             anyLeft,
		"the places of one ticket have their turn together":         anyPairs,
	} {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				t.Helper()
				test(t, newLine(t, open, 1))
			})
		})
	}
	t.Run("waiting requests go no faster than PAPI allows, and all of them", func(t *testing.T) {
		in(t, func(t *testing.T) {
			t.Helper()
			anyInTime(t, newLine(t, open, 100))
		})
	})
}

// await waits for n places of a member.
func (l *line) await(ctx context.Context, member, n int) (pace.Ticket, error) {
	return pace.Await(ctx, l.members[member], n, l.speed, func(pace.Turn) error { return nil })
}

// sent waits for a place of a member, and has PAPI answer.
func (l *line) sent(member int, r pace.Reply) {
	l.t.Helper()
	ticket, err := l.await(l.t.Context(), member, 1)
	if err != nil {
		l.t.Fatal(err)
	}
	l.members[member].Learn(l.t.Context(), ticket, r)
}

func anyForeign(t *testing.T, l *line) {
	t.Helper()
	for i, member := range l.members {
		foreign := pace.Ticket{Line: "other", Last: 1, Size: 1}
		if turn, err := member.Look(t.Context(), foreign); err != nil || !turn.UnknownTicket {
			t.Errorf("member %d: %+v, %v", i, turn, err)
		}
		member.Leave(t.Context(), foreign)
		member.Learn(t.Context(), foreign, pace.Reply{NoAnswer: true})
	}
}

func anyWaitEnds(t *testing.T, l *line) {
	t.Helper()
	cause := errors.New("time is up")
	for i := range l.members {
		ctx, cancel := context.WithTimeoutCause(t.Context(), 50*time.Millisecond, cause)
		_, err := l.await(ctx, i, 30)
		cancel()
		if !errors.Is(err, cause) {
			t.Errorf("member %d: the wait ended with %v", i, err)
		}
	}
}

func anyRefusal(t *testing.T, l *line) {
	t.Helper()
	l.sent(0, pace.Reply{Remaining: new(500)})
	l.sent(1, pace.Reply{Refused: true, Wait: time.Minute})
	ctx, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	if _, err := l.await(ctx, 1, 1); err == nil {
		t.Error("it went before the time that PAPI has named")
	}
}

func anyNonsense(t *testing.T, l *line) {
	t.Helper()
	for _, r := range []pace.Reply{
		{Remaining: new(math.MaxInt)}, {Remaining: new(-5), Limit: new(-1)}, {Remaining: new(500), Limit: new(0)}, {NoAnswer: true}, {},
	} {
		ticket, turn, err := l.members[0].Take(t.Context(), -3)
		if err != nil || ticket.Size != 1 || turn.Wait > time.Hour {
			t.Errorf("%+v, %+v, %v", ticket, turn, err)
		}
		l.members[0].Learn(t.Context(), ticket, r)
	}
	ticket, _, err := l.members[1].Take(t.Context(), 10*pace.MaxPlaces)
	if err != nil || ticket.Size != pace.MaxPlaces {
		t.Errorf("%+v, %v", ticket, err)
	}
	l.members[1].Leave(t.Context(), ticket)
	l.members[1].Leave(t.Context(), ticket)
}

func anyLeft(t *testing.T, l *line) {
	t.Helper()
	l.sent(0, pace.Reply{Remaining: new(1000)})
	begun := time.Now()
	for i := range 60 {
		l.sent(i%2, pace.Reply{Remaining: new(999 - i)})
	}
	if took := time.Since(begun); took > 10*time.Second {
		t.Errorf("60 of 1000 that were left went within %s", took)
	}
}

func anyPairs(t *testing.T, l *line) {
	t.Helper()
	l.sent(0, pace.Reply{Remaining: new(1000)})
	for i := range l.members {
		pair, err := l.await(t.Context(), i, 2)
		if err != nil || pair.Size != 2 {
			t.Errorf("member %d: %+v, %v", i, pair, err)
		}
		l.members[i].Leave(t.Context(), pace.Ticket{Line: pair.Line, Last: pair.Last, Size: 1})
	}
}

// anyInTime lets many wait at once when PAPI has a few left.
func anyInTime(t *testing.T, l *line) {
	t.Helper()
	const requests, left, allowed = 100, 4, 100 // a minute
	l.sent(0, pace.Reply{Remaining: new(left)})
	begun := time.Now()
	var all sync.WaitGroup
	var mu sync.Mutex
	var at []time.Duration
	for i := range requests {
		all.Go(func() {
			ticket, err := l.await(t.Context(), i%2, 1)
			mu.Lock()
			defer mu.Unlock()
			passed := time.Since(begun)
			at = append(at, passed)
			if err != nil {
				t.Error(err)
			}
			is := max(left+int(passed.Seconds()*l.speed*allowed/60)-len(at), 0)
			l.members[i%2].Learn(t.Context(), ticket, pace.Reply{Remaining: &is})
		})
	}
	all.Wait()
	slices.Sort(at)
	each := pace.Real(time.Minute, l.speed) / allowed
	const counted = 20 // more than a machine that is busy lets go late, and much less than all of them
	for i, passed := range at {
		if earliest := time.Duration(i-left-counted) * each; passed < earliest {
			t.Errorf("request %d went after %s, want %s at least", i+1, passed, earliest)
		}
	}
	if len(at) != requests {
		t.Errorf("%d of %d requests went", len(at), requests)
	}
}
