// Package coordinator coordinates processes on any number of machines that change the same Akamai account: they
// share its request rate and take turns at its properties.
//
// PAPI's limits apply to the account, whoever calls, and PAPI accepts one activation of a property on a network
// at a time. [Buckets] share out the account's requests, and [Turns] keep a waiting line for each property and
// network. Both keep their state in a [Store] and change it only by compare-and-set. [Work] gives items of rollouts
// to whichever process takes them. [Memory] and [MemoryWork] are for one process; package jetstream has both for
// many machines.
//
// Nothing here decides whether to submit: that follows from PAPI, by the look before each submission. A line
// can only delay a submission.
package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Store keeps small values for all processes that share it. It must be safe for concurrent use, and its methods
// end with their contexts. An error other than [ErrConflict] and [ErrNotAllowed] means that the store does not
// answer at the moment.
type Store interface {
	// Get returns the value of a key; revision 0 means that there is none. The value may be outdated: a Put that
	// succeeds proves that it was not.
	Get(ctx context.Context, key string) (Entry, error)
	// Put replaces the value of a key that has the given revision, 0 for an absent key, and returns the new
	// revision. It returns [ErrConflict] if the key has another revision.
	Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Keys lists the keys with a prefix.
	Keys(ctx context.Context, prefix string) ([]string, error)
}

// Entry is the value of a key.
type Entry struct {
	Value    []byte
	Revision uint64
	Written  time.Time // by the store's clock
}

// MaxValue is the maximum size of a value, in bytes.
const MaxValue = 64 << 10

// The errors of a store that does answer.
var (
	ErrConflict   = errors.New("somebody else has written it meanwhile")
	ErrNotAllowed = errors.New("the coordinator does not allow it")
)

// GoneError reports that the store does not answer, or has lost what is needed.
type GoneError struct{ Err error }

// Error says why.
func (e *GoneError) Error() string { return "the coordinator cannot be used: " + e.Err.Error() }

// Unwrap returns the store's error.
func (e *GoneError) Unwrap() error { return e.Err }

// UnreadableError reports a value that this program cannot read.
type UnreadableError struct {
	Key     string
	Version int // of the data format, if it is not this program's
}

// Error names the key.
func (e *UnreadableError) Error() string {
	if e.Version > 0 {
		return fmt.Sprintf("key %s of the coordinator was written by another version of this program: its form is %d", e.Key, e.Version)
	}
	return fmt.Sprintf("key %s of the coordinator holds what no version of this program has written", e.Key)
}

// Time-outs and retries of a store.
const (
	opTimeout = 2 * time.Second
	maxTries  = 30 // of a change that conflicts with others
)

// change replaces the value of a key by the result of next, and repeats that on conflicts. If next returns nil,
// nothing is written. Each written value must be unique, so that a write whose answer was lost is recognised
// when it is read back.
func change(ctx context.Context, s Store, key string, next func(Entry) ([]byte, error)) error {
	_, err := changeFrom(ctx, s, key, Entry{}, next)
	return err
}

// changeFrom is change for a caller that has just written an entry: it is read only if that is no longer the last
// one. A revision of 0 means that the entry is not known. changeFrom returns the entry that is there now.
func changeFrom(ctx context.Context, s Store, key string, entry Entry, next func(Entry) ([]byte, error)) (Entry, error) {
	var sent []byte
	known := entry.Revision != 0
	for try := range maxTries {
		if try > 0 || !known {
			var err error
			if entry, err = get(ctx, s, key); err != nil {
				return entry, err
			}
		}
		if sent != nil && string(entry.Value) == string(sent) {
			return entry, nil // the write whose answer was lost has succeeded
		}
		value, err := next(entry)
		if err != nil || value == nil {
			return entry, err
		}
		within, cancel := context.WithTimeout(ctx, opTimeout)
		revision, err := s.Put(within, key, value, entry.Revision)
		cancel()
		sent = value
		switch {
		case err == nil:
			return Entry{Value: value, Revision: revision}, nil
		case errors.Is(err, ErrNotAllowed): // this says more than that the time is over
			return Entry{}, &GoneError{err}
		case ctx.Err() != nil:
			return Entry{}, context.Cause(ctx)
		case !errors.Is(err, ErrConflict):
			if try > 0 {
				return Entry{}, &GoneError{err}
			}
		}
		if known && try == 0 {
			continue // somebody has written since; that is no contention
		}
		if err := Sleep(ctx, jitter(try)); err != nil {
			return Entry{}, err
		}
	}
	return Entry{}, &GoneError{errors.New("others write all the time")}
}

func get(ctx context.Context, s Store, key string) (Entry, error) {
	within, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	entry, err := s.Get(within, key)
	switch {
	case err != nil && ctx.Err() != nil && !errors.Is(err, ErrNotAllowed):
		return entry, context.Cause(ctx)
	case err != nil:
		return entry, &GoneError{err}
	}
	return entry, nil
}

// Change replaces the value of a key by the result of next, and repeats that on conflicts. If next returns nil,
// nothing is written; each value that it returns must be unique. An error of next is returned unchanged; if the
// store does not answer the error is a [*GoneError].
func Change(ctx context.Context, s Store, key string, next func(Entry) ([]byte, error)) error {
	return change(ctx, s, key, next)
}

// Read returns the value of a key. Its error is a [*GoneError].
func Read(ctx context.Context, s Store, key string) (Entry, error) { return get(ctx, s, key) }

// ListKeys returns the keys with a prefix. Its error is a [*GoneError].
func ListKeys(ctx context.Context, s Store, prefix string) ([]string, error) {
	within, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	keys, err := s.Keys(within, prefix)
	switch {
	case err != nil && ctx.Err() != nil:
		return nil, context.Cause(ctx)
	case err != nil:
		return nil, &GoneError{err}
	}
	return keys, nil
}
