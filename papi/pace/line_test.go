package pace_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/propctl/propctl/papi/pace"
)

// noon is as good a time as any. It has no monotonic clock, like what comes from a file.
func noon() time.Time { return time.Date(2026, 11, 29, 12, 0, 0, 0, time.UTC) }

// known returns a line of which PAPI has just said how many requests are left.
func known(now time.Time, left int) *pace.Line {
	l := pace.NewLine(now, 0)
	l.Learn(now, l.Take(now, 1), pace.Reply{Remaining: &left})
	return l
}

// passing takes places at once, and returns how many may go at once.
func passing(l *pace.Line, now time.Time) int {
	for n := 0; ; n++ {
		if l.Look(now, l.Take(now, 1)).Wait > 0 {
			return n
		}
	}
}

func TestABurstIsSavedUpAtPAPIsPace(t *testing.T) {
	l := known(noon(), 4)
	for _, tt := range []struct {
		after time.Duration
		want  int
	}{{0, 0}, {10 * time.Second, 15}, {40 * time.Second, 60}, {time.Minute, 90}} {
		l := *l
		if got := passing(&l, noon().Add(tt.after)); got != tt.want {
			t.Errorf("after %s %d may go, want %d", tt.after, got, tt.want)
		}
	}
}

func TestWhatWasSavedUpLongAgoHasToBeProven(t *testing.T) {
	l := known(noon(), 1000)
	later := noon().Add(time.Hour)
	if got := passing(l, later); got != 4 {
		t.Errorf("after an hour without an answer %d go at once, want 4", got)
	}
	l.Learn(later, l.Take(later, 1), pace.Reply{})
	if got := passing(l, later); got < 900 {
		t.Errorf("after an answer %d go at once", got)
	}
}

func TestPlacesThatWereGivenBackTakeNoTime(t *testing.T) {
	l := known(noon(), 4)
	first, second := l.Take(noon(), 1), l.Take(noon(), 2)
	last := l.Take(noon(), 1)
	l.Leave(noon(), second)
	l.Leave(noon(), first)
	if now := noon().Add(667 * time.Millisecond); l.Look(now, last).Wait > 0 || l.Gone != l.Issued || len(l.Left) > 0 {
		t.Errorf("%+v", l)
	}
}

func TestAClockThatIsSetBackHoldsNobodyUp(t *testing.T) {
	for _, back := range []time.Duration{time.Second, time.Hour, 365 * 24 * time.Hour} {
		l := known(noon(), 4)
		ticket := l.Take(noon(), 1)
		l.Learn(noon(), ticket, pace.Reply{Refused: true, Wait: 30 * time.Second})
		next := l.Take(noon(), 1)
		then := noon().Add(-back)
		if wait := l.Look(then, next).Wait; wait < 29*time.Second || wait > 31*time.Second {
			t.Errorf("with the clock set back by %s its turn is in %s, want 30s", back, wait)
		}
		if wait := l.Look(then.Add(31*time.Second), next).Wait; wait > 0 {
			t.Errorf("with the clock set back by %s its turn is %s late", back, wait)
		}
		if err := l.Check(then.Add(31 * time.Second)); err != nil {
			t.Error(err)
		}
	}
}

func TestAClockThatIsSetForwardLetsFewGo(t *testing.T) {
	l := known(noon(), 4)
	for range 50 {
		l.Take(noon(), 1)
	}
	l.Gone = l.Issued - 50
	forward := noon().Add(24 * time.Hour)
	gone := l.Gone
	l.Take(forward, 1)
	if n := l.Gone - gone; n != 4 {
		t.Errorf("%d of 51 that waited went at once, want 4 until PAPI has answered", n)
	}
}

func TestARateThatWasHalvedGrowsBack(t *testing.T) {
	l := known(noon(), 4)
	now := noon()
	for range 10 {
		now = now.Add(6 * time.Second)
		l.Learn(now, l.Take(now, 1), pace.Reply{Refused: true})
	}
	if l.PerMinute != 6 {
		t.Errorf("after ten refusals there are %g a minute, want the least, 6", l.PerMinute)
	}
	for n, want := range map[time.Duration]float64{time.Minute: 6.6, 5 * time.Minute: 9.66, 30 * time.Minute: 90} {
		l := *l
		l.Take(now.Add(n), 1)
		if l.PerMinute < want-0.01 || l.PerMinute > want+0.01 {
			t.Errorf("after %s there are %g a minute, want %g", n, l.PerMinute, want)
		}
	}
}

func TestALineIsTheSameAfterItWasWritten(t *testing.T) {
	l := known(noon(), 20)
	l.Leave(noon(), l.Take(noon(), 3))
	l.Learn(noon(), l.Take(noon(), 1), pace.Reply{Refused: true, Wait: time.Minute})
	l.Take(noon(), 5)
	data, err := json.Marshal(l)
	if err != nil {
		t.Fatal(err)
	}
	var again pace.Line
	if err := json.Unmarshal(data, &again); err != nil {
		t.Fatal(err)
	}
	now := noon().Add(10 * time.Second)
	if err := again.Check(now); err != nil {
		t.Errorf("%v: %s", err, data)
	}
	if want, got := l.Look(now, l.Take(now, 2)), again.Look(now, again.Take(now, 2)); got != want {
		t.Errorf("the turn is %+v, and was %+v", got, want)
	}
}

// FuzzLine has whatever passes for the state of a line hold nobody up for ever.
func FuzzLine(f *testing.F) {
	data, err := json.Marshal(known(noon(), 20))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(string(data))
	for _, text := range nonsense() {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var l pace.Line
		now := noon()
		if json.Unmarshal([]byte(text), &l) != nil || l.Check(now) != nil {
			return
		}
		ticket := l.Take(now, 1)
		turn := l.Look(now, ticket)
		// The longest line at the lowest rate, after the longest pause.
		if longest := time.Hour + (1000+2*6)*10*time.Second; turn.UnknownTicket || turn.Wait > longest {
			t.Errorf("the turn is %+v", turn)
		}
		l.Learn(now, ticket, pace.Reply{Remaining: new(1000)})
		l.Leave(now, ticket)
		if later := now.Add(4 * time.Hour); l.Look(later, l.Take(later, 1)).Wait > time.Minute {
			t.Errorf("hours later: %+v", l)
		}
	})
}

// nonsense is what might be found in a file.
func nonsense() []string {
	return []string{
		"", "null", "[]", "{}", "\x00\x01\x02", "{\"id\":", `{"id":""}`, `{"id":7}`,
		`{"id":"x","issued":-1,"perMinute":90}`,
		`{"id":"x","issued":1e300,"perMinute":90}`,
		`{"id":"x","issued":18446744073709551615,"gone":18446744073709551615,"turn":1e19,"perMinute":90}`,
		`{"id":"x","issued":10,"gone":11,"turn":10,"perMinute":90}`,
		`{"id":"x","issued":100000,"gone":1,"turn":1,"perMinute":90}`,
		`{"id":"x","issued":5,"gone":5,"turn":-1e12,"perMinute":90}`,
		`{"id":"x","issued":5,"gone":5,"turn":1e12,"perMinute":90}`,
		`{"id":"x","issued":5,"gone":5,"turn":5,"perMinute":0}`,
		`{"id":"x","issued":5,"gone":5,"turn":5,"perMinute":1e9}`,
		`{"id":"x","issued":5,"gone":5,"turn":5,"perMinute":90,"paused":"2190-01-01T00:00:00Z"}`,
		`{"id":"x","issued":9,"gone":5,"turn":5,"perMinute":90,"left":[9,7]}`,
		`{"id":"x","issued":9,"gone":5,"turn":5,"perMinute":90,"left":[1,2]}`,
		`{"id":"x","issued":9,"gone":5,"turn":5,"perMinute":90,"proving":true,"proof":-1e12}`,
	}
}

func TestPlacesThatAreWaitedForTogetherAreNotTakenToHaveBeenSent(t *testing.T) {
	l := known(noon(), 4) // nothing is free
	single := l.Take(noon(), 1)
	many := l.Take(noon(), 60)
	for seconds := range 31 { // others look at the line all the while
		l.Look(noon().Add(time.Duration(seconds)*time.Second), many)
	}
	now, left := noon().Add(30*time.Second), 49
	l.Learn(now, single, pace.Reply{Remaining: &left})
	if wait := l.Look(now, many).Wait; wait < 9*time.Second || wait > 11*time.Second {
		t.Errorf("with %d left, 60 go in %s", left, wait)
	}
	if wait := l.Look(now.Add(11*time.Second), many).Wait; wait > 0 {
		t.Errorf("they are still to wait %s", wait)
	}
	if len(l.Together) != 0 {
		t.Errorf("%+v", l.Together)
	}
	gone := l.Take(now, 50)
	l.Leave(now, gone)
	if len(l.Together) != 0 || l.Check(now.Add(11*time.Second)) != nil {
		t.Errorf("given back they are still there: %+v", l)
	}
}

func TestALineOfPlacesThatCannotGoTogetherIsNonsense(t *testing.T) {
	for _, spans := range [][]pace.Span{{{First: 0, Last: 1}}, {{First: 2, Last: 1}}, {{First: 1, Last: 999}}, {{First: 2, Last: 3}, {First: 1, Last: 1}}} {
		l := known(noon(), 100)
		l.Take(noon(), 10)
		l.Together = spans
		if err := l.Check(noon()); err == nil {
			t.Errorf("%+v is taken", spans)
		}
	}
}
