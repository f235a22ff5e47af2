// Package pace shares out the requests that PAPI allows an account among all who
// send them. PAPI counts them for the account, whoever calls: 100 a minute, with a
// burst of 1000 that refills at that pace.
//
// Whoever is to send a request takes a place in a waiting line, which moves on at
// PAPI's pace. PAPI's answers correct it: how many requests are left says how far the
// line may have moved, and a refusal stops it until the time that PAPI names. A
// [Local] line is shared by the clients of one process, a [File] by the processes of
// one machine. [Await] takes a place and returns when it is its turn.
package pace

import (
	"context"
	"time"
)

// Pace is one line. Its methods may be called from several goroutines. Their
// errors are those of their contexts; whatever else goes wrong is met by going on
// as if nobody shared the line.
type Pace interface {
	// Take takes places for n requests, one behind the other. They have one turn:
	// when all of them may be sent. A ticket has MaxPlaces at most.
	Take(ctx context.Context, n int) (Ticket, Turn, error)
	// Look returns how the line has moved.
	Look(ctx context.Context, t Ticket) (Turn, error)
	// Leave gives back places of which no request was sent.
	Leave(ctx context.Context, t Ticket)
	// Learn takes what PAPI answered to a request of a ticket, for each request.
	Learn(ctx context.Context, t Ticket, r Reply)
}

// Ticket is one or more places in a line.
type Ticket struct {
	Line string // its ID
	Last uint64 // the number of the last place
	Size int    // how many there are
}

// Turn is how far away the turn of a ticket is, as it looks now: what PAPI answers
// to others may bring it nearer, or put it off.
type Turn struct {
	// Wait is how long it is until then; 0 and less mean that it has come. It is
	// a duration of this machine's clock, as all in this package are.
	Wait time.Duration
	// Ahead is how many requests are sent before.
	Ahead int
	// Refused says that PAPI has refused a request, and named a time before which
	// nobody sends another one.
	Refused bool
	// Sure says that PAPI has answered within the last minute.
	Sure bool
	// UnknownTicket says that the ticket is not one of this line, such as after its
	// file was deleted: another has to be taken.
	UnknownTicket bool
}

// Reply is what an answer of PAPI says about the pace.
type Reply struct {
	// NoAnswer says that there was no answer, or none of PAPI itself.
	NoAnswer bool
	// Remaining is how many requests are left; nil where PAPI did not say.
	Remaining *int
	// Limit is how many are left at most; nil where PAPI did not say.
	Limit *int
	// Refused says that the request was one too many.
	Refused bool
	// Wait is how long PAPI asks to wait after a refusal; 0 where it did not say.
	Wait time.Duration
}

// How often a waiting request looks at the line, in PAPI's time: the nearer its turn the more often.
const (
	rarelyLooks = time.Second
	oftenLooks  = 50 * time.Millisecond
	looksAhead  = 4 // part of the wait
)

// Await takes places for n requests and returns when it is their turn. Before each
// pause it calls waiting, whose error ends the wait. The error is that, or the
// context's cause; the places are given back then. speed is as for [NewLocal].
func Await(ctx context.Context, p Pace, n int, speed float64, waiting func(Turn) error) (Ticket, error) {
	ticket, turn, err := p.Take(ctx, n)
	for err == nil {
		switch {
		case turn.UnknownTicket:
			ticket, turn, err = p.Take(ctx, n)
			continue
		case turn.Wait <= 0:
			return ticket, nil
		}
		if err = waiting(turn); err != nil {
			break
		}
		look := min(max(turn.Wait/looksAhead, Real(oftenLooks, speed)), Real(rarelyLooks, speed), turn.Wait)
		if err = sleep(ctx, look); err == nil {
			turn, err = p.Look(ctx, ticket)
		}
	}
	if ticket.Size > 0 {
		p.Leave(context.WithoutCancel(ctx), ticket)
	}
	return Ticket{}, err
}

func sleep(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// Real returns how long a duration of PAPI's time takes, of which speed seconds
// pass in a real one; 0 means 1.
func Real(d time.Duration, speed float64) time.Duration {
	if speed > 0 {
		return time.Duration(float64(d) / speed)
	}
	return d
}
