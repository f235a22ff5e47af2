package coordinator

import (
	"context"
	"crypto/rand"
	"errors"
	"strings"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/papi"
)

// LineState is a line as shown to an operator.
type LineState struct {
	Key     string
	Line    activation.Line // without Doing
	Tickets []Ticket
	// Err is why the line cannot be read; nil if it can.
	Err error
}

// Ticket is a place in a line.
type Ticket struct {
	ID     string
	Phase  Phase
	Holder activation.Holder
	// Lease is how long the place lasts without a sign of life.
	Lease time.Duration
}

// Lines returns the lines that are not empty, and those that cannot be read.
func Lines(ctx context.Context, s Store) ([]LineState, error) {
	within, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	keys, err := s.Keys(within, LinePrefix)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &GoneError{err}
	}
	var all []LineState
	for _, key := range keys {
		e, err := get(ctx, s, key)
		if err != nil {
			return nil, err
		}
		standing := LineState{Key: key, Line: lineOf(key)}
		l, err := readLine(key, e)
		if standing.Err = err; err == nil {
			for _, t := range l.Tickets {
				standing.Tickets = append(standing.Tickets, Ticket{ID: t.ID, Phase: t.Phase, Holder: t.Holder, Lease: t.lease()})
			}
		}
		if err != nil || len(standing.Tickets) > 0 {
			all = append(all, standing)
		}
	}
	return all, nil
}

// lineOf decodes a key, as far as possible.
func lineOf(key string) activation.Line {
	words := strings.Split(strings.TrimPrefix(key, LinePrefix), ".")
	const parts = 3
	if len(words) != parts {
		return activation.Line{}
	}
	for i, w := range words {
		words[i] = text(w)
	}
	return activation.Line{Account: papi.ID(words[0]), Asset: papi.ID(words[1]), Network: papi.Network(words[2])}
}

// ErrNobody reports that a line has no holder to release.
var ErrNobody = errors.New("nobody stands there")

// Release takes the turn from its holder, which it returns. That process then submits nothing more; what it has
// submitted continues. The error is [ErrNobody] if nobody has the turn. A line that cannot be read is replaced by an
// empty one.
func Release(ctx context.Context, s Store, at activation.Line) (activation.Holder, error) {
	key, released := LineKey(at), activation.Holder{}
	err := change(ctx, s, key, func(e Entry) ([]byte, error) {
		l, err := readLine(key, e)
		if err != nil {
			if unreadable, ok := errors.AsType[*UnreadableError](err); ok && unreadable.Version == 0 {
				return (&line{Version: lineVersion}).write()
			}
			return nil, err
		}
		if len(l.Tickets) == 0 {
			return nil, ErrNobody
		}
		released = l.Tickets[0].Holder
		l.Tickets = l.Tickets[1:]
		return l.write()
	})
	if err != nil {
		return activation.Holder{}, err // the write may have failed
	}
	return released, nil
}

// Examination is the result of testing a store.
type Examination struct {
	// Apart is how far the store's clock is ahead of this machine's.
	Apart time.Duration
	Lines []LineState
}

// Examine writes, reads and writes again, as the users of a store do, and expects a conflict for an outdated
// revision.
func Examine(ctx context.Context, s Store) (*Examination, error) {
	const key = "check"
	e := &Examination{}
	var before Entry
	if err := change(ctx, s, key, func(found Entry) ([]byte, error) {
		before = found
		return []byte(rand.Text()), nil
	}); err != nil {
		return nil, err
	}
	now, err := get(ctx, s, key)
	if err != nil {
		return nil, err
	}
	e.Apart = time.Until(now.Written)
	if _, err := s.Put(ctx, key, []byte(rand.Text()), before.Revision); err == nil && before.Revision != now.Revision {
		return nil, &GoneError{errors.New("it has replaced a value twice; propctl needs a newer server")}
	}
	e.Lines, err = Lines(ctx, s)
	return e, err
}
