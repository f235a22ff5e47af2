package papi

import (
	"context"
	"errors"
	"io"
	"math"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// How many requests may be in flight.
const (
	maxInFlight = 4  // of one credential
	maxAccount  = 10 // of one account, of this process
)

// When fewer are in flight.
const (
	slowAnswer    = 2 * time.Second // an answer below it is never slow
	slowerThan    = 3               // times the usual latency is slow
	latencyWeight = 0.1             // of a new latency in the usual one
)

// Account is what all clients of an account share: the requests in flight, and the
// pace. PAPI's limits are the account's. The zero value is ready for use.
type Account struct {
	// Pace shares out the requests; nil means that this process has the account to
	// itself. It is not changed once a client was made.
	Pace pace.Pace

	once  sync.Once
	slots chan struct{}
}

// SharedAccount returns an account whose pace is shared by all processes of this
// machine that use the same folder and the same credentials. The folder is made
// when it is needed. Whatever is wrong with it, a process then goes by itself.
func SharedAccount(folder string, c Credentials) *Account {
	return &Account{Pace: pace.NewFile(paceFile(folder, c), 0)}
}

// CoordinatedAccount is SharedAccount for an account that other machines use as well: a
// source gives each machine its share. While there is none, it goes on as SharedAccount.
// Without a folder, the process shares with no other of its machine.
func CoordinatedAccount(source pace.Source, folder string, c Credentials, speed float64) *Account {
	if folder == "" {
		return &Account{Pace: pace.NewShared(source, pace.NewLocal(speed), "", speed)}
	}
	return &Account{Pace: pace.NewShared(source, pace.NewFile(paceFile(folder, c), speed), deskFile(folder, c), speed)}
}

// SourceErr returns why the account's pace is not shared with other machines at the
// moment; nil where it is, and where it was not to.
func (a *Account) SourceErr() error {
	if shared, ok := a.Pace.(interface{ SourceErr() error }); ok {
		return shared.SourceErr()
	}
	return nil
}

// Close waits until nothing of the shared pace is in use by this process any more, for
// a second at most. The account can be used again.
func (a *Account) Close() error {
	if shared, ok := a.Pace.(io.Closer); ok {
		return shared.Close()
	}
	return nil
}

// Err returns why this process does not share the account's pace with others at the
// moment; nil where it does, and where it was not to.
func (a *Account) Err() error {
	shared, ok := a.Pace.(interface{ Err() error })
	if !ok {
		return nil
	}
	return shared.Err()
}

func (a *Account) start(speed float64) {
	a.once.Do(func() {
		a.slots = make(chan struct{}, maxAccount)
		if a.Pace == nil {
			a.Pace = pace.NewLocal(speed)
		}
	})
}

// limiter lets through as many requests as PAPI allows: each waits for its turn in
// the account's pace. With answers that take longer, fewer are in flight at once.
type limiter struct {
	slots   chan struct{}
	account *Account
	clock   clock
	delays  *delays
	next    http.RoundTripper

	mu    sync.Mutex    // guards what follows
	usual time.Duration // latency
	width int           // how many requests may be in flight
	lent  int           // slots that were taken out
}

func newLimiter(account *Account, d *delays, next http.RoundTripper) *limiter {
	if account == nil {
		account = &Account{}
	}
	account.start(d.clock.speed)
	return &limiter{
		slots: make(chan struct{}, maxInFlight), account: account, clock: d.clock, delays: d, next: next, width: maxInFlight,
	}
}

// RoundTrip implements http.RoundTripper.
func (l *limiter) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx := req.Context()
	for _, slots := range [...]chan struct{}{l.slots, l.account.slots} {
		select {
		case slots <- struct{}{}:
		case <-ctx.Done():
			if slots == l.account.slots {
				l.release()
			}
			return nil, context.Cause(ctx)
		}
	}
	defer func() {
		<-l.account.slots
		l.release()
	}()
	ticket, err := l.ticket(ctx)
	if err != nil {
		return nil, err
	}
	begun := time.Now()
	if tooLate(ctx, begun) {
		l.account.Pace.Learn(context.WithoutCancel(ctx), ticket, pace.Reply{NoAnswer: true})
		return nil, errTooLate
	}
	resp, err := l.next.RoundTrip(req)
	reply := pace.Reply{NoAnswer: true}
	if err == nil {
		l.measure(time.Since(begun))
		reply = l.reply(resp)
	}
	l.account.Pace.Learn(context.WithoutCancel(ctx), ticket, reply)
	return resp, err
}

// ticket returns one whose turn it is: that of a reservation, or a new one.
func (l *limiter) ticket(ctx context.Context) (pace.Ticket, error) {
	if r, ok := ctx.Value(reservationKey{}).(*reservation); ok && r.use() {
		return r.ticket, nil
	}
	return l.await(ctx, callFrom(ctx), 1)
}

// await waits until it is the turn of n requests.
func (l *limiter) await(ctx context.Context, cl call, n int) (pace.Ticket, error) {
	waits := false
	defer func() {
		if waits {
			l.delays.end()
		}
	}()
	return pace.Await(ctx, l.account.Pace, n, l.clock.speed, func(t pace.Turn) error {
		until := time.Now().Add(t.Wait)
		if deadline, ok := ctx.Deadline(); ok && !until.Before(deadline) && (t.Sure || t.Refused) {
			return errNoTime
		}
		l.delays.expect(cl, Delay{Until: until, Refused: t.Refused, Ahead: t.Ahead})
		if !waits {
			waits = true
			l.delays.begin()
		}
		return nil
	})
}

// reservation is a ticket for several requests.
type reservation struct {
	ticket pace.Ticket
	left   atomic.Int32
}

type reservationKey struct{}

// use takes one of its requests, and reports whether there was one.
func (r *reservation) use() bool { return r.left.Add(-1) >= 0 }

// Reserve waits until n requests may be sent one right after the other, such as a
// look and the submission that it decides. With the context that it returns that
// many attempts are made without waiting for the account's pace. Those that were
// not made are given back by release, which has to be called. n is 1 to
// [pace.MaxPlaces].
func (c *Client) Reserve(ctx context.Context, n int) (reserved context.Context, release func(), err error) {
	if n < 1 || n > pace.MaxPlaces {
		return nil, nil, unanswered("", target{}, errNotReserved)
	}
	ticket, err := c.limiter.await(ctx, call{}, n)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, nil, context.Cause(ctx)
	case err != nil:
		return nil, nil, unanswered("", target{}, err)
	}
	r := &reservation{ticket: ticket}
	r.left.Store(int32(n))
	return context.WithValue(ctx, reservationKey{}, r), func() {
		if left := r.left.Swap(0); left > 0 {
			rest := ticket
			rest.Size = int(left)
			c.limiter.account.Pace.Leave(context.WithoutCancel(ctx), rest)
		}
	}, nil
}

var errNotReserved = errors.New("a reservation is for 1 to 200 requests")

// release gives a slot back, or keeps it when fewer requests are to be in flight.
func (l *limiter) release() {
	l.mu.Lock()
	keep := l.lent < maxInFlight-l.width
	if keep {
		l.lent++
	}
	returned := !keep && l.lent > maxInFlight-l.width
	if returned {
		l.lent--
	}
	l.mu.Unlock()
	if keep {
		return
	}
	<-l.slots
	if returned {
		<-l.slots
	}
}

// reply is what an answer says about the pace.
func (l *limiter) reply(resp *http.Response) pace.Reply {
	r := pace.Reply{
		Remaining: headerInt(resp.Header.Get("X-RateLimit-Remaining")), Limit: headerInt(resp.Header.Get("X-RateLimit-Limit")),
	}
	if wait, refused := refused(resp); refused {
		r.Refused, r.Wait = true, l.clock.real(wait)
	} else if r.Remaining == nil && resp.StatusCode >= http.StatusBadRequest {
		r.NoAnswer = true // a gateway's
	}
	return r
}

// measure takes from an answer's latency how many requests may be in flight.
func (l *limiter) measure(latency time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slow := l.clock.real(slowAnswer)
	if l.usual > 0 && latency > max(slow, slowerThan*l.usual) {
		l.width = max(l.width-1, 1)
		return // what is slow does not become usual
	}
	if latency < slow {
		l.width = min(l.width+1, maxInFlight)
	}
	if l.usual == 0 {
		l.usual = latency
	}
	l.usual += time.Duration(math.Round(latencyWeight * float64(latency-l.usual)))
}

// errNoTime says that a request was not sent: it would have been its turn after
// the end of the command.
var errNoTime = errors.New("the rate limit leaves no time for another request")

// refused reports whether an answer says that there were too many requests, and
// how long PAPI asks to wait then. The answer's body is in memory, and is left as it was.
func refused(resp *http.Response) (wait time.Duration, refused bool) {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadRequest, http.StatusServiceUnavailable:
	default:
		return 0, false
	}
	e := failed(resp)
	return e.Wait(), e.Class == ClassRateLimited
}

// failed returns the error for an answer that is a failure.
func failed(resp *http.Response) *Error {
	body, err := bodyOf(resp)
	if err != nil {
		body = nil // then its status and headers have to tell
	}
	return newError("", target{}, readAnswer(resp, time.Now()), body)
}
