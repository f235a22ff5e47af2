package pace

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"sync"
	"time"

	"github.com/gofrs/flock"
)

// The rules of the file:
//   - It is optional. If it cannot be used (not writable, corrupt, locked by a process
//     that was stopped, on a disk that does not respond), this process uses a line of
//     its own and tries the file again later.
//   - It is read and written under the lock of a second file, and written with a single
//     write: a killed process leaves the old state or the new one. Bytes after the end
//     of the state are ignored. Nothing is synced to the disk.
//   - If the file is lost, a new line with another ID begins; holders of tickets of the
//     old line take new ones.
const (
	patience  = 2 * time.Second      // for the lock and the disk
	leaving   = time.Second          // for the disk, in Close
	lockPause = 2 * time.Millisecond // between two attempts at the lock
	aloneFor  = 30 * time.Second     // until the file is tried again
	maxFile   = 64 << 10             // bytes
	folder    = 0o700                // accessible to its owner only
	private   = 0o600
)

// File is the line of all processes of this machine that use the same file. It is safe for concurrent use.
type File struct {
	*record[Line]

	speed float64
	own   sync.Mutex // guards local
	local *Local     // nil until needed
}

var _ Pace = (*File)(nil)

// NewFile returns the line stored in a file; a second file with .lock appended is its lock. Nothing is opened
// yet. speed is as for [NewLocal], and must be the same for all processes.
func NewFile(path string, speed float64) *File {
	return &File{speed: speed, record: newRecord(path,
		func(now time.Time) *Line { return NewLine(now, speed) },
		func(l *Line, now time.Time) error { l.speed = speed; return l.Check(now) })}
}

// record is a state that the processes of this machine share in a file.
type record[S any] struct {
	path  string
	fresh func(now time.Time) *S
	check func(s *S, now time.Time) error // validates a state that was read
	lock  *flock.Flock
	using chan struct{} // holds one element while this process uses the file

	mu    sync.Mutex // guards what follows
	until time.Time  // the file is not used before
	err   error      // the reason for until
}

func newRecord[S any](path string, fresh func(time.Time) *S, check func(*S, time.Time) error) *record[S] {
	return &record[S]{
		path: path, fresh: fresh, check: check, using: make(chan struct{}, 1),
		lock: flock.New(path+".lock", flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(private)),
	}
}

// Close waits until this process no longer touches the file, as a call whose context has ended may still do. If
// the disk does not respond it returns an error after one second. The line remains usable.
func (f *record[S]) Close() error {
	timer := time.NewTimer(leaving)
	defer timer.Stop()
	select {
	case f.using <- struct{}{}:
		<-f.using
		return nil
	case <-timer.C:
		return errSilent
	}
}

// Err returns why this process currently does not share its pace; nil if it does.
func (f *record[S]) Err() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.err
}

// Take implements Pace.
func (f *File) Take(ctx context.Context, n int) (Ticket, Turn, error) {
	type taken struct {
		ticket Ticket
		turn   Turn
	}
	got, err := use(ctx, f.record, func(l *Line, now time.Time) (taken, bool) {
		t, turn := l.enter(now, n)
		return taken{t, turn}, true
	})
	if errors.Is(err, errAlone) {
		return f.alone().Take(ctx, n)
	}
	return got.ticket, got.turn, err
}

// Look implements Pace.
func (f *File) Look(ctx context.Context, t Ticket) (Turn, error) {
	if local := f.alone(); local.has(t) {
		return local.Look(ctx, t)
	}
	turn, err := use(ctx, f.record, func(l *Line, now time.Time) (Turn, bool) {
		proving := l.Proving
		turn := l.Look(now, t)
		return turn, turn.Wait <= 0 || l.Proving != proving // else each look would begin to prove anew
	})
	if errors.Is(err, errAlone) {
		return f.alone().Look(ctx, t)
	}
	return turn, err
}

// Leave implements Pace.
func (f *File) Leave(ctx context.Context, t Ticket) {
	if local := f.alone(); local.has(t) {
		local.Leave(ctx, t)
		return
	}
	_, _ = use(ctx, f.record, func(l *Line, now time.Time) (struct{}, bool) {
		l.Leave(now, t)
		return struct{}{}, true
	})
}

// Learn implements Pace.
func (f *File) Learn(ctx context.Context, t Ticket, r Reply) {
	if local := f.alone(); local.has(t) {
		local.Learn(ctx, t, r)
		return
	}
	_, err := use(ctx, f.record, func(l *Line, now time.Time) (struct{}, bool) {
		l.Learn(now, t, r)
		return struct{}{}, true
	})
	if errors.Is(err, errAlone) {
		f.alone().Learn(ctx, t, r)
	}
}

// alone returns this process's own line.
func (f *File) alone() *Local {
	f.own.Lock()
	defer f.own.Unlock()
	if f.local == nil {
		f.local = NewLocal(f.speed)
	}
	return f.local
}

var (
	errAlone  = errors.New("the file is not used at the moment")
	errLocked = errors.New("another process does not let go of its lock")
	errSilent = errors.New("the disk does not answer")
	errNoFile = errors.New("it is no file")
)

// use calls do with the state in the file, and writes the state if do reports a change. It returns when the
// context ends; errAlone means that the file cannot be used. The work runs on a goroutine of its own, which may
// outlive the call if the context ends or the disk does not respond; Close waits for it.
func use[S, T any](ctx context.Context, f *record[S], do func(*S, time.Time) (T, bool)) (T, error) {
	var none T
	if ctx.Err() != nil {
		return none, context.Cause(ctx)
	}
	if f.resting(time.Now()) {
		return none, errAlone
	}
	timer := time.NewTimer(patience + patience/2)
	defer timer.Stop()
	select {
	case f.using <- struct{}{}:
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-timer.C:
		f.rest(errSilent)
		return none, errAlone
	}
	type result struct {
		value T
		err   error
	}
	done := make(chan result, 1)
	go func() {
		defer func() { <-f.using }()
		var r result
		r.err = f.locked(ctx, func(s *S, now time.Time) (changed bool) {
			r.value, changed = do(s, now)
			return changed
		})
		done <- r
	}()
	select {
	case r := <-done:
		switch {
		case ctx.Err() != nil && r.err != nil:
			return none, context.Cause(ctx)
		case r.err != nil:
			f.rest(r.err)
			return none, errAlone
		}
		f.rest(nil)
		return r.value, nil
	case <-ctx.Done():
		return none, context.Cause(ctx)
	case <-timer.C:
		f.rest(errSilent)
		return none, errAlone
	}
}

func (f *record[S]) resting(now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	return now.Before(f.until)
}

// rest stops using the file for a while because of an error; nil ends that.
func (f *record[S]) rest(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.until = err, time.Time{}
	if err != nil {
		f.until = time.Now().Add(aloneFor)
	}
}

// locked calls do with the state while holding the lock.
func (f *record[S]) locked(ctx context.Context, do func(*S, time.Time) bool) (err error) {
	if err := os.MkdirAll(filepath.Dir(f.path), folder); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeoutCause(ctx, patience, errLocked)
	defer cancel()
	if _, err := f.lock.TryLockContext(ctx, lockPause); err != nil {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		return err
	}
	defer func() { err = errors.Join(err, f.lock.Unlock()) }()
	now := time.Now().Round(0) // without the monotonic clock, which other processes do not share
	if info, err := os.Lstat(f.path); err == nil && !info.Mode().IsRegular() {
		return errNoFile
	}
	file, err := os.OpenFile(f.path, os.O_RDWR|os.O_CREATE, private)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, file.Close()) }()
	state := f.read(file, now)
	if !do(state, now) {
		return nil
	}
	data, err := json.Marshal(state)
	if err != nil {
		return err
	}
	if _, err := file.WriteAt(data, 0); err != nil {
		return err
	}
	return file.Truncate(int64(len(data)))
}

// read returns the state in the file, and a fresh one if there is none.
func (f *record[S]) read(file io.Reader, now time.Time) *S {
	state := new(S)
	if err := json.NewDecoder(io.LimitReader(file, maxFile)).Decode(state); err != nil || f.check(state, now) != nil {
		return f.fresh(now)
	}
	return state
}
