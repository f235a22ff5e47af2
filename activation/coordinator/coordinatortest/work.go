package coordinatortest

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/propctl/propctl/activation"
	"github.com/propctl/propctl/activation/coordinator"
	"github.com/propctl/propctl/papi"
	"github.com/propctl/propctl/papi/pace/pacetest"
)

// OpenWork returns a function that returns another client of the same new Work each time it is called.
type OpenWork func(t *testing.T) (member func() coordinator.Work)

// RunWork tests a [coordinator.Work]. slow adds tests that take longer than [coordinator.KeptFor].
func RunWork(t *testing.T, in pacetest.In, open OpenWork, slow bool) {
	t.Helper()
	tests := map[string]func(*testing.T, func() coordinator.Work){
		"a place has one piece, until it is done":     onePiece,
		"each piece goes to one of many":              each,
		"an account has its own work":                 ofAccounts,
		"what is given back comes again, after that":  givenBack,
		"what is too large is refused":                tooLarge,
		"a context that has ended ends the work":      workEnded,
		"who listens hears what is told, and no more": listened,
	}
	if slow {
		tests["what is not kept goes to another one"] = notKept
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			in(t, func(t *testing.T) {
				t.Helper()
				test(t, open(t))
			})
		})
	}
}

const account = "1-ABC"

func place(n int) activation.Line {
	return activation.Line{Account: account, Asset: papi.ID(fmt.Sprintf("prp_%d", n)), Network: papi.Staging}
}

func offer(t *testing.T, w coordinator.Work, at activation.Line, data string) {
	t.Helper()
	if err := w.Offer(t.Context(), at, []byte(data)); err != nil {
		t.Fatal(err)
	}
}

func next(t *testing.T, w coordinator.Work) *coordinator.Task {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	task, err := w.Next(ctx, account)
	if err != nil {
		t.Fatal(err)
	}
	return task
}

// noWork expects that there is no work.
func noWork(t *testing.T, w coordinator.Work, of string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
	defer cancel()
	if task, err := w.Next(ctx, of); err == nil {
		t.Errorf("there is work: %+v, %s", task.At, task.Data)
	}
}

func onePiece(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	one, other := member(), member()
	offer(t, one, place(1), "first")
	if err := other.Offer(t.Context(), place(1), []byte("second")); !errors.Is(err, coordinator.ErrOffered) {
		t.Errorf("a second piece: %v", err)
	}
	if err := other.Offer(t.Context(), activation.Line{Account: account, Asset: "prp_1", Network: papi.Production}, []byte("x")); err != nil {
		t.Errorf("another network is another place: %v", err)
	}
	task := next(t, other)
	if task.At != place(1) || string(task.Data) != "first" || task.Tries != 1 {
		t.Errorf("%+v, %s, try %d", task.At, task.Data, task.Tries)
	}
	if have, err := one.Offered(t.Context(), place(1)); err != nil || string(have) != "first" {
		t.Errorf("what is taken is still there: %s, %v", have, err)
	}
	if err := one.Offer(t.Context(), place(1), []byte("second")); !errors.Is(err, coordinator.ErrOffered) {
		t.Errorf("a second piece, while the first is worked at: %v", err)
	}
	if err := errors.Join(task.Keep(t.Context()), task.Done(t.Context())); err != nil {
		t.Fatal(err)
	}
	if have, err := one.Offered(t.Context(), place(1)); err != nil || have != nil {
		t.Errorf("what is done is still there: %s, %v", have, err)
	}
	offer(t, one, place(1), "third")
}

func each(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	const pieces, takers = 60, 5
	lead := member()
	for i := range pieces {
		offer(t, lead, place(i), "x")
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var mu sync.Mutex
	seen := map[papi.ID]int{}
	var all sync.WaitGroup
	for range takers {
		w := member()
		all.Go(func() {
			for {
				task, err := w.Next(ctx, account)
				if err != nil {
					return
				}
				mu.Lock()
				seen[task.At.Asset]++
				if len(seen) == pieces {
					cancel()
				}
				mu.Unlock()
				if err := task.Done(t.Context()); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s was taken %d times", id, n)
		}
	}
	if len(seen) != pieces {
		t.Errorf("%d pieces of %d", len(seen), pieces)
	}
}

func ofAccounts(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	w := member()
	offer(t, w, activation.Line{Account: "1-OTHER", Asset: "prp_1", Network: papi.Staging}, "x")
	noWork(t, w, account)
	task, err := w.Next(t.Context(), "1-OTHER")
	if err != nil || task.At.Account != "1-OTHER" {
		t.Errorf("%+v, %v", task, err)
	}
}

func givenBack(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	const pause = 500 * time.Millisecond
	one, other := member(), member()
	offer(t, one, place(1), "x")
	begun := time.Now()
	if err := next(t, one).Later(t.Context(), pause); err != nil {
		t.Fatal(err)
	}
	again := next(t, other)
	if took := time.Since(begun); again.Tries != 2 || took < pause {
		t.Errorf("try %d after %s", again.Tries, took)
	}
}

func tooLarge(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	w := member()
	large := make([]byte, coordinator.MaxPiece+1)
	if err := w.Offer(t.Context(), place(1), large); !errors.Is(err, coordinator.ErrTooLarge) {
		t.Error(err)
	}
	if err := w.Tell(t.Context(), "topic", large); !errors.Is(err, coordinator.ErrTooLarge) {
		t.Error(err)
	}
}

func workEnded(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	w := member()
	ctx, cancel := context.WithCancel(t.Context())
	waited := make(chan error)
	go func() {
		_, err := w.Next(ctx, account)
		waited <- err
	}()
	<-time.NewTimer(50 * time.Millisecond).C
	cancel()
	begun := time.Now()
	if err := <-waited; err == nil || time.Since(begun) > time.Second {
		t.Errorf("%v after %s", err, time.Since(begun))
	}
	_, err1 := w.Offered(ctx, place(1))
	_, err2 := w.Listen(ctx, "topic", func([]byte) {})
	for _, err := range []error{w.Offer(ctx, place(1), nil), w.Tell(ctx, "topic", nil), err1, err2} {
		if err == nil {
			t.Error("a context that has ended did not matter")
		}
	}
}

func listened(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	one, other := member(), member()
	var heard atomic.Int32
	stop, err := one.Listen(t.Context(), "a.topic of mine", func([]byte) { heard.Add(1) })
	if err != nil {
		t.Fatal(err)
	}
	for _, w := range []coordinator.Work{one, other} {
		if err := errors.Join(w.Tell(t.Context(), "a.topic of mine", []byte("x")), w.Tell(t.Context(), "another", []byte("x"))); err != nil {
			t.Fatal(err)
		}
	}
	for begun := time.Now(); heard.Load() < 2 && time.Since(begun) < 20*time.Second; {
		<-time.NewTimer(10 * time.Millisecond).C
	}
	stop()
	if err := other.Tell(t.Context(), "a.topic of mine", []byte("x")); err != nil {
		t.Fatal(err)
	}
	<-time.NewTimer(100 * time.Millisecond).C
	if n := heard.Load(); n != 2 {
		t.Errorf("%d messages were heard", n)
	}
}

func notKept(t *testing.T, member func() coordinator.Work) {
	t.Helper()
	one, other := member(), member()
	offer(t, one, place(1), "x")
	offer(t, one, place(2), "x")
	begun := time.Now()
	lost, kept := next(t, one), next(t, one)
	go func() {
		for range 4 {
			<-time.NewTimer(coordinator.KeptFor / 3).C
			if err := kept.Keep(t.Context()); err != nil {
				t.Error(err)
			}
		}
	}()
	again := next(t, other)
	if took := time.Since(begun); again.At != lost.At || again.Tries != 2 || took < coordinator.KeptFor {
		t.Errorf("%+v, try %d after %s", again.At, again.Tries, took)
	}
	noWork(t, other, account)
	if err := errors.Join(again.Done(t.Context()), kept.Done(t.Context())); err != nil {
		t.Error(err)
	}
	<-time.NewTimer(coordinator.KeptFor).C
	noWork(t, other, account)
}
