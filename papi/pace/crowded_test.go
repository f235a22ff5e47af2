package pace_test

import (
	"context"
	"path/filepath"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// Processes of a machine that want more places than a line has room for wait for room: the line is not begun anew,
// and so forgets nothing of what PAPI has said.
func TestALineThatIsFullIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "pace.json")
		const members = 7 // of whom five find room
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var all sync.WaitGroup
		var mu sync.Mutex
		lines, sent := map[string]bool{}, 0
		begun := time.Now()
		for range members {
			all.Go(func() {
				p := pace.NewFile(path, 0)
				ticket, err := pace.Await(ctx, p, pace.MaxPlaces, 0, func(pace.Turn) error { return nil })
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				lines[ticket.Line] = true
				sent += ticket.Size
				left := max(1000-sent, 0)
				mu.Unlock()
				for range ticket.Size {
					p.Learn(context.WithoutCancel(t.Context()), ticket, pace.Reply{Remaining: &left})
				}
			})
		}
		all.Wait()
		if took := time.Since(begun); took > 30*time.Minute {
			t.Errorf("%d requests took %s", sent, took)
		}
		if len(lines) != 1 || sent != members*pace.MaxPlaces {
			t.Errorf("%d requests in %d lines after %s", sent, len(lines), time.Since(begun))
		}
	})
}

// A ticket for many places gets its turn although PAPI has not answered for long, and nobody else is there.
func TestManyPlacesGetTheirTurnWithoutAnswers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		p := pace.NewFile(filepath.Join(t.TempDir(), "pace.json"), 0)
		ticket, _, err := p.Take(t.Context(), 1)
		if err != nil {
			t.Fatal(err)
		}
		left := 0
		p.Learn(t.Context(), ticket, pace.Reply{Remaining: &left})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		begun := time.Now()
		if _, err := pace.Await(ctx, p, 101, 0, func(pace.Turn) error { return nil }); err != nil {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
	})
}

// The line of a machine that shares an account with others has room for as many, and those who find none do not do
// without the others.
func TestALineOfAMachineThatIsFullIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		source, folder := &generous{}, t.TempDir()
		const members = 6 // of whom five find room
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		var all sync.WaitGroup
		alone := pace.NewLocal(0)
		for range members {
			all.Go(func() {
				p := pace.NewShared(source, alone, filepath.Join(folder, "desk.json"), 0)
				p.Belongs(t.Context(), "act_1-ABC")
				ticket, err := pace.Await(ctx, p, pace.MaxPlaces, 0, func(pace.Turn) error { return nil })
				if err != nil || p.SourceErr() != nil {
					t.Error(err, p.SourceErr())
				}
				if turn, _ := alone.Look(t.Context(), ticket); !turn.UnknownTicket {
					t.Error("it went alone")
				}
			})
		}
		all.Wait()
		if want := members * pace.MaxPlaces; source.given < want || source.given > want+100 || len(source.desks) != 1 {
			t.Errorf("%d places were taken by %d machines, for %d requests", source.given, len(source.desks), want)
		}
	})
}

// generous is a source that allots one place after the other.
type generous struct {
	mu    sync.Mutex
	next  time.Time
	given int
	desks map[string]bool
}

func (g *generous) Take(_ context.Context, _, member string, n int, told pace.Told) ([]pace.Share, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.desks == nil {
		g.desks = map[string]bool{}
	}
	g.desks[member] = true
	if told.Saved {
		return nil, nil
	}
	n = min(n, 48)
	const each = 625 * time.Millisecond
	if now := time.Now(); g.next.Before(now) {
		g.next = now
	}
	share := pace.Share{First: g.next, Each: each, Size: n}
	g.next = g.next.Add(time.Duration(n) * each)
	g.given += n
	return []pace.Share{share}, nil
}
