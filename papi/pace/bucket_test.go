package pace_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// table is a bucket and the machines that take of it, in a time of its own.
type table struct {
	bucket   *pace.Bucket
	now      time.Time
	machines []*machine
	given    []time.Time // when all places are due that were given out
}

type machine struct {
	name string
	next time.Time // when it takes others
}

func newTable(machines int) *table {
	begun := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	t := &table{bucket: pace.NewBucket(begun), now: begun}
	for i := range machines {
		t.machines = append(t.machines, &machine{name: fmt.Sprint("machine-", i), next: begun})
	}
	return t
}

// take has a machine take places, and returns when they are due.
func (t *table) take(name string, n int, told pace.Told) []time.Time {
	var all []time.Time
	for _, s := range t.bucket.Take(t.now, 0, name, n, told) {
		for i := range s.Size {
			all = append(all, s.First.Add(time.Duration(i)*s.Each))
		}
	}
	t.given = append(t.given, all...)
	return all
}

// run has each machine take a portion whenever it has used the last one, until a time.
func (t *table) run(until time.Time, portion func() int, told func() pace.Told) {
	for {
		first := slices.MinFunc(t.machines, func(a, b *machine) int { return a.next.Compare(b.next) })
		if first.next.After(until) {
			t.now = until
			return
		}
		t.now = first.next
		first.next = t.now.Add(100 * time.Millisecond)
		if due := t.take(first.name, portion(), told()); len(due) > 0 {
			first.next = slices.MaxFunc(due, time.Time.Compare).Add(100 * time.Millisecond)
		}
	}
}

func nothing() pace.Told { return pace.Told{} }

// Whatever machines take, and when, no more places are due at any time than the rate allows.
func TestNoMorePlacesAreGivenOutThanTheRateAllows(t *testing.T) {
	for seed := range uint64(20) {
		random := rand.New(rand.NewPCG(seed, 1))
		table := newTable(1 + random.IntN(40))
		begun := table.now
		table.run(begun.Add(30*time.Minute), func() int { return random.IntN(60) },
			func() pace.Told { return pace.Told{Saved: random.IntN(4) == 0} })
		slices.SortFunc(table.given, time.Time.Compare)
		each := time.Minute / 96
		for i, due := range table.given {
			if earliest := begun.Add(time.Duration(i) * each); due.Before(earliest) {
				t.Fatalf("seed %d: place %d is due at %s, %s too early", seed, i, due, earliest.Sub(due))
			}
		}
		if least := 30 * 96 * 9 / 10; len(table.given) < least {
			t.Errorf("seed %d: only %d places of 30 minutes were given out", seed, len(table.given))
		}
	}
}

// Who comes while others have places for minutes does not wait for those.
func TestANewcomerSoonGetsAPlace(t *testing.T) {
	for _, machines := range []int{1, 2, 4, 20, 40} {
		table := newTable(machines)
		from := 2
		table.run(table.now.Add(25*time.Minute), func() int { from = min(2*from, 1000); return from }, nothing)
		first := table.take("newcomer", 1, pace.Told{})[0].Sub(table.now)
		if first > time.Minute {
			t.Errorf("of %d machines, it waits %s", machines, first)
		}
		last := slices.MaxFunc(table.take("newcomer", 4, pace.Told{}), time.Time.Compare).Sub(table.now)
		if last > 3*time.Minute {
			t.Errorf("of %d machines, it waits %s for five", machines, last)
		}
	}
}

// What PAPI says is left is given out at once, but for what may be on its way, and not twice.
func TestWhatPAPISaysIsLeftIsGivenOutOnce(t *testing.T) {
	table := newTable(0)
	left := func(n int, ago time.Duration) pace.Told {
		return pace.Told{Reply: pace.Reply{Remaining: new(n)}, At: table.now.Add(-ago)}
	}
	ready := func(all []time.Time) int {
		return len(slices.DeleteFunc(slices.Clone(all), func(due time.Time) bool { return due.After(table.now) }))
	}
	table.now = table.now.Add(time.Second)
	table.take("other", 1, pace.Told{}) // so that nobody is alone
	for _, step := range []struct {
		after time.Duration
		told  func() pace.Told
		want  int
	}{
		{time.Second, func() pace.Told { return left(100, 0) }, 48},
		{time.Second, func() pace.Told { return left(100, time.Second) }, 48}, // said before those were used
		{0, nothing, 0},
		{10 * time.Second, func() pace.Told { return left(4, 0) }, 0},
		{time.Minute, func() pace.Told { return left(20, 0) }, 16}, // nobody has used what was saved up
	} {
		table.now = table.now.Add(step.after)
		told := step.told()
		told.Saved = true
		if got := ready(table.take("one", 48, told)); got > step.want || got < step.want-2 {
			t.Errorf("%d places were due, want %d", got, step.want)
		}
	}
}

// After a refusal nothing is due before its time, and more slowly where it told none.
func TestARefusalPutsPlacesOff(t *testing.T) {
	for _, wait := range []time.Duration{0, time.Minute} {
		table := newTable(0)
		table.take("one", 30, pace.Told{})
		table.now = table.now.Add(time.Minute)
		due := table.take("two", 30, pace.Told{Reply: pace.Reply{Refused: true, Wait: wait}, At: table.now})
		each := time.Minute / 96
		if wait == 0 {
			each *= 2
		}
		for i, at := range due {
			if least := table.now.Add(wait + time.Duration(i)*each); at.Before(least) {
				t.Errorf("after %s: place %d is due %s too early", wait, i, least.Sub(at))
			}
		}
	}
}

// Whatever stands there, a bucket is refused, or gives out places in a sensible time.
func TestABucketThatWasWrittenByAnybody(t *testing.T) {
	now := time.Date(2026, 11, 29, 10, 0, 0, 0, time.UTC)
	for _, text := range []string{
		`{}`, `{"v":2}`, `{"v":1,"next":"2026-11-29T10:00:00Z","perMinute":96,"members":{"one":{"open":4}}}`,
		`{"v":2,"perMinute":96}`, `{"v":2,"perMinute":96,"given":"//////////////8="}`, `{"v":2,"perMinute":6,"saved":-1000,"next":"2026-11-29T11:00:00Z"}`,
		`{"v":2,"perMinute":96,"saved":100000}`, `{"v":2,"perMinute":1e300}`, `{"v":2,"perMinute":96,"next":"9999-11-29T11:00:00Z"}`,
		`{"v":2,"perMinute":96,"lately":[1,-1]}`, `{"v":2,"perMinute":96,"lately":[9,9,9],"latelyAt":"2026-11-29T11:30:00Z"}`,
		`{"v":2,"perMinute":96,"paused":"2026-11-29T11:30:00Z","next":"0001-01-01T00:00:00Z"}`, `{"v":2,"perMinute":96,"members":{"":"2026-11-29T10:00:00Z"}}`,
	} {
		b := pace.Bucket{}
		if json.Unmarshal([]byte(text), &b) != nil || b.Check(now, 0) != nil {
			continue
		}
		for i := range 200 {
			shares := b.Take(now.Add(time.Duration(i)*time.Second), 0, fmt.Sprint("m", i%7), 48, pace.Told{})
			if len(shares) == 0 || shares[0].First.After(now.Add(4*time.Hour)) {
				t.Errorf("%s: %+v", text, shares)
				break
			}
		}
	}
}
