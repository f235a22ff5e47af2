package limit_test

import (
	"testing"
	"time"

	"github.com/propctl/propctl/papi/simulator/internal/limit"
)

func begin() time.Time { return time.Date(2030, 1, 1, 0, 0, 0, 0, time.UTC) }

// taken counts how many are let through at one instant.
func taken(take func(time.Time) bool, now time.Time) int {
	n := 0
	for take(now) {
		n++
	}
	return n
}

func TestABucketIsFullAtFirstAndGainsSoManyAMinute(t *testing.T) {
	now := begin()
	b := limit.NewBucket(100, 3, now)
	if got := taken(b.Take, now); got != 3 {
		t.Fatalf("%d taken of a full bucket of 3", got)
	}
	if next := b.Next(); !next.Equal(now.Add(600 * time.Millisecond)) {
		t.Errorf("the next comes at %s", next)
	}
	if b.Take(now.Add(599*time.Millisecond)) || !b.Take(b.Next()) {
		t.Error("the next does not come when it was told")
	}
	if got := b.Left(now.Add(time.Hour)); got != 3 {
		t.Errorf("%d left after an hour: it holds no more than 3", got)
	}
}

func TestABudgetEnds24HoursAfterItsFirst(t *testing.T) {
	now := begin()
	b := limit.Budget{Limit: 2}
	b.Spend(now)
	b.Spend(now.Add(time.Hour))
	end := now.Add(24 * time.Hour)
	if got := b.Left(end.Add(-1)); got != 0 || !b.Reset.Equal(end) {
		t.Errorf("%d left, until %s", got, b.Reset)
	}
	if got := b.Left(end); got != 2 {
		t.Errorf("%d left after the reset", got)
	}
	b.Spend(end.Add(time.Hour))
	if !b.Reset.Equal(end.Add(25 * time.Hour)) {
		t.Errorf("the next 24 hours end at %s", b.Reset)
	}
}

func TestABurstIsRefusedForAWhile(t *testing.T) {
	now := begin()
	b := limit.Burst{Limit: 3, Within: 2 * time.Second, Pause: 5 * time.Second}
	if got := taken(b.Take, now); got != 2 {
		t.Errorf("%d let through, want all before the third", got)
	}
	if b.Take(now.Add(5*time.Second-1)) || !b.Take(now.Add(5*time.Second)) {
		t.Error("the pause is not 5 s")
	}
	slow := limit.Burst{Limit: 2}
	for i := range 10 {
		if !slow.Take(now.Add(time.Duration(i) * time.Second)) {
			t.Fatal("one a second is no burst of two within a second")
		}
	}
	for none, i := (limit.Burst{}), 0; i < 10; i++ {
		if !none.Take(now) {
			t.Error("without a limit it refuses")
		}
	}
}
