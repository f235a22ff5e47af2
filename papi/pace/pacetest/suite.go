// Package pacetest holds an implementation of a pace to what is asked of all of them.
package pacetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// Open returns two members that share a new line, at a speed as for [pace.NewLocal].
type Open func(t *testing.T, speed float64) (one, other pace.Pace)

// Run tests the members that open returns.
func Run(t *testing.T, open Open) {
	t.Helper()
	for name, test := range map[string]func(*testing.T, *line){
		"few go before PAPI has answered":                               fewBeforeAnAnswer,
		"all share one line":                                            oneLine,
		"what PAPI says is left may go, but a few":                      whatIsLeft,
		"an answer to an earlier request says no more":                  earlierAnswers,
		"what is on its way may not have been counted yet":              onTheirWay,
		"nothing is kept in reserve where there never is more than one": noneInReserve,
		"a refusal stops all until the time it names":                   refusalStopsAll,
		"a refusal without a time slows all down":                       refusalSlowsDown,
		"the places of one ticket have their turn together":             pairs,
		"what is given back costs nobody time":                          givenBack,
		"nonsense from PAPI is bounded":                                 nonsense,
		"a ticket of another line is lost":                              foreignTickets,
		"a context that has ended ends the wait":                        endedContext,
		"a wait ends with its context, and its place is given back":     waitEnds,
	} {
		t.Run(name, func(t *testing.T) { test(t, newLine(t, open, 1)) })
	}
	t.Run("waiting requests go at PAPI's pace, and all of them", func(t *testing.T) { inTime(t, newLine(t, open, 100)) })
}

// line is a line with two members.
type line struct {
	t       *testing.T
	members [2]pace.Pace
	speed   float64
	taken   int
}

func newLine(t *testing.T, open Open, speed float64) *line {
	t.Helper()
	one, other := open(t, speed)
	return &line{t: t, members: [2]pace.Pace{one, other}, speed: speed}
}

// take takes places, by turns for one member and the other.
func (l *line) take(n int) (pace.Ticket, pace.Turn) {
	l.t.Helper()
	l.taken++
	ticket, turn, err := l.members[l.taken%2].Take(l.t.Context(), n)
	if err != nil {
		l.t.Fatal(err)
	}
	return ticket, turn
}

// look asks the other member than the one that took the last ticket.
func (l *line) look(ticket pace.Ticket) pace.Turn {
	l.t.Helper()
	turn, err := l.members[(l.taken+1)%2].Look(l.t.Context(), ticket)
	if err != nil {
		l.t.Fatal(err)
	}
	return turn
}

// answered takes a ticket and has PAPI say how many requests are left.
func (l *line) answered(left int) pace.Ticket {
	l.t.Helper()
	ticket, _ := l.take(1)
	l.learn(ticket, pace.Reply{Remaining: &left})
	return ticket
}

func (l *line) learn(ticket pace.Ticket, r pace.Reply) {
	l.members[l.taken%2].Learn(l.t.Context(), ticket, r)
}

// waits wants a turn to be about that far away: tests take time themselves.
func (l *line) waits(turn pace.Turn, want time.Duration) {
	l.t.Helper()
	const took = 600 * time.Millisecond
	if turn.UnknownTicket || turn.Wait > want+10*time.Millisecond || turn.Wait < want-took || (want > 0) != (turn.Wait > 0) {
		l.t.Errorf("the turn is %+v, want one in %s", turn, want)
	}
}

// places returns for how long that many places are waited for.
func places(n float64) time.Duration {
	return time.Duration(n * float64(time.Minute) / pace.PerMinute)
}

// At a pace of 90 a minute, and with a few that PAPI says are left in reserve.
const (
	reserve  = 4
	unproven = 4
)

func fewBeforeAnAnswer(t *testing.T, l *line) {
	t.Helper()
	for range unproven {
		_, turn := l.take(1)
		l.waits(turn, 0)
	}
	for i := range 10 {
		_, turn := l.take(1)
		l.waits(turn, places(float64(i+1)))
		if turn.Sure {
			t.Error("it is sure before PAPI has answered")
		}
	}
	last, _ := l.take(1)
	l.answered(500)
	if turn := l.look(last); turn.Wait > 0 {
		t.Errorf("after an answer %+v", turn)
	}
}

func oneLine(t *testing.T, l *line) {
	t.Helper()
	l.answered(reserve)
	for i := range 20 {
		ticket, turn := l.take(1)
		l.waits(turn, places(float64(i+1)))
		if at := l.look(ticket); turn.Ahead > i || at.Ahead > turn.Ahead || !turn.Sure || turn.Refused {
			t.Errorf("the turn is %+v, and by the other's account %+v; want %d ahead", turn, at, i)
		}
	}
}

func whatIsLeft(t *testing.T, l *line) {
	t.Helper()
	l.answered(reserve + 7)
	for range 7 {
		ticket, turn := l.take(1)
		l.waits(turn, 0)
		l.learn(ticket, pace.Reply{NoAnswer: true})
	}
	_, turn := l.take(1)
	l.waits(turn, places(1))
	ticket := l.answered(0)
	next, turn := l.take(1)
	l.waits(turn, places(1+reserve))
	l.learn(ticket, pace.Reply{Remaining: new(1000)})
	if turn := l.look(next); turn.Wait > 0 {
		t.Errorf("after 1000 are left: %+v", turn)
	}
}

func noneInReserve(t *testing.T, l *line) {
	t.Helper()
	ticket, _ := l.take(1)
	l.learn(ticket, pace.Reply{Remaining: new(0), Limit: new(1)})
	_, turn := l.take(1)
	l.waits(turn, places(1))
}

func onTheirWay(t *testing.T, l *line) {
	t.Helper()
	l.answered(1000)
	var last pace.Ticket
	for range 20 {
		last, _ = l.take(1)
	}
	l.learn(last, pace.Reply{Remaining: new(reserve + 19 + 3)})
	for range 3 {
		_, turn := l.take(1)
		l.waits(turn, 0)
	}
	_, turn := l.take(1)
	l.waits(turn, places(1))
}

func earlierAnswers(t *testing.T, l *line) {
	t.Helper()
	first, _ := l.take(1)
	l.answered(reserve + 1)
	l.learn(first, pace.Reply{Remaining: new(1000)})
	_, turn := l.take(1)
	l.waits(turn, places(1))
}

func refusalStopsAll(t *testing.T, l *line) {
	t.Helper()
	l.answered(500)
	refused, _ := l.take(1)
	l.learn(refused, pace.Reply{Refused: true, Wait: 20 * time.Second})
	l.learn(refused, pace.Reply{Refused: true, Wait: 15 * time.Second}) // the latest counts
	for i := range 3 {
		_, turn := l.take(1)
		l.waits(turn, 20*time.Second+2*places(float64(i))) // and at half the rate
		if !turn.Refused {
			t.Error("it is not said that PAPI has refused")
		}
	}
	l.answered(900)
	_, turn := l.take(1)
	if turn.Wait < 15*time.Second {
		t.Errorf("after an answer that came later: %+v", turn)
	}
}

func refusalSlowsDown(t *testing.T, l *line) {
	t.Helper()
	ticket, _ := l.take(1)
	for range 3 { // what was under way together counts once
		l.learn(ticket, pace.Reply{Refused: true})
	}
	_, turn := l.take(1)
	l.waits(turn, 0)
	_, turn = l.take(1)
	l.waits(turn, 2*places(1))
	if turn.Wait < places(1) {
		t.Errorf("the rate is not half of what it was: %+v", turn)
	}
}

func pairs(t *testing.T, l *line) {
	t.Helper()
	l.answered(reserve + 1)
	pair, turn := l.take(2)
	l.waits(turn, places(1))
	if pair.Size != 2 || turn.Wait <= 0 {
		t.Errorf("%d places, %+v", pair.Size, turn)
	}
	_, turn = l.take(1)
	l.waits(turn, places(2))
}

func givenBack(t *testing.T, l *line) {
	t.Helper()
	l.answered(reserve)
	first, _ := l.take(1)
	second, _ := l.take(2)
	third, turn := l.take(1)
	l.waits(turn, places(4))
	l.members[0].Leave(t.Context(), second)
	l.members[1].Leave(t.Context(), second) // twice is once
	l.waits(l.look(third), places(2))
	l.members[1].Leave(t.Context(), first)
	l.waits(l.look(third), places(1))
	l.members[1].Leave(t.Context(), third)
	_, turn = l.take(1)
	l.waits(turn, places(1))
}

func nonsense(t *testing.T, l *line) {
	t.Helper()
	l.answered(1 << 30)
	for range 5 {
		if _, turn := l.take(pace.MaxPlaces); turn.Wait > places(pace.MaxPlaces) {
			t.Errorf("with all requests left: %+v", turn)
		}
	}
	if _, turn := l.take(10 * pace.MaxPlaces); turn.Wait <= 0 {
		t.Error("more went than PAPI lets anybody save up")
	}
	ticket := l.answered(-5)
	l.learn(ticket, pace.Reply{Refused: true, Wait: 1000 * time.Hour})
	last, turn := l.take(-3)
	if turn.Wait > 2*time.Hour || last.Size != 1 {
		t.Errorf("%d places, %+v", last.Size, turn)
	}
}

func foreignTickets(t *testing.T, l *line) {
	t.Helper()
	ticket := l.answered(reserve)
	for _, foreign := range []pace.Ticket{{Line: "other", Last: 1, Size: 1}, {}, {Line: ticket.Line, Last: 1 << 40, Size: 1}} {
		if turn := l.look(foreign); !turn.UnknownTicket {
			t.Errorf("%+v has the turn %+v", foreign, turn)
		}
		l.members[0].Leave(t.Context(), foreign)
		l.learn(foreign, pace.Reply{Remaining: new(1000)})
	}
	_, turn := l.take(1)
	l.waits(turn, places(1))
}

func endedContext(t *testing.T, l *line) {
	t.Helper()
	cause := errors.New("time is up")
	ctx, cancel := context.WithCancelCause(t.Context())
	cancel(cause)
	for _, member := range l.members {
		if _, _, err := member.Take(ctx, 1); !errors.Is(err, cause) {
			t.Errorf("take: %v", err)
		}
		if _, err := member.Look(ctx, pace.Ticket{}); !errors.Is(err, cause) {
			t.Errorf("look: %v", err)
		}
	}
}

func waitEnds(t *testing.T, l *line) {
	t.Helper()
	l.answered(reserve)
	cause := errors.New("time is up")
	ctx, cancel := context.WithTimeoutCause(t.Context(), 20*time.Millisecond, cause)
	defer cancel()
	if _, err := pace.Await(ctx, l.members[0], 30, l.speed, func(pace.Turn) error { return nil }); !errors.Is(err, cause) {
		t.Errorf("the wait ended with %v", err)
	}
	enough := errors.New("enough")
	if _, err := pace.Await(t.Context(), l.members[1], 30, l.speed, func(pace.Turn) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("the wait ended with %v", err)
	}
	_, turn := l.take(1)
	l.waits(turn, places(1))
}

// inTime lets many wait at once, and compares with what the pace allows.
func inTime(t *testing.T, l *line) {
	t.Helper()
	const requests = 60
	l.answered(reserve)
	begun := time.Now()
	var sent sync.WaitGroup
	var mu sync.Mutex
	var at []time.Duration
	for i := range requests {
		sent.Go(func() {
			_, err := pace.Await(t.Context(), l.members[i%2], 1, l.speed, func(pace.Turn) error { return nil })
			mu.Lock()
			defer mu.Unlock()
			at = append(at, time.Since(begun))
			if err != nil {
				t.Error(err)
			}
		})
	}
	sent.Wait()
	each := pace.Real(places(1), l.speed)
	for i, passed := range at { // in the order in which they went
		if earliest := time.Duration(i) * each; passed < earliest {
			t.Errorf("request %d went after %s, want %s at least", i+1, passed, earliest)
		}
	}
	if len(at) != requests {
		t.Errorf("%d of %d requests went", len(at), requests)
	}
}
