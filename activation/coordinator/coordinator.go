// Package coordinator lets any number of processes, on any machines, that change the
// same Akamai account share its pace and wait in line for its properties.
//
// PAPI's limits hold for the account, whoever calls, and it takes one activation of a
// property on a network at a time. [Buckets] share out the account's requests, and
// [Turns] keep one line for each property and network. Both keep what they know in a
// [Store], and change it by compare-and-set only. [Memory] is a store of one process;
// package jetstream has one for many machines.
//
// Nothing here decides whether something is submitted: PAPI does, and the look before
// each submission. A line only ever holds a submission back.
package coordinator

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// Store keeps small values for all who share it. Its methods may be called from several
// goroutines, and end with their contexts. An error other than [ErrConflict] and
// [ErrNotAllowed] says that the store does not answer at the moment.
type Store interface {
	// Get returns the value of a key; one with revision 0 says that there is none. It may
	// have been replaced already: only Put tells whether a value was the last one.
	Get(ctx context.Context, key string) (Entry, error)
	// Put replaces the value of a key that has this revision, 0 for one that is not
	// there, and returns the new revision. The error is [ErrConflict] when the key has
	// another one.
	Put(ctx context.Context, key string, value []byte, revision uint64) (uint64, error)
	// Keys lists the keys that begin with a prefix.
	Keys(ctx context.Context, prefix string) ([]string, error)
}

// Entry is what a store has for a key.
type Entry struct {
	Value    []byte
	Revision uint64
	Written  time.Time // by the store's clock
}

// MaxValue is the size in bytes up to which values are written and read.
const MaxValue = 64 << 10

// The errors of a store that answers.
var (
	ErrConflict   = errors.New("somebody else has written it meanwhile")
	ErrNotAllowed = errors.New("the coordinator does not allow it")
)

// GoneError says that the store does not answer, or has lost what it was for.
type GoneError struct{ Err error }

// Error says why.
func (e *GoneError) Error() string { return "the coordinator cannot be used: " + e.Err.Error() }

// Unwrap returns the store's error.
func (e *GoneError) Unwrap() error { return e.Err }

// UnreadableError says that a key holds what this program cannot read.
type UnreadableError struct {
	Key     string
	Version int // of the program's data, where it is another than this program's
}

// Error names the key.
func (e *UnreadableError) Error() string {
	if e.Version > 0 {
		return fmt.Sprintf("key %s of the coordinator was written by another version of this program: its form is %d", e.Key, e.Version)
	}
	return fmt.Sprintf("key %s of the coordinator holds what no version of this program has written", e.Key)
}

// How often and how long a store is asked.
const (
	opTimeout = 2 * time.Second
	maxTries  = 30 // of a change that others overtake
)

// change replaces the value of a key by what next makes of it, again and again until
// nobody else has written meanwhile. next returns nil for nothing to write. Each value
// that is written has to be another one, so that a write whose answer was lost is known
// when it is read.
func change(ctx context.Context, s Store, key string, next func(Entry) ([]byte, error)) error {
	var sent []byte
	for try := range maxTries {
		entry, err := get(ctx, s, key)
		if err != nil {
			return err
		}
		if sent != nil && string(entry.Value) == string(sent) {
			return nil // what was sent before had arrived
		}
		value, err := next(entry)
		if err != nil || value == nil {
			return err
		}
		within, cancel := context.WithTimeout(ctx, opTimeout)
		_, err = s.Put(within, key, value, entry.Revision)
		cancel()
		sent = value
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil:
			return context.Cause(ctx)
		case errors.Is(err, ErrNotAllowed):
			return &GoneError{err}
		case !errors.Is(err, ErrConflict):
			if try > 0 {
				return &GoneError{err}
			}
		}
		if err := sleep(ctx, jitter(try)); err != nil {
			return err
		}
	}
	return &GoneError{errors.New("others write all the time")}
}

func get(ctx context.Context, s Store, key string) (Entry, error) {
	within, cancel := context.WithTimeout(ctx, opTimeout)
	defer cancel()
	entry, err := s.Get(within, key)
	switch {
	case err != nil && ctx.Err() != nil:
		return entry, context.Cause(ctx)
	case err != nil:
		return entry, &GoneError{err}
	}
	return entry, nil
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

// Change replaces the value of a key by what next makes of it, until nobody else has
// written meanwhile. next returns nil for nothing to write; each value that it returns has
// to be another one. Its error is returned as it is, and that of a store that does not
// answer is a [*GoneError].
func Change(ctx context.Context, s Store, key string, next func(Entry) ([]byte, error)) error {
	return change(ctx, s, key, next)
}

// Read returns the value of a key. The error is a [*GoneError].
func Read(ctx context.Context, s Store, key string) (Entry, error) { return get(ctx, s, key) }

// Listed returns the keys that begin with a prefix. The error is a [*GoneError].
func Listed(ctx context.Context, s Store, prefix string) ([]string, error) {
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
