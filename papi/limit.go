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

// Limits of concurrent requests.
const (
	maxInFlight = 4  // for one client
	maxAccount  = 10 // for one account, in this process
)

// When latency grows, fewer requests are sent at once.
const (
	slowAnswer    = 2 * time.Second // a faster answer is never slow
	slowerThan    = 3               // slow is so many times the usual latency
	latencyWeight = 0.1             // weight of a new latency in the moving average
)

// Account is what all clients of an account share: its concurrent requests and its pace, because PAPI's limits
// apply to the account. The zero value is ready for use.
type Account struct {
	// Pace decides when each request may be sent; nil means that no other process shares it. It must not be
	// changed once a client uses the account.
	Pace pace.Pace

	once  sync.Once
	slots chan struct{}
}

// SharedAccount returns an account whose pace is shared by all processes of this machine that use the same
// folder and credentials. The folder is created when needed. If it cannot be used, each process paces itself
// alone; see [Account.Err].
func SharedAccount(folder string, c Credentials) *Account {
	return &Account{Pace: pace.NewFile(paceFile(folder, c), 0)}
}

// CoordinatedAccount is SharedAccount for an account that other machines use as well: source allots each
// machine its share. While the source cannot be reached, the account behaves as with SharedAccount. If folder is
// empty, the process shares with no other on its machine. speed is that of [Options].
func CoordinatedAccount(source pace.Source, folder string, c Credentials, speed float64) *Account {
	if folder == "" {
		return &Account{Pace: pace.NewShared(source, pace.NewLocal(speed), "", speed)}
	}
	return &Account{Pace: pace.NewShared(source, pace.NewFile(paceFile(folder, c), speed), deskFile(folder, c), speed)}
}

// SourceErr returns why the pace is currently not shared with other machines; nil if it is, or was not meant to
// be.
func (a *Account) SourceErr() error {
	if shared, ok := a.Pace.(interface{ SourceErr() error }); ok {
		return shared.SourceErr()
	}
	return nil
}

// Close waits until this process no longer uses the shared pace, for at most one second; after that it returns
// an error. The account remains usable.
func (a *Account) Close() error {
	if shared, ok := a.Pace.(io.Closer); ok {
		return shared.Close()
	}
	return nil
}

// Err returns why this process currently does not share the account's pace with others; nil if it does, or was
// not meant to.
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

// limiter delays requests to what PAPI allows: each waits for its turn in the account's pace. When answers
// become slower, it also lowers the number of concurrent requests.
type limiter struct {
	slots   chan struct{}
	account *Account
	clock   clock
	delays  *delays
	next    http.RoundTripper

	mu    sync.Mutex    // guards what follows
	usual time.Duration // average latency
	width int           // how many requests may be in flight
	lent  int           // slots withdrawn to reduce width
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
		reply.Took = time.Since(begun)
	}
	l.account.Pace.Learn(context.WithoutCancel(ctx), ticket, reply)
	return resp, err
}

// ticket returns a ticket whose turn has come: that of a reservation in ctx, or a new one.
func (l *limiter) ticket(ctx context.Context) (pace.Ticket, error) {
	if r, ok := ctx.Value(reservationKey{}).(*reservation); ok && r.use() {
		return r.ticket, nil
	}
	return l.await(ctx, callFrom(ctx), 1)
}

// await waits for the turn of n requests.
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

// use takes one place of the reservation, and reports whether one was left.
func (r *reservation) use() bool { return r.left.Add(-1) >= 0 }

// Reserve waits until n requests may be sent in direct succession, such as a look and the submission that
// depends on it. With the returned context, that many attempts do not wait for the account's pace. The caller
// must call release, which gives unused places back. n is 1 to [pace.MaxPlaces]; any other is an error. If ctx
// ends first, the error is its cause, and reserved and release are nil, as with every error.
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

// release gives a slot back, or withdraws it if fewer requests are to be in flight.
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

// reply is what an answer says about the rate limit.
func (l *limiter) reply(resp *http.Response) pace.Reply {
	r := pace.Reply{
		Remaining: headerInt(resp.Header.Get("X-RateLimit-Remaining")), Limit: headerInt(resp.Header.Get("X-RateLimit-Limit")),
	}
	if wait, refused := refused(resp); refused {
		r.Refused, r.Wait = true, l.clock.real(wait)
	} else if r.Remaining == nil && resp.StatusCode >= http.StatusBadRequest {
		r.NoAnswer = true // it came from a gateway, not from PAPI
	}
	return r
}

// measure adjusts the number of concurrent requests to an answer's latency.
func (l *limiter) measure(latency time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	slow := l.clock.real(slowAnswer)
	if l.usual > 0 && latency > max(slow, slowerThan*l.usual) {
		l.width = max(l.width-1, 1)
		return // a slow answer must not raise the average
	}
	if latency < slow {
		l.width = min(l.width+1, maxInFlight)
	}
	if l.usual == 0 {
		l.usual = latency
	}
	l.usual += time.Duration(math.Round(latencyWeight * float64(latency-l.usual)))
}

// errNoTime reports that a request was not sent because its turn would have come after the deadline of the
// command.
var errNoTime = errors.New("the rate limit leaves no time for another request")

// refused reports whether an answer refuses a request as one too many, and how long PAPI asks to wait. It
// leaves the body, which is in memory, readable.
func refused(resp *http.Response) (wait time.Duration, refused bool) {
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadRequest, http.StatusServiceUnavailable:
	default:
		return 0, false
	}
	e := failed(resp)
	return e.Wait(), e.Class == ClassRateLimited
}

// failed returns the error for an unsuccessful answer.
func failed(resp *http.Response) *Error {
	body, err := bodyOf(resp)
	if err != nil {
		body = nil // then only status and headers are known
	}
	return newError("", target{}, readAnswer(resp, time.Now()), body)
}
