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
//   - It is a convenience. Whatever is wrong with it (it cannot be written, holds
//     nonsense, is locked by a process that was stopped, lies on a disk that does not
//     answer) this process goes by a line of its own, and tries the file again later.
//   - It is read and written under the lock of a second file, and written in one piece:
//     a process that is killed leaves the old state or the new one. What may be left
//     behind the new one is not read. Nothing waits for the disk.
//   - A line that was lost begins anew with another ID; whoever has a ticket of the
//     old one takes another.
const (
	patience  = 2 * time.Second      // for the lock and the disk
	leaving   = time.Second          // for the disk, at the end
	lockPause = 2 * time.Millisecond // between two tries to get the lock
	aloneFor  = 30 * time.Second     // before the file is tried again
	maxFile   = 64 << 10             // bytes
	folder    = 0o700                // only for its owner
	private   = 0o600
)

// File is the line of all processes of this machine that use the same file. It may
// be used from several goroutines.
type File struct {
	*record[Line]

	speed float64
	own   sync.Mutex // guards local
	local *Local     // nil while there was no need for it
}

var _ Pace = (*File)(nil)

// NewFile returns the line that is kept in a file; beside it there will be one with
// .lock at its end. Nothing is opened yet. speed is
// as for [NewLocal], and the same for all.
func NewFile(path string, speed float64) *File {
	return &File{speed: speed, record: newRecord(path,
		func(now time.Time) *Line { return NewLine(now, speed) },
		func(l *Line, now time.Time) error { l.speed = speed; return l.Check(now) })}
}

// record is a state that the processes of this machine share in a file.
type record[S any] struct {
	path  string
	fresh func(now time.Time) *S
	check func(s *S, now time.Time) error // of one that was read
	lock  *flock.Flock
	using chan struct{} // has one element while this process uses the file

	mu    sync.Mutex // guards what follows
	until time.Time  // the file is not used before
	err   error      // why
}

func newRecord[S any](path string, fresh func(time.Time) *S, check func(*S, time.Time) error) *record[S] {
	return &record[S]{
		path: path, fresh: fresh, check: check, using: make(chan struct{}, 1),
		lock: flock.New(path+".lock", flock.SetFlag(os.O_CREATE|os.O_RDWR), flock.SetPermissions(private)),
	}
}

// Close waits until this process does not touch the file any more, as the work of a call
// whose context has ended may still do. Where the disk does not answer, it waits for a
// second and returns an error. The line can be used again.
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

// Err returns why this process does not share its pace at the moment; nil where it does.
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
		t := l.Take(now, n)
		return taken{t, l.Look(now, t)}, true
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
		turn := l.Look(now, t)
		return turn, turn.Wait <= 0
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

// alone returns the line of this process.
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

// use calls do with the state in the file, and writes what becomes of it where do
// says that it has changed. It ends with the context; errAlone says that the file
// cannot be used. The work is done by a goroutine, which is left behind when the
// context ends or the disk does not answer, and for which Close waits.
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

// rest leaves the file alone for a while because of an error; nil ends that.
func (f *record[S]) rest(err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.err, f.until = err, time.Time{}
	if err != nil {
		f.until = time.Now().Add(aloneFor)
	}
}

// locked does something with the state while no other process does.
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
	now := time.Now().Round(0) // without the clock that other processes do not have
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

// read returns the state in the file, and a fresh one where there is none.
func (f *record[S]) read(file io.Reader, now time.Time) *S {
	state := new(S)
	if err := json.NewDecoder(io.LimitReader(file, maxFile)).Decode(state); err != nil || f.check(state, now) != nil {
		return f.fresh(now)
	}
	return state
}
