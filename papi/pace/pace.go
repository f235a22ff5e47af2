// Package pace keeps all senders of an account's requests, together, within PAPI's rate limit. PAPI counts
// requests per account, whoever sends them: 100 a minute, with a burst of 1000 that refills at that rate.
//
// A sender takes a place in a waiting line, which moves on at PAPI's rate. PAPI's answers correct the line: the
// remaining requests tell how far it may move, and a refusal stops it until the time that PAPI names. A [Local]
// line is shared by the clients of one process, a [File] by the processes of one machine, and a [Shared] by
// several machines, through a [Source]. [Await] takes a place and returns when its turn has come.
package pace

import (
	"context"
	"time"
)

// Pace is one waiting line. Its methods are safe for concurrent use. They return only errors of their contexts:
// on any other failure a line goes on as if nobody shared it.
type Pace interface {
	// Take takes places for n consecutive requests, at most MaxPlaces. They share one turn: when all of them
	// may be sent. In a line that is full it takes none and returns the zero Ticket, whose Turn says when to look
	// again; Look then returns UnknownTicket.
	Take(ctx context.Context, n int) (Ticket, Turn, error)
	// Look returns how far away the ticket's turn is now.
	Look(ctx context.Context, t Ticket) (Turn, error)
	// Leave gives back places for which no request was sent.
	Leave(ctx context.Context, t Ticket)
	// Learn records PAPI's answer to a request of a ticket. Call it for each request.
	Learn(ctx context.Context, t Ticket, r Reply)
}

// Ticket is one or more places in a line.
type Ticket struct {
	Line string // ID of the line
	Last uint64 // the number of the last place
	Size int    // number of places
}

// Turn is how far away a ticket's turn is, by the current estimate: PAPI's answers to others may bring it
// nearer or put it off.
type Turn struct {
	// Wait is how long it is until then, by this machine's clock; 0 or less means that the turn has come.
	Wait time.Duration
	// Ahead is how many requests go first.
	Ahead int
	// Refused reports that PAPI has refused a request and named a time before which nobody may send another.
	Refused bool
	// Sure reports that PAPI has answered within the last minute.
	Sure bool
	// UnknownTicket reports that the ticket does not belong to this line, for instance after its file was
	// deleted. Take another one.
	UnknownTicket bool
}

// Reply is what an answer of PAPI says about the rate limit.
type Reply struct {
	// NoAnswer reports that there was no answer, or none from PAPI itself.
	NoAnswer bool
	// Remaining is how many requests are left; nil if PAPI did not say.
	Remaining *int
	// Limit is the maximum of Remaining; nil if PAPI did not say.
	Limit *int
	// Refused reports that the request was refused as one too many.
	Refused bool
	// Wait is how long PAPI asks to wait after a refusal; 0 if it did not say.
	Wait time.Duration
	// Took is the time from sending the request until its answer arrived; 0 if that is not known.
	Took time.Duration
}

// How often a waiting request looks at the line, in PAPI's time: more often as its turn comes nearer.
const (
	rarelyLooks = time.Second
	oftenLooks  = 50 * time.Millisecond
	looksAhead  = 4 // fraction of the wait
)

// Await takes places for n requests and returns when their turn has come. Before each pause it calls waiting,
// whose error ends the wait. On that error, or when the context ends, it gives the places back and returns the
// error or the context's cause. speed is as for [NewLocal].
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

// Real converts a duration of PAPI's time to this machine's: speed is how many seconds of PAPI's time pass in
// one real second; 0 means 1.
func Real(d time.Duration, speed float64) time.Duration {
	if speed > 0 {
		return time.Duration(float64(d) / speed)
	}
	return d
}
