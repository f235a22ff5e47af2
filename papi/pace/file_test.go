package pace_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/gofrs/flock"

	"github.com/propctl/propctl/papi/pace"
)

// takes wants a ticket to be had at once, but for the wait for a lock.
func takes(t *testing.T, p pace.Pace, within time.Duration) (pace.Ticket, pace.Turn) {
	t.Helper()
	begun := time.Now()
	ticket, turn, err := p.Take(t.Context(), 1)
	if took := time.Since(begun); err != nil || took > within || turn.UnknownTicket {
		t.Errorf("after %s: %+v, %v", took, turn, err)
	}
	return ticket, turn
}

// shared reports whether two members see each other's places.
func shared(t *testing.T, one, other *pace.File) bool {
	t.Helper()
	ticket, _ := takes(t, one, 5*time.Second)
	turn, err := other.Look(t.Context(), ticket)
	return err == nil && !turn.UnknownTicket && one.Err() == nil && other.Err() == nil
}

func TestNonsenseInTheFileIsReplaced(t *testing.T) {
	for _, text := range append(nonsense(), strings.Repeat("9", 1<<20)) {
		path := filepath.Join(t.TempDir(), "pace.json")
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		one, other := pace.NewFile(path, 0), pace.NewFile(path, 0)
		if _, turn := takes(t, one, time.Second); turn.Wait > 0 {
			t.Errorf("%.40q: the turn is %+v", text, turn)
		}
		if !shared(t, one, other) {
			t.Errorf("%.40q: the pace is not shared: %v", text, one.Err())
		}
	}
}

func TestAFileThatIsLostBeginsAnew(t *testing.T) {
	path := filepath.Join(t.TempDir(), "pace.json")
	one, other := pace.NewFile(path, 1000), pace.NewFile(path, 1000)
	var all sync.WaitGroup
	for i := range 40 {
		all.Go(func() {
			p := []pace.Pace{one, other}[i%2]
			if _, err := pace.Await(t.Context(), p, 1, 1000, func(pace.Turn) error { return nil }); err != nil {
				t.Error(err)
			}
		})
	}
	for range 10 {
		_, _ = os.Remove(path), os.Remove(path+".lock")
		time.Sleep(time.Millisecond)
	}
	all.Wait()
	if !shared(t, one, other) {
		t.Errorf("the pace is not shared any more: %v, %v", one.Err(), other.Err())
	}
}

// TestWithoutAFileEachGoesByItself has all that a file can be that it should not.
func TestWithoutAFileEachGoesByItself(t *testing.T) {
	for _, tt := range []struct {
		name   string
		spoil  func(t *testing.T, path string)
		repair func(t *testing.T, path string)
	}{
		{"below a file", func(t *testing.T, path string) {
			t.Helper()
			write(t, filepath.Dir(path))
		}, func(_ *testing.T, path string) { _ = os.Remove(filepath.Dir(path)) }},
		{"a folder", func(t *testing.T, path string) {
			t.Helper()
			write(t, filepath.Join(path, "x"))
		}, func(_ *testing.T, path string) { _ = os.RemoveAll(path) }},
		{"the lock is a folder", func(t *testing.T, path string) {
			t.Helper()
			write(t, filepath.Join(path+".lock", "x"))
		}, func(_ *testing.T, path string) { _ = os.RemoveAll(path + ".lock") }},
		{"locked for ever", func(t *testing.T, path string) {
			t.Helper()
			write(t, path)
			lock := flock.New(path + ".lock")
			if err := lock.Lock(); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = lock.Unlock() })
		}, func(_ *testing.T, path string) { _ = os.Remove(path + ".lock") }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				path := filepath.Join(t.TempDir(), "below", "pace.json")
				tt.spoil(t, path)
				one, other := pace.NewFile(path, 0), pace.NewFile(path, 0)
				{
					first, _ := takes(t, one, 3*time.Second)
					for range 3 {
						if _, turn := takes(t, one, 0); turn.Wait > 0 {
							t.Errorf("the turn is %+v", turn)
						}
					}
					next, turn := takes(t, one, 0)
					if turn.Wait <= 0 {
						t.Error("by itself it has no pace")
					}
					one.Learn(t.Context(), first, pace.Reply{Remaining: new(100)})
					if turn, err := one.Look(t.Context(), next); err != nil || turn.Wait > 0 {
						t.Errorf("after an answer %+v, %v", turn, err)
					}
					if one.Err() == nil || shared(t, one, other) {
						t.Fatal("the pace is shared although the file is of no use")
					}
				}
				tt.repair(t, path)
				old, _ := takes(t, one, 0)
				time.Sleep(time.Minute)
				if !shared(t, one, other) {
					t.Errorf("it is not shared after a while: %v, %v", one.Err(), other.Err())
				}
				if turn, err := one.Look(t.Context(), old); err != nil || turn.UnknownTicket || turn.Wait > 0 {
					t.Errorf("a place of its own line is %+v, %v", turn, err)
				}
				one.Leave(t.Context(), old)
			})
		})
	}
}

func write(t *testing.T, path string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte("{}"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestAWaitForTheLockEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pace.json")
		lock := flock.New(path + ".lock")
		if err := lock.Lock(); err != nil {
			t.Fatal(err)
		}
		defer func() { _ = lock.Unlock() }()
		cause := errors.New("time is up")
		ctx, cancel := context.WithTimeoutCause(t.Context(), 500*time.Millisecond, cause)
		defer cancel()
		begun := time.Now()
		p := pace.NewFile(path, 0)
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if _, _, err := p.Take(ctx, 1); !errors.Is(err, cause) || time.Since(begun) != 500*time.Millisecond {
					t.Errorf("after %s: %v", time.Since(begun), err)
				}
			})
		}
		all.Wait()
		if err := p.Err(); err != nil {
			t.Errorf("a context that has ended is taken for a fault of the file: %v", err)
		}
		time.Sleep(10 * time.Second)
	})
}

func TestTheFileIsForItsOwnerOnly(t *testing.T) {
	folder := filepath.Join(t.TempDir(), "below")
	path := filepath.Join(folder, "pace.json")
	takes(t, pace.NewFile(path, 0), time.Second)
	entries, err := os.ReadDir(folder)
	if err != nil || len(entries) != 2 {
		t.Fatalf("%v: %v", entries, err)
	}
	for _, entry := range entries {
		if info, err := entry.Info(); err != nil || info.Mode().Perm()&0o077 != 0 && os.PathSeparator == '/' {
			t.Errorf("%s has the mode %v: %v", entry.Name(), info.Mode(), err)
		}
	}
}

func BenchmarkFile(b *testing.B) {
	p := pace.NewFile(filepath.Join(b.TempDir(), "pace.json"), 1e6)
	for b.Loop() {
		ticket, _, err := p.Take(b.Context(), 1)
		if err != nil {
			b.Fatal(err)
		}
		p.Learn(b.Context(), ticket, pace.Reply{Remaining: new(1000)})
	}
}

// A command that is over leaves nothing behind that goes on writing.
func TestACallThatWasGivenUpHasEndedWhenTheFileIsClosed(t *testing.T) {
	dir := t.TempDir()
	for i := range 300 {
		below := filepath.Join(dir, strconv.Itoa(i))
		f := pace.NewFile(filepath.Join(below, "pace.json"), 0)
		ctx, cancel := context.WithCancel(t.Context())
		go cancel()
		_, _, _ = f.Take(ctx, 1)
		if err := f.Close(); err != nil {
			t.Fatal(err)
		}
		if err := os.RemoveAll(below); err != nil {
			t.Fatal(err)
		}
		defer func() {
			if _, err := os.Stat(below); err == nil {
				t.Errorf("%s is there again", below)
			}
		}()
	}
	shared := pace.NewFile(filepath.Join(dir, "pace.json"), 0)
	takes(t, shared, 5*time.Second)
	if err := shared.Close(); err != nil {
		t.Error(err)
	}
	takes(t, shared, 5*time.Second)
}
