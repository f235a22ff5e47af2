package pace

import (
	"context"
	"errors"
	"io"
	"sync"
	"time"
)

// Source allots an account's places to the machines that use it. Its times are by this machine's clock. It must
// be safe for concurrent use.
type Source interface {
	// Take records what the member tells, and allots it at most n places of the account, at least one unless it takes
	// only saved ones. An error means that the source cannot be used at the moment.
	Take(ctx context.Context, account, member string, n int, told Told) ([]Share, error)
}

// Shared is the pace of an account that several machines share through a [Source]. The processes of one machine
// share its allotment in a file. It is safe for concurrent use.
//
// Until PAPI has named the account, and while the source does not answer, another pace is used: that of the
// machine.
type Shared struct {
	source Source
	alone  Pace
	speed  float64
	file   *record[desk] // nil without a file

	mu      sync.Mutex // guards what follows
	own     *desk      // used without a file
	account string     // empty until this process knows it
	until   time.Time  // the source is not asked before
	err     error      // the reason for until
}

var _ Pace = (*Shared)(nil)

// NewShared returns a pace through a source, with a file as for [NewFile]; without a path the process shares
// with no other on its machine. alone is used while the source cannot be.
func NewShared(source Source, alone Pace, path string, speed float64) *Shared {
	s := &Shared{source: source, alone: alone, speed: speed, own: newDesk(time.Now(), speed)}
	if path != "" {
		s.file = newRecord(path,
			func(now time.Time) *desk { return newDesk(now, speed) },
			func(d *desk, now time.Time) error { d.speed = speed; return d.check(now) })
	}
	return s
}

// Belongs sets the account, as PAPI has named it.
func (s *Shared) Belongs(ctx context.Context, account string) {
	s.mu.Lock()
	known := s.account == account
	s.account = account
	s.mu.Unlock()
	if known || account == "" || len(account) > maxID {
		return
	}
	_, _ = onDesk(ctx, s, "", func(d *desk, now time.Time) (struct{}, bool) {
		changed := d.Account != account
		if changed && d.Account != "" {
			*d = *newDesk(now, s.speed) // its places belong to another account
		}
		if changed {
			d.Account, d.Visit = account, time.Time{}
		}
		return struct{}{}, changed
	})
}

// SourceErr returns why the source is currently not used; nil if it is.
func (s *Shared) SourceErr() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.err
}

// Err returns why this process currently shares with no other on its machine; nil if it does.
func (s *Shared) Err() error {
	if s.file != nil {
		if err := s.file.Err(); err != nil {
			return err
		}
	}
	if alone, ok := s.alone.(interface{ Err() error }); ok {
		return alone.Err()
	}
	return nil
}

// Close waits as [File.Close] does.
func (s *Shared) Close() error {
	var err error
	if s.file != nil {
		err = s.file.Close()
	}
	if alone, ok := s.alone.(io.Closer); ok {
		err = errors.Join(err, alone.Close())
	}
	return err
}

// visit is what to ask the source, if anything.
type visit struct {
	turn    Turn
	ticket  Ticket
	account string
	desk    string
	places  int
	scout   bool // the account has to be found out
	told    Told
}

// Take implements [Pace].
func (s *Shared) Take(ctx context.Context, n int) (Ticket, Turn, error) {
	if s.resting() {
		return s.alone.Take(ctx, n)
	}
	v, err := onDesk(ctx, s, "", func(d *desk, now time.Time) (visit, bool) {
		if d.Account == "" {
			return visit{scout: d.scouts(now)}, true
		}
		return s.next(d, now, d.take(now, n)), true
	})
	switch {
	case err != nil:
		return Ticket{}, Turn{}, err
	case v.scout:
		return s.alone.Take(ctx, n)
	case v.account == "":
		return Ticket{}, Turn{Wait: Real(scoutedFor, s.speed)}, nil
	}
	turn, err := s.ask(ctx, v)
	if err == nil && turn.UnknownTicket { // the source has become unavailable
		s.Leave(ctx, v.ticket)
		return s.alone.Take(ctx, n)
	}
	return v.ticket, turn, err
}

// Look implements [Pace].
func (s *Shared) Look(ctx context.Context, t Ticket) (Turn, error) {
	resting := s.resting()
	v, err := onDesk(ctx, s, t.Line, func(d *desk, now time.Time) (visit, bool) {
		if t.Line != d.ID {
			return visit{account: d.Account, scout: now.Before(d.Visit)}, false
		}
		if !resting {
			return s.next(d, now, t), true
		}
		turn := d.look(now, t)
		if turn.Wait > 0 {
			d.leave(now, t) // the source allots nothing at the moment
			turn = Turn{UnknownTicket: true}
		}
		return visit{turn: turn, desk: d.ID}, true
	})
	switch {
	case err != nil:
		return Turn{}, err
	case v.desk != "":
		return s.ask(ctx, v)
	case v.account != "" && !resting:
		s.alone.Leave(ctx, t) // taken before the account was known
		return Turn{UnknownTicket: true}, nil
	case t == Ticket{} && v.scout:
		return Turn{Wait: Real(scoutedFor, s.speed)}, nil
	case t == Ticket{}:
		return Turn{UnknownTicket: true}, nil
	}
	return s.alone.Look(ctx, t)
}

// next returns what to do for a ticket.
func (s *Shared) next(d *desk, now time.Time, t Ticket) visit {
	v := visit{turn: d.look(now, t), ticket: t, account: d.Account, desk: d.ID}
	if t.Size == 0 {
		v.turn = full(d.Issued-d.Gone, s.speed)
	}
	if v.turn.Wait > 0 {
		v.places, v.told = d.wants(now)
	}
	return v
}

// scoutedFor estimates how long it takes to find out the account.
const scoutedFor = time.Second

// askFor bounds the wait for the source's answer.
const askFor = 2 * time.Second

// ask asks the source if necessary, and returns the turn afterwards.
func (s *Shared) ask(ctx context.Context, v visit) (Turn, error) {
	if v.places == 0 {
		return v.turn, nil
	}
	within, cancel := context.WithTimeout(ctx, askFor)
	defer cancel()
	shares, err := s.source.Take(within, v.account, v.desk, v.places, v.told)
	if err != nil {
		shares = nil
	}
	turn, lost := onDesk(context.WithoutCancel(ctx), s, v.desk, func(d *desk, now time.Time) (Turn, bool) {
		if d.ID != v.desk {
			return Turn{UnknownTicket: true}, false
		}
		d.got(now, shares)
		if err != nil && d.ReplyAt.IsZero() {
			d.Reply, d.ReplyAt = v.told.Reply, v.told.At
		}
		return d.look(now, v.ticket), true
	})
	switch {
	case ctx.Err() != nil:
		return Turn{}, context.Cause(ctx)
	case err != nil:
		s.rest(err)
		return Turn{UnknownTicket: true}, nil
	}
	s.rest(nil)
	return turn, lost
}

// Leave implements [Pace].
func (s *Shared) Leave(ctx context.Context, t Ticket) {
	known, _ := onDesk(ctx, s, t.Line, func(d *desk, now time.Time) (bool, bool) {
		d.leave(now, t)
		return d.ID == t.Line, d.ID == t.Line
	})
	if !known {
		s.alone.Leave(ctx, t)
	}
}

// Learn implements [Pace].
func (s *Shared) Learn(ctx context.Context, t Ticket, r Reply) {
	known, _ := onDesk(ctx, s, t.Line, func(d *desk, now time.Time) (bool, bool) {
		d.learn(now, r)
		return d.ID == t.Line, true
	})
	if !known {
		s.alone.Learn(ctx, t, r)
	}
}

// onDesk calls do with the desk that a ticket may belong to: that in the file, or this process's own if the
// file cannot be used.
func onDesk[T any](ctx context.Context, s *Shared, line string, do func(*desk, time.Time) (T, bool)) (T, error) {
	if ctx.Err() != nil {
		var none T
		return none, context.Cause(ctx)
	}
	if s.file != nil && !s.isOwn(line) {
		value, err := use(ctx, s.file, do)
		if !errors.Is(err, errAlone) {
			return value, err
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.own.Account == "" {
		s.own.Account = s.account
	}
	value, _ := do(s.own, time.Now())
	return value, nil
}

func (s *Shared) isOwn(line string) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return line == s.own.ID
}

func (s *Shared) resting() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return time.Now().Before(s.until)
}

// rest stops using the source for a while because of an error; nil ends that.
func (s *Shared) rest(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err, s.until = err, time.Time{}
	if err != nil {
		s.until = time.Now().Add(aloneFor)
	}
}
